/**
 * What is told of annotations that others change: to who has selected the mailbox with ANNOTATE (RFC 5257 §4.2, §4.4), or
 * wants to hear of them otherwise (RFC 5465 §5.1).
 */
import type { ModSeq, Uid } from '@lemonade/store'
import { fetchStart, pageOctets, unasked } from '../../announce.ts'
import type { FetchMessage } from '../../extension.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import { interestOf } from '../../tell.ts'
import type { View } from '../../view.ts'

/** Up to where a view's client has been told, of messages below a UID, and the changes that it made itself since. */
interface Position {
  told: ModSeq
  uidNext: number
  readonly own: Set<ModSeq>
}

const positions = new WeakMap<View, Position>()
const asked = new WeakSet<View>()

/** From now on the view's client is told, until it leaves the mailbox. */
export function wantChanges(view: View): void {
  asked.add(view)
  positionOf(view)
}

function positionOf(view: View): Position {
  const known = positions.get(view)
  if (known !== undefined) return known
  const position = { told: view.newest.modSeq, uidNext: view.uidNext, own: new Set<ModSeq>() }
  positions.set(view, position)
  return position
}

/** Where an extension says what the client hears of, ANNOTATE alone does not count. */
function isWanted(session: Session, view: View): boolean {
  const interest = interestOf(session)
  return interest === undefined ? asked.has(view) : interest.annotations === true
}

/** The view's client knows of this change: it made it. */
export function noteOwn(view: View, modSeq: ModSeq): void {
  positions.get(view)?.own.add(modSeq)
}

/** Names of the entries that have changed, never their values; of messages that have just arrived, none. */
export async function* tellChanges(session: Session): AsyncGenerator<Response, void, void> {
  const view = session.selected
  if (view === null) return
  if (!isWanted(session, view)) {
    positions.delete(view)
    return
  }
  const position = positionOf(view)
  const upTo = view.newest.modSeq
  if (upTo === position.told) return
  const { told, uidNext, own } = position
  const changes = await session.store.annotations.changedAfter(view.mailbox.id, told, session.account)
  const news = changes.filter(({ uid, modSeq }) => modSeq <= upTo && uid < uidNext && !own.has(modSeq))
  Object.assign(position, { told: upTo, uidNext: view.uidNext })
  own.clear()
  yield* responses(
    session,
    Map.groupBy(news, ({ uid }) => uid),
  )
}

function* responses(
  session: Session,
  byMessage: ReadonlyMap<Uid, readonly { readonly entry: string }[]>,
): Generator<Response, void, void> {
  const { view } = session
  const w = session.writer()
  for (const [uid, changes] of byMessage) {
    const seq = view.seqOf(uid)
    const position = seq === 0 ? -1 : view.newestPosition(seq - 1)
    if (position === -1) continue
    const modSeq = view.newest.modSeqAt(position)
    fetchStart(session, w, seq, uid)
    for (const item of unasked(session)) {
      item.write?.(w, { seq, uid, modSeq } as FetchMessage, session)
      w.sp()
    }
    w.ascii('ANNOTATION (')
    for (const [at, { entry }] of changes.entries()) (at === 0 ? w : w.sp()).astring(entry)
    w.close().close().crlf()
    if (w.length >= pageOctets) yield w.take()
  }
  if (w.length > 0) yield w.take()
}
