/** What sessions that have enabled METADATA are told of entries that others change (RFC 5464 §4.4.2). */
import {
  type AccountId,
  type MailboxId,
  type MetadataChange,
  type ModSeq,
  serverAccount,
  type WakeUp,
} from '@lemonade/store'
import { findMailbox, nameFor } from '../../access.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import { interestOf } from '../../tell.ts'
import { type Bearer, changeResponse, mayUseEntries, theServer } from './entries.ts'

export const forMailboxes = 'METADATA'
export const forServer = 'METADATA-SERVER'

/** How far a session has been told, by account; the server counts as one. */
class Position {
  readonly told = new Map<AccountId, ModSeq>()
  readonly own = new Set<string>()
}

function positionOf(session: Session): Position {
  const position = (session.kept.get(Position) as Position | undefined) ?? new Position()
  session.kept.set(Position, position)
  return position
}

function isEnabled(session: Session): boolean {
  return session.isEnabled(forServer) || session.isEnabled(forMailboxes)
}

/** The session knows of these changes of entries: it made them. */
export function noteOwnChanges(session: Session, changes: readonly WakeUp[]): void {
  for (const { account, modSeq } of changes) {
    if (isEnabled(session)) positionOf(session).own.add(`${account} ${modSeq}`)
    session.did({ kind: 'metadata', account, modSeq })
  }
}

/** Accounts whose changes wake the session, beside those that do anyway. */
export function watched(session: Session): AccountId[] {
  return isEnabled(session) ? [...positionOf(session).told.keys()] : []
}

/** Says which entries have changed since it was last asked; the first time, nothing. */
export async function* tellChanges(session: Session): AsyncGenerator<Response, void, void> {
  // Where the client has said which events it wants to hear of, that decides (RFC 5465 §3.1).
  if (!isEnabled(session) || interestOf(session) !== undefined) return
  const position = positionOf(session)
  const shared = await session.store.acl.shared(session.account)
  const accounts = new Set([serverAccount, session.account, ...shared.map(({ mailbox }) => mailbox.account)])
  for (const account of position.told.keys()) if (!accounts.has(account)) position.told.delete(account)
  for (const account of accounts) {
    const since = position.told.get(account)
    if (since === undefined) {
      position.told.set(account, await session.store.metadata.modSeq(account))
      continue
    }
    const { modSeq, changes } = await session.store.metadata.changedAfter(account, since, session.account)
    position.told.set(account, modSeq)
    const foreign = changes.filter(change => !position.own.has(`${account} ${change.modSeq}`))
    yield* responses(session, foreign)
  }
  position.own.clear()
}

/** One response for the server and for each mailbox. */
async function* responses(session: Session, changes: readonly MetadataChange[]): AsyncGenerator<Response, void, void> {
  const byBearer = Map.groupBy(changes, change => change.mailbox)
  for (const [mailbox, ofOne] of byBearer) {
    const bearer = mailbox === null ? theServer : await visible(session, mailbox)
    if (bearer !== null)
      yield changeResponse(
        session,
        bearer,
        ofOne.map(({ name }) => name),
      )
  }
}

/** Null where the session may not know of the mailbox's entries, or wants to know only of the server's. */
async function visible(session: Session, id: MailboxId): Promise<Bearer | null> {
  if (!session.isEnabled(forMailboxes)) return null
  const mailbox = await session.store.mailboxes.get(id)
  const access = mailbox && (await findMailbox(session, nameFor(session, mailbox)))
  return access && mayUseEntries(access) ? { name: access.name, mailbox: access.mailbox } : null
}
