/** A client that speaks IMAP through DEFLATE (RFC 4978), over TLS where it is asked to. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { constants, createInflateRaw, deflateRawSync } from 'node:zlib'
import type { Server } from '../support/player.ts'

/** What a client sends with a sync flush behind it. */
export function deflated(text: string, finishFlush: number = constants.Z_SYNC_FLUSH): Buffer {
  return deflateRawSync(text, { finishFlush })
}

export class DeflateClient {
  readonly socket: Socket
  #inflate = createInflateRaw()
  /** What came in the clear, or was inflated. */
  #have = ''
  #isDeflated = false
  /** Octets that the stream now in use was given. */
  #given = 0
  #ended = false
  #error: Error | null = null
  #wake = () => {}
  /** Octets that came since the layer began. */
  received = 0

  private constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', octets => this.#take(octets))
    socket.on('close', () => this.#end())
    socket.on('error', () => this.#end())
  }

  static async open(server: Server, tls = false): Promise<DeflateClient> {
    const { host, port, certificate } = server
    const socket = tls ? connectTls({ host, port, ca: certificate, servername: 'localhost' }) : connect(port, host)
    await new Promise<void>((resolve, reject) =>
      socket.once(tls ? 'secureConnect' : 'connect', resolve).once('error', reject),
    )
    return new DeflateClient(socket)
  }

  #take(octets: Uint8Array): void {
    if (this.#isDeflated) {
      this.received += octets.length
      this.#inflating(octets)
      return
    }
    // The layer begins behind the OK that says so.
    const had = this.#have.length
    this.#have += Buffer.from(octets).toString('latin1')
    const active = /^\S+ OK DEFLATE active\r\n/m.exec(this.#have)
    const end = active === null ? 0 : active.index + active[0].length
    if (end > had) {
      this.#have = this.#have.slice(0, end)
      this.#isDeflated = true
      this.#inflate = this.#inflater()
      this.#given = 0
      if (end - had < octets.length) this.#take(octets.subarray(end - had))
    }
    this.#wake()
  }

  #inflating(octets: Uint8Array): void {
    const inflate = this.#inflate
    this.#given += octets.length
    const given = this.#given
    inflate.write(octets, () => {
      const unread = given - inflate.bytesWritten
      if (unread === 0) return
      // The server has left the layer (RFC 8437 §4.1).
      this.#isDeflated = false
      this.#take(octets.subarray(octets.length - unread))
    })
  }

  #inflater() {
    const inflate = createInflateRaw()
    inflate.on('data', piece => {
      this.#have += piece.toString('latin1')
      this.#wake()
    })
    inflate.on('error', error => {
      this.#error = error
      this.#wake()
    })
    return inflate
  }

  #end(): void {
    // What came before is inflated first.
    this.#inflate.write(new Uint8Array(0), () => {
      this.#ended = true
      this.#wake()
    })
  }

  /** Resolves when this has come; answers with all up to it. */
  async until(pattern: RegExp): Promise<string> {
    for (;;) {
      const match = pattern.exec(this.#have)
      if (match !== null) {
        const end = match.index + match[0].length
        const text = this.#have.slice(0, end)
        this.#have = this.#have.slice(end)
        return text
      }
      if (this.#error !== null) throw this.#error
      assert.ok(!this.#ended, `closed after ${this.#have.slice(-300)}`)
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** The same of so much that it cannot be kept: all but the end is dropped. */
  async skimUntil(end: RegExp): Promise<void> {
    while (!end.test(this.#have)) {
      this.#have = this.#have.slice(-200)
      assert.ok(!this.#ended, 'closed')
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  async closed(): Promise<void> {
    while (!this.#ended) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
}
