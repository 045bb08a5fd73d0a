/** A client by hand: says lines, waits for what is heard, and knows the certificate and the keys of its TLS. */
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { ListenerName, TestServer } from './server.ts'

export interface TalkerOptions {
  /** The client's own address: all of 127.0.0.0/8 is this machine. */
  readonly from?: string
}

export class Talker {
  /** What was heard since the last `say`. */
  heard = ''
  #socket: Socket
  #closed: Promise<unknown>

  constructor(socket: Socket) {
    this.#socket = socket
    this.#closed = this.#listen(socket)
  }

  /** Connects to a listener, by TLS where that begins with it. */
  static on(server: TestServer, name: ListenerName, { from = '127.0.0.1' }: TalkerOptions = {}): Talker {
    const target = { host: '127.0.0.1', port: server.port(name), localAddress: from }
    const secure = name === 'imaps' || name === 'submissions'
    return new Talker(secure ? connectTls({ ...target, rejectUnauthorized: false }) : connectPlain(target))
  }

  /** Resolves when the connection has ended. */
  get closed(): Promise<unknown> {
    return this.#closed
  }

  get tls(): TLSSocket {
    return this.#socket as TLSSocket
  }

  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.heard)) {
      await Promise.race([
        once(this.#socket, 'data'),
        this.#closed.then(() => {
          throw new Error(`the connection ended after ${JSON.stringify(this.heard)}`)
        }),
      ])
    }
    return this.heard
  }

  /** Says something and gives what is heard up to the pattern. */
  say(words: string, answer: RegExp): Promise<string> {
    this.heard = ''
    this.#socket.write(words)
    return this.until(answer)
  }

  /** STARTTLS: the command, the go-ahead, and the handshake. */
  async startTls(command: string, goAhead: RegExp): Promise<void> {
    await this.say(command, goAhead)
    this.heard = ''
    const plain = this.#socket
    plain.removeAllListeners('data')
    this.#socket = connectTls({ socket: plain, rejectUnauthorized: false })
    this.#closed = this.#listen(this.#socket)
    await once(this.#socket, 'secureConnect')
  }

  end(): void {
    this.#socket.destroy()
  }

  #listen(socket: Socket): Promise<unknown> {
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', text => {
      this.heard += text
    })
    return new Promise(resolve => socket.once('close', resolve))
  }
}
