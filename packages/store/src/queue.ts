/** The outbound queue as others see it. */
import type { Deposit, Queue, QueueCounts } from './api.ts'
import type { Engine } from './engine.ts'
import { depositBecame, depositRequest } from './messages.ts'
import {
  endLeases,
  failEntry,
  holdEntry,
  leaseDue,
  releaseEntry,
  removeEntry,
  retryEntry,
  retryEntryNow,
} from './queue-jobs.ts'
import { nextDue, queueCounts, queueEntries, queueEntry, waitingFor } from './queue-row.ts'

/** For how long counts are good enough, since counting looks at every row's place in an index. */
const countsMilliseconds = 5000

export function queueOf(engine: Engine): Queue {
  const { reader, writer } = engine
  let counted: { readonly at: number; readonly counts: QueueCounts } | null = null
  return {
    list: async () => queueEntries(reader),
    get: async id => queueEntry(reader, id),
    async counts(now) {
      const at = performance.now()
      if (counted === null || at - counted.at > countsMilliseconds) counted = { at, counts: queueCounts(reader, now) }
      return counted.counts
    },
    lease: (now, milliseconds, limit) => writer.run(leaseDue, { now, milliseconds, limit }),
    endLeases: () => writer.run(endLeases, null),
    nextDue: async () => nextDue(reader),
    waitingFor: async (account, now) => waitingFor(reader, account, now),
    delivered: id => writer.run(removeEntry, id),
    retryAt: (id, at, reply, options) => writer.run(retryEntry, { id, at, reply, options: options ?? null }),
    async failed(id, dsn: Deposit | null) {
      const stored = await writer.run(failEntry, { id, dsn: dsn && depositRequest(engine, dsn) })
      if (dsn !== null) await depositBecame(dsn, stored)
    },
    retryNow: id => writer.run(retryEntryNow, id),
    hold: id => writer.run(holdEntry, id),
    release: id => writer.run(releaseEntry, id),
    remove: id => writer.run(removeEntry, id),
  }
}
