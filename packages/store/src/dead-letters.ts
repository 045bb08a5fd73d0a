/** Events that a sink has refused for good: kept for people, who replay or discard them. */
import type { DeadLetter } from './api.ts'
import type { Connection } from './connection.ts'
import type { AccountId, EventId, Instant } from './model.ts'
import { job, type Tx } from './writer/job.ts'

interface Burial {
  readonly sink: string
  readonly event: EventId
  readonly reason: string
}

/** Puts an event aside and moves the sink's cursor past it, in one step. */
export const buryEvent = job('outbox.bury', (tx, { sink, event, reason }: Burial) => {
  tx.sql(
    `INSERT INTO dead_letters (at, sink, reason, event_id, event_at, account_id, type, parameters)
     SELECT ?, ?, ?, id, at, account_id, type, parameters FROM outbox WHERE id = ?`,
  ).run(tx.now, sink, reason, event)
  tx.sql('DELETE FROM dead_letters WHERE id <= (SELECT id FROM dead_letters ORDER BY id DESC LIMIT 1 OFFSET ?)').run(
    tx.limits.deadLettersKept,
  )
  tx.sql('UPDATE outbox_sinks SET cursor = max(cursor, ?) WHERE name = ?').run(event, sink)
})

interface Exhumation {
  /** Null: all. */
  readonly ids: readonly number[] | null
  readonly replay: boolean
}

type Letter = [id: number, sink: string, event: number, account: AccountId | null, type: string, parameters: string]

/** Tells the events anew, to the sinks that have refused them and to no other; or only forgets them. */
export const exhume = job('outbox.exhume', (tx, { ids, replay }: Exhumation): number => {
  const select = 'SELECT id, sink, event_id, account_id, type, parameters FROM dead_letters'
  const letters =
    ids === null
      ? tx.raw<Letter>(`${select} ORDER BY id`).all()
      : ids.flatMap(id => tx.raw<Letter>(`${select} WHERE id = ?`).all(id))
  for (const letter of letters) {
    if (replay) tellAgain(tx, letter)
    tx.sql('DELETE FROM dead_letters WHERE id = ?').run(letter[0])
  }
  return letters.length
})

function tellAgain(tx: Tx, [, sink, event, account, type, text]: Letter): void {
  const parameters = JSON.parse(text) as Readonly<Record<string, unknown>>
  tx.eventAgain(type, account, { ...parameters, onlyFor: sink, replayOf: parameters['replayOf'] ?? event })
}

interface DeadLetterRow extends Omit<DeadLetter, 'event'> {
  readonly eventId: EventId
  readonly eventAt: Instant
  readonly account: AccountId | null
  readonly type: string
  readonly parameters: string
}

/** The oldest first. */
export function deadLettersIn(reader: Connection, after: number, limit: number): DeadLetter[] {
  return reader
    .sql<DeadLetterRow>(
      `SELECT id, at, sink, reason, event_id AS eventId, event_at AS eventAt, account_id AS account, type, parameters
       FROM dead_letters WHERE id > ? ORDER BY id LIMIT ?`,
    )
    .all(after, limit)
    .map(({ id, at, sink, reason, eventId, eventAt, account, type, parameters }) => ({
      ...{ id, at, sink, reason },
      event: { id: eventId, at: eventAt, account, type, parameters: JSON.parse(parameters) },
    }))
}
