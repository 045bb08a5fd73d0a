/** Lines and literals of an IMAP server, pulled one by one from a socket. */
import type { Socket } from 'node:net'

/** The server cannot be reached, or does not talk as it should. */
export class StreamFailed extends Error {}

/** A URL and what stands around it; servers say longer lines about other things. */
const lineOctets = 65_536
/** Of literals that nobody asked for. */
const skipOctets = 1_048_576

export class ImapStream {
  readonly #socket: Socket
  readonly #signal: AbortSignal
  readonly #fail: () => void
  readonly #listeners: Readonly<Record<string, (error?: Error) => void>>
  #have: Uint8Array = new Uint8Array(0)
  #failure: StreamFailed | null = null
  #wake: (() => void) | null = null

  constructor(socket: Socket, signal: AbortSignal) {
    this.#socket = socket
    this.#signal = signal
    this.#fail = () => this.#failed(new StreamFailed('too late'))
    this.#listeners = {
      error: (error?: Error) => this.#failed(new StreamFailed(error?.message)),
      timeout: () => this.#failed(new StreamFailed('nothing came')),
      close: () => this.#failed(new StreamFailed('closed')),
      end: () => this.#failed(new StreamFailed('ended')),
      readable: () => this.#wakeUp(),
    }
    for (const [event, listener] of Object.entries(this.#listeners)) socket.on(event, listener)
    signal.addEventListener('abort', this.#fail)
    if (signal.aborted) this.#fail()
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  /** The next line, without its end. Throws StreamFailed. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#have.indexOf(0x0a)
      if (end !== -1) {
        const line = Buffer.from(this.#have.subarray(0, end)).toString('latin1').replace(/\r$/, '')
        this.#have = this.#have.subarray(end + 1)
        return line
      }
      if (this.#have.length > lineOctets) throw new StreamFailed('a line without end')
      await this.#more()
    }
  }

  /** The next line, after whatever literals belong to it. */
  async response(): Promise<string> {
    const line = await this.line()
    await this.skipLiterals(line)
    return line
  }

  /** Passes over the literals that a line goes on with. */
  async skipLiterals(line: string): Promise<void> {
    let skipped = 0
    for (let rest = line; ; rest = await this.line()) {
      const literal = /\{(\d{1,15})\}$/.exec(rest)?.[1]
      if (literal === undefined) return
      skipped += Number(literal)
      if (skipped > skipOctets) throw new StreamFailed('a literal that nobody asked for')
      await this.literal(Number(literal), async () => {})
    }
  }

  /** Passes so many octets on. Throws StreamFailed, and what `write` throws. */
  async literal(octets: number, write: (octets: Uint8Array) => Promise<void>): Promise<void> {
    for (let left = octets; left > 0; ) {
      if (this.#have.length === 0) await this.#more()
      const piece = this.#have.subarray(0, left)
      this.#have = this.#have.subarray(piece.length)
      left -= piece.length
      await write(piece)
    }
  }

  /** Gives the socket away. Throws StreamFailed where more has come than was read. */
  detach(): Socket {
    if (this.#have.length > 0 || this.#socket.readableLength > 0) throw new StreamFailed('octets before TLS')
    this.#let()
    return this.#socket
  }

  close(): void {
    if (this.#failure === null) this.#socket.end('z LOGOUT\r\n')
    this.#let()
    // What it still has to say is of no interest.
    this.#socket.destroySoon()
  }

  #let(): void {
    this.#signal.removeEventListener('abort', this.#fail)
    for (const [event, listener] of Object.entries(this.#listeners)) this.#socket.off(event, listener)
    this.#socket.on('error', () => {})
  }

  async #more(): Promise<void> {
    for (;;) {
      const octets = this.#socket.read() as Uint8Array | null
      if (octets !== null) {
        this.#have = this.#have.length === 0 ? octets : Buffer.concat([this.#have, octets])
        return
      }
      if (this.#failure !== null) throw this.#failure
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  #failed(failure: StreamFailed): void {
    this.#failure ??= failure
    this.#wakeUp()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}
