/**
 * The one way from a mailbox name to a mailbox and to what the session may do with it (RFC 4314).
 *
 * - The mailboxes of others stand below `Other Users/` and the name of their owner's account (RFC 2342 §5).
 * - A mailbox without the right `l` is as good as absent to who has no other right to it: nothing tells the two apart.
 */
import { type AccountId, type FlagRights, type Mailbox, otherUsers, type Right, rights } from '@lemonade/store'
import { delimiter } from './grammar/mailbox.ts'
import { No } from './problem.ts'
import type { Session } from './session.ts'

/** A mailbox as a session has it. */
export interface Access {
  /** The name in this session's namespaces. */
  readonly name: string
  readonly mailbox: Mailbox
  /** Letters of rights (RFC 4314 §2.1); an owner has all. */
  readonly rights: ReadonlySet<string>
}

const all: ReadonlySet<Right> = new Set(rights)

/** Where a name leads: to somebody's mailboxes, and there to a name. */
interface Place {
  readonly account: AccountId
  readonly name: string
}

/** Null where the name leads to nobody. */
async function placeOf(session: Session, name: string): Promise<Place | null> {
  const prefix = `${otherUsers}${delimiter}`
  if (!name.startsWith(prefix)) return { account: session.account, name }
  const [, owner, own] = /^([^@]*@[^/]*)\/(.+)$/.exec(name.slice(prefix.length)) ?? []
  const account = owner === undefined ? null : await session.store.accounts.find(owner)
  return account === null || account.id === session.account ? null : { account: account.id, name: own as string }
}

/** What there is under a name, as long as the session has any right to it: the caller must ask which. */
export async function accessTo(session: Session, name: string): Promise<Access | null> {
  const place = await placeOf(session, name)
  return place && accessAt(session, place)
}

async function accessAt(session: Session, { account, name }: Place): Promise<Access | null> {
  const mailbox = await session.store.mailboxes.find(account, name)
  return mailbox && accessOf(session, mailbox)
}

/** What the session may do with a mailbox, now; null where it has no right to it. */
export async function accessOf(session: Session, mailbox: Mailbox): Promise<Access | null> {
  const isOwn = mailbox.account === session.account
  const granted = isOwn ? all : await session.store.acl.rights(mailbox.id, session.account)
  return granted.size === 0 ? null : { name: nameFor(session, mailbox), mailbox, rights: granted }
}

/** What a name means to this session; null also where it may not be seen. It may be a name that only has inferiors. */
export async function findMailbox(session: Session, name: string): Promise<Access | null> {
  const access = await accessTo(session, name)
  return access?.rights.has('l') ? access : null
}

/**
 * A mailbox with messages and with all of these rights. Throws `No` with NONEXISTENT where there is none or it may not be
 * seen, with NOPERM where only rights are missing.
 */
export async function needMailbox(session: Session, name: string, rights: string): Promise<Access> {
  const access = await accessTo(session, name)
  if (access === null || !access.mailbox.selectable) throw absent()
  needRights(access, rights)
  return access
}

/** Throws `No` as `needMailbox` does. */
export function needRights(access: Access, rights: string): void {
  if ([...rights].every(right => access.rights.has(right))) return
  throw access.rights.has('l') ? notPermitted() : absent()
}

/** Throws `No` with NOPERM where the session has not all of these rights to the mailbox that it has selected. */
export function needSelected(session: Session, rights: string): void {
  const { access } = session.view
  if (![...rights].every(right => access.rights.has(right))) throw notPermitted()
}

/** What a command is told that needs a right which the session has not. */
export function notPermitted(): No {
  return new No('You have not the right to do that', 'NOPERM')
}

function absent(): No {
  return new No('There is no such mailbox', 'NONEXISTENT')
}

/**
 * Where a mailbox of that name would be made: among whose mailboxes, under which name there, and below which that
 * exists. Throws `No` with NOPERM where the session may not make any there (RFC 4314 §4, CREATE).
 */
export async function placeFor(session: Session, name: string): Promise<Place & { readonly superior: Access | null }> {
  const place = await placeOf(session, name)
  if (place === null) throw notPermitted()
  const superior = place.account === session.account ? null : await nearestSuperior(session, place)
  if (place.account !== session.account && !superior?.rights.has('k')) throw notPermitted()
  return { ...place, superior }
}

/** The nearest mailbox above a name; names that only have inferiors are none. */
async function nearestSuperior(session: Session, { account, name }: Place): Promise<Access | null> {
  for (let at = name.lastIndexOf(delimiter); at > 0; at = name.lastIndexOf(delimiter, at - 1)) {
    const mailbox = await session.store.mailboxes.find(account, name.slice(0, at))
    if (mailbox?.selectable) return accessOf(session, mailbox)
  }
  return null
}

/** Every name that this session may see, of mailboxes and of names that only have inferiors; in no order. */
export async function visibleMailboxes(session: Session): Promise<readonly Access[]> {
  const { mailboxes, acl } = session.store
  const own = (await mailboxes.list(session.account)).map(mailbox => ({ mailbox, rights: all }))
  const shared = (await acl.shared(session.account)).filter(one => one.rights.has('l'))
  return [...own, ...shared].map(one => ({ name: nameFor(session, one.mailbox), ...one }))
}

/** How this session names a mailbox. */
export function nameFor(session: Session, { account, owner, name }: Mailbox): string {
  return account === session.account ? name : [otherUsers, owner, name].join(delimiter)
}

/** The rights that reach flags, of all that somebody has (RFC 4314 §4). */
export function flagRights(rights: ReadonlySet<string>): FlagRights {
  return everyFlag.filter(right => rights.has(right)).join('')
}

/** Whether all flags are within reach. */
export function reachesAll(rights: FlagRights): boolean {
  return everyFlag.every(right => rights.includes(right))
}

/** Those of the flags that the rights reach (RFC 4314 §4). */
export function reachable(flags: readonly string[], rights: FlagRights): readonly string[] {
  return flags.filter(flag => rights.includes(rightToFlag(flag)))
}

function rightToFlag(flag: string): Right {
  switch (flag.toLowerCase()) {
    case '\\seen':
      return 's'
    case '\\deleted':
      return 't'
    default:
      return 'w'
  }
}

const everyFlag: readonly Right[] = ['s', 't', 'w']
