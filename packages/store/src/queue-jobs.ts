/** The outbound queue's changes. A lease keeps a row to one runner and ends by itself, so that a crash only delays it. */
import { loosenContent } from './content/content.ts'
import { type DepositRequest, depositInto } from './deposit.ts'
import type { ContentId, DeliveryOptions, Instant, QueueEntry, QueueId } from './model.ts'
import { StoreError } from './problem.ts'
import { entryOf, never, type QueueRow, selectQueue } from './queue-row.ts'
import { job, type Tx } from './writer/job.ts'

/** Whose turn it is; all that are leased are a few. */
export const leaseQuery = `${selectQueue} WHERE turn <= ? AND due_at <= ? ORDER BY turn LIMIT ?`

/**
 * Where nobody else is due: what yields to others, its turn being later than its time. By the index of what is due, which
 * these are the rest of; the plus keeps SQLite from walking over all that has no turn yet.
 */
const yieldingQuery = `${selectQueue} WHERE due_at <= ? AND +turn > ? ORDER BY +turn LIMIT ?`

export const leaseDue = job(
  'queue.lease',
  (tx, request: { now: Instant; milliseconds: number; limit: number }): QueueEntry[] => {
    const { now, milliseconds, limit } = request
    const lease = tx.sql('UPDATE queue SET due_at = ? WHERE id = ?')
    const take = (query: string, atMost: number): QueueEntry[] => {
      const rows = tx.sql<QueueRow>(query).all(now, now, atMost)
      for (const row of rows) lease.run(now + milliseconds, row.id)
      return rows.map(entryOf)
    }
    const found = take(leaseQuery, limit)
    return found.length < limit ? [...found, ...take(yieldingQuery, limit - found.length)] : found
  },
)

/** Nobody has anything in hand: for the one runner of a store, when it starts. */
export const endLeases = job('queue.end-leases', tx => {
  const { changes } = tx
    .sql('UPDATE queue SET due_at = next_attempt_at WHERE due_at > next_attempt_at AND held = 0')
    .run()
  if (changes > 0) tx.topic('queue')
})

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
  // One that was held meanwhile stays so.
  const update = tx.sql(
    `UPDATE queue SET turn = turn - next_attempt_at + ?, next_attempt_at = ?, due_at = iif(held, due_at, ?),
       attempts = attempts + 1, last_reply = ?, options = ifnull(?, options) WHERE id = ?`,
  )
  mustChange(id, update.run(at, at, at, reply, options && JSON.stringify(options), id))
  tx.topic('queue')
})

export const retryEntryNow = job('queue.retry-now', (tx, id: QueueId) => {
  makeDue(tx, id)
})

/** An entry that is in hand is done with before it is held. */
export const holdEntry = job('queue.hold', (tx, id: QueueId) => {
  mustChange(id, tx.sql('UPDATE queue SET held = 1, due_at = ? WHERE id = ?').run(never, id))
})

export const releaseEntry = job('queue.release', (tx, id: QueueId) => {
  tx.sql('UPDATE queue SET held = 0, release_at = NULL WHERE id = ?').run(id)
  makeDue(tx, id)
})

function makeDue(tx: Tx, id: QueueId): void {
  const update = tx.sql(
    `UPDATE queue SET turn = turn - next_attempt_at + ?, next_attempt_at = ?, due_at = iif(held, due_at, ?)
       WHERE id = ?`,
  )
  mustChange(id, update.run(tx.now, tx.now, tx.now, id))
  tx.topic('queue')
}

function mustChange(id: QueueId, { changes }: { readonly changes: number }): void {
  if (changes === 0) throw new StoreError('no-such-queue-entry', `${id}`)
}
