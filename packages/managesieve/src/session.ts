/** One connection's session: reads a command, runs it, answers, until somebody has enough. */
import { type Auth, type Channel, channelOf, type Identity } from '@lemonade/auth'
import { type Connection, ConnectionClosed, type Log, type TlsSource } from '@lemonade/net'
import { type Store, StoreError } from '@lemonade/store'
import type { SieveExtension, SieveLimits } from 'sieve.js'
import { Arguments } from './arguments.ts'
import { capabilities } from './capability.ts'
import { commands } from './commands.ts'
import type { ManageSieveLimits } from './limits.ts'
import { mistake, noOf } from './problem.ts'
import { Bye, No, ok, type Reply } from './reply.ts'
import { print, string } from './wire/print.ts'
import { type Command, type LiteralLimit, Reader } from './wire/reader.ts'

/** What all sessions of a server share. */
export interface Shared {
  readonly store: Pick<Store, 'scripts' | 'accounts'>
  readonly auth: Auth
  readonly tls: TlsSource
  readonly hostname: string
  readonly limits: ManageSieveLimits
  /** What a script may use, and the bounds that it is compiled against. */
  readonly sieve: { readonly extensions: readonly SieveExtension[]; readonly limits: SieveLimits }
  /** Notes a command and how it ended. */
  count(command: string, status: Reply['status']): void
}

export class Session {
  readonly #shared: Shared
  readonly #connection: Connection
  readonly #reader: Reader
  readonly #connectionLog: Log
  #log: Log
  #identity: Identity | null = null
  #channel: Channel
  #waiting = false
  #farewell: Bye | null = null
  /** AUTHENTICATE commands that were refused. */
  failures = 0

  constructor(shared: Shared, connection: Connection, log: Log) {
    this.#shared = shared
    this.#connection = connection
    this.#reader = new Reader(connection, shared.limits)
    this.#connectionLog = log.child({ connection: connection.id, remote: connection.remote.host })
    this.#log = this.#connectionLog
    this.#channel = channelOf(connection)
  }

  get store(): Pick<Store, 'scripts' | 'accounts'> {
    return this.#shared.store
  }

  get auth(): Auth {
    return this.#shared.auth
  }

  get limits(): ManageSieveLimits {
    return this.#shared.limits
  }

  get sieve(): Shared['sieve'] {
    return this.#shared.sieve
  }

  get channel(): Channel {
    return this.#channel
  }

  get identity(): Identity | null {
    return this.#identity
  }

  /** Enters or leaves the authenticated state (RFC 5804 §2.1, §2.14.1). */
  become(identity: Identity | null): void {
    this.#log = identity === null ? this.#connectionLog : this.#connectionLog.child({ account: identity.account.name })
    this.#log.info(identity === null ? 'unauthenticated' : 'authenticated')
    this.#identity = identity
    this.failures = 0
    this.#watchIdleness()
  }

  /** Sends a challenge and waits for the response to it. */
  async ask(challenge: string): Promise<Uint8Array> {
    await this.#connection.write(`${string(challenge)}\r\n`)
    const response = await this.#awaiting(() => this.#reader.response())
    if (response === null) throw new ConnectionClosed()
    return response
  }

  /** Runs to the end of the connection; never rejects. */
  async run(): Promise<void> {
    try {
      this.#log.debug('connected')
      this.#watchIdleness()
      await this.#send({ ...ok(`${this.#shared.hostname} is ready`), lines: capabilities(this) })
      while (await this.#turn());
    } catch (error) {
      if (!(error instanceof ConnectionClosed)) this.#log.error({ err: error }, 'a session broke')
    }
    await this.#connection.end()
    this.#log.debug({ err: this.#connection.error }, 'disconnected')
  }

  /** Says BYE as soon as no command is running. */
  stop(): void {
    this.#close(new Bye('The server is going down', 'TRYLATER'))
  }

  /** One command; false where it was the last. */
  async #turn(): Promise<boolean> {
    const { name, reply } = await this.#answer()
    if (reply === null) return false
    this.#shared.count(name, reply.status)
    if (reply.after === 'start-tls') return this.#startTls(reply)
    await this.#send(reply)
    if (reply.status === 'BYE' || reply.after === 'close') return false
    if (this.#farewell === null) return true
    await this.#send(this.#farewell.reply)
    return false
  }

  /** The reply to the next command, or null at the end; the one place where errors become words. */
  async #answer(): Promise<{ name: string; reply: Reply | null }> {
    let name = 'none'
    try {
      const command = await this.#awaiting(() => this.#reader.command((word, at) => this.#literalLimit(word, at)))
      if (command === null) return { name, reply: null }
      if (commands.has(command.name)) name = command.name.toLowerCase()
      return { name, reply: await this.#run(command) }
    } catch (error) {
      if (error instanceof No || error instanceof Bye) return { name, reply: error.reply }
      if (error instanceof ConnectionClosed) throw error
      if (error instanceof StoreError) {
        this.#log.info({ err: error }, 'the store refused')
        return { name, reply: noOf(error.problem).reply }
      }
      this.#log.error({ err: error, command: name }, 'a command broke')
      return { name, reply: mistake().reply }
    }
  }

  async #run({ name, arguments: words }: Command): Promise<Reply> {
    const found = commands.get(name)
    if (found === undefined) throw new No('There is no such command')
    if (found.state === 'authenticated' && this.#identity === null) throw new No('Log in first')
    if (found.state === 'unauthenticated' && this.#identity !== null) throw new No('Not after login')
    if (found.state === 'authenticated') await this.#stillThere()
    return found.run(this, new Arguments(words, this.limits))
  }

  /** Sends away who is logged in to an account that was removed or disabled meanwhile. */
  async #stillThere(): Promise<void> {
    const account = this.#identity && (await this.store.accounts.get(this.#identity.account.id))
    if (account?.disabled !== false) throw new Bye('The account was removed')
  }

  #literalLimit(name: string, position: number): LiteralLimit {
    const { literalOctets, scriptOctets, discardOctets } = this.limits
    if (this.#identity === null || commands.get(name)?.script !== position) return { octets: literalOctets, dropped: 0 }
    return { octets: scriptOctets, dropped: discardOctets, code: 'QUOTA/MAXSIZE' }
  }

  /** RFC 5804 §2.2: what came before the handshake is forgotten, and the capabilities are told anew. */
  async #startTls(reply: Reply): Promise<boolean> {
    this.#reader.discard()
    await this.#connection.startTls(this.#shared.tls, print(reply))
    this.#channel = channelOf(this.#connection)
    await this.#send({ ...ok('TLS is up'), lines: capabilities(this) })
    return true
  }

  async #send(reply: Reply): Promise<void> {
    await this.#connection.write(print(reply))
  }

  /** While the client has the word, a farewell need not wait. */
  async #awaiting<T>(read: () => Promise<T>): Promise<T> {
    if (this.#farewell !== null) throw this.#farewell
    this.#waiting = true
    try {
      return await read()
    } finally {
      this.#waiting = false
    }
  }

  #watchIdleness(): void {
    const { idleSeconds, idleSecondsBeforeLogin } = this.limits
    const seconds = this.#identity === null ? idleSecondsBeforeLogin : idleSeconds
    this.#connection.setIdleTimeout(seconds * 1000, () => this.#close(new Bye('Idle for too long')))
  }

  #close(farewell: Bye): void {
    this.#farewell ??= farewell
    if (!this.#waiting) return
    void this.#connection.write(print(this.#farewell.reply))
    void this.#connection.end()
  }
}
