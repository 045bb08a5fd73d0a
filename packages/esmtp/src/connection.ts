/**
 * The only file that knows `smtp-server`. From it comes the life of a connection: its stream, greeting, idle time-out,
 * the one place that writes, the change to TLS with a parser that never saw plain text, and the deadline of a half-closed
 * socket. What is said on it is `dispatch`'s: `smtp-server` takes a bare LF for the end of a command, answers with texts
 * of its own and keeps no table of states, so its line reader and its command loop are replaced.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { type Endpoint, isLoopback, type Log, type TlsSource } from '@lemonade/net'
import { SMTPServer } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { channelNow } from './channel.ts'
import { Dispatcher } from './dispatch.ts'
import type { Receiver } from './extension.ts'
import type { EsmtpLimits } from './limits.ts'
import { linger } from './patience.ts'
import { ClientGone } from './problem.ts'
import type { Registry } from './registry.ts'
import { type Reply, replies } from './reply.ts'
import { type Protocol, Session } from './session.ts'
import { type DataLimits, Intake, type Line, type Received } from './wire/intake.ts'

/** What the connections of a service share. */
export interface EngineOptions {
  readonly protocol: Protocol
  readonly hostname: string
  readonly limits: EsmtpLimits
  readonly registry: Registry
  readonly log: Log
  readonly receiver: (session: Session) => Receiver
  /** Told each reply, for metrics. */
  readonly onReply: (reply: Reply) => void
  /** Whoever is at this address is neither waited for nor kept waiting; default: this machine. */
  readonly isTrusted?: (host: string) => boolean
}

/** Serves sockets that come from outside; it listens nowhere. */
export class EsmtpEngine extends SMTPServer {
  readonly engine: EngineOptions
  readonly #live = new Set<EsmtpConnection>()

  constructor(engine: EngineOptions) {
    super({
      name: engine.hostname,
      lmtp: engine.protocol === 'LMTP',
      logger: false,
      disableReverseLookup: true,
      socketTimeout: engine.limits.idleSeconds * 1000,
    })
    this.engine = engine
  }

  /** With `tls`, TLS is up on the socket already. `remote` is the client, whoever the socket comes from. */
  serve(socket: Socket, id: string, remote: Endpoint, tls: TlsSource | null): void {
    const connection = new EsmtpConnection(this, socket, id, remote, tls)
    this.connections.add(connection)
    this.#live.add(connection)
    connection.closed.then(() => this.#live.delete(connection))
    connection.init()
  }

  /** Lets transactions end for at most this long; whoever has none open is told to go (RFC 5321 §3.8). */
  async stop(graceMilliseconds: number): Promise<void> {
    const all = [...this.#live]
    for (const connection of all) connection.shutDown()
    const deadline = setTimeout(() => {
      for (const connection of all) connection.cut()
    }, graceMilliseconds)
    await Promise.all(all.map(connection => connection.closed))
    clearTimeout(deadline)
  }
}

/** Hands what the socket brings to an intake, and takes no more before that is used. */
class Parser extends SMTPStream {
  readonly intake = new Intake()

  constructor() {
    super({})
    this.on('finish', () => this.intake.end())
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding | 'buffer', next: (error?: Error | null) => void): void {
    if (this.isClosed) next()
    else this.intake.push(chunk, () => next())
  }
}

const endedIntake = new Intake()
endedIntake.end()

class EsmtpConnection extends SMTPConnection {
  readonly client: Session
  readonly closed: Promise<void>
  readonly #engine: EsmtpEngine
  readonly #gone: () => void
  readonly #trusted: boolean
  #stopping = false
  #abandonHandshake: (() => void) | null = null

  constructor(engine: EsmtpEngine, socket: Socket, id: string, remote: Endpoint, tls: TlsSource | null) {
    super(engine, socket, { id })
    const { hostname, protocol, limits, log } = engine.engine
    this.#engine = engine
    this.#trusted = (engine.engine.isTrusted ?? isLoopback)(remote.host)
    this.client = new Session({
      id,
      protocol,
      hostname,
      remote,
      limits,
      log: log.child({ connection: id, remote: remote.host }),
      channel: channelNow(socket, remote, tls),
    })
    this.secure = tls !== null
    const gone = Promise.withResolvers<void>()
    this.closed = gone.promise
    this.#gone = gone.resolve
    this.on('error', error => this.client.log.info({ err: error }, 'connection failed'))
  }

  get #intake(): Intake {
    return this._parser instanceof Parser ? this._parser.intake : endedIntake
  }

  override init(): void {
    this.client.log.debug('connected')
    this._setListeners(() => void this.#greet())
  }

  /** SMTP clients wait for the greeting (RFC 5321 §3.1); in LMTP there is nobody to find out. */
  async #greet(): Promise<void> {
    const { protocol, limits } = this.client
    const patience = this.#trusted || protocol === 'LMTP' ? 0 : limits.greetingSeconds
    if (patience > 0 && !(await this.#intake.silentFor(patience * 1000))) {
      this.client.log.info('talked before it was greeted')
      this.#say([replies.earlyTalker])
    } else if (!this._closing && !this._closed) this.connectionReady(() => void this.#converse())
  }

  shutDown(): void {
    this.#stopping = true
    if (this.#intake.waiting && this.client.transaction === null) this.#say([replies.shuttingDown])
  }

  cut(): void {
    this.#say([replies.shuttingDown])
    this._socket.destroy()
  }

  async #ask(question: Reply, limitOctets: number): Promise<Line> {
    this.#say([question])
    const line = await this.#intake.line(limitOctets)
    if (line === null) throw new ClientGone()
    if (line.flaw !== 'bare-newline') return line
    this.#say([replies.bareNewlineInCommand])
    throw new ClientGone()
  }

  async #message(start: Reply, limits: DataLimits, write: (octets: Uint8Array) => Promise<void>): Promise<Received> {
    this.#say([start])
    const late = setTimeout(() => this.#say([replies.timeout]), this.client.limits.dataSeconds * 1000)
    try {
      const received = await this.#intake.message(limits, write)
      if (received === null) throw new ClientGone()
      return received
    } finally {
      clearTimeout(late)
    }
  }

  async #chunk(octets: number, seconds: number, write: (octets: Uint8Array) => Promise<void>): Promise<void> {
    const late = setTimeout(() => this.#say([replies.timeout]), Math.max(0, seconds) * 1000)
    try {
      if (!(await this.#intake.chunk(octets, write))) throw new ClientGone()
    } finally {
      clearTimeout(late)
    }
  }

  async #startTls(goAhead: Reply, source: TlsSource): Promise<void> {
    this.#say([goAhead])
    this.#engine.secureContext.set('*', source.context)
    await new Promise<void>((resolve, reject) => {
      this.#abandonHandshake = () => reject(new ClientGone())
      this.upgrade(() => {}, resolve)
    })
    this.#abandonHandshake = null
    this.client.secured(channelNow(this._socket, this.client.remote, source))
    this.client.log.debug(
      { cipher: this._socket instanceof TLSSocket ? this._socket.getCipher().name : null },
      'TLS is up',
    )
  }

  async #converse(): Promise<void> {
    const { registry, receiver } = this.#engine.engine
    const dispatcher = new Dispatcher({
      session: this.client,
      registry,
      receiver: receiver(this.client),
      ask: (question, limitOctets) => this.#ask(question, limitOctets),
      message: (start, limits, write) => this.#message(start, limits, write),
      chunk: (octets, seconds, write) => this.#chunk(octets, seconds, write),
      startTls: (goAhead, source) => this.#startTls(goAhead, source),
    })
    try {
      for (;;) {
        if (this.#stopping && this.client.transaction === null) return this.#say([replies.shuttingDown])
        const line = await this.#intake.line(this.client.limits.commandOctets)
        if (line === null) return
        const { errors } = dispatcher
        const answers = await dispatcher.dispatch(line)
        const { promptErrors, errorDelaySeconds } = this.client.limits
        const isLate = !this.#trusted && dispatcher.errors > Math.max(errors, promptErrors)
        if (isLate) await linger(errorDelaySeconds, this.closed)
        this.#say(answers)
        await this.#written()
      }
    } catch (error) {
      if (!(error instanceof ClientGone)) this.client.log.error({ err: error }, 'internal error')
    } finally {
      await this.client.endTransaction().catch(error => this.client.log.error({ err: error }, 'internal error'))
      this.close()
    }
  }

  /** Several replies leave together. */
  #say(answers: readonly Reply[]): void {
    const socket = this._socket
    socket.cork()
    for (const answer of answers) {
      this.#engine.engine.onReply(answer)
      const [first, ...more] = answer.lines
      this.send(answer.code, more.length === 0 ? first : [...answer.lines], answer.status ?? false)
    }
    socket.uncork()
    if (answers.some(answer => answer.last === true)) this.close()
  }

  /** A client that does not read its replies gets no further. */
  async #written(): Promise<void> {
    const socket = this._socket
    if (!socket.writableNeedDrain || socket.destroyed) return
    await new Promise<void>(resolve => {
      const go = () => {
        socket.off('drain', go)
        socket.off('close', go)
        resolve()
      }
      socket.on('drain', go)
      socket.on('close', go)
    })
  }

  /** Replies bring their codes with them. */
  override _getEnhancedStatusCode(_code: number, context?: string | false): string {
    return context && this.#engine.engine.registry.statusCodes && /^\d\.\d+\.\d+$/.test(context) ? context : ''
  }

  override _createParser(): SMTPStream {
    const parser = new Parser()
    parser.on('error', error => this._onError(error))
    return parser
  }

  /** `smtp-server` takes all listeners from the socket that TLS is put on; those that count connections must stay. */
  override upgrade(callback: () => void, secured?: () => void): void {
    const raw = this._socket
    const watchers = raw.listeners('close')
    super.upgrade(callback, secured)
    for (const watcher of watchers) raw.once('close', watcher as () => void)
  }

  /** Only a client that owes us something can be late. */
  override _onTimeout(): void {
    if (this._closing) this._socket.destroy()
    else if (this._upgrading || this.#intake.waiting) this.#timedOut()
    else this._armTimeout()
  }

  #timedOut(): void {
    if (this._upgrading) this._socket.destroy()
    else this.#say([replies.timeout])
  }

  override close(): void {
    super.close()
    this.#intake.end()
  }

  override _onClose(): void {
    const intake = this.#intake
    super._onClose()
    intake.end()
    this.#abandonHandshake?.()
    this.#gone()
  }
}
