/**
 * One socket: octets in, octets out, TLS swapped underneath; no protocol words.
 *
 * What holds here:
 * - An idle connection holds no buffer, no closure and no stream besides the socket's own.
 * - Nobody reads ahead of the protocol by more than the socket's high-water mark, and nobody queues more than
 *   `queueOctets` for a peer that does not read.
 * - Nothing that came in the clear is ever read after `startTls` (RFC 3501 §6.2.1, RFC 3207 §4.2).
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Endpoint } from './endpoint.ts'
import { type Ends, endsOf } from './ends.ts'
import { TlsFacts, type TlsSource } from './tls.ts'

/** `write` waits while more than this is queued; Node's own high-water mark of a socket. */
export const highWaterOctets = 65_536
/** A caller that goes on writing without waiting loses the connection here. */
export const queueOctets = 16 * 1_048_576
/** A timer that is longer ends at once: 25 days. */
const longestTimer = 2 ** 31 - 1
/** How long a TLS handshake may take. */
export const handshakeMilliseconds = 30_000
/** How long `end` waits for the peer to take the last octets and close its side. */
export const lingerMilliseconds = 3_000

/** The connection is gone, or went while something was waiting for it. */
export class ConnectionClosed extends Error {
  constructor(cause?: Error | null) {
    super('connection closed', cause == null ? undefined : { cause })
    this.name = 'ConnectionClosed'
  }
}

const owner = Symbol('connection')
/** A socket whose events come to a connection. */
type OwnedSocket = Socket & { [owner]: Connection }

/** Distinguishes this process's connections from those of the one before it in a log. */
const idPrefix = randomBytes(2).toString('hex')
let lastId = 0

const done = Promise.resolve()
const ignore = () => {}

interface Waiting<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (error: Error) => void
}

/** A promise that somebody may ignore: its rejection is never unhandled. */
function waiting<T>(): Waiting<T> {
  const made = Promise.withResolvers<T>()
  made.promise.catch(ignore)
  return made
}

export class Connection {
  /** Short, unique over restarts; stands on every log line of the connection. */
  readonly id: string
  readonly remote: Endpoint
  readonly local: Endpoint
  #socket: Socket
  #certificate: Uint8Array | null = null
  #reader: Waiting<Uint8Array | null> | null = null
  #drain: Waiting<void> | null = null
  #handshake: Waiting<void> | null = null
  #gone: Waiting<void> | null = null
  #idle: NodeJS.Timeout | null = null
  #onIdle: (() => void) | null = null
  #corked = false
  #ended = false
  #error: Error | null = null

  /** Takes an accepted socket over; with `implicitTls` the handshake begins at once, and `secured` waits for it. */
  constructor(socket: Socket, implicitTls?: TlsSource, ends: Ends = endsOf(socket)) {
    this.id = `${idPrefix}-${(++lastId).toString(36)}`
    this.remote = ends.remote
    this.local = ends.local
    this.#socket = socket
    if (implicitTls === undefined) this.#attach(socket)
    else this.#secure(socket, implicitTls)
  }

  /** The ends of the socket itself, which are others where a proxy stands between. */
  get socketEnds(): Ends {
    return endsOf(this.#socket)
  }

  /** Asks a peer that is silent whether it is there, from this time on: one that is not is found ten seconds later. */
  keepAlive(milliseconds: number): void {
    if (!this.#socket.destroyed) this.#socket.setKeepAlive(true, milliseconds)
  }

  /** True once TLS is up. */
  get secure(): boolean {
    return this.#handshake === null && this.#socket instanceof TLSSocket
  }

  /** Facts of the TLS in use, for channel binding and logs; null in the clear. */
  get tls(): TlsFacts | null {
    const socket = this.#socket
    return this.secure && socket instanceof TLSSocket ? new TlsFacts(socket, this.#certificate) : null
  }

  /** False once the peer is gone or `end` or `destroy` was called. */
  get open(): boolean {
    return !this.#ended && this.#socket.writable
  }

  /** Octets that have come and that nobody has read yet. */
  get buffered(): number {
    return this.#socket.readableLength
  }

  /** What broke the connection, for the log; null after an orderly end. */
  get error(): Error | null {
    return this.#error
  }

  /** Resolves when the socket is closed, for whatever reason; never rejects. */
  get closed(): Promise<void> {
    if (this.#socket.closed) return done
    this.#gone ??= waiting()
    return this.#gone.promise
  }

  /** The next octets as they come; null at the end. Not reading is the back-pressure. One caller at a time. */
  read(): Promise<Uint8Array | null> {
    if (this.#reader !== null) throw new Error('read() while a read is waiting')
    if (this.#ended) return Promise.resolve(null)
    const octets = this.#socket.read() as Buffer | null
    if (octets !== null) {
      this.#idle?.refresh()
      return Promise.resolve(octets)
    }
    if (this.#socket.readableEnded || this.#socket.destroyed) return Promise.resolve(null)
    this.#reader = waiting()
    return this.#reader.promise
  }

  /**
   * Queues octets, or a text as UTF-8; what is written within a tick leaves together. Resolves when the peer is not
   * more than `highWaterOctets` behind; rejects with ConnectionClosed.
   */
  write(octets: Uint8Array | string): Promise<void> {
    const socket = this.#socket
    if (!this.open) return this.#refused()
    if (socket.writableLength > queueOctets) {
      this.destroy(new Error(`more than ${queueOctets} octets queued for a peer that does not read`))
      return this.#refused()
    }
    if (!this.#corked) {
      this.#corked = true
      socket.cork()
      process.nextTick(Connection.#uncork, this)
    }
    if (socket.write(octets)) return done
    Connection.#uncork(this)
    if (!socket.writableNeedDrain) return done
    this.#drain ??= waiting()
    return this.#drain.promise
  }

  /**
   * Turns the connection to TLS after `goAhead` ("OK begin TLS"), and resolves when the handshake is done.
   *
   * The go-ahead goes out here and nowhere else, so that no octet of the handshake can be taken for one in the clear.
   * Octets that arrived before it left are dropped unread: a client sends none, so they are an attacker's, put
   * in front of the session (RFC 3207 §4.2). A caller that holds octets of its own from earlier reads drops them too.
   * Rejects with ConnectionClosed, whose cause is the TLS error.
   */
  async startTls(source: TlsSource, goAhead: Uint8Array | string): Promise<void> {
    if (this.#socket instanceof TLSSocket) throw new Error('TLS is up already')
    if (this.#reader !== null) throw new Error('startTls() while a read is waiting')
    await this.#flushed()
    if (!this.open) return this.#refused()
    const socket = this.#socket
    this.#detach(socket)
    while (socket.read() !== null);
    socket.write(goAhead)
    this.#secure(socket, source)
    await this.secured()
  }

  /** Resolves when a handshake under way is done, at once in the clear; rejects as `startTls` does. */
  secured(): Promise<void> {
    return this.#handshake?.promise ?? done
  }

  /**
   * Calls back once when the peer has neither sent anything nor taken queued octets for this long; 0 ends it. What the
   * server sends by itself does not count: a peer that is gone must not look alive.
   */
  setIdleTimeout(milliseconds: number, onIdle: () => void): void {
    if (this.#idle !== null) clearTimeout(this.#idle)
    this.#idle = null
    this.#onIdle = null
    if (milliseconds === 0 || this.#socket.destroyed) return
    this.#onIdle = onIdle
    this.#idle = setTimeout(Connection.#idled, Math.min(milliseconds, longestTimer), this)
    this.#idle.unref()
  }

  /** Sends what is queued, closes, and resolves when the socket is gone: after `lingerMilliseconds` at the latest. */
  async end(): Promise<void> {
    if (!this.#ended && !this.#socket.destroyed) {
      this.#ended = true
      const socket = this.#socket
      Connection.#uncork(this)
      // What the peer still sends must be taken, or the close becomes a reset that overtakes our last words.
      socket.removeAllListeners('readable')
      this.#deliver(null)
      socket.resume()
      socket.end()
      this.setIdleTimeout(0, ignore)
      const linger = setTimeout(Connection.#cut, lingerMilliseconds, socket)
      await this.closed
      clearTimeout(linger)
    }
    await this.closed
  }

  /** Closes at once; what is queued is lost. */
  destroy(error?: Error): void {
    this.#error ??= error ?? null
    this.#ended = true
    this.#socket.destroy()
  }

  #refused(): Promise<never> {
    const refused = Promise.reject(new ConnectionClosed(this.#error))
    refused.catch(ignore)
    return refused
  }

  /** Resolves when nothing is queued in this process. */
  async #flushed(): Promise<void> {
    Connection.#uncork(this)
    while (this.open && this.#socket.writableLength > 0) {
      await new Promise<void>(resolve => this.#socket.write('', () => resolve()))
    }
  }

  #deliver(octets: Uint8Array | null): void {
    const reader = this.#reader
    this.#reader = null
    reader?.resolve(octets)
  }

  #attach(socket: Socket): void {
    const owned: OwnedSocket = Object.assign(socket, { [owner]: this })
    for (const [event, listener] of Connection.#listeners) owned.on(event, listener)
  }

  #detach(socket: Socket): void {
    for (const [event, listener] of Connection.#listeners) socket.removeListener(event, listener)
  }

  #secure(socket: Socket, source: TlsSource): void {
    socket.on('error', ignore)
    const secured = new TLSSocket(socket, { isServer: true, secureContext: source.context })
    this.#certificate = source.certificate
    this.#socket = secured
    const handshake = waiting<void>()
    this.#handshake = handshake
    this.#attach(secured)
    const late = setTimeout(Connection.#cut, handshakeMilliseconds, secured)
    handshake.promise.finally(() => clearTimeout(late)).catch(ignore)
  }

  static #uncork(connection: Connection): void {
    if (!connection.#corked) return
    connection.#corked = false
    connection.#socket.uncork()
  }

  static #idled(connection: Connection): void {
    const onIdle = connection.#onIdle
    connection.#idle = null
    connection.#onIdle = null
    onIdle?.()
  }

  static #cut(socket: Socket): void {
    socket.destroy()
  }

  #arrived(socket: Socket): void {
    if (this.#reader === null) return
    const octets = socket.read() as Buffer | null
    if (octets === null) return
    this.#idle?.refresh()
    this.#deliver(octets)
  }

  #drained(): void {
    this.#idle?.refresh()
    const drain = this.#drain
    this.#drain = null
    drain?.resolve()
  }

  #secured(): void {
    const handshake = this.#handshake
    this.#handshake = null
    handshake?.resolve()
  }

  #vanished(): void {
    this.setIdleTimeout(0, ignore)
    this.#deliver(null)
    const closed = new ConnectionClosed(this.#error)
    this.#drain?.reject(closed)
    this.#drain = null
    this.#handshake?.reject(closed)
    this.#gone?.resolve()
  }

  /** The same functions on every socket: a connection costs no closure. */
  static readonly #listeners = Object.entries({
    readable(this: OwnedSocket) {
      this[owner].#arrived(this)
    },
    end(this: OwnedSocket) {
      this[owner].#deliver(null)
    },
    drain(this: OwnedSocket) {
      this[owner].#drained()
    },
    secure(this: OwnedSocket) {
      this[owner].#secured()
    },
    error(this: OwnedSocket, error: Error) {
      this[owner].#error ??= error
    },
    close(this: OwnedSocket) {
      this[owner].#vanished()
    },
  })
}
