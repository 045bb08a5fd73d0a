/** How often something was done in the last minute, by address; forgets by itself. */
import { peerOf } from './endpoint.ts'

const minute = 60_000
/** Addresses that are remembered of one minute; where there are more, the minute counts as over. */
const addressesKept = 50_000

/**
 * Counts in two windows of a minute and takes a share of the older one, so that nobody has twice as much around the
 * turn of a minute. What is refused does not count.
 */
export class Rate {
  readonly #perMinute: number
  readonly #now: () => number
  #began: number
  #current = new Map<string, number>()
  #previous = new Map<string, number>()

  /** 0 is no limit. */
  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute
    this.#now = now
    this.#began = now()
  }

  /** False where this would be one too many. An IPv6 /64 is one address. */
  take(address: string): boolean {
    if (this.#perMinute === 0) return true
    this.#turn()
    const peer = peerOf(address)
    const share = Math.max(0, 1 - (this.#now() - this.#began) / minute)
    const taken = this.#current.get(peer) ?? 0
    if (taken + (this.#previous.get(peer) ?? 0) * share >= this.#perMinute) return false
    this.#current.set(peer, taken + 1)
    return true
  }

  #turn(): void {
    const passed = this.#now() - this.#began
    if (passed >= 0 && passed < minute && this.#current.size < addressesKept) return
    this.#previous = passed >= 0 && passed < 2 * minute ? this.#current : new Map()
    this.#current = new Map()
    this.#began = passed >= minute && passed < 2 * minute ? this.#began + minute : this.#now()
  }
}
