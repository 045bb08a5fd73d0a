/** The outbound queue's changes. A lease keeps a row to one runner and ends by itself, so that a crash only delays it. */
import { loosenContent } from './content/content.ts'
import { type DepositRequest, depositInto } from './deposit.ts'
import type { ContentId, DeliveryOptions, Instant, QueueEntry, QueueId } from './model.ts'
import { StoreError } from './problem.ts'
import { entryOf, type QueueRow, selectQueue } from './queue-row.ts'
import { job, type Tx } from './writer/job.ts'

export const leaseDue = job(
  'queue.lease',
  (tx, request: { now: Instant; milliseconds: number; limit: number }): QueueEntry[] => {
    const { now, milliseconds, limit } = request
    const rows = tx.sql<QueueRow>(`${selectQueue} WHERE due_at <= ? ORDER BY due_at, queue.id LIMIT ?`).all(now, limit)
    const lease = tx.sql('UPDATE queue SET due_at = ? WHERE id = ?')
    for (const row of rows) lease.run(now + milliseconds, row.id)
    return rows.map(entryOf)
  },
)

/** Takes a row away. Throws no-such-queue-entry. */
function end(tx: Tx, id: QueueId): void {
  const row = tx.raw<[ContentId]>('DELETE FROM queue WHERE id = ? RETURNING content_id').get(id)
  if (row === undefined) throw new StoreError('no-such-queue-entry', `${id}`)
  loosenContent(tx, row[0])
}

export const removeEntry = job('queue.remove', (tx, id: QueueId) => end(tx, id))

export const failEntry = job(
  'queue.fail',
  (tx, { id, dsn }: { id: QueueId; dsn: DepositRequest | null }): readonly ContentId[] => {
    end(tx, id)
    return dsn === null ? [] : depositInto(tx, dsn)
  },
)

export interface Retry {
  readonly id: QueueId
  readonly at: Instant
  readonly reply: string
  readonly options: DeliveryOptions | null
}

export const retryEntry = job('queue.retry', (tx, { id, at, reply, options }: Retry) => {
  const update = tx.sql(
    `UPDATE queue SET next_attempt_at = ?, due_at = ?, attempts = attempts + 1, last_reply = ?,
       options = ifnull(?, options) WHERE id = ?`,
  )
  if (update.run(at, at, reply, options && JSON.stringify(options), id).changes === 0) {
    throw new StoreError('no-such-queue-entry', `${id}`)
  }
  tx.topic('queue')
})

export const retryEntryNow = job('queue.retry-now', (tx, id: QueueId) => {
  const { changes } = tx.sql('UPDATE queue SET next_attempt_at = ?, due_at = ? WHERE id = ?').run(tx.now, tx.now, id)
  if (changes === 0) throw new StoreError('no-such-queue-entry', `${id}`)
  tx.topic('queue')
})
