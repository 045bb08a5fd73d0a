/** From a recipient's address to who gets the mail: accounts, aliases, subaddresses, catch-alls. */
import { accountByName } from './accounts.ts'
import { type Address, addressText, parseAddress } from './addresses.ts'
import type { Connection } from './connection.ts'
import type { StoreLimits } from './limits.ts'
import type { Account, AccountId, Route } from './model.ts'

type Reader = Pick<Connection, 'sql' | 'raw'>

/** Null where the address is not ours or nobody is behind it. */
export function routeOf(reader: Reader, address: string, delimiter: string, limits: StoreLimits): Route | null {
  const parsed = parseAddress(address)
  if (parsed === null || !isLocalDomain(reader, parsed.domain)) return null
  const accounts = new Map<AccountId, Account>()
  const foreign = new Set<string>()
  const seen = new Set<string>()
  let detail: string | null = null

  const follow = (at: Address, depth: number): void => {
    const text = addressText(at)
    if (seen.has(text) || seen.size >= limits.aliasTargets || depth > limits.aliasDepth) return
    seen.add(text)
    if (!isLocalDomain(reader, at.domain)) {
      foreign.add(text)
      return
    }
    const found = resolve(reader, at, delimiter)
    if (found === null) return
    if (depth === 0) detail = found.detail
    if ('account' in found) accounts.set(found.account.id, found.account)
    else for (const target of found.targets) follow(parseAddress(target) as Address, depth + 1)
  }

  follow(parsed, 0)
  return accounts.size + foreign.size === 0 ? null : { accounts: [...accounts.values()], foreign: [...foreign], detail }
}

type Resolved = { readonly detail: string | null } & (
  | { readonly account: Account }
  | { readonly targets: readonly string[] }
)

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
  const row = reader.raw<[string]>('SELECT targets FROM aliases WHERE address = ?').get(text)
  return row === undefined ? null : { targets: JSON.parse(row[0]) as string[], detail }
}

export function isLocalDomain(reader: Reader, domain: string): boolean {
  return reader.sql('SELECT 1 FROM domains WHERE name = ?').get(domain) !== undefined
}
