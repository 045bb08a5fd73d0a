/**
 * FETCH (RFC 3501 §6.4.5), open to items and modifiers.
 *
 * Messages are answered in pages. What the index knows (numbers, UIDs, flags, mod-sequences) costs no query; the rest
 * is asked for a page at a time, and only the columns that the items need. Octets go into one buffer a page.
 */
import {
  type ContentId,
  type FlagSetId,
  type Message,
  type MessageFacts,
  type ModSeq,
  StoreError,
  type Uid,
  type UidRanges,
} from '@lemonade/store'
import { fetchStart, pageOctets, writeFlags } from '../announce.ts'
import {
  type Call,
  command,
  extension,
  type FetchItem,
  type FetchMessage,
  type FetchModifier,
  type FetchPlan,
} from '../extension.ts'
import type { Parsing } from '../parsing.ts'
import { Bad, Broken, No } from '../problem.ts'
import { no, ok, type Response, type Tagged } from '../response.ts'
import type { Session } from '../session.ts'
import type { Span } from '../view.ts'
import { printDateTime } from '../wire/date.ts'
import { rangesOf } from '../wire/number-set.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'
import { bodyItem, bodyPeekItem, rfc822Item } from './body.ts'

/** Messages asked of the store at once. */
export const pageMessages = 250

interface Modifier {
  readonly row: FetchModifier
  readonly argument: unknown
}

interface Fetching {
  readonly items: readonly FetchItem[]
  readonly modifiers: readonly Modifier[]
}

const macros: Readonly<Record<string, readonly string[]>> = {
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
}

/** fetch = "FETCH" SP sequence-set SP ("ALL" / "FULL" / "FAST" / fetch-att / "(" fetch-att *(SP fetch-att) ")") [fetch-modifiers] */
function parseFetch(p: Parser, at: Parsing): Fetching {
  p.sp()
  const items = fetchItems(p, at)
  const modifiers: Modifier[] = []
  const { fetchModifiers } = at.tables
  if (fetchModifiers.size > 0 && p.trySp()) {
    const names = p.list1(() => {
      const name = p.word()
      const row = fetchModifiers.get(name)
      if (row === undefined) throw new Bad(`Unknown FETCH modifier ${name}`)
      modifiers.push({ row, argument: row.parse(p) })
      return name
    })
    for (const { row } of modifiers) {
      if (row.needs?.some(name => !names.includes(name))) throw new Bad('A FETCH modifier needs another')
    }
  }
  return { items, modifiers }
}

/** What FETCH and its kin can be asked for: a macro, an item, or items in parentheses. */
export function fetchItems(p: Parser, at: Parsing): readonly FetchItem[] {
  if (p.isNext('(')) {
    const items = p.list1(() => fetchItem(p, at))
    if (items.length > at.limits.imapFetchItems) throw new No('Too many items', 'LIMIT')
    return items
  }
  const start = p.at
  const macro = macros[p.name()]
  if (macro) return macro.map(name => named(name, p, at))
  p.rewind(start)
  return [fetchItem(p, at)]
}

function fetchItem(p: Parser, at: Parsing): FetchItem {
  return named(p.name(), p, at)
}

function named(name: string, p: Parser, at: Parsing): FetchItem {
  const make = at.tables.fetchItems.get(name)
  if (make === undefined) throw new Bad(`Nothing called ${name} can be fetched`)
  return make(p, at)
}

export const fetch = command({
  states: ['selected'],
  messages: 'set',
  parse: parseFetch,
  async *run(session, { items, modifiers }, call) {
    for (const { enables } of [...items, ...modifiers.map(one => one.row)]) if (enables) yield* session.enable(enables)
    for (const { row, argument } of modifiers) if (row.run) yield* row.run(session, argument, call)
    const gone = !call.byUid && session.view.goneWithin(call.uids) > 0
    let plan: FetchPlan = { uids: call.uids, items: withUid(items, call) }
    for (const { row, argument } of modifiers) plan = row.plan?.(plan, argument, session) ?? plan
    const fetch = new Fetch(session, plan.items)
    const complete = yield* fetch.run(plan.uids)
    if (fetch.damaged) throw fetch.damaged
    if (gone || (!complete && !call.byUid)) return no('Some of the messages no longer exist', 'EXPUNGEISSUED')
    return ok('FETCH completed') as Tagged
  },
})

/** UID FETCH answers with the UID, asked for or not (RFC 3501 §6.4.8). */
function withUid(items: readonly FetchItem[], call: Call): readonly FetchItem[] {
  return call.byUid && !items.some(item => item.name === 'UID') ? [uidItem, ...items] : items
}

/** One run of FETCH over a set of messages. */
export class Fetch {
  readonly #session: Session
  readonly #items: readonly FetchItem[]
  readonly #needsRow: boolean
  readonly #facts: readonly (keyof MessageFacts)[]
  readonly #sees: boolean
  /** Why a message was left out that is still there. */
  damaged: StoreError | null = null

  constructor(session: Session, items: readonly FetchItem[]) {
    this.#session = session
    this.#items = items
    const needs = new Set(items.flatMap(item => item.needs ?? []))
    this.#facts = [...needs].filter(need => need !== 'row')
    this.#sees = !session.view.readOnly && items.some(item => item.seen)
    this.#needsRow = needs.size > 0
  }

  /** Answers with the messages that are there; returns false where one went in the meantime. */
  async *run(uids: UidRanges): AsyncGenerator<Response, boolean, void> {
    let complete = true
    for (const span of this.#session.view.spans(uids)) {
      if (!this.#needsRow && !this.#sees) complete = (yield* this.#fromIndex(span)) && complete
      else complete = (yield* this.#fromStore(span)) && complete
    }
    return complete
  }

  /** Numbers, flags and mod-sequences: no query at all. */
  *#fromIndex(span: Span): Generator<Response, boolean, void> {
    const { view } = this.#session
    const w = this.#session.writer(pageOctets + 1024)
    const message = {} as FetchMessage
    let complete = true
    for (let position = span.from; position < span.to; position++) {
      if (!this.#find(position, message)) {
        complete = false
        continue
      }
      message.recent = view.isRecent(message.uid)
      this.#start(w, message)
      for (let i = 0; i < this.#items.length; i++) {
        if (i > 0) w.sp()
        this.#items[i]?.write?.(w, message, this.#session)
      }
      w.close().crlf()
      if (w.length >= pageOctets) yield w.take()
    }
    if (w.length > 0) yield w.take()
    return complete
  }

  async *#fromStore(span: Span): AsyncGenerator<Response, boolean, void> {
    const { view, store } = this.#session
    let complete = true
    for (let from = span.from; from < span.to; from += pageMessages) {
      const to = Math.min(from + pageMessages, span.to)
      const wanted = [{ first: view.uidAt(from), last: view.uidAt(to - 1) }]
      const rows = await store.messages.page(view.mailbox.id, wanted, to - from)
      const seen = this.#sees ? await this.#markSeen(rows) : null
      const contents = [...new Set(rows.map(row => row.content))]
      const facts = this.#facts.length > 0 ? await store.messages.facts(contents, this.#facts) : null
      const page = { from, to, rows: new Map(rows.map(row => [row.uid, row])), facts, seen }
      complete = (yield* this.#page(page)) && complete
    }
    return complete
  }

  async *#page(page: Page): AsyncGenerator<Uint8Array, boolean, void> {
    const { view } = this.#session
    const w = this.#session.writer(4096)
    const message = {} as FetchMessage
    let complete = true
    for (let position = page.from; position < page.to; position++) {
      const row = page.rows.get(view.uidAt(position))
      const facts = row && page.facts ? page.facts.get(row.content) : noFacts
      if (row === undefined || facts === undefined || !this.#find(position, message)) {
        complete = false
        continue
      }
      message.recent = view.isRecent(message.uid)
      message.row = row
      message.facts = facts
      complete = (yield* this.#line(w, message, page.seen?.has(row.uid) ?? false)) && complete
      if (w.length >= pageOctets) yield w.take()
    }
    if (w.length > 0) yield w.take()
    return complete
  }

  /** One response. A message that cannot be read is left out whole, and the others are answered; false then. */
  async *#line(w: Writer, message: FetchMessage, flagsChanged: boolean): AsyncGenerator<Uint8Array, boolean, void> {
    const start = w.length
    let sent = false
    try {
      this.#start(w, message)
      for await (const octets of this.#values(w, message, flagsChanged)) {
        sent = true
        yield octets
      }
      w.close().crlf()
      return true
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      if (sent) throw new Broken('A message could not be read to its end', error)
      if (error.problem === 'damaged') this.damaged = error
      w.cut(start)
      return false
    }
  }

  async *#values(w: Writer, message: FetchMessage, flagsChanged: boolean): AsyncGenerator<Uint8Array, void, void> {
    let first = true
    for (const item of this.#items) {
      if (!first) w.sp()
      first = false
      if (item.stream) yield* item.stream(w, message, this.#session)
      else item.write?.(w, message, this.#session)
    }
    if (!flagsChanged) return
    // The client did not ask, and must know (RFC 3501 §6.4.5, §7.4.2).
    const untold = [flagsItem, ...this.#session.announcers.flatMap(one => one.flagItems ?? [])]
    for (const item of untold) {
      if (this.#items.some(asked => asked.name === item.name)) continue
      w.sp()
      item.write?.(w, message, this.#session)
    }
  }

  /** Numbers, flags and mod-sequence of a message of the view; false where it is gone. */
  #find(position: number, message: FetchMessage): boolean {
    const { view } = this.#session
    const at = view.newestPosition(position)
    if (at === -1) return false
    const { newest } = view
    message.uid = view.uidAt(position)
    message.seq = view.seqAt(position)
    message.flagSet = newest.flagSets[at] as FlagSetId
    message.modSeq = newest.modSeqs[at] as ModSeq
    return true
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
    if (stored.uids.length > 0) view.quiet(stored.modSeq)
    return new Set(stored.uids as Iterable<number> as Iterable<Uid>)
  }
}

interface Page {
  readonly from: number
  readonly to: number
  readonly rows: ReadonlyMap<Uid, Message>
  readonly facts: ReadonlyMap<ContentId, Partial<MessageFacts>> | null
  readonly seen: ReadonlySet<Uid> | null
}

const noFacts: Partial<MessageFacts> = {}

export const uidItem: FetchItem = {
  name: 'UID',
  write: (w, message) => w.ascii('UID ').number(message.uid),
}

const flagsItem: FetchItem = { name: 'FLAGS', write: writeFlags }

const internalDate: FetchItem = {
  name: 'INTERNALDATE',
  needs: ['row'],
  write: (w, message) => w.ascii('INTERNALDATE "').ascii(printDateTime(message.row.internalDate)).ascii('"'),
}

const size: FetchItem = {
  name: 'RFC822.SIZE',
  needs: ['row'],
  write: (w, message) => w.ascii('RFC822.SIZE ').number(message.row.octets),
}

/** A fact that the store keeps ready to send. */
function ready(name: string, fact: 'envelope' | 'bodyStructure'): FetchItem {
  return {
    name,
    needs: [fact],
    write: (w, message) => w.ascii(`${name} `).octets(message.facts[fact] as Uint8Array),
  }
}

const envelope = ready('ENVELOPE', 'envelope')
const bodyStructure = ready('BODYSTRUCTURE', 'bodyStructure')

export const fetching = extension({
  rfc: 3501,
  commands: { FETCH: fetch },
  fetchItems: {
    UID: () => uidItem,
    FLAGS: () => flagsItem,
    INTERNALDATE: () => internalDate,
    'RFC822.SIZE': () => size,
    ENVELOPE: () => envelope,
    BODYSTRUCTURE: () => bodyStructure,
    BODY: bodyItem,
    'BODY.PEEK': bodyPeekItem,
    RFC822: rfc822Item('RFC822', null, true),
    'RFC822.HEADER': rfc822Item('RFC822.HEADER', 'HEADER', false),
    'RFC822.TEXT': rfc822Item('RFC822.TEXT', 'TEXT', true),
  },
})
