/** What a new data directory needs before anybody can log in: a domain, and the operator's account. */
import type { Auth } from '@lemonade/auth'
import type { Store } from '@lemonade/store'

export interface Operator {
  readonly name: string
  /** Shown once, to the person who started the server; kept nowhere. */
  readonly password: string
}

/**
 * Makes the operator's account where there is no account at all, with postmaster (RFC 5321 §4.5.1) leading to it.
 * Null where somebody is there already.
 */
export async function makeOperator(store: Store, auth: Auth, hostname: string): Promise<Operator | null> {
  if ((await store.accounts.list()).length > 0) return null
  if (!(await store.domains.has(hostname))) await store.domains.add(hostname)
  const password = auth.generatePassword()
  const { id, name } = await store.accounts.add({ name: `admin@${hostname}` })
  await auth.setPassword(id, password)
  const postmaster = `postmaster@${hostname}`
  if ((await store.accounts.route(postmaster, '')) === null) await store.aliases.add(postmaster, [name])
  return { name, password }
}
