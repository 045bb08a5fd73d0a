/**
 * Mailboxes in the orders that were asked for lately. What SORT orders by never changes for a message, so an order stays
 * right: what came since is put in its places, and what has gone is in no result that is put in order by it.
 */
import type { SortedList } from '../api.ts'
import type { MailboxId, Uid } from '../model.ts'
import { isCheaperSorted, placing } from './place.ts'
import type { SortColumn, SortKey } from './program.ts'
import type { SearchReader } from './search.ts'
import { sorted } from './sort.ts'

/** Messages in all orders that are kept: four octets each. */
const keptMessages = 8_000_000
/** A result of less than every so many-th message is cheaper sorted by itself. */
const worthwhile = 8
/** Rows read in a step. */
const stepRows = 20_000
/** Messages put in order in a step. */
const stepMessages = 50_000

interface Order {
  readonly uids: Uint32Array
  /** All messages below this are in it, and some that are gone. */
  readonly uidNext: number
}

export type ColumnKey = SortKey & { readonly by: SortColumn }

export class Orders {
  readonly #limit: number
  /** The one that was asked for last is the last. */
  readonly #orders = new Map<string, Order>()
  #messages = 0

  constructor(limit = keptMessages) {
    this.#limit = limit
  }

  /** Messages of a mailbox, which ascend, in the order of the keys; null where another way is cheaper. */
  *inOrder(
    reader: SearchReader,
    mailbox: MailboxId,
    keys: readonly ColumnKey[],
    uids: Uint32Array,
  ): Generator<void, Uint32Array | null> {
    const { connection } = reader
    const counted = 'SELECT ifnull(sum(messages), 0) FROM mailbox_flag_sets WHERE mailbox_id = ?'
    const count = connection.number(counted, mailbox)
    if (uids.length * worthwhile < count || count > this.#limit) return null
    const name = `${mailbox} ${keys.map(({ by, reverse }) => `${by}${reverse ? ' reversed' : ''}`).join()}`
    const uidNext = connection.number('SELECT uid_next FROM mailboxes WHERE id = ?', mailbox)
    const kept = this.#orders.get(name)
    const order = yield* this.#fresh(reader, mailbox, keys, kept ?? null, uidNext, count)
    this.#keep(name, order)
    return yield* among(order.uids, uids)
  }

  *#fresh(
    reader: SearchReader,
    mailbox: MailboxId,
    keys: readonly ColumnKey[],
    kept: Order | null,
    uidNext: number,
    count: number,
  ): Generator<void, Order> {
    if (kept !== null && kept.uidNext >= uidNext) return kept
    // One that has more that is gone than is there is not worth mending.
    if (kept !== null && kept.uids.length < 2 * count) {
      const uids = yield* uidsFrom(reader, mailbox, kept.uidNext)
      const list = listOf(kept.uids)
      if (!isCheaperSorted(list, uids.length, count)) {
        const placed = yield* placing(reader.connection, mailbox, keys, list, uids)
        const whole = new Uint32Array(kept.uids.length + placed.length)
        let from = 0
        for (const [before, { uid, index }] of placed.entries()) {
          whole.set(kept.uids.subarray(from, index), from + before)
          whole[index + before] = uid
          from = index
        }
        whole.set(kept.uids.subarray(from), from + placed.length)
        return { uids: whole, uidNext }
      }
    }
    const all = yield* uidsFrom(reader, mailbox, 1)
    return { uids: yield* sorted(reader, mailbox, { key: 'all' }, all, keys), uidNext }
  }

  #keep(name: string, order: Order): void {
    this.#messages += order.uids.length - (this.#orders.get(name)?.uids.length ?? 0)
    this.#orders.delete(name)
    this.#orders.set(name, order)
    for (const [oldest, { uids }] of this.#orders) {
      if (this.#messages <= this.#limit) break
      this.#orders.delete(oldest)
      this.#messages -= uids.length
    }
  }
}

/** UIDs of a mailbox from one on. */
function* uidsFrom({ connection }: SearchReader, mailbox: MailboxId, first: number): Generator<void, Uint32Array> {
  const select = connection.raw<[number]>(
    'SELECT uid FROM messages WHERE mailbox_id = ? AND uid >= ? ORDER BY uid LIMIT ?',
  )
  const found: number[] = []
  for (let from = first; ; ) {
    const rows = select.all(mailbox, from, stepRows)
    for (const [uid] of rows) found.push(uid)
    if (rows.length < stepRows) return Uint32Array.from(found)
    from = (found.at(-1) as number) + 1
    yield
  }
}

/** Those of an order that are among some UIDs, which ascend. */
function* among(order: Uint32Array, uids: Uint32Array): Generator<void, Uint32Array> {
  const isAsked = membership(uids)
  const found = new Uint32Array(uids.length)
  let count = 0
  for (let at = 0; at < order.length; ) {
    for (const end = Math.min(order.length, at + stepMessages); at < end; at++) {
      const uid = order[at] as number
      if (isAsked(uid)) found[count++] = uid
    }
    yield
  }
  return found.subarray(0, count)
}

/** Where the UIDs are not far apart, by an octet each for all between the first and the last. */
function membership(uids: Uint32Array): (uid: number) => boolean {
  const first = uids[0] ?? 0
  const span = (uids.at(-1) ?? 0) - first + 1
  if (span > 16 * uids.length + 1_000_000) {
    const set = new Set(uids)
    return uid => set.has(uid)
  }
  const marked = new Uint8Array(span)
  for (const uid of uids) marked[uid - first] = 1
  return uid => marked[uid - first] === 1
}

function listOf(uids: Uint32Array): Pick<SortedList, 'length' | 'at'> {
  return { length: uids.length, at: index => uids[index] as Uid }
}
