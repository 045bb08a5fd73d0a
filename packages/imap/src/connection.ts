/** Octets between a socket and the protocol, with a layer between them where there is one. No IMAP words. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Channel, channelOf } from '@lemonade/auth'
import { type Connection, highWaterOctets, type TlsSource } from '@lemonade/net'
import type { StreamLayer } from './extension.ts'
import type { Source } from './wire/reader.ts'

const none = new Uint8Array(0)

/** One client's octets, decoded and encoded by the layer above its socket. */
export class Wire implements Source {
  readonly connection: Connection
  readonly #tls: TlsSource
  #layer: StreamLayer | null = null
  /** What was read and does not belong to a layer that came or went meanwhile. */
  #held: Uint8Array = none
  #decoding: AsyncGenerator<Uint8Array, void, void> | null = null
  #queue: Uint8Array[] = []
  #queuedOctets = 0
  #sending: Promise<void> | null = null

  constructor(connection: Connection, tls: TlsSource) {
    this.connection = connection
    this.#tls = tls
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const decoded = await this.#decoding?.next()
      // A layer may need more before it can say anything.
      if (decoded && !decoded.done) {
        if (decoded.value.length > 0) return decoded.value
        continue
      }
      this.#decoding = null
      const octets = this.#held.length > 0 ? this.#held : await this.connection.read()
      this.#held = none
      if (octets === null || this.#layer === null) return octets
      this.#decoding = this.#layer.decode(octets)
    }
  }

  /**
   * Resolves when the peer is near enough to its end: memory stays bounded where a client does not read. Where `more`
   * follows at once, a layer may take both together, and this resolves unless much waits already.
   */
  write(octets: Uint8Array, more = false): Promise<void> {
    if (this.#layer === null) return this.connection.write(octets)
    this.#queue.push(octets)
    this.#queuedOctets += octets.length
    this.#sending ??= this.#send(this.#layer)
    return more && this.#queuedOctets < highWaterOctets ? Promise.resolve() : this.#sending
  }

  #send(layer: StreamLayer): Promise<void> {
    const sending = (async () => {
      try {
        await nextTurn()
        while (this.#queue.length > 0) await this.connection.write(await layer.encode(this.#taken(), false))
      } finally {
        // In one step with finding the queue empty: what comes later begins anew.
        this.#sending = null
      }
    })()
    // Whoever does not wait for it learns from reading that the peer is gone.
    sending.catch(() => {})
    return sending
  }

  #taken(): Uint8Array {
    const queue = this.#queue
    this.#queue = []
    this.#queuedOctets = 0
    return queue.length === 1 ? (queue[0] as Uint8Array) : Buffer.concat(queue)
  }

  get layered(): boolean {
    return this.#layer !== null
  }

  /** What is read next and written next goes through the layer, beginning with what was read too early. */
  push(layer: StreamLayer, readEarly: Uint8Array): void {
    if (this.#layer !== null) throw new Error('There is a layer already')
    this.#layer = layer
    this.#held = readEarly
  }

  /** Sends the line as the layer's last, where there is one; what the client sent behind it is read as it is. */
  async pop(line: Uint8Array): Promise<void> {
    const layer = this.#layer
    if (layer === null) return this.connection.write(line)
    await this.#sending
    await this.connection.write(await layer.encode(line, true))
    this.#held = layer.takeBack()
    this.#decoding = null
    this.close()
  }

  startTls(goAhead: Uint8Array): Promise<void> {
    return this.connection.startTls(this.#tls, goAhead)
  }

  channel(): Channel {
    return channelOf(this.connection)
  }

  close(): void {
    this.#layer?.close()
    this.#layer = null
  }
}
