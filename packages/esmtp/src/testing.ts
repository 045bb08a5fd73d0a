/** For tests of ESMTP services: a client that sends exactly what it is told. Not part of the server. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** One socket to a service; replies are read one by one, in full. */
export class Talker {
  #socket: Socket
  #text = ''
  #ended = false
  #wake: (() => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#listen()
  }

  static async open(port: number, host = '127.0.0.1'): Promise<Talker> {
    const socket = connect({ port, host, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
    })
    return new Talker(socket)
  }

  static async openTls(port: number): Promise<Talker> {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    })
    return new Talker(socket)
  }

  send(octets: string | Uint8Array): void {
    this.#socket.write(octets)
  }

  /** The next reply, all its lines joined with LF; null where the server has closed. */
  async reply(): Promise<string | null> {
    for (;;) {
      const reply = /^(?:\d{3}-.*\r\n)*\d{3}(?: .*)?\r\n/.exec(this.#text)?.[0]
      if (reply !== undefined) {
        this.#text = this.#text.slice(reply.length)
        return reply.trimEnd().replaceAll('\r\n', '\n')
      }
      if (this.#ended) return null
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** Sends a line and answers with the reply to it. */
  async say(line: string): Promise<string | null> {
    this.send(`${line}\r\n`)
    return this.reply()
  }

  /** Sends lines one by one and answers with the code (and status code) of each reply. */
  async codes(...lines: readonly string[]): Promise<string[]> {
    const codes: string[] = []
    for (const line of lines) codes.push(code(await this.say(line)))
    return codes
  }

  /** TLS over what is there, after the server said yes to STARTTLS. */
  async startTls(): Promise<void> {
    const raw = this.#socket
    raw.removeAllListeners()
    const secured = connectTls({ socket: raw, rejectUnauthorized: false })
    this.#socket = secured
    this.#text = ''
    await new Promise<void>((resolve, reject) => {
      secured.once('secureConnect', resolve)
      secured.once('error', reject)
    })
    this.#listen()
  }

  /** Half-closes, as `printf | nc -N` does. */
  end(): void {
    this.#socket.end()
  }

  close(): void {
    this.#socket.destroy()
  }

  #listen(): void {
    const wake = () => {
      this.#wake?.()
      this.#wake = null
    }
    this.#socket.on('data', octets => {
      this.#text += octets.toString('utf8')
      wake()
    })
    const ended = () => {
      this.#ended = true
      wake()
    }
    this.#socket.on('end', ended)
    this.#socket.on('close', ended)
    this.#socket.on('error', ended)
  }
}

/** "250 2.1.0" of "250 2.1.0 Sender OK", "354" of "354 Go on"; "closed" for null. */
export function code(reply: string | null): string {
  return reply === null ? 'closed' : (/^\d{3}(?:[ -]\d\.\d+\.\d+(?= |$))?/m.exec(reply)?.[0].replace('-', ' ') ?? reply)
}
