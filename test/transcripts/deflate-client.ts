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
      this.#inflate.write(octets)
      return
    }
    // The layer begins behind the OK that says so, and ends behind the OK to UNAUTHENTICATE.
    const text = Buffer.from(octets).toString('latin1')
    const active = /^\S+ OK DEFLATE active\r\n/m.exec(this.#have + text)
    if (active === null) this.#have += text
    else {
      const end = active.index + active[0].length
      const clear = end - this.#have.length
      this.#have += text.slice(0, clear)
      this.#isDeflated = true
      this.#inflate.on('data', piece => {
        this.#have += piece.toString('latin1')
        this.#wake()
      })
      this.#inflate.on('error', error => {
        this.#error = error
        this.#wake()
      })
      if (clear < octets.length) this.#take(octets.subarray(clear))
    }
    this.#wake()
  }

  /** What comes next is in the clear. */
  leave(): void {
    this.#isDeflated = false
    this.#have = ''
    this.#inflate = createInflateRaw()
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
