/** The outbox: events of RFC 5423 in order, and how far each sink has read. */
import type { NewEvent, Outbox } from './api.ts'
import { buryEvent, deadLettersIn, exhume } from './dead-letters.ts'
import type { Engine } from './engine.ts'
import type { AccountId, EventId, Instant, OutboxEvent } from './model.ts'
import { job } from './writer/job.ts'

/** From now on exactly these sinks read; a new one begins with what happens next. */
export const registerSinks = job('outbox.register', (tx, sinks: readonly string[]) => {
  const known = tx.raw<[string]>('SELECT name FROM outbox_sinks').all().flat()
  const forget = tx.sql('DELETE FROM outbox_sinks WHERE name = ?')
  for (const name of known) if (!sinks.includes(name)) forget.run(name)
  const insert = tx.sql(
    `INSERT OR IGNORE INTO outbox_sinks (name, cursor)
     VALUES (?, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'outbox'), 0))`,
  )
  for (const name of sinks) insert.run(name)
})

export const advanceSink = job('outbox.advance', (tx, { sink, to }: { sink: string; to: EventId }) => {
  tx.sql('UPDATE outbox_sinks SET cursor = max(cursor, ?) WHERE name = ?').run(to, sink)
})

/** Writes events that no change of the store goes with, such as a login. */
export const tellEvents = job('outbox.tell', (tx, events: readonly NewEvent[]) => {
  for (const { type, account, parameters } of events) tx.event(type, account, parameters)
})

interface EventRow {
  readonly id: EventId
  readonly at: Instant
  readonly account: AccountId | null
  readonly type: string
  readonly parameters: string
}

export function outboxOf({ reader, writer }: Engine): Outbox {
  return {
    async after(id, limit) {
      const rows = reader
        .sql<EventRow>(
          'SELECT id, at, account_id AS account, type, parameters FROM outbox WHERE id > ? ORDER BY id LIMIT ?',
        )
        .all(id, limit)
      return rows.map((row): OutboxEvent => ({ ...row, parameters: JSON.parse(row.parameters) }))
    },
    async beforeLast(count) {
      // From the end: an outbox may hold a million.
      return (
        reader.raw<[EventId]>('SELECT id FROM outbox ORDER BY id DESC LIMIT 1 OFFSET ?').get(count)?.[0] ??
        (0 as EventId)
      )
    },
    async cursor(sink) {
      const row = reader.raw<[EventId]>('SELECT cursor FROM outbox_sinks WHERE name = ?').get(sink)
      return row?.[0] ?? (0 as EventId)
    },
    advance: (sink, to) => writer.run(advanceSink, { sink, to }),
    register: sinks => writer.run(registerSinks, sinks),
    tell: events => writer.run(tellEvents, events),
    async sinks() {
      return reader
        .sql<{ name: string; cursor: EventId; waitsSince: Instant | null }>(
          `SELECT name, cursor, (SELECT at FROM outbox WHERE id > cursor ORDER BY id LIMIT 1) AS waitsSince
           FROM outbox_sinks ORDER BY name`,
        )
        .all()
    },
    bury: (sink, event, reason) => writer.run(buryEvent, { sink, event, reason }),
    deadLetters: async (after, limit) => deadLettersIn(reader, after, limit),
    replay: ids => writer.run(exhume, { ids, replay: true }),
    discard: ids => writer.run(exhume, { ids, replay: false }),
  }
}
