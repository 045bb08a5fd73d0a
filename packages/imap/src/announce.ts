/** Words FETCH responses that tell of messages, with whatever extensions change about them. */
import type { Uid } from '@lemonade/store'
import type { FetchItem, FetchMessage } from './extension.ts'
import type { Response } from './response.ts'
import type { Session } from './session.ts'
import type { Seq } from './wire/number-set.ts'
import type { Writer } from './wire/writer.ts'

/** Responses are sent when this much has been written. */
export const pageOctets = 65_536

/** Begins a FETCH response: `* n FETCH (`. */
export function fetchStart(session: Session, w: Writer, seq: Seq, uid: Uid): void {
  const other = session.announcers.find(one => one.fetchStart)?.fetchStart
  if (other) other(w, seq, uid)
  else w.ascii('* ').number(seq).ascii(' FETCH (')
}

/** What goes along with flags in FETCH responses that the client did not ask for. */
export function unasked(session: Session): readonly FetchItem[] {
  const items = session.announcers.flatMap(({ flagItems = [] }) =>
    typeof flagItems === 'function' ? flagItems(session) : flagItems,
  )
  return withoutUid(session, items).filter((item, at, all) => all.findIndex(other => other.name === item.name) === at)
}

/** Without an item that the client did not ask for, where every FETCH response begins with the UID. */
export function withoutUid(session: Session, items: readonly FetchItem[]): readonly FetchItem[] {
  return session.dialect.uidItem ? items : items.filter(item => item.name !== 'UID')
}

/** FLAGS, and what goes along with it in responses that the client did not ask for. */
export function writeFlags(w: Writer, message: FetchMessage, session: Session): void {
  w.octets(session.shared.flagLists.item(message.flagSet, message.recent && session.dialect.recent))
}

/**
 * A FETCH response for each of the messages that is still there, with its flags as they are now. Where `flags` is
 * false, only what extensions add is told: STORE with .SILENT (RFC 7162 §3.1.3).
 */
export function* flagLines(
  session: Session,
  uids: Uint32Array,
  what: { readonly uid: boolean; readonly flags: boolean },
): Generator<Response, void, void> {
  const { view } = session
  const added = unasked(session).filter(item => !what.uid || item.name !== 'UID')
  const w = session.writer(Math.min(pageOctets, 64 * uids.length + 64))
  const newest = view.newest
  for (const uid of uids) {
    const seq = view.seqOf(uid)
    const position = seq === 0 ? -1 : view.newestPosition(seq - 1)
    if (position === -1) continue
    const message = {
      seq,
      uid: uid as Uid,
      flagSet: newest.flagSetAt(position),
      modSeq: newest.modSeqAt(position),
      recent: view.isRecent(uid),
    } as FetchMessage
    fetchStart(session, w, seq, message.uid)
    let space = false
    const item = (write: () => void) => {
      if (space) w.sp()
      space = true
      write()
    }
    if (what.uid && session.dialect.uidItem) item(() => w.ascii('UID ').number(uid))
    if (what.flags) item(() => writeFlags(w, message, session))
    for (const one of added) item(() => one.write?.(w, message, session))
    w.close().crlf()
    if (w.length >= pageOctets) yield w.take()
  }
  if (w.length > 0) yield w.take()
}
