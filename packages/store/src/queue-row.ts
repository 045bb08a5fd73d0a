/** The outbound queue's rows: one a recipient. */
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

export function enqueueAll(tx: Tx, content: ContentId, requests: readonly QueueRequest[]): void {
  const insert = tx.sql(
    `INSERT INTO queue (content_id, account_id, reverse_path, recipient, queued_at, next_attempt_at, due_at,
       expires_at, options) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
    options: JSON.parse(row.options) as DeliveryOptions,
  }
}

type Reader = Pick<Tx, 'sql'>

export function queueEntries(reader: Reader): QueueEntry[] {
  return reader.sql<QueueRow>(`${selectQueue} ORDER BY queue.id`).all().map(entryOf)
}

export function queueEntry(reader: Reader, id: QueueId): QueueEntry | null {
  const row = reader.sql<QueueRow>(`${selectQueue} WHERE queue.id = ?`).get(id)
  return row === undefined ? null : entryOf(row)
}
