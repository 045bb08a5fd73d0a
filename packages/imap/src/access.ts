/**
 * The one way from a mailbox name to a mailbox and to what the session may do with it (RFC 4314).
 *
 * A mailbox without the right `l` is as good as absent to who has no other right to it: nothing tells the two apart.
 */
import type { Mailbox } from '@lemonade/store'
import { No } from './problem.ts'
import type { Session } from './session.ts'

/** The standard rights (RFC 4314 §2.1). */
export const standardRights = 'lrswipkxtea'

/** A mailbox as a session has it. */
export interface Access {
  /** The name in this session's namespaces. */
  readonly name: string
  readonly mailbox: Mailbox
  /** Letters of rights; an owner has all. */
  readonly rights: ReadonlySet<string>
}

const all: ReadonlySet<string> = new Set(standardRights)

/** What there is under a name, whatever the rights: to be asked before anything is said. Null where nothing is. */
export async function accessTo(session: Session, name: string): Promise<Access | null> {
  const mailbox = await session.store.mailboxes.find(session.account, name)
  return mailbox && { name: nameFor(session, mailbox), mailbox, rights: all }
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
  throw access.rights.has('l') ? new No('You have not the right to do that', 'NOPERM') : absent()
}

function absent(): No {
  return new No('There is no such mailbox', 'NONEXISTENT')
}

/** Every name that this session may see, of mailboxes and of names that only have inferiors; in no order. */
export async function visibleMailboxes(session: Session): Promise<readonly Access[]> {
  const own = await session.store.mailboxes.list(session.account)
  return own.map(mailbox => ({ name: nameFor(session, mailbox), mailbox, rights: all }))
}

/** How this session names a mailbox. */
export function nameFor(_session: Session, mailbox: Mailbox): string {
  return mailbox.name
}
