/**
 * The outbound queue's rows: one a recipient.
 *
 * - `due_at` is when somebody may take it: `next_attempt_at`, the end of a lease, or never.
 * - `turn` is the order among those that are due. A level of priority is worth half an hour of waiting and no more, so
 *   that what has waited for long goes first whatever it is (RFC 6710 §5.1).
 */
import type { QueueCounts, QueueSize } from './api.ts'
import type { AccountId, ContentId, DeliveryOptions, Instant, QueueEntry, QueueId } from './model.ts'
import type { Tx } from './writer/job.ts'

export interface QueueRequest {
  readonly reversePath: string
  readonly recipient: string
  readonly account: AccountId | null
  readonly expiresAt: Instant
  readonly notBefore: Instant
  readonly options: DeliveryOptions
}

/** `due_at` of what is held: the last instant there is. */
export const never: Instant = 8.64e15

/** How much earlier than others a message of priority 1 has its turn. */
const priorityMilliseconds = 1_800_000

export function enqueueAll(tx: Tx, content: ContentId, requests: readonly QueueRequest[]): void {
  const insert = tx.sql(
    `INSERT INTO queue (content_id, account_id, reverse_path, recipient, queued_at, next_attempt_at, due_at,
       expires_at, options, turn, release_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  for (const each of requests) {
    const { account, reversePath, recipient, notBefore, expiresAt, options } = each
    insert.run(
      content,
      account,
      reversePath,
      recipient,
      tx.now,
      notBefore,
      notBefore,
      expiresAt,
      JSON.stringify(options),
      notBefore - (options.priority ?? 0) * priorityMilliseconds,
      options.release?.at ?? null,
    )
  }
  if (requests.length > 0) tx.topic('queue')
}

export interface QueueRow {
  readonly id: QueueId
  readonly content_id: ContentId
  readonly octets: number
  readonly account_id: AccountId | null
  readonly reverse_path: string
  readonly recipient: string
  readonly queued_at: Instant
  readonly next_attempt_at: Instant
  readonly expires_at: Instant
  readonly attempts: number
  readonly last_reply: string | null
  readonly options: string
  readonly held: number
}

/** A SELECT of queue rows, to which a condition is added. */
export const selectQueue = 'SELECT queue.*, contents.octets FROM queue JOIN contents ON contents.id = queue.content_id'

export function entryOf(row: QueueRow): QueueEntry {
  return {
    id: row.id,
    content: row.content_id,
    octets: row.octets,
    account: row.account_id,
    reversePath: row.reverse_path,
    recipient: row.recipient,
    queuedAt: row.queued_at,
    nextAttemptAt: row.next_attempt_at,
    expiresAt: row.expires_at,
    attempts: row.attempts,
    lastReply: row.last_reply,
    held: row.held === 1,
    options: JSON.parse(row.options) as DeliveryOptions,
  }
}

type Reader = Pick<Tx, 'sql' | 'raw'>

/** Entries come in with ascending ids, so the first is the oldest; those that are for later do not wait yet. */
export function queueCounts(reader: Reader, now: Instant): QueueCounts {
  const [entries = 0] = reader.raw<[number]>('SELECT count(*) FROM queue').get() ?? []
  const [oldest = null] =
    reader
      .raw<[Instant]>(
        `SELECT max(queued_at, ifnull(release_at, 0)) FROM queue WHERE ifnull(release_at, 0) <= ? ORDER BY id LIMIT 1`,
      )
      .get(now) ?? []
  return { entries, oldest }
}

export function nextDue(reader: Reader): Instant | null {
  return reader.raw<[Instant | null]>('SELECT min(due_at) FROM queue WHERE due_at < ?').get(never)?.[0] ?? null
}

/** What an account has asked to go out later. */
export function waitingFor(reader: Reader, account: AccountId, now: Instant): QueueSize {
  const [entries = 0, octets = 0] =
    reader
      .raw<[number, number]>(
        `SELECT count(*), ifnull(sum(contents.octets), 0) FROM queue JOIN contents ON contents.id = queue.content_id
           WHERE account_id = ? AND release_at > ?`,
      )
      .get(account, now) ?? []
  return { entries, octets }
}

export function queueEntries(reader: Reader): QueueEntry[] {
  return reader.sql<QueueRow>(`${selectQueue} ORDER BY queue.id`).all().map(entryOf)
}

export function queueEntry(reader: Reader, id: QueueId): QueueEntry | null {
  const row = reader.sql<QueueRow>(`${selectQueue} WHERE queue.id = ?`).get(id)
  return row === undefined ? null : entryOf(row)
}
