/** Octets between a socket and the protocol, with layers swapped underneath. No IMAP words. */
import { type Channel, channelOf } from '@lemonade/auth'
import type { Connection, TlsSource } from '@lemonade/net'
import type { StreamLayer } from './extension.ts'
import type { Source } from './wire/reader.ts'

/** One client's octets, decoded and encoded by the layers above its socket. */
export class Wire implements Source {
  readonly connection: Connection
  readonly #tls: TlsSource
  readonly #layers: StreamLayer[] = []
  #held: Uint8Array | null = null

  constructor(connection: Connection, tls: TlsSource) {
    this.connection = connection
    this.#tls = tls
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      let octets = this.#held ?? (await this.connection.read())
      this.#held = null
      if (octets === null) return null
      for (const layer of this.#layers) octets = await layer.decode(octets)
      // A layer may need more before it can say anything.
      if (octets.length > 0) return octets
    }
  }

  /** Resolves when the peer is near enough to its end: memory stays bounded where a client does not read. */
  async write(octets: Uint8Array): Promise<void> {
    let encoded = octets
    for (let i = this.#layers.length - 1; i >= 0; i--) encoded = await (this.#layers[i] as StreamLayer).encode(encoded)
    return this.connection.write(encoded)
  }

  /** What is read next and written next goes through the layer, beginning with what was read too early. */
  push(layer: StreamLayer, readEarly: Uint8Array): void {
    this.#layers.push(layer)
    this.#held = readEarly.length > 0 ? readEarly : null
  }

  startTls(goAhead: Uint8Array): Promise<void> {
    return this.connection.startTls(this.#tls, goAhead)
  }

  channel(): Channel {
    return channelOf(this.connection)
  }

  close(): void {
    for (const layer of this.#layers) layer.close()
    this.#layers.length = 0
  }
}
