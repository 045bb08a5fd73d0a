/** The outbound queue as others see it. */
import type { Deposit, Queue } from './api.ts'
import type { Engine } from './engine.ts'
import { depositBecame, depositRequest } from './messages.ts'
import type { Instant } from './model.ts'
import { failEntry, leaseDue, removeEntry, retryEntry, retryEntryNow } from './queue-jobs.ts'
import { queueEntries, queueEntry } from './queue-row.ts'

export function queueOf(engine: Engine): Queue {
  const { reader, writer } = engine
  return {
    list: async () => queueEntries(reader),
    get: async id => queueEntry(reader, id),
    lease: (now, milliseconds, limit) => writer.run(leaseDue, { now, milliseconds, limit }),
    nextDue: async () => reader.raw<[Instant | null]>('SELECT min(due_at) FROM queue').get()?.[0] ?? null,
    delivered: id => writer.run(removeEntry, id),
    retryAt: (id, at, reply, options) => writer.run(retryEntry, { id, at, reply, options: options ?? null }),
    async failed(id, dsn: Deposit | null) {
      const stored = await writer.run(failEntry, { id, dsn: dsn && depositRequest(engine, dsn) })
      if (dsn !== null) await depositBecame(dsn, stored)
    },
    retryNow: id => writer.run(retryEntryNow, id),
    remove: id => writer.run(removeEntry, id),
  }
}
