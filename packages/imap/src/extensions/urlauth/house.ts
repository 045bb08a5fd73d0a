/** What URLs are made and redeemed with in a session. */
import type { House, Redeemer } from '@lemonade/urlauth'
import type { Session } from '../../session.ts'

export function house({ store, shared }: Session): House {
  return { store, hostname: shared.hostname, now: Date.now }
}

/** The applications that accounts may be named for (RFC 5593 §3.3). */
export function applications({ shared }: Session): ReadonlySet<string> {
  return new Set(shared.urlApplications.keys())
}

/** The session's user, with the applications that it may act for. */
export async function redeemer({ account, store, shared }: Session): Promise<Redeemer> {
  const name = (await store.accounts.get(account))?.name ?? ''
  const mine = Array.from(shared.urlApplications).filter(([, names]) => names.has(name))
  return { account, applications: new Set(mine.map(([application]) => application)) }
}
