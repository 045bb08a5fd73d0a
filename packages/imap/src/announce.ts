/** Words what a view has to tell, with whatever extensions change about it. */
import type { FlagSetId, ModSeq, Uid } from '@lemonade/store'
import type { FetchMessage } from './extension.ts'
import { data, type Response } from './response.ts'
import type { Session } from './session.ts'
import type { View } from './view.ts'
import type { Seq } from './wire/number-set.ts'
import type { Writer } from './wire/writer.ts'

/** Responses are sent when this much has been written. */
export const pageOctets = 65_536

const none: Uint32Array = new Uint32Array(0)

/** Tells all that may be told now (RFC 3501 §5.2, §7.3, §7.4). */
export async function* tell(session: Session, mayExpunge: boolean): AsyncGenerator<Response, void, void> {
  if (session.selected !== null) yield* tellView(session, session.selected, mayExpunge)
  for (const announcer of session.announcers) if (announcer.beside) yield* announcer.beside(session)
}

async function* tellView(session: Session, view: View, mayExpunge: boolean): AsyncGenerator<Response, void, void> {
  const told = { expunged: none, arrived: none, changed: none }
  for await (const change of view.tell(mayExpunge)) {
    switch (change.kind) {
      case 'expunged':
        told.expunged = change.uids
        yield* expunged(session, change.uids, change.numbers)
        break
      case 'arrived':
        told.arrived = change.uids
        yield data(w => w.number(change.exists).ascii(' EXISTS'))
        yield data(w => w.number(change.recent).ascii(' RECENT'))
        break
      case 'flags':
        told.changed = change.uids
        yield* flagLines(session, change.uids, { uid: false, flags: true })
        break
    }
  }
  if (told.expunged.length + told.arrived.length + told.changed.length === 0) return
  for (const announcer of session.announcers) if (announcer.told) yield* announcer.told(session, told)
}

function* expunged(session: Session, uids: Uint32Array, numbers: readonly Seq[]): Generator<Response, void, void> {
  const other = session.announcers.find(one => one.expunged)?.expunged
  if (other) {
    yield* other(session, uids)
    return
  }
  const w = session.writer()
  for (const number of numbers) {
    w.ascii('* ').number(number).ascii(' EXPUNGE').crlf()
    if (w.length >= pageOctets) yield w.take()
  }
  yield w.take()
}

/** Begins a FETCH response: `* n FETCH (`. */
export function fetchStart(session: Session, w: Writer, seq: Seq, uid: Uid): void {
  const other = session.announcers.find(one => one.fetchStart)?.fetchStart
  if (other) other(w, seq, uid)
  else w.ascii('* ').number(seq).ascii(' FETCH (')
}

/** FLAGS, and what goes along with it in responses that the client did not ask for. */
export function writeFlags(w: Writer, message: FetchMessage, session: Session): void {
  w.octets(session.shared.flagLists.item(message.flagSet, message.recent))
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
  const added = session.announcers.flatMap(one => one.flagItems ?? []).filter(item => !what.uid || item.name !== 'UID')
  const w = session.writer(Math.min(pageOctets, 64 * uids.length + 64))
  const newest = view.newest
  for (const uid of uids) {
    const seq = view.seqOf(uid)
    const position = seq === 0 ? -1 : view.newestPosition(seq - 1)
    if (position === -1) continue
    const message = {
      seq,
      uid: uid as Uid,
      flagSet: newest.flagSets[position] as FlagSetId,
      modSeq: newest.modSeqs[position] as ModSeq,
      recent: view.isRecent(uid),
    } as FetchMessage
    fetchStart(session, w, seq, message.uid)
    let space = false
    const item = (write: () => void) => {
      if (space) w.sp()
      space = true
      write()
    }
    if (what.uid) item(() => w.ascii('UID ').number(uid))
    if (what.flags) item(() => writeFlags(w, message, session))
    for (const one of added) item(() => one.write?.(w, message, session))
    w.close().crlf()
    if (w.length >= pageOctets) yield w.take()
  }
  if (w.length > 0) yield w.take()
}
