/** COPY (RFC 3501 §6.4.7), and what MOVE shares with it. */
import type { Copied, UidRanges } from '@lemonade/store'
import { type Access, accessTo, flagRights, needRights } from '../access.ts'
import { type Call, command, extension } from '../extension.ts'
import { mailbox } from '../grammar/mailbox.ts'
import type { Parsing } from '../parsing.ts'
import { No } from '../problem.ts'
import { type Code, ok } from '../response.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** SP mailbox */
export function targetName(p: Parser, at: Parsing): string {
  p.sp()
  return mailbox(p, at)
}

/** Where messages go. Throws `No`: TRYCREATE where nothing is, or nothing that may be seen; NOPERM without the right. */
export async function target(session: Session, name: string): Promise<Access> {
  const found = await accessTo(session, name)
  if (!found?.mailbox.selectable || !(found.rights.has('i') || found.rights.has('l')))
    throw new No('There is no such mailbox', 'TRYCREATE')
  needRights(found, 'i')
  return found
}

/** The messages to take: all of those named by number must be there, for the command does all or nothing. */
export function source(session: Session, call: Call): UidRanges {
  if (!call.byUid && session.view.goneWithin(call.uids) > 0) {
    throw new No('Some of the messages no longer exist', 'EXPUNGEISSUED')
  }
  return session.view.clip(call.uids)
}

/** What was copied is no news to the session, and may be some to others. */
export async function didCopy(session: Session, { target: { id }, to, before, modSeq }: Copied): Promise<void> {
  session.did({ kind: 'messages', mailbox: id, before, modSeq, uids: to })
  await session.happened({ kind: 'copy', mailbox: id, uids: to })
}

/** The code that tells what was copied or moved, if an extension has one and the mailbox may be read (RFC 9051 §11.4). */
export function copyCode(session: Session, to: Access, copied: Copied): Code | undefined {
  if (!to.rights.has('r')) return undefined
  return session.tables.extensions.map(one => one.copyCode?.(copied)).find(code => code !== undefined)
}

/** copy = "COPY" SP sequence-set SP mailbox */
export const copy = command({
  states: ['selected'],
  messages: 'set',
  parse: targetName,
  async run(session, name, call) {
    const to = await target(session, name)
    const uids = source(session, call)
    if (uids.length === 0) return ok('COPY completed, nothing to copy')
    const copied = await session.store.messages.copy(
      session.view.mailbox.id,
      uids,
      to.mailbox.id,
      flagRights(to.rights),
      { account: session.account, shared: to.rights.has('n') },
    )
    if (copied.to.length === 0) return ok('COPY completed, nothing to copy')
    await didCopy(session, copied)
    return ok('COPY completed', copyCode(session, to, copied))
  },
})

export const copying = extension({ rfc: 3501, commands: { COPY: copy }, codes: ['EXPUNGEISSUED'] })
