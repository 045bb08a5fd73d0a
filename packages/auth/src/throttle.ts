/**
 * How many failures an address and an account name may have, and how long each is kept waiting for its answer.
 *
 * A failure fills a bucket by one; a bucket drains evenly, from its limit to nothing within the window; a full one
 * refuses. An account's bucket does not stand in the way of addresses that have logged in to it: a stranger who
 * guesses must not lock the owner out.
 */
import { BoundedMap } from './bounded-map.ts'
import type { AuthLimits } from './limits.ts'

interface Bucket {
  readonly level: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export class Throttle {
  readonly #limits: AuthLimits
  readonly #clock: () => number
  readonly #addresses: BoundedMap<string, Bucket>
  readonly #accounts: BoundedMap<string, Bucket>
  readonly #known: BoundedMap<string, true>

  constructor(limits: AuthLimits, clock: () => number) {
    this.#limits = limits
    this.#clock = clock
    this.#addresses = new BoundedMap(limits.rememberedPeers)
    this.#accounts = new BoundedMap(limits.rememberedPeers)
    this.#known = new BoundedMap(limits.rememberedPeers)
  }

  /** Counts an attempt as a failure until it is known to be none. Seconds to wait where it is not heard; else 0. */
  attempt(peer: string, account: string): number {
    const { failuresPerAddress, failuresPerAccount } = this.#limits
    const stranger = !this.#isKnown(peer, account)
    const address = this.#level(this.#addresses.get(peer), failuresPerAddress) + 1
    const name = stranger ? this.#level(this.#accounts.get(account), failuresPerAccount) + 1 : 0
    const wait = Math.max(this.#over(address, failuresPerAddress), this.#over(name, failuresPerAccount))
    if (wait > 0) return Math.ceil(wait)
    const at = this.#clock()
    this.#addresses.set(peer, { level: address, at })
    if (stranger) this.#accounts.set(account, { level: name, at })
    return 0
  }

  /** The attempt was a failure. Answers with the milliseconds that the answer is to be held back. */
  failed(peer: string): number {
    const { failureDelayMilliseconds, failureDelayMaximumMilliseconds, failuresPerAddress } = this.#limits
    const level = Math.ceil(this.#level(this.#addresses.get(peer), failuresPerAddress))
    return Math.min(failureDelayMilliseconds * 2 ** Math.max(0, level - 1), failureDelayMaximumMilliseconds)
  }

  /** The attempt came to no verdict: it is not counted. */
  forget(peer: string, account: string): void {
    this.#uncount(this.#addresses, peer, this.#limits.failuresPerAddress)
    if (!this.#isKnown(peer, account)) this.#uncount(this.#accounts, account, this.#limits.failuresPerAccount)
  }

  /** The attempt succeeded: the peer is one of the account's own. Its earlier failures stay counted. */
  succeeded(peer: string, account: string): void {
    this.forget(peer, account)
    this.#known.set(pair(peer, account), true)
  }

  #isKnown(peer: string, account: string): boolean {
    return this.#known.get(pair(peer, account)) !== undefined
  }

  #uncount(buckets: BoundedMap<string, Bucket>, key: string, limit: number): void {
    const level = this.#level(buckets.get(key), limit) - 1
    if (level <= 0) buckets.delete(key)
    else buckets.set(key, { level, at: this.#clock() })
  }

  #level(bucket: Bucket | undefined, limit: number): number {
    if (bucket === undefined) return 0
    const drained = ((this.#clock() - bucket.at) / 1000) * (limit / this.#limits.failureWindowSeconds)
    return Math.max(0, bucket.level - Math.max(0, drained))
  }

  /** Seconds until a bucket has drained to its limit. */
  #over(level: number, limit: number): number {
    return Math.max(0, level - limit) * (this.#limits.failureWindowSeconds / limit)
  }
}

/** A space is in no account name and in no address. */
function pair(peer: string, account: string): string {
  return `${peer} ${account}`
}
