/** Who may still connect: a count of open sockets, altogether and a peer. */
import { isLoopback, peerOf } from './endpoint.ts'
import { Rate } from './rate.ts'

export interface ConnectionLimits {
  /** Open sockets of the listener. */
  readonly total: number
  /** Open sockets from one IPv4 address or one IPv6 /64. The server's own machine is exempt: proxies and web mail. */
  readonly perAddress: number
  /** Sockets that one IPv4 address or one IPv6 /64 may open in a minute; 0 or absent for as many as it wants. */
  readonly perMinute?: number
}

export const defaultConnectionLimits: ConnectionLimits = { total: 20_000, perAddress: 100 }

/** No peer is called so. */
const unnamed = ''

/** Counts admitted sockets; never holds more entries than there are open sockets. */
export class Admission {
  readonly #limits: ConnectionLimits
  readonly #isTrusted: (address: string) => boolean
  readonly #rate: Rate
  readonly #peers = new Map<string, number>()
  #open = 0

  /** Whoever is trusted is counted, and bound by the total alone; by default, this machine. */
  constructor(limits: ConnectionLimits, isTrusted = isLoopback, now = Date.now) {
    this.#limits = limits
    this.#isTrusted = isTrusted
    this.#rate = new Rate(limits.perMinute ?? 0, now)
  }

  get open(): number {
    return this.#open
  }

  /** The same for a connection that has not said yet whose it is: it counts, for nobody. */
  admitUnnamed(): string | null {
    if (this.#open >= this.#limits.total) return null
    this.#peers.set(unnamed, (this.#peers.get(unnamed) ?? 0) + 1)
    this.#open++
    return unnamed
  }

  /** The key to release later, or null where a limit is reached. */
  admit(address: string): string | null {
    if (this.#open >= this.#limits.total) return null
    const peer = peerOf(address)
    const open = this.#peers.get(peer) ?? 0
    const isBound = !this.#isTrusted(address)
    if (isBound && (open >= this.#limits.perAddress || !this.#rate.take(address))) return null
    this.#peers.set(peer, open + 1)
    this.#open++
    return peer
  }

  release(peer: string): void {
    const open = this.#peers.get(peer)
    if (open === undefined) return
    if (open === 1) this.#peers.delete(peer)
    else this.#peers.set(peer, open - 1)
    this.#open--
  }
}
