/**
 * Runs a search: SQL for what columns answer, the text index for what to look at, and the text itself for what is so.
 *
 * - The answer is that of a scan of every message; the index only spares the looking.
 * - A generator: each step takes a few milliseconds at most, so that searches can take turns.
 */
import type { Connection, Value } from '../connection.ts'
import type { FlagSetCache } from '../flag-sets.ts'
import { selectableMailbox } from '../mailbox-row.ts'
import type { ContentId, FlagSetId, MailboxId, Uid, UidRanges } from '../model.ts'
import { allUids, coalesced, intersect, isWithin } from '../uid-ranges.ts'
import { type Candidates, driver, has, type Known, knownOf } from './candidates.ts'
import type { Conversations } from './conversations.ts'
import type { Orders } from './orders.ts'
import { type Condition, type Plan, plan, type Residue } from './plan.ts'
import type { SearchKey } from './program.ts'
import { type ExtractedTexts, indexedUpTo, Texts } from './source.ts'
import { holds, type TextKey } from './text.ts'

/** What a search reads from: one snapshot, and what its thread remembers. */
export interface SearchReader {
  readonly connection: Connection
  readonly flagSets: FlagSetCache
  readonly extracted: ExtractedTexts
  /** Orders of whole mailboxes, where they are kept. */
  readonly orders?: Orders
  /** Conversations, where they are kept. */
  readonly conversations?: Conversations
}

/** Where one way to the answer becomes cheaper than another: no answer depends on it. */
export interface SearchCosts {
  /** Up to so many messages are looked at without asking the index. */
  readonly fewRows: number
  /** What it costs to look up a candidate, in rows of a mailbox that are read one after another. */
  readonly lookUp: number
}

const searchCosts: SearchCosts = { fewRows: 400, lookUp: 3 }

const pageRows = 20_000
/** Texts verified in a step. */
const stepTexts = 16
/** Contents that are looked up in a step. */
const stepContents = 1000

/** UID, content, then the columns of the plan. */
type Row = readonly [Uid, ContentId, ...(0 | 1)[]]

/** UIDs of the mailbox that match, ascending, of those that are asked about. Throws no-such-mailbox, too-big. */
export function* search(
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  among: UidRanges = allUids,
  costs = searchCosts,
): Generator<void, Uint32Array> {
  const { connection, flagSets } = reader
  selectableMailbox(connection, mailbox)
  const inUse = flagSetsOf(connection, mailbox)
  const planned = plan(program, {
    flagSets: [...inUse.keys()],
    hasFlag: (set, flag) => flagSets.has(set, flag),
  })
  const scan = new Scan(connection, mailbox, planned, among)
  if (planned.residue === null) return yield* scan.uids()
  const messages = [...inUse.values()].reduce((sum, count) => sum + count, 0)
  const texts = new Texts(connection, indexedUpTo(connection), reader.extracted)
  return yield* verified(scan, planned, texts, messages, costs)
}

function flagSetsOf(connection: Connection, mailbox: MailboxId): Map<FlagSetId, number> {
  const rows = connection
    .raw<[FlagSetId, number]>('SELECT flag_set, messages FROM mailbox_flag_sets WHERE mailbox_id = ?')
    .all(mailbox)
  return new Map(rows)
}

function* verified(
  scan: Scan,
  planned: Plan,
  texts: Texts,
  messages: number,
  costs: SearchCosts,
): Generator<void, Uint32Array> {
  const residue = planned.residue as Residue
  const few = yield* scan.few(costs.fewRows)
  const known: Known[] = []
  if (few === null) {
    for (const key of planned.texts) {
      known.push(yield* knownOf(scan.connection, key, Math.max(pageRows, 4 * messages)))
    }
  }
  const test = new Test(planned.texts, known, texts)
  const found: number[] = []
  const likely = driver(residue, known)
  const beyond = scan.connection.number('SELECT ifnull(max(id), 0) FROM contents') - texts.indexed
  const lookUp = likely !== null && (likely.length + beyond) * costs.lookUp < messages
  for (const rows of few !== null ? [few] : lookUp ? scan.contents(likely, texts.indexed) : scan.all()) {
    // Contents in order, so that each block of texts is unpacked once.
    const ordered = rows.toSorted((a, b) => a[1] - b[1])
    for (const [at, row] of ordered.entries()) {
      if (test.holds(residue, row)) found.push(row[0])
      if (at % stepTexts === 0) yield
    }
  }
  return new Uint32Array(found).sort()
}

/** Ranges of UIDs this close to one another are read as one. */
const closeUids = 16
/** Ranges read in a step. */
const stepRanges = 500

/** The rows that pass the plan's conditions. */
class Scan {
  readonly connection: Connection
  readonly #mailbox: MailboxId
  readonly #plan: Plan
  readonly #columns: Condition
  readonly #within: UidRanges
  readonly #ranges: UidRanges
  /** Whether what is read by UID is all asked about. */
  readonly #isExact: boolean

  constructor(connection: Connection, mailbox: MailboxId, planned: Plan, among: UidRanges) {
    this.connection = connection
    this.#mailbox = mailbox
    this.#plan = planned
    this.#columns = {
      sql: planned.columns.map(({ sql }) => `, ${sql}`).join(''),
      parameters: planned.columns.flatMap(({ parameters }) => parameters),
    }
    this.#within = planned.where.sql === '0' ? [] : intersect(planned.within, among)
    this.#ranges = coalesced(this.#within, closeUids)
    this.#isExact = this.#ranges.length === this.#within.length
  }

  /** All UIDs, where the conditions are all that is asked. */
  *uids(): Generator<void, Uint32Array> {
    const { where } = this.#plan
    const statement = this.connection.raw<[Uid]>(
      `SELECT m.uid FROM messages m WHERE m.mailbox_id = ? AND m.uid > ? AND m.uid <= ? AND ${where.sql}
       ORDER BY m.uid LIMIT ?`,
    )
    const select: Select<[Uid]> = (after, last, limit) =>
      statement.all(this.#mailbox, after, last, ...where.parameters, limit)
    const found: number[] = []
    for (const rows of this.#pages(select, pageRows)) {
      for (const [uid] of rows) found.push(uid)
      yield
    }
    return new Uint32Array(found)
  }

  /** Every row, where there are at most so many. */
  *few(limit: number): Generator<void, readonly Row[] | null> {
    const found: Row[] = []
    for (const rows of this.#pages(this.#byUid(), limit + 1)) {
      found.push(...rows)
      if (found.length > limit) return null
      yield
    }
    return found
  }

  /** Every row, by UID. */
  all(): Generator<readonly Row[]> {
    return this.#pages(this.#byUid(), pageRows)
  }

  /** Pages that are full, or have as many ranges as are good in a step. */
  *#pages<R extends readonly [Uid, ...unknown[]]>(select: Select<R>, size: number): Generator<readonly R[]> {
    let page: R[] = []
    let ranges = 0
    for (const { first, last } of this.#ranges) {
      for (let after = first - 1; after < last; ) {
        const rows = select(after, last, size - page.length)
        after = page.length + rows.length < size ? last : (rows.at(-1) as R)[0]
        page = page.length === 0 ? rows : page.concat(rows)
        if (page.length < size) continue
        yield this.#isExact ? page : this.#asked(page)
        page = []
      }
      if (++ranges % stepRanges > 0) continue
      yield this.#isExact ? page : this.#asked(page)
      page = []
    }
    yield this.#isExact ? page : this.#asked(page)
  }

  #byUid(): Select<Row> {
    return (after, last, limit) =>
      this.#select(
        'messages m WHERE m.mailbox_id = ? AND m.uid > ? AND m.uid <= ?',
        [this.#mailbox, after, last],
        'ORDER BY m.uid LIMIT ?',
        [limit],
      )
  }

  /** The rows of some contents and of all that are not indexed. */
  *contents(contents: Candidates, indexed: number): Generator<readonly Row[]> {
    for (let at = 0; at < contents.length; at += stepContents) {
      const rows = this.#select(
        `json_each(?) j CROSS JOIN messages m INDEXED BY messages_by_content
         WHERE m.content_id = j.value AND m.mailbox_id = ?`,
        [JSON.stringify([...contents.subarray(at, at + stepContents)]), this.#mailbox],
      )
      yield this.#asked(rows)
    }
    const beyond = 'messages m INDEXED BY messages_by_content WHERE m.content_id > ? AND m.mailbox_id = ?'
    yield this.#asked(this.#select(beyond, [indexed, this.#mailbox]))
  }

  /** Without rows that only stand between those that are asked about. */
  #asked<R extends readonly [Uid, ...unknown[]]>(rows: readonly R[]): readonly R[] {
    return rows.filter(([uid]) => isWithin(this.#within, uid))
  }

  #select(from: string, given: readonly Value[], order = '', last: readonly Value[] = []): Row[] {
    const { where } = this.#plan
    return this.connection
      .raw<Row>(`SELECT m.uid, m.content_id${this.#columns.sql} FROM ${from} AND ${where.sql} ${order}`)
      .all(...this.#columns.parameters, ...given, ...where.parameters, ...last)
  }
}

/** At most `limit` rows from after a UID up to another. */
type Select<R> = (after: number, last: number, limit: number) => R[]

/** Decides a row. What is known from its columns and the index is decided without a look at the text. */
class Test {
  readonly #keys: readonly TextKey[]
  readonly #known: readonly Known[]
  readonly #texts: Texts

  constructor(keys: readonly TextKey[], known: readonly Known[], texts: Texts) {
    this.#keys = keys
    this.#known = known
    this.#texts = texts
  }

  holds(residue: Residue, row: Row): boolean {
    switch (residue.kind) {
      case 'column':
        return row[residue.index + 2] === 1
      case 'uids':
        return isWithin(residue.uids, row[0])
      case 'text':
        return this.#textHolds(residue.index, row[1])
      case 'and':
        return residue.of.every(each => this.holds(each, row))
      case 'or':
        return residue.of.some(each => this.holds(each, row))
      case 'not':
        return !this.holds(residue.of, row)
    }
  }

  #textHolds(index: number, content: ContentId): boolean {
    const known = this.#known[index]
    if (known !== undefined && content <= this.#texts.indexed) {
      if (known.possible !== null && !has(known.possible, content)) return false
      if (has(known.certain, content)) return true
    }
    return holds(this.#texts.of(content), this.#keys[index] as TextKey)
  }
}
