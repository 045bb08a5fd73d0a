/** SORT: what a search has found in another order than that of the mailbox (RFC 5256 §3, RFC 5957 §4). */
import type { Connection } from '../connection.ts'
import type { MailboxId } from '../model.ts'
import { relevancy } from './fuzzy.ts'
import { byCodePoints, type Criterion, order } from './order.ts'
import type { SearchKey, SortBy, SortColumn, SortKey } from './program.ts'
import { readRows } from './rows.ts'
import { type SearchReader, search } from './search.ts'

/** Where the values come from. Strings are collated under i;unicode-casemap when a message is taken in. */
export const sortColumns: Readonly<Record<SortColumn, string>> = {
  arrival: 'm.internal_date',
  cc: 'c.sort_cc',
  date: 'ifnull(c.sent_at, m.internal_date)', // §2.2
  'display-from': 'c.display_from',
  'display-to': 'c.display_to',
  from: 'c.sort_from',
  size: 'm.octets',
  subject: 'c.base_subject',
  to: 'c.sort_to',
}

const numbers: ReadonlySet<SortBy> = new Set(['arrival', 'date', 'relevancy', 'size'])

/** Whether what a key orders by stands with each message, and is not made by the search that asks. */
export function isColumn<K extends { readonly by: SortBy }>(key: K): key is K & { readonly by: SortColumn } {
  return key.by !== 'relevancy' && key.by !== 'annotation'
}

/** Without keys that stand again further down: they decide nothing. */
export function decisive(keys: readonly SortKey[]): readonly SortKey[] {
  const isSame = (one: SortKey, other: SortKey) =>
    one.by === other.by &&
    one.annotation?.entry === other.annotation?.entry &&
    one.annotation?.reader === other.annotation?.reader
  return keys.filter((key, index) => keys.findIndex(other => isSame(key, other)) === index)
}

/** What annotations are compared by; none, and what is no text, comes before all that is (RFC 5257 §4.9). */
export function annotationText(
  connection: Connection,
  mailbox: MailboxId,
  { entry, reader }: NonNullable<SortKey['annotation']>,
): (uid: number) => string {
  const select = connection.raw<[string | null]>(
    'SELECT collated FROM annotations WHERE mailbox_id = ? AND uid = ? AND entry = ? AND reader_id = ?',
  )
  return uid => byCodePoints(select.get(mailbox, uid, entry, reader)?.[0] ?? '')
}

/** Messages looked up in a step: a few milliseconds' worth. */
const stepMessages = 2000

function* annotated(
  { connection }: SearchReader,
  mailbox: MailboxId,
  uids: Uint32Array,
  annotation: NonNullable<SortKey['annotation']>,
  values: string[],
): Generator<void, void> {
  const textOf = annotationText(connection, mailbox, annotation)
  for (const [index, uid] of uids.entries()) {
    values[index] = textOf(uid)
    if (index % stepMessages === stepMessages - 1) yield
  }
}

/**
 * UIDs of the mailbox that match, sorted; equal ones as they stand in the mailbox. Where it is known what matches,
 * `known` has it. Throws no-such-mailbox, too-big.
 */
export function* sort(
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  keys: readonly SortKey[],
  known?: Uint32Array,
): Generator<void, Uint32Array> {
  const uids = known ?? (yield* search(reader, mailbox, program))
  const deciding = decisive(keys)
  const kept =
    reader.orders && deciding.every(isColumn) ? yield* reader.orders.inOrder(reader, mailbox, deciding, uids) : null
  return kept ?? (yield* sorted(reader, mailbox, program, uids, deciding))
}

/** Messages that match, in the order of keys of which none stands twice; without those that are gone. */
export function* sorted(
  reader: SearchReader,
  mailbox: MailboxId,
  program: SearchKey,
  uids: Uint32Array,
  deciding: readonly SortKey[],
): Generator<void, Uint32Array> {
  const there = new Uint8Array(uids.length)
  const criteria = deciding.map(({ by, reverse, annotation }) => {
    const values = numbers.has(by) ? new Float64Array(uids.length) : new Array<string>(uids.length).fill('')
    return { by, values, reverse, annotation }
  })
  const columns = criteria.filter(isColumn)
  yield* readRows<[number, ...(number | string)[]]>(
    reader.connection,
    mailbox,
    uids,
    columns.map(({ by }) => sortColumns[by]),
    (row, index) => {
      there[index] = 1
      for (const [at, { values }] of columns.entries()) {
        const value = row[at + 1] as number | string
        values[index] = typeof value === 'string' ? byCodePoints(value) : value
      }
    },
  )
  for (const { by, values, annotation } of criteria) {
    if (annotation) yield* annotated(reader, mailbox, uids, annotation, values as string[])
    if (by !== 'relevancy') continue
    const scores = yield* relevancy(search, reader, mailbox, program, uids)
    // What fits best comes first (RFC 6203 §6).
    for (const [index, score] of scores.entries()) values[index] = -score
  }
  const indexes = yield* order(uids.length, criteria satisfies readonly Criterion[])
  let count = 0
  const sortedUids = new Uint32Array(uids.length)
  for (const index of indexes) if (there[index] === 1) sortedUids[count++] = uids[index] as number
  return sortedUids.subarray(0, count)
}
