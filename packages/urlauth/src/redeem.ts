/** Authorized URLs (RFC 4467): who may make them, and what they give to whom. */
import { type Account, type AccountId, type Store, StoreError } from '@lemonade/store'
import { BadUrl } from './bad-url.ts'
import { readableMailbox } from './mailbox.ts'
import { type Found, find } from './resolve.ts'
import { isThisServer } from './server-name.ts'
import { authorize, internal, isAuthorized, rumpOf } from './token.ts'
import { type Access, expiry, type ImapUrl, parseUrl, type UrlServer } from './url.ts'

/** Where URLs are made and redeemed. */
export interface House {
  readonly store: Pick<Store, 'accounts' | 'acl' | 'contents' | 'domains' | 'mailboxes' | 'messages' | 'urlKeys'>
  readonly hostname: string
  readonly now: () => number
}

/** Who brings a URL. Nobody is anonymous here: each is logged in, or is a part of this server. */
export interface Redeemer {
  /** Who is logged in; null for a part of this server. */
  readonly account: AccountId | null
  /** For which applications it may act: submit, stream or another (RFC 5593 §3.3). */
  readonly applications: ReadonlySet<string>
}

/**
 * Adds the authorization to a URL that ends with an access identifier, as its owner (RFC 4467 §7). `applications` are
 * those that there are beside submit and stream. Throws `BadUrl`.
 */
export async function mint(
  house: House,
  owner: Account,
  rump: string,
  applications: ReadonlySet<string>,
): Promise<string> {
  const url = parseUrl(rump)
  const { server, access } = url
  if (server === null || !/^imap:/i.test(rump)) throw new BadUrl('The URL is not absolute')
  if (server.user === null) throw new BadUrl('The URL names no owner')
  if (access === null) throw new BadUrl('The URL has no access identifier')
  if (url.verifier !== null) throw new BadUrl('The URL is authorized already')
  if (!isAccess(access, applications)) throw new BadUrl('There is no such access identifier')
  if (!(await isThisServer(house.store, house.hostname, server.host))) throw new BadUrl('The URL names another server')
  if ((await accountOf(house, server.user, server))?.id !== owner.id) throw new BadUrl('The URL names another owner')
  const mailbox = await readableMailbox(house.store, owner, url.mailbox ?? '')
  if (mailbox === null) throw new BadUrl('There is no such mailbox')
  return authorize(rump, await house.store.urlKeys.ensure(owner.id, mailbox.id))
}

/** Identifiers and prefixes that are registered (RFC 5593 §6); the userid need not be anybody's (RFC 4467 §7). */
function isAccess({ who, user }: Access, applications: ReadonlySet<string>): boolean {
  switch (who) {
    case 'anonymous':
    case 'authuser':
    case 'stream':
      return user === null
    case 'submit':
    case 'user':
      return user !== null
    default:
      return applications.has(who)
  }
}

/**
 * What an authorized URL names, with the access of the user in it. Null for every reason that there may be against it:
 * who is refused learns nothing, nor from how long it took (RFC 4467 §6). Throws what the store throws.
 */
export async function redeem(house: House, text: string, redeemer: Redeemer): Promise<Found | null> {
  const url = read(text)
  if (url?.verifier == null || url.access === null || !/^imap:/i.test(text)) return null
  const { verifier, access, server, expire } = url
  const owner = server?.user == null ? null : await accountOf(house, server.user, server)
  const mailbox = owner && (await readableMailbox(house.store, owner, url.mailbox ?? ''))
  const key = owner && mailbox && (await house.store.urlKeys.find(owner.id, mailbox.id))
  const isSound = isAuthorized(rumpOf(text), verifier.token, key)
  if (!isSound || verifier.mechanism !== internal || server === null) return null
  if (!(await mayRedeem(house, access, server, redeemer))) return null
  if (!(await isThisServer(house.store, house.hostname, server.host))) return null
  if (expire !== null && house.now() > (expiry(expire) ?? 0)) return null
  try {
    return await find({ store: house.store, mailbox: async () => mailbox }, url)
  } catch (error) {
    if (error instanceof BadUrl || (error instanceof StoreError && error.problem === 'no-such-message')) return null
    throw error
  }
}

function read(text: string): ImapUrl | null {
  try {
    return parseUrl(text)
  } catch (error) {
    if (error instanceof BadUrl) return null
    throw error
  }
}

/**
 * The account of a userid. Names of accounts are addresses: a userid without a domain is one of the URL's host, as the
 * examples of RFC 5550 §8.4 have it. Null also for who may not log in any more.
 */
export async function accountOf(
  { store }: Pick<House, 'store'>,
  user: string,
  server: UrlServer,
): Promise<Account | null> {
  const account = await store.accounts.find(user.includes('@') ? user : `${user}@${server.host}`)
  return account === null || account.disabled ? null : account
}

/** RFC 4467 §3, RFC 5593 §3.3: behind the prefix of an application, the userid is the application's to check. */
async function mayRedeem(house: House, { who, user }: Access, server: UrlServer, redeemer: Redeemer): Promise<boolean> {
  switch (who) {
    case 'anonymous':
    case 'authuser':
      return true
    case 'user':
      return redeemer.account !== null && (await accountOf(house, user ?? '', server))?.id === redeemer.account
    default:
      return redeemer.applications.has(who)
  }
}
