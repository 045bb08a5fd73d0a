/** Devices of users: what they are woken for is planned from the outbox, then they are woken (RFC 5551 §5, RFC 5442 §4). */
import { type FilterScript, Planner } from './planner.ts'
import { Standings } from './standing.ts'
import { Waker, type WakerOptions } from './waker.ts'

export interface WakingOptions extends WakerOptions {
  readonly script: FilterScript | null
}

/** Starts both. */
export function startWaking(options: WakingOptions): { stop(graceMilliseconds: number): Promise<void> } {
  const { store, limits } = options
  const standings = new Standings(store, limits.accountNames)
  const waker = new Waker(options)
  const planner = new Planner({ ...options, standings, planned: () => waker.ring() })
  return {
    async stop(graceMilliseconds) {
      await planner.stop()
      await waker.stop(graceMilliseconds)
      standings.close()
    },
  }
}
