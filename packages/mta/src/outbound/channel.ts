/**
 * A connection to another server once it has said hello: commands and octets out, replies in, in their order.
 *
 * - Each reply goes to whoever has waited longest; one that nobody waits for ends the connection.
 * - Behind a 421 nothing more comes (RFC 5321 §3.8): everybody who waits gets it.
 * - After the end everybody who waits is told of it, and nothing hangs.
 */
import type { Socket } from 'node:net'

/** A reply (RFC 5321 §4.2). */
export interface ServerReply {
  readonly code: number
  /** All its lines as they came, with their codes. */
  readonly text: string
}

/** The connection ended before there was a reply. */
export class ConnectionLost extends Error {
  constructor(text = 'the connection was closed') {
    super(text)
    this.name = 'ConnectionLost'
  }
}

/** Of one reply with all its lines; far more than any server has to say. */
const replyOctets = 65_536

interface Waiting {
  resolve(reply: ServerReply): void
  reject(error: ConnectionLost): void
}

export class Channel {
  readonly #socket: Socket
  readonly #waiting: Waiting[] = []
  #rest: Buffer = Buffer.alloc(0)
  #lines: string[] = []
  #linesOctets = 0
  #lost: ConnectionLost | null = null
  #writing = false

  /** `silenceSeconds`: how long the server may neither take nor send an octet while something is under way. */
  constructor(socket: Socket, silenceSeconds: number) {
    this.#socket = socket
    socket.setTimeout(silenceSeconds * 1000)
    socket.on('data', (octets: Buffer) => this.#take(octets))
    socket.on('timeout', () => {
      if (this.#waiting.length > 0 || this.#writing) this.#end(new ConnectionLost('the server was silent for too long'))
    })
    socket.on('error', (error: Error) => this.#end(new ConnectionLost(error.message)))
    socket.on('end', () => this.#end(new ConnectionLost()))
    socket.on('close', () => this.#end(new ConnectionLost()))
  }

  /** False once it is of no more use. */
  get open(): boolean {
    return this.#lost === null
  }

  /** The next reply that nobody waits for yet. Rejects with ConnectionLost. */
  reply(): Promise<ServerReply> {
    const { promise, resolve, reject } = Promise.withResolvers<ServerReply>()
    // It may be waited for later than it fails.
    promise.catch(() => {})
    if (this.#lost === null) this.#waiting.push({ resolve, reject })
    else reject(this.#lost)
    return promise
  }

  /** Sends octets together; resolves when there is room for more. Rejects with ConnectionLost. */
  async write(...pieces: readonly (Uint8Array | string)[]): Promise<void> {
    if (this.#lost !== null) throw this.#lost
    const socket = this.#socket
    socket.cork()
    let hasRoom = true
    for (const piece of pieces) hasRoom = socket.write(piece)
    socket.uncork()
    if (hasRoom || !socket.writableNeedDrain) return
    this.#writing = true
    await new Promise<void>(resolve => {
      const go = () => {
        socket.off('drain', go)
        socket.off('close', go)
        resolve()
      }
      socket.on('drain', go)
      socket.on('close', go)
    })
    this.#writing = false
    if (this.#lost !== null) throw this.#lost
  }

  /** Sends a command and waits for its reply. Rejects with ConnectionLost. */
  async ask(command: string): Promise<ServerReply> {
    const reply = this.reply()
    await this.write(`${command}\r\n`)
    return reply
  }

  /** At once. */
  cut(): void {
    this.#end(new ConnectionLost())
  }

  #end(lost: ConnectionLost): void {
    if (this.#lost !== null) return
    this.#lost = lost
    this.#socket.destroy()
    for (const { reject } of this.#waiting.splice(0)) reject(lost)
  }

  #take(octets: Buffer): void {
    let rest = this.#rest.length === 0 ? octets : Buffer.concat([this.#rest, octets])
    for (let lf = rest.indexOf(0x0a); lf !== -1 && this.#lost === null; lf = rest.indexOf(0x0a)) {
      this.#line(rest.subarray(0, rest[lf - 1] === 0x0d ? lf - 1 : lf))
      rest = rest.subarray(lf + 1)
    }
    if (rest.length + this.#linesOctets > replyOctets)
      this.#end(new ConnectionLost('the reply of the server is too long'))
    this.#rest = rest
  }

  /** Reply-line = *( Reply-code "-" [ textstring ] CRLF ) Reply-code [ SP textstring ] CRLF (RFC 5321 §4.2) */
  #line(octets: Buffer): void {
    const text = textOf(octets)
    const [, code, mark] = /^([2-5]\d\d)([ -]|$)/.exec(text) ?? []
    if (code === undefined) {
      this.#end(new ConnectionLost(`the server said what is no reply: ${text.slice(0, 200)}`))
      return
    }
    this.#lines.push(text)
    this.#linesOctets += octets.length
    if (mark !== '-') this.#answer(Number(code))
  }

  #answer(code: number): void {
    const reply = { code, text: this.#lines.join('\n').trim() }
    this.#lines = []
    this.#linesOctets = 0
    const waiting = this.#waiting.shift()
    waiting?.resolve(reply)
    if (reply.code === 421) {
      for (const each of this.#waiting.splice(0)) each.resolve(reply)
      this.#end(new ConnectionLost(reply.text))
    } else if (waiting === undefined) {
      this.#end(new ConnectionLost(`the server spoke without being asked: ${reply.text.slice(0, 200)}`))
    }
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Replies are US-ASCII, or UTF-8 (RFC 6531 §3.7.4.2); what is neither is still shown. */
function textOf(octets: Buffer): string {
  try {
    return utf8.decode(octets)
  } catch {
    return octets.toString('latin1')
  }
}
