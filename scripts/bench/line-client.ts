/** A socket that a benchmark speaks a line protocol on: as little work of its own as can be. */
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw } from 'node:zlib'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

const lf = 0x0a

/** Waits for lines that a test of their start accepts; everything before them is counted and dropped. */
export class LineClient {
  readonly #socket: Socket
  /** The tail that may hold the line waited for; never more than the last line of a chunk. */
  #tail = ''
  #wanted: { accept: (line: string) => boolean; resolve: (line: string) => void; reject: (e: Error) => void } | null =
    null
  #arrived: string[] = []
  #keepLines: boolean
  #deflater: DeflateRaw | null = null
  /** On the wire: compressed, where that is so. */
  octetsIn = 0
  octetsOut = 0

  private constructor(socket: Socket, keepLines: boolean) {
    this.#socket = socket
    this.#keepLines = keepLines
    socket.on('data', octets => {
      this.octetsIn += octets.length
      this.#take(octets as Buffer)
    })
    socket.on('error', error => this.#wanted?.reject(error))
    socket.on('close', () => this.#wanted?.reject(new Error('the server closed the connection')))
  }

  /**
   * `everyLine` looks at each line (short answers, pipelined replies); without it only the last line of what has
   * arrived is looked at, so that a large FETCH costs the client next to nothing.
   */
  static async open(endpoint: Endpoint, options: { tls?: boolean; everyLine?: boolean } = {}): Promise<LineClient> {
    const socket = options.tls
      ? connectTls({ host: endpoint.host, port: endpoint.port, rejectUnauthorized: false })
      : connect(endpoint.port, endpoint.host)
    socket.setNoDelay(true)
    await new Promise<void>((resolve, reject) => {
      socket.once(options.tls ? 'secureConnect' : 'connect', () => resolve())
      socket.once('error', reject)
    })
    return new LineClient(socket, options.everyLine ?? false)
  }

  write(octets: string | Uint8Array): void {
    if (this.#deflater !== null) {
      this.#deflater.write(octets)
      this.#deflater.flush(constants.Z_SYNC_FLUSH)
      return
    }
    this.octetsOut += octets.length
    this.#socket.write(octets)
  }

  /** From now on both sides send one DEFLATE stream each. */
  deflate(): void {
    const inflater = createInflateRaw()
    inflater.on('data', octets => this.#take(octets as Buffer))
    this.#socket.removeAllListeners('data').on('data', octets => {
      this.octetsIn += octets.length
      inflater.write(octets)
    })
    this.#deflater = createDeflateRaw()
    this.#deflater.on('data', octets => {
      this.octetsOut += octets.length
      this.#socket.write(octets)
    })
  }

  /** The first line to come that `accept` likes. */
  line(accept: (line: string) => boolean): Promise<string> {
    while (this.#arrived.length > 0) {
      const line = this.#arrived.shift() as string
      if (accept(line)) return Promise.resolve(line)
    }
    return new Promise((resolve, reject) => {
      this.#wanted = { accept, resolve, reject }
    })
  }

  /** Drops the lines that nobody has waited for. */
  forget(): void {
    this.#arrived = []
  }

  close(): void {
    this.#wanted = null
    this.#socket.destroy()
  }

  #take(octets: Buffer): void {
    if (this.#keepLines) {
      const lines = (this.#tail + octets.toString('latin1')).split('\r\n')
      this.#tail = lines.pop() ?? ''
      for (const line of lines) this.#offer(line)
      return
    }
    if (octets[octets.length - 1] !== lf) {
      const start = octets.lastIndexOf(lf) + 1
      this.#tail = start === 0 ? this.#tail + octets.toString('latin1') : octets.toString('latin1', start)
      return
    }
    const start = octets.length < 2 ? 0 : octets.lastIndexOf(lf, octets.length - 2) + 1
    const line = (start === 0 ? this.#tail : '') + octets.toString('latin1', start)
    this.#tail = ''
    this.#offer(line.replace(/\r\n$/, ''))
  }

  #offer(line: string): void {
    if (this.#wanted?.accept(line)) {
      const { resolve } = this.#wanted
      this.#wanted = null
      resolve(line)
    } else if (this.#wanted === null) {
      this.#arrived.push(line)
      if (this.#arrived.length > 10_000) this.#arrived.shift()
    }
  }
}
