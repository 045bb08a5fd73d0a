/**
 * Runs a search: SQL for what columns answer, the text index for what to look at, and the text itself for what is so.
 *
 * - The answer is that of a scan of every message; the index only spares the looking.
 * - A generator: each step takes a few milliseconds at most, so that searches can take turns.
 */
import type { Connection, Value } from '../connection.ts'
import type { FlagSetCache } from '../flag-sets.ts'
import { selectableMailbox } from '../mailbox-row.ts'
import type { ContentId, FlagSetId, MailboxId, Uid } from '../model.ts'
import { isWithin } from '../uid-ranges.ts'
import { type Candidates, driver, has, type Known, knownOf } from './candidates.ts'
import { type Condition, type Plan, plan, type Residue } from './plan.ts'
import type { SearchKey } from './program.ts'
import { type ExtractedTexts, indexedUpTo, Texts } from './source.ts'
import { holds, type TextKey } from './text.ts'

/** What a search reads from: one snapshot, and what its thread remembers. */
export interface SearchReader {
  readonly connection: Connection
  readonly flagSets: FlagSetCache
  readonly extracted: ExtractedTexts
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

/** UIDs of the mailbox that match, ascending. Throws no-such-mailbox, too-big. */
export function* search(
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  costs = searchCosts,
): Generator<void, Uint32Array> {
  const { connection, flagSets } = reader
  selectableMailbox(connection, mailbox)
  const inUse = flagSetsOf(connection, mailbox)
  const planned = plan(program, {
    flagSets: [...inUse.keys()],
    hasFlag: (set, flag) => flagSets.has(set, flag),
  })
  const scan = new Scan(connection, mailbox, planned)
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
  const few = scan.page(planned.span.first - 1, costs.fewRows + 1)
  const isFew = few.length <= costs.fewRows
  const known: Known[] = []
  if (!isFew) {
    for (const key of planned.texts) {
      known.push(yield* knownOf(scan.connection, key, Math.max(pageRows, 4 * messages)))
    }
  }
  const test = new Test(planned.texts, known, texts)
  const found: number[] = []
  const likely = driver(residue, known)
  const beyond = scan.connection.number('SELECT ifnull(max(id), 0) FROM contents') - texts.indexed
  const lookUp = likely !== null && (likely.length + beyond) * costs.lookUp < messages
  for (const rows of isFew ? [few] : lookUp ? scan.contents(likely, texts.indexed) : scan.all()) {
    // Contents in order, so that each block of texts is unpacked once.
    const ordered = rows.toSorted((a, b) => a[1] - b[1])
    for (const [at, row] of ordered.entries()) {
      if (test.holds(residue, row)) found.push(row[0])
      if (at % stepTexts === 0) yield
    }
  }
  return new Uint32Array(found).sort()
}

/** The rows that pass the plan's conditions. */
class Scan {
  readonly connection: Connection
  readonly #mailbox: MailboxId
  readonly #plan: Plan
  readonly #columns: Condition

  constructor(connection: Connection, mailbox: MailboxId, planned: Plan) {
    this.connection = connection
    this.#mailbox = mailbox
    this.#plan = planned
    this.#columns = {
      sql: planned.columns.map(({ sql }) => `, ${sql}`).join(''),
      parameters: planned.columns.flatMap(({ parameters }) => parameters),
    }
  }

  /** All UIDs, where the conditions are all that is asked. */
  *uids(): Generator<void, Uint32Array> {
    const { where, span } = this.#plan
    const found: number[] = []
    if (where.sql === '0') return new Uint32Array()
    const statement = this.connection.raw<[Uid]>(
      `SELECT m.uid FROM messages m WHERE m.mailbox_id = ? AND m.uid > ? AND m.uid <= ? AND ${where.sql}
       ORDER BY m.uid LIMIT ?`,
    )
    for (let after = span.first - 1; ; after = found.at(-1) as number) {
      const rows = statement.all(this.#mailbox, after, span.last, ...where.parameters, pageRows)
      for (const [uid] of rows) found.push(uid)
      if (rows.length < pageRows) return new Uint32Array(found)
      yield
    }
  }

  /** At most `limit` rows after a UID, by UID. */
  page(after: number, limit: number): readonly Row[] {
    return this.#select(
      'messages m WHERE m.mailbox_id = ? AND m.uid > ? AND m.uid <= ?',
      [this.#mailbox, after, this.#plan.span.last],
      'ORDER BY m.uid LIMIT ?',
      [limit],
    )
  }

  /** Every row. */
  *all(): Generator<readonly Row[]> {
    for (let after = this.#plan.span.first - 1; ; ) {
      const rows = this.page(after, pageRows)
      yield rows
      if (rows.length < pageRows) return
      after = (rows.at(-1) as Row)[0]
    }
  }

  /** The rows of some contents and of all that are not indexed. */
  *contents(contents: Candidates, indexed: number): Generator<readonly Row[]> {
    for (let at = 0; at < contents.length; at += stepContents) {
      yield this.#select(
        `json_each(?) j CROSS JOIN messages m INDEXED BY messages_by_content
         WHERE m.content_id = j.value AND m.mailbox_id = ?`,
        [JSON.stringify([...contents.subarray(at, at + stepContents)]), this.#mailbox],
      )
    }
    const beyond = 'messages m INDEXED BY messages_by_content WHERE m.content_id > ? AND m.mailbox_id = ?'
    yield this.#select(beyond, [indexed, this.#mailbox])
  }

  #select(from: string, given: readonly Value[], order = '', last: readonly Value[] = []): readonly Row[] {
    const { where } = this.#plan
    return this.connection
      .raw<Row>(`SELECT m.uid, m.content_id${this.#columns.sql} FROM ${from} AND ${where.sql} ${order}`)
      .all(...this.#columns.parameters, ...given, ...where.parameters, ...last)
  }
}

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
