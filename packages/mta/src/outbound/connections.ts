/**
 * Connections to other servers: made, and kept for a moment for what comes next on the same way.
 *
 * - One is in use by one worker, or idle; both are bounded.
 * - It has so many transactions and then ends, so that a server with several hosts sees all of them used.
 */
import type { Client } from './client.ts'
import { type ReachOptions, reach } from './reach.ts'
import type { Way } from './ways.ts'

interface Idle {
  readonly way: string
  readonly client: Client
  readonly end: NodeJS.Timeout
}

export class Connections {
  readonly #options: ReachOptions
  readonly #busy = new Set<Client>()
  /** The longest idle first. */
  #idle: Idle[] = []
  #stopping = false

  constructor(options: ReachOptions) {
    this.#options = options
  }

  /** One that is idle, or a new one. Throws NoRoute or HostFailed. */
  async take(way: Way): Promise<Client> {
    const found = this.#idle.find(({ way: name, client }) => name === way.name && client.open)
    if (found !== undefined) {
      clearTimeout(found.end)
      this.#idle = this.#idle.filter(idle => idle !== found)
    }
    const { domain, smartHost, demand } = way
    const client = found?.client ?? (await reach(domain, smartHost, demand, this.#options, () => this.#stopping))
    this.#busy.add(client)
    return client
  }

  /** For whoever comes next, as far as it is of more use. */
  give(way: Way, client: Client): void {
    const { outboundConnections, outboundIdleSeconds } = this.#options.limits
    if (this.#stopping || outboundIdleSeconds <= 0 || !this.hasRoom(client)) {
      this.drop(client)
      return
    }
    this.#busy.delete(client)
    const end = setTimeout(() => this.#endIdle(idle), outboundIdleSeconds * 1000)
    const idle = { way: way.name, client, end: end.unref() }
    this.#idle.push(idle)
    const [oldest] = this.#idle
    if (this.#idle.length > outboundConnections && oldest !== undefined) this.#endIdle(oldest)
  }

  /** Whether there may be another transaction on it. */
  hasRoom(client: Client): boolean {
    const { outboundPerConnection } = this.#options.limits
    return client.open && client.transactions < Math.min(outboundPerConnection, client.limits.mails)
  }

  drop(client: Client): void {
    this.#busy.delete(client)
    client.close()
  }

  /** Nothing new begins, and what is idle ends. */
  stop(): void {
    this.#stopping = true
    for (const idle of [...this.#idle]) this.#endIdle(idle)
  }

  /** At once. */
  cut(): void {
    for (const client of this.#busy) client.cut()
  }

  #endIdle(idle: Idle): void {
    clearTimeout(idle.end)
    this.#idle = this.#idle.filter(each => each !== idle)
    idle.client.close()
  }
}
