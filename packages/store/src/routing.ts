/** From a recipient's address to who gets the mail: accounts and where they forward to, aliases, groups, subaddresses, catch-alls. */
import { accountByName } from './accounts.ts'
import { type Address, addressText, parseAddress } from './addresses.ts'
import type { Connection } from './connection.ts'
import { forwardOf } from './forwards.ts'
import type { StoreLimits } from './limits.ts'
import type { Account, AccountId, GroupSenders, MailSender, Route } from './model.ts'
import { StoreError } from './problem.ts'

export type Reader = Pick<Connection, 'sql' | 'raw'>

/** What is asked of the same addresses: where mail goes, or whose they are. */
export interface Question {
  readonly delimiter: string
  readonly limits: StoreLimits
  /** Who writes; null where nobody is to be kept out. */
  readonly sender: MailSender | null
  /** Whose the address is: groups belong to nobody, and who forwards gives nothing of one's own away. */
  readonly ownership?: true
}

/** Null where the address is not ours or nobody is behind it. Throws alias-loop. */
export function routeOf(reader: Reader, address: string, question: Question): Route | null {
  const parsed = parseAddress(address)
  if (parsed === null || !isLocalDomain(reader, parsed.domain)) return null
  const walk = new Walk(reader, question)
  walk.follow(parsed, 0)
  return walk.route()
}

/** Every address that is come by on the way from some addresses, themselves included; nobody is kept out. */
export function reachedFrom(reader: Reader, addresses: readonly string[], limits: StoreLimits): ReadonlySet<string> {
  const walk = new Walk(reader, { delimiter: '', limits, sender: null })
  for (const address of addresses) walk.follow(parseAddress(address) as Address, 0)
  return walk.seen
}

class Walk {
  readonly #reader: Reader
  readonly #question: Question
  readonly #accounts = new Map<AccountId, Account>()
  readonly #foreign = new Set<string>()
  /** They forward, and keep nothing. */
  readonly #passed = new Map<AccountId, Account>()
  readonly #closed: string[] = []
  readonly seen = new Set<string>()
  #detail: string | null = null

  constructor(reader: Reader, question: Question) {
    this.#reader = reader
    this.#question = question
  }

  follow(at: Address, depth: number): void {
    const text = addressText(at)
    if (this.seen.has(text)) return
    const { limits } = this.#question
    // Some of them would have the mail, and some would not: nobody has it, until the operator has looked.
    if (this.seen.size > limits.aliasTargets) throw new StoreError('alias-loop', `too many addresses before ${text}`)
    if (depth > limits.aliasDepth) throw new StoreError('alias-loop', `too deep at ${text}`)
    this.seen.add(text)
    if (!isLocalDomain(this.#reader, at.domain)) {
      this.#foreign.add(text)
      return
    }
    const found = resolve(this.#reader, at, this.#question.delimiter)
    if (found === null) return
    if (depth === 0) this.#detail = found.detail
    if ('account' in found) this.#arrive(found.account, depth)
    else if (this.#admits(found, text)) this.#followAll(found.targets, depth)
  }

  route(): Route | null {
    const found = this.#accounts.size + this.#foreign.size
    // Mail that goes round is kept where it was to leave from.
    const accounts = [...(found === 0 ? this.#passed : this.#accounts).values()]
    if (accounts.length + found + this.#closed.length === 0) return null
    return { accounts, foreign: [...this.#foreign], closed: this.#closed, detail: this.#detail }
  }

  #followAll(targets: readonly string[], depth: number): void {
    for (const target of targets) this.follow(parseAddress(target) as Address, depth + 1)
  }

  #arrive(account: Account, depth: number): void {
    const forward = this.#question.ownership ? null : forwardOf(this.#reader, account.id)
    if (forward === null || forward.keeps) this.#accounts.set(account.id, account)
    else this.#passed.set(account.id, account)
    if (forward !== null) this.#followAll(forward.targets, depth)
  }

  #admits({ targets, senders }: Group, address: string): boolean {
    const { ownership, sender } = this.#question
    if (senders === null) return true
    if (ownership) return false
    if (sender === null || isAdmitted(this.#reader, targets, senders, sender, this.#question)) return true
    this.#closed.push(address)
    return false
  }
}

/** Whether a sender may write to a group. */
function isAdmitted(
  reader: Reader,
  members: readonly string[],
  senders: GroupSenders,
  sender: MailSender,
  { delimiter, limits }: Question,
): boolean {
  if (senders === 'anyone') return true
  const account = sender.account ?? trustedAccount(reader, sender, { delimiter, limits, sender: null })
  if (senders === 'local') return account !== null
  const behind = new Walk(reader, { delimiter, limits, sender: null })
  for (const member of members) behind.follow(parseAddress(member) as Address, 1)
  const route = behind.route()
  if (route === null) return false
  if (account !== null) return route.accounts.some(({ id }) => id === account) || hasForwarded(behind, reader, account)
  const address = parseAddress(sender.address)
  return address !== null && route.foreign.includes(addressText(address))
}

/** A member that has its mail go elsewhere is a member all the same. */
function hasForwarded(behind: Walk, reader: Reader, account: AccountId): boolean {
  return [...behind.seen].some(address => accountByName(reader, address)?.id === account)
}

/** Whose the sender's address is, where whoever brought the mail is believed. */
function trustedAccount(reader: Reader, sender: MailSender, question: Question): AccountId | null {
  if (!sender.isTrusted) return null
  return routeOf(reader, sender.address, { ...question, ownership: true })?.accounts[0]?.id ?? null
}

interface Group {
  readonly targets: readonly string[]
  /** Null: an alias. */
  readonly senders: GroupSenders | null
}
type Resolved = { readonly detail: string | null } & ({ readonly account: Account } | Group)

/** The whole address before its user part, and that before the catch-all of its domain. */
function resolve(reader: Reader, address: Address, delimiter: string): Resolved | null {
  const cut = delimiter === '' ? -1 : address.local.indexOf(delimiter, 1)
  const user = cut === -1 ? null : { ...address, local: address.local.slice(0, cut) }
  const detail = cut === -1 ? null : address.local.slice(cut + delimiter.length)
  return (
    lookUp(reader, address, null) ??
    (user && lookUp(reader, user, detail)) ??
    lookUp(reader, { ...address, local: '' }, null)
  )
}

function lookUp(reader: Reader, address: Address, detail: string | null): Resolved | null {
  const text = addressText(address)
  const account = accountByName(reader, text)
  if (account !== null) return { account, detail }
  const row = reader
    .raw<[string, GroupSenders | null]>('SELECT targets, senders FROM aliases WHERE address = ?')
    .get(text)
  return row === undefined ? null : { targets: JSON.parse(row[0]) as string[], senders: row[1], detail }
}

export function isLocalDomain(reader: Pick<Connection, 'sql'>, domain: string): boolean {
  return reader.sql('SELECT 1 FROM domains WHERE name = ?').get(domain) !== undefined
}
