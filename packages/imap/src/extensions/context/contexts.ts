/**
 * The live searches of a selected mailbox: what changed is looked at again, and nothing else.
 *
 * - They end with the view, which is what the client's numbers and all they tell are about.
 * - Looking changes what the client must believe at once; the words for it wait in `#words` until they may be said.
 * - What is looked at is found from the view, not from what it tells: a session's own changes count as any other's.
 */
import type { Instant, ModSeq, Uid } from '@lemonade/store'
import type { ArrivalItems, FetchItem } from '../../extension.ts'
import type { SearchProgram } from '../../grammar/search-program.ts'
import type { Response } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { View } from '../../view.ts'
import { rangesOf, type Seq } from '../../wire/number-set.ts'
import type { Pair, ResultList } from './result-list.ts'
import { type Update, updateResponses } from './update-response.ts'

/** A search that is live. */
export interface Context {
  readonly tag: string
  readonly byUid: boolean
  readonly criteria: SearchProgram
  readonly list: ResultList
  /** What the client wants to be told of messages that arrive in it (RFC 5465 §7). */
  readonly items: readonly FetchItem[]
}

interface Live extends Context {
  /** Up to when it was looked at what time alone changes. */
  lookedAt: Instant
}

const key = Symbol('contexts')
const none: Uint32Array = new Uint32Array(0)

export class Contexts {
  readonly #session: Session
  readonly #view: View
  readonly #live = new Map<string, Live>()
  #words: Update[] = []
  /** Changes up to here, and messages below this, have been looked at. */
  #modSeq: ModSeq
  #uidNext: number
  /** What `*` stood for. */
  #largest: number
  #clock: NodeJS.Timeout | null = null

  private constructor(session: Session, view: View) {
    this.#session = session
    this.#view = view
    // Whatever a search saw that is newer is looked at once more, and found as it was.
    this.#modSeq = view.toldModSeq
    this.#uidNext = view.uidNext
    this.#largest = view.largestUid
    view.whenClosed(() => this.#close())
  }

  /** Those of the selected mailbox, where there are any. */
  static of(session: Session): Contexts | null {
    const kept = session.kept.get(key) as Contexts | undefined
    return kept !== undefined && kept.#view === session.selected ? kept : null
  }

  /** Those of the selected mailbox, to add one. */
  static open(session: Session): Contexts {
    const there = Contexts.of(session)
    if (there !== null) return there
    const contexts = new Contexts(session, session.view)
    session.kept.set(key, contexts)
    return contexts
  }

  get count(): number {
    return this.#live.size
  }

  /** Messages in all of them together. */
  get messages(): number {
    let sum = 0
    for (const { list } of this.#live.values()) sum += list.size
    return sum
  }

  has(tag: string): boolean {
    return this.#live.has(tag)
  }

  /** From now on it is kept up to date; `now` is when it was searched. */
  add(context: Context, now: Instant): void {
    this.#live.set(context.tag, { ...context, lookedAt: now })
    this.#watchClock()
  }

  cancel(tag: string): void {
    this.#live.delete(tag)
    this.#words = this.#words.filter(word => word.tag !== tag)
    this.#watchClock()
  }

  /** Messages are about to go, which have these numbers now: what is said of them must come before (RFC 5267 §4.3.4). */
  async *leaving(uids: Uint32Array, numbers: readonly Seq[]): AsyncGenerator<Response, void, void> {
    const numberOf = new Map(Array.from(uids, (uid, at) => [uid, numbers[at] as number]))
    for (const live of this.#live.values()) {
      const removed = await live.list.remove(uids.filter(uid => live.list.has(uid)))
      const update = { tag: live.tag, byUid: live.byUid, removed, added: [] }
      yield* updateResponses(this.#session, update, some => some.map(uid => numberOf.get(uid) as number))
    }
  }

  /** Looks at what has changed, and says what is wanted of messages that arrived in a context. */
  async *arrivals(uids: Uint32Array): AsyncGenerator<ArrivalItems, void, void> {
    const arrived = new Set(uids)
    await this.#look()
    for (const { tag, items } of this.#live.values()) {
      if (items.length === 0) continue
      const added = this.#words.filter(word => word.tag === tag).flatMap(word => word.added.flatMap(pair => pair.uids))
      yield { uids: Uint32Array.from(added.filter(uid => arrived.has(uid))).sort(), items, first: true }
    }
  }

  /** Looks at what has changed and says it. */
  async *changes(): AsyncGenerator<Response, void, void> {
    await this.#look()
    const words = this.#words
    this.#words = []
    const numbers = (uids: readonly number[]) => this.#view.seqsOf(Uint32Array.from(uids))
    for (const word of words) yield* updateResponses(this.#session, word, numbers)
  }

  /** The same, with what has changed by time alone. */
  async *changesWithTime(now: Instant): AsyncGenerator<Response, void, void> {
    const view = this.#view
    for (const live of this.#live.values()) {
      if (!this.#isDue(live, now)) continue
      const moved = live.criteria.moves.map(moves => moves(live.lookedAt, now))
      live.lookedAt = now
      const uids = await this.#session.store.messages.search(view.mailbox.id, { key: 'or', of: moved })
      await this.#lookAt(live, view.known(uids), now)
    }
    yield* this.changes()
  }

  #isDue({ criteria, lookedAt }: Live, now: Instant): boolean {
    return criteria.moves.length > 0 && now - lookedAt >= this.#session.limits.imapContextSeconds * 1000
  }

  /** What came, changed or went since the last look. Without contexts there is none that could miss it. */
  async #look(): Promise<void> {
    const view = this.#view
    const { newest, uidNext, largestUid } = view
    const isNews = newest.modSeq !== this.#modSeq || uidNext !== this.#uidNext
    if (!isNews && !view.holdsExpunges) return
    const changed = isNews ? view.changedAfter(this.#modSeq) : none
    const arrived = view.present([{ first: this.#uidNext as Uid, last: (uidNext - 1) as Uid }])
    // What `*` stands for may be another message now, and then that and the former one may match or not.
    const ends = largestUid === this.#largest ? [] : [this.#largest, largestUid]
    this.#modSeq = newest.modSeq
    this.#uidNext = uidNext
    this.#largest = largestUid
    const gone = view.holdsExpunges ? view.gone() : none
    const uids = Uint32Array.from(new Set([...changed, ...arrived, ...ends])).filter(uid => view.seqOf(uid) > 0)
    uids.sort()
    const now = Date.now()
    for (const live of this.#live.values()) {
      // Numbers may not change yet, but what is gone matches nothing any more (RFC 5267 appendix A.3).
      const removed = await live.list.remove(gone.filter(uid => live.list.has(uid)))
      this.#say(live, removed, [])
      if (uids.length > 0) await this.#lookAt(live, uids, now)
    }
  }

  /** Looks whether messages of the view match now. */
  async #lookAt(live: Live, uids: Uint32Array, now: Instant): Promise<void> {
    const { criteria, list } = live
    const { mailbox } = this.#view
    const program = criteria.program({ session: this.#session, view: this.#view, now })
    const found = await this.#session.ofMailbox(
      this.#session.store.messages.search(mailbox.id, program, undefined, rangesOf(uids)),
    )
    const matching = new Set(found)
    const removed = await list.remove(uids.filter(uid => list.has(uid) && !matching.has(uid)))
    const added = await list.add(uids.filter(uid => !list.has(uid) && matching.has(uid)))
    this.#say(live, removed, added)
  }

  #say({ tag, byUid }: Live, removed: readonly Pair[], added: readonly Pair[]): void {
    if (removed.length + added.length > 0) this.#words.push({ tag, byUid, removed, added })
  }

  /** Wakes the session from time to time while a context has answers that time alone changes (RFC 5032 §2). */
  #watchClock(): void {
    const isMoving = [...this.#live.values()].some(({ criteria }) => criteria.moves.length > 0)
    if (isMoving && this.#clock === null) {
      this.#clock = setInterval(() => this.#session.wake(), this.#session.limits.imapContextSeconds * 1000).unref()
    } else if (!isMoving && this.#clock !== null) {
      clearInterval(this.#clock)
      this.#clock = null
    }
  }

  #close(): void {
    this.#live.clear()
    this.#watchClock()
    this.#session.kept.delete(key)
  }
}
