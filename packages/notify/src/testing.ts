/** What tests of this package share: an outbox in memory and a target that is told how to answer. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AccountId, EventId, OutboxEvent, Store } from '@lemonade/store'

/** The part of a store that the emitter uses. */
export class MemoryOutbox {
  readonly events: OutboxEvent[] = []
  readonly cursors = new Map<string, EventId>()
  readonly advances: number[] = []
  registered: readonly string[] = []
  readonly buried: [sink: string, id: EventId, reason: string][] = []
  largestPage = 0
  readonly #listeners = new Set<() => void>()

  add(type: string, parameters: Readonly<Record<string, unknown>> = {}): void {
    const id = (this.events.length + 1) as EventId
    this.events.push({ id, at: Date.UTC(2026, 0, 1), account: 1 as AccountId, type, parameters })
    for (const listener of this.#listeners) listener()
  }

  get watchers(): number {
    return this.#listeners.size
  }

  store(): Store {
    const partial = {
      accounts: { get: async () => ({ name: 'ned@example.org' }) },
      bus: {
        watchTopic: (_: string, listener: () => void) => {
          this.#listeners.add(listener)
          return () => this.#listeners.delete(listener)
        },
      },
      outbox: {
        after: async (id: EventId, limit: number) => {
          const page = this.events.filter(event => event.id > id).slice(0, limit)
          this.largestPage = Math.max(this.largestPage, page.length)
          return page
        },
        cursor: async (sink: string) => this.cursors.get(sink) ?? (0 as EventId),
        advance: async (sink: string, to: EventId) => {
          this.cursors.set(sink, to)
          this.advances.push(to)
        },
        bury: async (sink: string, id: EventId, reason: string) => {
          this.buried.push([sink, id, reason])
          this.cursors.set(sink, id)
        },
        register: async (sinks: readonly string[]) => {
          this.registered = sinks
        },
      },
    }
    return partial as unknown as Store
  }
}

export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly event: { readonly id: number; readonly type: string; readonly data: Readonly<Record<string, unknown>> }
}

/** An HTTP server that keeps what it gets and answers each request as `answer` says; 204 without one. */
export class Target {
  readonly received: Received[] = []
  answer: (response: ServerResponse, received: Received) => void = response => response.writeHead(204).end()
  readonly #server: Server
  readonly #waiting: { readonly count: number; readonly resolve: () => void }[] = []
  connections = 0

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = Buffer.concat(chunks)
      const received = { headers: request.headers, body, event: JSON.parse(body.toString()) }
      this.received.push(received)
      this.answer(response, received)
      for (const waiting of this.#waiting) if (this.received.length >= waiting.count) waiting.resolve()
    })
    this.#server.on('connection', () => {
      this.connections++
    })
  }

  /** Listens on a free port, or again on the one it had. */
  async open(port = 0): Promise<string> {
    await new Promise<void>(resolve => this.#server.listen(port, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  /** Drops kept-alive connections, as a server does that restarts. */
  dropConnections(): void {
    this.#server.closeAllConnections()
  }

  /** Until this many requests have come in all. */
  async seen(count: number): Promise<void> {
    if (this.received.length >= count) return
    await new Promise<void>(resolve => this.#waiting.push({ count, resolve }))
  }

  get ids(): number[] {
    return this.received.map(({ event }) => event.id)
  }
}
