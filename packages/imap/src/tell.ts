/** Tells what a view has to tell, and what extensions have to say beside it. */
import { flagLines, pageOctets } from './announce.ts'
import { Fetch } from './core/fetch-pages.ts'
import { flagResponses } from './core/flag-responses.ts'
import type { ArrivalItems, FetchItem } from './extension.ts'
import { data, type Response } from './response.ts'
import type { Session } from './session.ts'
import type { Interest, View } from './view.ts'
import { rangesOf, type Seq } from './wire/number-set.ts'

const none: Uint32Array = new Uint32Array(0)

/** Tells all that may be told now (RFC 3501 §5.2, §7.3, §7.4). */
export async function* tell(session: Session, mayExpunge: boolean): AsyncGenerator<Response, void, void> {
  if (session.selected !== null) yield* tellView(session, session.selected, mayExpunge, interestOf(session))
  for (const announcer of session.announcers) if (announcer.beside) yield* announcer.beside(session)
}

/** Tells all that has happened to the selected mailbox, also what the client is not to hear of by itself. */
export async function* tellEverything(session: Session): AsyncGenerator<Response, void, void> {
  await session.learn()
  if (session.selected !== null) yield* tellView(session, session.selected, true)
}

async function* tellView(
  session: Session,
  view: View,
  mayExpunge: boolean,
  interest?: Interest,
): AsyncGenerator<Response, void, void> {
  if (view.tellRights()) yield* flagResponses(session, view)
  const told = { expunged: none, arrived: none, changed: none }
  for await (const change of view.tell(mayExpunge, interest)) {
    switch (change.kind) {
      case 'expunged':
        told.expunged = change.uids
        yield* leaving(session, change.uids, change.numbers)
        yield* expunged(session, change.uids, change.numbers)
        break
      case 'arrived':
        told.arrived = change.uids
        yield data(w => w.number(change.exists).ascii(' EXISTS'))
        if (session.dialect.recent) yield data(w => w.number(change.recent).ascii(' RECENT'))
        break
      case 'flags':
        told.changed = change.uids
        yield* flagLines(session, change.uids, { uid: false, flags: true })
        break
    }
  }
  if (told.expunged.length + told.arrived.length + told.changed.length === 0) return
  const arrivals = told.arrived.length === 0 ? [] : await arrivalsOf(session, told.arrived)
  const first = new Set(arrivals.filter(one => one.first).flatMap(one => [...one.uids]))
  yield* arrivalLines(session, arrivals, uid => first.has(uid))
  for (const announcer of session.announcers) if (announcer.told) yield* announcer.told(session, told)
  yield* arrivalLines(session, arrivals, uid => !first.has(uid))
}

/** What an extension lets the client hear of the selected mailbox; undefined where it hears of everything. */
export function interestOf(session: Session): Interest | undefined {
  for (const announcer of session.announcers) {
    const interest = announcer.interest?.(session) ?? null
    if (interest !== null) return interest
  }
  return undefined
}

async function arrivalsOf(session: Session, uids: Uint32Array): Promise<readonly ArrivalItems[]> {
  const arrivals: ArrivalItems[] = []
  for (const announcer of session.announcers) {
    if (announcer.arrivals) for await (const one of announcer.arrivals(session, uids)) arrivals.push(one)
  }
  return arrivals
}

/** One FETCH response a message, with what all who have a say in it want to be told, and nothing twice. */
async function* arrivalLines(
  session: Session,
  arrivals: readonly ArrivalItems[],
  isMeant: (uid: number) => boolean,
): AsyncGenerator<Response, void, void> {
  const [only] = arrivals
  if (only !== undefined && arrivals.length === 1) {
    const uids = only.uids.filter(isMeant)
    if (uids.length > 0) yield* new Fetch(session, distinct(only.items)).run(rangesOf(uids))
    return
  }
  const asked = new Map<number, ArrivalItems[]>()
  for (const arrival of arrivals) {
    for (const uid of arrival.uids) if (isMeant(uid)) asked.set(uid, [...(asked.get(uid) ?? []), arrival])
  }
  // Messages for which the same is asked go together.
  const groups = Map.groupBy(asked, ([, all]) => all.map(one => arrivals.indexOf(one)).join())
  for (const group of groups.values()) {
    const items = group[0]?.[1].flatMap(one => one.items) ?? []
    const uids = Uint32Array.from(group, ([uid]) => uid).sort()
    yield* new Fetch(session, distinct(items)).run(rangesOf(uids))
  }
}

function distinct(items: readonly FetchItem[]): readonly FetchItem[] {
  return [...new Map(items.map(item => [item.section ?? item.name, item])).values()]
}

/** The numbers of `expunged` count without those before them; who speaks first counts with them. */
async function* leaving(
  session: Session,
  uids: Uint32Array,
  numbers: readonly Seq[],
): AsyncGenerator<Response, void, void> {
  const before = numbers.map((number, at) => (number + at) as Seq)
  for (const announcer of session.announcers) if (announcer.leaving) yield* announcer.leaving(session, uids, before)
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
