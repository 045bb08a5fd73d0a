/** A mail client of few words that counts what it costs on the wire: octets up and down, and round trips. */
import { connect, type Socket } from 'node:net'
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib'
import type { Endpoint } from './server.ts'

/** What something has cost. */
export interface Cost {
  readonly up: number
  readonly down: number
  readonly roundTrips: number
}

const tailCharacters = 65_536

export class CountingClient {
  readonly #socket: Socket
  #inflate: InflateRaw | null = null
  #deflate: DeflateRaw | null = null
  #have: string[] = []
  /** The end of what was heard, where the end of an answer stands: looking through megabytes for it takes minutes. */
  #tail = ''
  #wake = () => {}
  #error: Error | null = null
  #up = 0
  #down = 0
  #roundTrips = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('data', (octets: Buffer) => {
      this.#down += octets.length
      if (this.#inflate === null) this.#heard(octets)
      else this.#inflate.write(octets)
    })
    socket.on('error', error => this.#failed(error))
    socket.on('close', () => this.#failed(new Error('the server closed the connection')))
  }

  static async open({ host, port }: Endpoint): Promise<CountingClient> {
    const socket = connect(port, host)
    const client = new CountingClient(socket)
    await client.#until(/^(?:\* OK|220) .*\r\n/m)
    client.#forget()
    return client
  }

  /** What was spent since the beginning, or since the last `spent`. */
  spent(): Cost {
    const cost = { up: this.#up, down: this.#down, roundTrips: this.#roundTrips }
    this.#up = this.#down = this.#roundTrips = 0
    return cost
  }

  /**
   * Sends all of it at once and waits for an answer that matches, which is one round trip; gives all that came with it.
   */
  async flight(octets: string | Uint8Array, end: RegExp): Promise<string> {
    this.#roundTrips++
    await this.#send(Buffer.from(octets as string))
    return this.#until(end)
  }

  /** IMAP commands in one flight, tagged t1, t2 and so on; rejects where one of them is not answered with OK. */
  async imap(...commands: readonly string[]): Promise<string> {
    const lines = commands.map((command, at) => `t${at + 1} ${command}\r\n`).join('')
    const said = await this.flight(lines, new RegExp(`^t${commands.length} .*\\r\\n`, 'm'))
    const refused = /^t\d+ (?:NO|BAD).*$/m.exec(said)
    if (refused !== null) throw new Error(refused[0])
    return said
  }

  /** From here on everything is compressed (RFC 4978). */
  async compress(): Promise<void> {
    await this.imap('COMPRESS DEFLATE')
    this.#inflate = createInflateRaw()
    this.#inflate.on('data', (octets: Buffer) => this.#heard(octets))
    this.#deflate = createDeflateRaw({ flush: constants.Z_SYNC_FLUSH })
    this.#deflate.on('data', (octets: Buffer) => this.#write(octets))
  }

  async #send(octets: Buffer): Promise<void> {
    const deflate = this.#deflate
    if (deflate === null) this.#write(octets)
    else await new Promise<void>(resolve => deflate.write(octets, () => resolve()))
  }

  #write(octets: Buffer): void {
    this.#up += octets.length
    this.#socket.write(octets)
  }

  #heard(octets: Buffer): void {
    const text = octets.toString('latin1')
    this.#have.push(text)
    this.#tail = (this.#tail + text).slice(-tailCharacters)
    this.#wake()
  }

  #failed(error: Error): void {
    this.#error ??= error
    this.#wake()
  }

  async #until(end: RegExp): Promise<string> {
    while (!end.test(this.#tail)) {
      if (this.#error !== null) throw this.#error
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const said = this.#have.join('')
    this.#forget()
    return said
  }

  #forget(): void {
    this.#have = []
    this.#tail = ''
  }

  close(): void {
    this.#socket.destroy()
  }
}
