/** Where mail for an address of ours goes, for whoever sends it. */
import { domainOf, localForm, Refusal, replies, reply } from '@lemonade/esmtp'
import type { MailSender, Route, Store } from '@lemonade/store'
import { isReturnPath, type ReturnPaths } from './return-paths.ts'

export interface RouteOptions {
  readonly store: Store
  readonly hostname: string
  /** Between user and detail (RFC 5233 §1). */
  readonly delimiter: string
  readonly returnPaths: ReturnPaths
}

const mailboxDisabled = reply(550, '5.2.1', 'The mailbox is disabled')
const groupClosed = reply(550, '5.7.1', 'The group takes no mail from you')
const notificationsOnly = reply(550, '5.7.1', 'Only notifications go to a return path')

/**
 * Throws Refusal where that is nowhere (RFC 5321 §3.5.3, §7.7). Without a sender no group is closed: whoever was kept out
 * was so before.
 */
export async function routeTo(address: string, sender: MailSender | null, options: RouteOptions): Promise<Route> {
  const { store, hostname, delimiter, returnPaths } = options
  const name = localForm(address)
  const domain = domainOf(name)
  if (isReturnPath(address) && (domain === hostname || (await store.domains.has(domain)))) {
    if (sender !== null && sender.address !== '') throw new Refusal(notificationsOnly)
    const original = await returnPaths.back(address)
    if (original === null) throw new Refusal(replies.noSuchRecipient)
    return nobody({ foreign: [original] })
  }
  const found = await store.accounts.route(name, delimiter, sender ?? undefined)
  const route = found ?? (await postmaster(name, options))
  if (route === null) {
    const ours = domain === '' || (await store.domains.has(domain))
    throw new Refusal(ours ? replies.noSuchRecipient : replies.relayDenied)
  }
  const accounts = route.accounts.filter(({ disabled }) => !disabled)
  if (accounts.length + route.foreign.length > 0) return { ...route, accounts }
  throw new Refusal(route.closed.length > 0 ? groupClosed : mailboxDisabled)
}

/** The account of that name and nobody else, wherever its mail goes on to. Null where there is none. */
export async function accountRoute(name: string, { store }: Pick<RouteOptions, 'store'>): Promise<Route | null> {
  const account = await store.accounts.find(name)
  return account === null || account.disabled ? null : nobody({ accounts: [account] })
}

/** More than one have it: an alias or a group, or an account that forwards and keeps (RFC 3461 §5.2.7.3). */
export function isExpanded({ accounts, foreign }: Route): boolean {
  return accounts.length + foreign.length > 1
}

function nobody(but: Partial<Route>): Route {
  return { accounts: [], foreign: [], closed: [], detail: null, ...but }
}

/** RFC 5321 §4.5.1: postmaster is always somebody; where nobody was named, the first account is. */
async function postmaster(address: string, { store, delimiter, hostname }: RouteOptions): Promise<Route | null> {
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
  return first === undefined ? null : nobody({ accounts: [first] })
}
