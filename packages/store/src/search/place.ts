/**
 * Where messages belong in a list that is sorted: by bisection, so that a few more in a long list cost a few looks.
 *
 * - The list may still have messages that are gone: it tells nobody where anything belongs, and keeps its place.
 * - Many at once are cheaper to find in the mailbox sorted anew, which happens away from the caller's thread.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Placed, SortedList } from '../api.ts'
import type { Connection, Value } from '../connection.ts'
import type { MailboxId, Uid } from '../model.ts'
import { byCodePoints } from './order.ts'
import type { SortColumn, SortKey } from './program.ts'
import { annotationText, decisive, isColumn, sortColumns } from './sort.ts'

/** Looks in a turn: a millisecond's worth. */
const stepLooks = 100
/** Messages of a sorted mailbox passed in a turn. */
const stepUids = 20_000
/** A look at a message costs as much as sorting so many. */
const lookCost = 4

/** Whether so many looks cost more than sorting the whole mailbox. */
export function isCheaperSorted(list: Pick<SortedList, 'length'>, uids: number, messages: number): boolean {
  return uids * Math.ceil(Math.log2(list.length + 2)) * lookCost > Math.max(messages, 10_000)
}

/** Those of the UIDs that are there, in the order of the keys, each with where it belongs. */
export async function place(
  reader: Connection,
  mailbox: MailboxId,
  keys: readonly SortKey[],
  list: SortedList,
  uids: Uint32Array,
): Promise<Placed[]> {
  for (const steps = placing(reader, mailbox, keys, list, uids); ; await nextTurn()) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same in steps of a millisecond. */
export function* placing(
  reader: Connection,
  mailbox: MailboxId,
  keys: readonly SortKey[],
  list: Pick<SortedList, 'length' | 'at'>,
  uids: Uint32Array,
): Generator<void, Placed[]> {
  const values = new Values(reader, mailbox, decisive(keys))
  const newcomers: Sortable[] = []
  for (const uid of uids) {
    const found = values.of(uid)
    if (found !== null) newcomers.push(found)
    if (values.isTired()) yield
  }
  newcomers.sort((a, b) => values.compare(a, b))
  const placed: Placed[] = []
  let from = 0
  for (const newcomer of newcomers) {
    // None belongs before the one before it.
    from = yield* bisect(list, newcomer, values, from)
    placed.push({ uid: newcomer.uid as Uid, index: from })
  }
  return placed
}

/** How many of the list's messages come before this one, of which `from` do for certain. */
function* bisect(
  list: Pick<SortedList, 'length' | 'at'>,
  newcomer: Sortable,
  values: Values,
  from: number,
): Generator<void, number> {
  let low = from
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    let at = middle
    let there = values.of(list.at(at))
    // What is gone says nothing: the next that is there does.
    while (there === null && ++at < high) there = values.of(list.at(at))
    if (there === null) high = middle
    else if (values.compare(there, newcomer) < 0) low = at + 1
    else high = middle
    if (values.isTired()) yield
  }
  return low
}

/** The same from the mailbox in order, which may be of another moment than the list. */
export async function placeSorted(list: SortedList, uids: Uint32Array, sorted: Uint32Array): Promise<Placed[]> {
  const newcomers = new Set(uids)
  const placed: Placed[] = []
  let before: Uid | null = null
  for (const [at, uid] of sorted.entries()) {
    if (newcomers.has(uid)) placed.push({ uid: uid as Uid, index: before === null ? 0 : list.indexOf(before) + 1 })
    else if (list.has(uid as Uid)) before = uid as Uid
    if (at % stepUids === stepUids - 1) await nextTurn()
  }
  return placed
}

interface Sortable {
  readonly uid: number
  readonly values: readonly Value[]
}

/** What messages are sorted by, read one by one. */
class Values {
  readonly #reader: Connection
  readonly #mailbox: MailboxId
  readonly #keys: readonly SortKey[]
  readonly #select: string
  /** What each key compares, of a UID and its row. */
  readonly #read: readonly ((uid: number, row: readonly Value[]) => Value)[]
  /** The first looks of every bisection are at the same messages. */
  readonly #known = new Map<number, Sortable | null>()
  #looks = 0

  constructor(reader: Connection, mailbox: MailboxId, keys: readonly SortKey[]) {
    this.#reader = reader
    this.#mailbox = mailbox
    const columns = keys.filter(isColumn)
    if (keys.some(({ by }) => by === 'relevancy')) throw new TypeError('Relevancy has no place before the search')
    this.#keys = keys
    // In one order, whatever that of the keys is: statements are remembered.
    const asked = columns.map(({ by }) => by).sort()
    this.#read = keys.map(key => {
      if (key.annotation) return annotationText(reader, mailbox, key.annotation)
      const column = asked.indexOf(key.by as SortColumn) + 1
      return (_, row) => comparable(row[column] as Value)
    })
    const selected = ['m.uid', ...asked.map(by => sortColumns[by])]
    const contents = selected.some(column => column.includes('c.')) ? 'JOIN contents c ON c.id = m.content_id' : ''
    this.#select = `SELECT ${selected.join(', ')} FROM messages m ${contents} WHERE m.mailbox_id = ? AND m.uid = ?`
  }

  of(uid: number): Sortable | null {
    let known = this.#known.get(uid)
    if (known === undefined) {
      const row = this.#reader.raw<Value[]>(this.#select).get(this.#mailbox, uid)
      known = row === undefined ? null : { uid, values: this.#read.map(read => read(uid, row)) }
      this.#known.set(uid, known)
      this.#looks++
    }
    return known
  }

  /** Whether it is time for others to go on. */
  isTired(): boolean {
    if (this.#looks < stepLooks) return false
    this.#looks = 0
    return true
  }

  compare(left: Sortable, right: Sortable): number {
    for (const [at, { reverse }] of this.#keys.entries()) {
      const [a, b] = [left.values[at] as number | string, right.values[at] as number | string]
      if (a !== b) return a < b !== reverse ? -1 : 1
    }
    return left.uid - right.uid
  }
}

function comparable(value: Value): Value {
  return typeof value === 'string' ? byCodePoints(value) : value
}
