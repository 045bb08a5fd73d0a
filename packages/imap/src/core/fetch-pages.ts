/**
 * How FETCH answers: in pages. What the index knows (numbers, UIDs, flags, mod-sequences) costs no query; the rest is
 * asked for a page at a time, and only the columns that the items need. Octets go into one buffer a page.
 */
import {
  type FlagSetId,
  type Message,
  type MessageFacts,
  type ModSeq,
  StoreError,
  type Stretch,
  type Uid,
  type UidRanges,
} from '@lemonade/store'
import { fetchStart, pageOctets, unasked, writeFlags } from '../announce.ts'
import type { FetchItem, FetchMessage } from '../extension.ts'
import { Broken, No } from '../problem.ts'
import type { Response } from '../response.ts'
import type { Session } from '../session.ts'
import type { Span } from '../view.ts'
import { intersect, rangesOf } from '../wire/number-set.ts'
import type { Writer } from '../wire/writer.ts'
import { smallOctets } from './body.ts'

/** Messages asked of the store at once. */
const pageMessages = 250

export const flagsItem: FetchItem = { name: 'FLAGS', write: writeFlags }

/** One run of FETCH over a set of messages. */
export class Fetch {
  readonly #session: Session
  readonly #items: readonly FetchItem[]
  /** Whether pages need rows; \Seen is set on those that have it not. */
  readonly #needsRows: boolean
  readonly #needsStore: boolean
  readonly #facts: readonly (keyof MessageFacts)[]
  readonly #sees: boolean
  /** True where an item's octets come from elsewhere than the page; without one, a page is written in one go. */
  readonly #streams: boolean
  /** Messages that were shown otherwise than they are (RFC 6858 §3). */
  readonly surrogates: Uid[] = []
  /** Fields that the index does not have are set for pages that need them. */
  readonly #current = {
    ...{ seq: 0, uid: 0, flagSet: 0, modSeq: 0, recent: false },
    surrogates: this.surrogates,
  } as unknown as FetchMessage
  /** Why a message was left out that is still there. */
  leftOut: StoreError | No | null = null

  constructor(session: Session, items: readonly FetchItem[]) {
    this.#session = session
    this.#items = items
    const needs = new Set(items.flatMap(item => item.needs ?? []))
    this.#facts = [...needs].filter(need => need !== 'row')
    const maySee = !session.view.examined && session.view.access.rights.has('s')
    this.#sees = maySee && items.some(item => item.seen)
    this.#needsRows = this.#sees || needs.has('row')
    this.#streams = items.some(item => item.stream)
    this.#needsStore = this.#sees || needs.size > 0 || this.#streams
  }

  /** Answers with the messages that are there; returns false where one went in the meantime. */
  async *run(uids: UidRanges): AsyncGenerator<Response, boolean, void> {
    const spans = this.#session.view.spans(uids)
    if (!this.#needsStore) return yield* this.#fromIndex(spans)
    let complete = true
    for (const page of pagesOf(spans)) complete = (yield* this.#fromStore(page)) && complete
    return complete
  }

  /** Numbers, flags and mod-sequences: no query at all. */
  *#fromIndex(spans: readonly Span[]): Generator<Response, boolean, void> {
    const w = this.#session.writer(pageOctets + 1024)
    let complete = true
    for (const span of spans) {
      for (let position = span.from; position < span.to; ) {
        // Between two pages the index may have learnt more.
        const { newest, isAligned } = this.#session.view.standing()
        if (isAligned) position = this.#aligned(w, newest.stretch(position), span.to)
        else {
          for (; position < span.to && w.length < pageOctets; position++) {
            if (this.#find(position, this.#current)) this.#written(w, false)
            else complete = false
          }
        }
        if (w.length >= pageOctets) yield w.take()
      }
    }
    if (w.length > 0) yield w.take()
    return complete
  }

  /** Messages that stand in the index where they stand in the view, as far as a page has room; answers where it ends. */
  #aligned(w: Writer, { start, from, to, uids, flagSets, modSeqs }: Stretch, until: number): number {
    const end = Math.min(to, until - start)
    let at = from
    for (; at < end && w.length < pageOctets; at++) {
      this.#fill(this.#current, start + at, uids[at] as Uid, flagSets[at] as FlagSetId, modSeqs[at] as ModSeq)
      this.#written(w, false)
    }
    return start + at
  }

  async *#fromStore(spans: readonly Span[]): AsyncGenerator<Response, boolean, void> {
    const { view, store } = this.#session
    const uids = spans.map(({ from, to }) => ({ first: view.uidAt(from), last: view.uidAt(to - 1) }))
    const rows = this.#needsRows ? await store.messages.page(view.mailbox.id, uids, pageMessages) : null
    const seen = rows && this.#sees ? await this.#markSeen(rows) : null
    const page = { spans, rows: rows && new Map(rows.map(row => [row.uid, row])), facts: null, seen }
    return this.#facts.length > 0 ? yield* this.#withFacts(page, uids) : yield* this.#page(page)
  }

  /** With their facts, as many at once as is good. What went after its row was read has none, and is left out. */
  async *#withFacts(page: Page, uids: UidRanges): AsyncGenerator<Response, boolean, void> {
    const { view, store } = this.#session
    let complete = true
    for (let left = uids; left.length > 0; ) {
      const facts = await store.messages.facts(view.mailbox.id, left, this.#facts, pageMessages)
      const { next } = facts
      const now = next === null ? left : intersect(left, [{ first: 1 as Uid, last: (next - 1) as Uid }])
      left = next === null ? [] : intersect(left, [{ first: next, last: view.largestUid as Uid }])
      complete = (yield* this.#page({ ...page, spans: view.spans(now), facts })) && complete
    }
    return complete
  }

  async *#page(page: Page): AsyncGenerator<Uint8Array, boolean, void> {
    const w = this.#session.writer(pageOctets + (this.#streams ? smallOctets : 1024))
    let complete = true
    for (const span of page.spans) {
      for (let position = span.from; position < span.to; position++) {
        const flagsChanged = page.seen?.has(this.#session.view.uidAt(position)) ?? false
        if (!this.#load(position, page)) complete = false
        else if (this.#streams) complete = (yield* this.#streamed(w, flagsChanged)) && complete
        else this.#written(w, flagsChanged)
        if (w.length >= pageOctets) yield w.take()
      }
    }
    if (w.length > 0) yield w.take()
    return complete
  }

  /** Fills in what the page has of a message; false where it is gone. */
  #load(position: number, page: Page): boolean {
    const message = this.#current
    const uid = this.#session.view.uidAt(position)
    const row = page.rows?.get(uid)
    const facts = page.facts?.get(uid)
    if ((page.rows && !row) || (page.facts && !facts) || !this.#find(position, message)) return false
    if (row) message.row = row
    if (facts) message.facts = facts
    return true
  }

  /** One response. A message that cannot be read is left out whole, and the others are answered; false then. */
  async *#streamed(w: Writer, flagsChanged: boolean): AsyncGenerator<Uint8Array, boolean, void> {
    const message = this.#current
    const start = w.length
    let sent = false
    try {
      for (const item of this.#items) item.check?.(message)
      this.#start(w, message)
      for (const [at, item] of this.#items.entries()) {
        if (at > 0) w.sp()
        if (item.stream === undefined) item.write?.(w, message, this.#session)
        else {
          for await (const octets of item.stream(w, message, this.#session)) {
            sent = true
            yield octets
          }
        }
      }
      this.#end(w, flagsChanged)
      return true
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof No)) throw error
      if (sent) throw new Broken('A message could not be read to its end', error)
      if (error instanceof No || error.problem === 'damaged') this.leftOut ??= error
      w.cut(start)
      return false
    }
  }

  /** One response of what the page and the index hold. */
  #written(w: Writer, flagsChanged: boolean): void {
    const message = this.#current
    this.#start(w, message)
    const items = this.#items
    for (let i = 0; i < items.length; i++) {
      if (i > 0) w.sp()
      items[i]?.write?.(w, message, this.#session)
    }
    this.#end(w, flagsChanged)
  }

  /** With the flags that the client did not ask for and must know of (RFC 3501 §6.4.5, §7.4.2). */
  #end(w: Writer, flagsChanged: boolean): void {
    if (flagsChanged) {
      const untold = [flagsItem, ...unasked(this.#session)]
      for (const item of untold) {
        if (this.#items.some(asked => asked.name === item.name)) continue
        w.sp()
        item.write?.(w, this.#current, this.#session)
      }
    }
    w.close().crlf()
  }

  /** Numbers, flags and mod-sequence of a message of the view; false where it is gone. */
  #find(position: number, message: FetchMessage): boolean {
    const { view } = this.#session
    const at = view.newestPosition(position)
    if (at === -1) return false
    const { newest } = view
    this.#fill(message, position, view.uidAt(position), newest.flagSetAt(at), newest.modSeqAt(at))
    return true
  }

  #fill(message: FetchMessage, position: number, uid: Uid, flagSet: FlagSetId, modSeq: ModSeq): void {
    const { view } = this.#session
    message.uid = uid
    message.seq = view.seqAt(position)
    message.flagSet = flagSet
    message.modSeq = modSeq
    message.recent = view.isRecent(uid)
  }

  #start(w: Writer, message: FetchMessage): void {
    fetchStart(this.#session, w, message.seq, message.uid)
  }

  /** Sets \Seen on a page at once, before anything is told of it; answers which messages that changed. */
  async #markSeen(rows: readonly Message[]): Promise<ReadonlySet<Uid>> {
    const { view, store } = this.#session
    const unseen = rows.filter(row => !store.flagSets.has(row.flagSet, '\\Seen')).map(row => row.uid)
    if (unseen.length === 0) return new Set()
    const change = { mode: 'add', flags: ['\\Seen'] } as const
    const stored = await store.messages.storeFlags(view.mailbox.id, rangesOf(unseen), change)
    await view.learn()
    if (stored.uids.length > 0) {
      view.quiet(stored.modSeq)
      await this.#session.happened({ kind: 'flags', mailbox: view.mailbox.id, stored })
    }
    return new Set(stored.uids as Iterable<number> as Iterable<Uid>)
  }
}

interface Page {
  readonly spans: readonly Span[]
  /** Null where no item needs them. */
  readonly rows: ReadonlyMap<Uid, Message> | null
  readonly facts: ReadonlyMap<Uid, Partial<MessageFacts>> | null
  readonly seen: ReadonlySet<Uid> | null
}

/** Spans of `pageMessages` messages at most, a page each. */
function* pagesOf(spans: readonly Span[]): Generator<readonly Span[], void, void> {
  let page: Span[] = []
  let room = pageMessages
  for (const { from, to } of spans) {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + room)
      page.push({ from: at, to: end })
      room -= end - at
      at = end
      if (room > 0) continue
      yield page
      page = []
      room = pageMessages
    }
  }
  if (page.length > 0) yield page
}
