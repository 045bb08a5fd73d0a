/** Final delivery: from recipients to mailboxes and queue rows, with each account's Sieve script in between. */
import {
  domainOf,
  isAscii,
  localForm,
  parseAddress,
  type RcptParameters,
  Refusal,
  replies,
  reply,
} from '@lemonade/esmtp'
import type { Log } from '@lemonade/net'
import type {
  Account,
  DeliveryOptions,
  Deposit,
  Instant,
  NewQueueEntry,
  PreparedContent,
  Route,
  Store,
} from '@lemonade/store'
import { complaintMessage } from './complaint.ts'
import { Dsn } from './dsn.ts'
import type { MtaLimits } from './limits.ts'
import { Scripts, type Verdict } from './scripts.ts'

/** A recipient with where its mail goes. */
export interface Destination {
  readonly address: string
  readonly parameters: RcptParameters
  readonly route: Route
}

/** A message on its way to mailboxes here. */
export interface Arrival {
  readonly id: string
  readonly at: Instant
  readonly reversePath: string
  /** Those of MAIL that stay with the message. */
  readonly parameters: Pick<DeliveryOptions, 'ret' | 'envid' | 'smtpUtf8' | 'body'>
  readonly destinations: readonly Destination[]
}

type Delivery = Deposit['deliveries'][number]

/** What one deposit will do, and what is to be told behind it. */
export interface Plan {
  readonly deliveries: readonly Delivery[]
  readonly enqueue: readonly NewQueueEntry[]
  readonly complaints: readonly { readonly account: Account; readonly script: string; readonly text: string }[]
}

export interface DelivererOptions {
  readonly store: Store
  readonly hostname: string
  readonly delimiter: string
  readonly limits: MtaLimits
  readonly log: Log
}

export class Deliverer {
  readonly #options: DelivererOptions
  readonly #scripts: Scripts
  readonly #dsn: Dsn

  constructor(options: DelivererOptions) {
    this.#options = options
    const { store, delimiter, limits, log } = options
    this.#scripts = new Scripts({ store, delimiter, limit: limits.scriptsKept, log })
    this.#dsn = new Dsn(options)
  }

  /** Where mail for an address goes. Throws Refusal where that is nowhere (RFC 5321 §3.5.3, §7.7). */
  async route(address: string): Promise<Route> {
    const { store, delimiter } = this.#options
    const name = localForm(address)
    const route = (await store.accounts.route(name, delimiter)) ?? (await this.#postmaster(name))
    if (route === null) {
      const ours = domainOf(name) === '' || (await store.domains.has(domainOf(name)))
      throw new Refusal(ours ? replies.noSuchRecipient : replies.relayDenied)
    }
    const accounts = route.accounts.filter(({ disabled }) => !disabled)
    if (accounts.length + route.foreign.length === 0) throw new Refusal(mailboxDisabled)
    return { ...route, accounts }
  }

  /** Runs the scripts. Nothing is done yet; `content` stays the caller's. */
  async plan(content: PreparedContent, arrival: Arrival): Promise<Plan> {
    const deliveries = new Map<string, Delivery>()
    const enqueue = new Map<string, NewQueueEntry>()
    const complaints: Plan['complaints'][number][] = []
    for (const destination of arrival.destinations) {
      for (const account of destination.route.accounts) {
        const envelope = { from: arrival.reversePath, to: destination.address }
        const verdict = await this.#scripts.run(account.id, content, envelope)
        if (verdict.complaint !== null) complaints.push({ account, ...verdict.complaint })
        for (const action of verdict.actions)
          await this.#act(action, account, arrival, destination, deliveries, enqueue)
      }
      for (const recipient of destination.route.foreign) {
        add(enqueue, this.#onward(recipient, arrival, aliasOptions(arrival, destination)))
      }
    }
    return { deliveries: [...deliveries.values()], enqueue: [...enqueue.values()], complaints }
  }

  /** What is told once the deposit is safe; a failure here is only logged. */
  async tell(arrival: Arrival, plan: Plan, content: PreparedContent): Promise<void> {
    const { store, hostname, limits, log } = this.#options
    try {
      for (const complaint of plan.complaints) {
        const writer = store.contents.writer({ limitOctets: limits.messageOctets })
        await writer.write(Buffer.from(complaintMessage(complaint, hostname, arrival)))
        await store.messages.deposit({
          content: await writer.finish(),
          deliveries: [{ account: complaint.account.id, mailbox: 'INBOX' }],
          enqueue: [],
        })
      }
      for (const { address, parameters, route } of arrival.destinations) {
        if (arrival.reversePath === '' || !parameters.notify?.includes('SUCCESS') || route.accounts.length === 0)
          continue
        const deposit = await this.#dsn.deposit({
          arrival: { at: arrival.at, reversePath: arrival.reversePath, envid: arrival.parameters.envid ?? null },
          recipient: address,
          orcpt: parameters.orcpt ?? null,
          action: 'delivered',
          status: '2.0.0',
          diagnostic: null,
          remote: null,
          retryUntil: null,
          original: {
            whole: false,
            header: async () => content.header.length,
            read: (start, end = content.octets) => content.read(start, end),
          },
        })
        await store.messages.deposit(deposit)
      }
    } catch (error) {
      log.error({ err: error, id: arrival.id }, 'a notification could not be made')
    }
  }

  async #act(
    action: Verdict['actions'][number],
    account: Account,
    arrival: Arrival,
    destination: Destination,
    deliveries: Map<string, Delivery>,
    enqueue: Map<string, NewQueueEntry>,
  ): Promise<void> {
    switch (action.do) {
      case 'keep':
        return deliver(deliveries, { account: account.id, mailbox: 'INBOX', flags: action.flags ?? [] })
      case 'fileinto': {
        const { mailbox, create = false, flags = [] } = action
        return deliver(deliveries, { account: account.id, mailbox, create, flags })
      }
      case 'redirect': {
        const own = await this.#options.store.accounts.route(localForm(action.address), this.#options.delimiter)
        const loops = own?.accounts.some(({ id }) => id === account.id) === true
        // A script that sends mail to its own account would do so for ever (RFC 5228 §4.2, §10).
        if (loops || parseAddress(action.address) === null)
          return deliver(deliveries, { account: account.id, mailbox: 'INBOX' })
        const entry = this.#onward(action.address, arrival, redirectOptions(arrival, destination))
        return add(enqueue, { ...entry, account: account.id })
      }
      default:
        // Only an extension that this server does not offer asks for anything else; the message is not lost for it.
        this.#options.log.warn({ account: account.name, action: action.do }, 'a script asked for the unknown')
        return deliver(deliveries, { account: account.id, mailbox: 'INBOX' })
    }
  }

  #onward(recipient: string, arrival: Arrival, options: DeliveryOptions): NewQueueEntry {
    const expiresAt = arrival.at + this.#options.limits.queueSeconds * 1000
    return { reversePath: arrival.reversePath, recipient, expiresAt, options }
  }

  /** RFC 5321 §4.5.1: postmaster is always somebody; where nobody was named, the first account is. */
  async #postmaster(address: string): Promise<Route | null> {
    const { store, delimiter, hostname } = this.#options
    const domain = domainOf(address)
    if (!/^postmaster(?:@|$)/i.test(address)) return null
    if (domain === '') {
      for (const name of [hostname, ...(await store.domains.list()).map(({ name }) => name)]) {
        const route = await store.accounts.route(`postmaster@${name}`, delimiter)
        if (route !== null) return route
      }
    } else if (!(await store.domains.has(domain)) && domain !== hostname) {
      return null
    }
    const accounts = (await store.accounts.list()).filter(({ disabled }) => !disabled)
    const first = accounts.toSorted((a, b) => a.id - b.id)[0]
    return first === undefined ? null : { accounts: [first], foreign: [], detail: null }
  }
}

const mailboxDisabled = reply(550, '5.2.1', 'The mailbox is disabled')

/** One copy for each mailbox, with the flags that any script wanted. */
function deliver(deliveries: Map<string, Delivery>, delivery: Delivery): void {
  const key = `${delivery.account}\0${delivery.mailbox}`
  const old = deliveries.get(key)
  const flags = [...new Set([...(old?.flags ?? []), ...(delivery.flags ?? [])])]
  deliveries.set(key, { ...delivery, create: old?.create === true || delivery.create === true, flags })
}

function add(enqueue: Map<string, NewQueueEntry>, entry: NewQueueEntry): void {
  if (!enqueue.has(entry.recipient)) enqueue.set(entry.recipient, entry)
}

/** What the message needs from whoever takes it, whoever it is for. */
export function messageOptions({ parameters }: Pick<Arrival, 'parameters'>): DeliveryOptions {
  const { ret, envid, smtpUtf8, body } = parameters
  return {
    ...(ret === undefined ? {} : { ret }),
    ...(envid === undefined ? {} : { envid }),
    ...(smtpUtf8 === undefined ? {} : { smtpUtf8 }),
    ...(body === undefined ? {} : { body }),
  }
}

/** An alias leads elsewhere: the sender's wishes go along, and the name that was written to (RFC 3461 §5.2.7). */
function aliasOptions(arrival: Arrival, { address, parameters }: Destination): DeliveryOptions {
  return {
    ...messageOptions(arrival),
    ...(parameters.notify === undefined ? {} : { notify: parameters.notify }),
    orcpt: parameters.orcpt ?? originalRecipient(address),
  }
}

/** A redirect is the recipient's doing: success was told where it was delivered here. */
function redirectOptions(arrival: Arrival, { address, parameters }: Destination): DeliveryOptions {
  return {
    ...messageOptions(arrival),
    ...(parameters.notify?.includes('NEVER') ? { notify: ['NEVER'] as const } : {}),
    orcpt: parameters.orcpt ?? originalRecipient(address),
  }
}

/** `addr-type;address` (RFC 3461 §4.2, RFC 6533 §3). */
export function originalRecipient(address: string): string {
  return `${isAscii(address) ? 'rfc822' : 'utf-8'};${address}`
}
