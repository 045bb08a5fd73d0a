/** One connection to another server, on nodemailer's. */
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
import { encodeUtf8AddressXtext, type StatusCode, TextInspector } from '@lemonade/esmtp'
import { isLoopback } from '@lemonade/net'
import type { DeliveryOptions } from '@lemonade/store'
import SmtpConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { TimeReason } from '../dsn.ts'
import { leastByTime } from './deliver-by.ts'
import type { Hop, TlsMode } from './route.ts'

export interface ClientOptions {
  readonly port: number
  /** This server's name, for EHLO. */
  readonly name: string
  readonly tls: TlsMode
  /** PEM; what the server's certificate must descend from, where the system's list does not do. */
  readonly certificateAuthority?: string
  readonly login?: { readonly user: string; readonly password: string }
  readonly connectSeconds: number
  readonly replySeconds: number
}

/** What became of one recipient. */
export type Outcome =
  | {
      readonly sent: true
      readonly reply: string
      readonly reportsSuccess: boolean
      /** Why the sender is to hear of it, wherever NOTIFY is not NEVER (RFC 2852 §4.1.4). */
      readonly relayed?: TimeReason
    }
  | {
      readonly sent: false
      readonly permanent: boolean
      readonly status: NonNullable<StatusCode>
      readonly reply: string
    }

export interface Outgoing {
  readonly reversePath: string
  readonly recipients: readonly string[]
  readonly octets: number
  readonly options: DeliveryOptions
  /** by-parameter, as it is when MAIL is sent (RFC 2852 §4.1.4). */
  readonly by?: () => string
  /** The message, byte for byte. */
  read(): AsyncIterable<Uint8Array>
}

/** A host that could not be reached, or would not talk. */
export class HostFailed extends Error {
  readonly permanent: boolean

  constructor(text: string, permanent: boolean) {
    super(text)
    this.name = 'HostFailed'
    this.permanent = permanent
  }
}

/** Of nodemailer's connection, what its types leave out. */
interface Internals {
  readonly _supportedExtensions: readonly string[]
  /** Without codes; not there where the server knows HELO only. */
  readonly _ehloLines?: readonly string[]
  _sendCommand(line: string, logged?: string): void
}

/** nodemailer's errors, as far as they are read here. */
interface Failure extends Error {
  readonly code?: string
  readonly command?: string
  readonly response?: string
  readonly responseCode?: number
  readonly recipient?: string
  /** Added here: the connection was turned to TLS, or should have been, before it failed. */
  tlsTried?: boolean
  readonly rejectedErrors?: readonly Failure[]
}

/** What some servers would take for the end of the message, and what follows for commands (RFC 5321 §2.3.8, §4.1.1.4). */
const strayDot: Outcome = {
  sent: false,
  permanent: true,
  status: '5.6.0',
  reply: 'the message has a lone dot beside a carriage return, which could be taken for its end',
}

/** Lets a message by until there is a stray dot in it: mail comes here by IMAP and BURL too, where none is refused. */
class Guard {
  readonly #inspector = new TextInspector(Number.POSITIVE_INFINITY)

  get isBroken(): boolean {
    return this.#inspector.hasStrayDot
  }

  async *pass(message: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    for await (const octets of message) {
      this.#inspector.write(octets)
      if (this.isBroken) throw new Error(strayDot.reply)
      yield octets
    }
  }
}

export class Client {
  readonly hop: Hop
  readonly #connection: SmtpConnection
  readonly #internals: Internals
  #needsSmtpUtf8 = false
  #by: (() => string) | null = null
  #open = true
  #onGone: () => void = () => {}
  #clean = true

  private constructor(hop: Hop, connection: SmtpConnection) {
    this.hop = hop
    this.#connection = connection
    this.#internals = connection as unknown as Internals
    // nodemailer says SMTPUTF8 for an address that needs it; a header may need it too (RFC 6531 §3.4). It knows no BY.
    const send = this.#internals._sendCommand.bind(connection)
    this.#internals._sendCommand = (line, logged) => {
      if (!/^MAIL FROM:/.test(line)) return send(line, logged)
      const utf8 = this.#needsSmtpUtf8 && !/ SMTPUTF8(?: |$)/.test(line) ? ' SMTPUTF8' : ''
      const by = this.#by === null ? '' : ` ${this.#by()}`
      send(`${line}${utf8}${by}`, logged)
    }
    connection.on('error', () => {
      this.#open = false
    })
    // nodemailer does not call back for what is under way when it is told to close; for errors it does, a bit later.
    connection.on('end', () => {
      this.#open = false
      setImmediate(() => this.#onGone())
    })
  }

  /** Connects, with TLS as far as the mode asks for it, and logs in. Throws HostFailed. */
  static async open(hop: Hop, options: ClientOptions): Promise<Client> {
    const connection = await connect(hop, options)
      .catch((error: Failure) => {
        // RFC 7435 §3: where encryption is only opportunistic, a failed handshake must not stop the mail.
        if (options.tls === 'opportunistic' && error.tlsTried === true)
          return connect(hop, { ...options, tls: 'never' })
        throw error
      })
      .catch((error: Failure) => {
        throw new HostFailed(textOf(error), error.responseCode === 521 || error.responseCode === 556)
      })
    const client = new Client(hop, connection)
    if (options.login !== undefined) {
      const { user, password } = options.login
      if (!connection.secure && !isLoopback(hop.address)) {
        client.close()
        throw new HostFailed('no password is sent without TLS', false)
      }
      await new Promise<void>((resolve, reject) => {
        client.#onGone = () => reject(new Error(closed.reply))
        connection.login({ user, pass: password }, error => (error ? reject(error) : resolve()))
      }).catch((error: Failure) => {
        client.close()
        throw new HostFailed(textOf(error), false)
      })
    }
    return client
  }

  /** False once the connection is of no more use. */
  get open(): boolean {
    return this.#open
  }

  get extensions(): readonly string[] {
    return this.#internals._supportedExtensions
  }

  /** The server's minimum by-time; null where it does not offer DELIVERBY (RFC 2852 §2). */
  get leastByTime(): number | null {
    return leastByTime(this.#internals._ehloLines ?? [])
  }

  /**
   * One transaction. Every recipient has an outcome; rejects only with what `read` threw, and the connection, which is
   * left inside the message, is gone then: what was sent of it must not pass for all of it.
   */
  async send(outgoing: Outgoing): Promise<ReadonlyMap<string, Outcome>> {
    const { reversePath, recipients, octets, options } = outgoing
    const failure = await this.#reset()
    if (failure !== null) return forAll(recipients, outcomeOf(failure))
    this.#needsSmtpUtf8 = options.smtpUtf8 === true && this.extensions.includes('SMTPUTF8')
    this.#by = outgoing.by ?? null
    const { notify, orcpt, ret, envid } = options
    const envelope = {
      from: reversePath,
      to: [...recipients],
      size: octets,
      use8BitMime: options.body !== '7BIT',
      dsn: { ret: ret ?? null, envid: envid ?? null, notify: notify ? [...notify] : null, orcpt: encodedOrcpt(orcpt) },
    }
    return new Promise((resolve, reject) => {
      this.#onGone = () => resolve(forAll(recipients, closed))
      const guard = new Guard()
      const message = Readable.from(guard.pass(outgoing.read()), { objectMode: false })
      this.#connection.send(envelope, message, (failure, info) => {
        const error = failure as Failure | null
        if (error?.code === 'ESTREAM') {
          if (guard.isBroken) resolve(forAll(recipients, strayDot))
          else reject(error)
          return this.cut()
        }
        const outcomes = new Map<string, Outcome>()
        if (error !== null) {
          this.#clean = false
          for (const recipient of recipients) outcomes.set(recipient, outcomeOf(error))
        } else {
          const reportsSuccess = this.extensions.includes('DSN')
          for (const recipient of recipients)
            outcomes.set(recipient, { sent: true, reply: info?.response ?? '', reportsSuccess })
        }
        for (const refused of error?.rejectedErrors ?? info?.rejectedErrors ?? []) {
          const { recipient } = refused as Failure
          if (recipient !== undefined) outcomes.set(recipient, outcomeOf(refused as Failure))
        }
        resolve(outcomes)
      })
    })
  }

  /** Says goodbye. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#connection.quit()
    setTimeout(() => this.#connection.close(), farewellMilliseconds).unref()
  }

  /** At once. */
  cut(): void {
    this.#open = false
    this.#connection.close()
  }

  /** After a transaction that failed, the server may still be in it. */
  async #reset(): Promise<Failure | null> {
    if (this.#clean) return null
    this.#clean = true
    return new Promise(resolve => {
      this.#onGone = () => resolve(new Error(closed.reply))
      this.#connection.reset(error => resolve(error as Failure | null))
    })
  }
}

function connect(hop: Hop, options: ClientOptions): Promise<SmtpConnection> {
  const verified = options.tls === 'required' || options.tls === 'implicit'
  const settings: SMTPConnectionOptions = {
    host: hop.address,
    port: options.port,
    name: options.name,
    // An address is no server name (RFC 6066 §3).
    ...(isIP(hop.name) === 0 && !hop.name.startsWith('[') ? { servername: hop.name } : {}),
    secure: options.tls === 'implicit',
    ignoreTLS: options.tls === 'never',
    requireTLS: options.tls === 'required',
    opportunisticTLS: options.tls === 'opportunistic',
    tls: {
      rejectUnauthorized: verified,
      minVersion: verified ? 'TLSv1.2' : 'TLSv1',
      ...(options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }),
    },
    allowInternalNetworkInterfaces: true,
    connectionTimeout: options.connectSeconds * 1000,
    greetingTimeout: options.connectSeconds * 1000,
    socketTimeout: options.replySeconds * 1000,
  }
  const connection = new SmtpConnection(settings)
  return new Promise((resolve, reject) => {
    const fail = (error: Failure) => {
      error.tlsTried = error.code === 'ETLS' || connection.secure || connection.upgrading === true
      reject(error)
      connection.close()
    }
    connection.on('error', fail)
    connection.once('end', () => fail(new Error('the connection was closed')))
    connection.connect(error => (error === undefined || error === null ? resolve(connection) : fail(error as Failure)))
  })
}

function encodedOrcpt(orcpt: string | undefined): string | null {
  if (orcpt === undefined) return null
  // nodemailer encodes as xtext; RFC 6533 §3 has another encoding for addr-type "utf-8", which xtext leaves alone.
  return orcpt.startsWith('utf-8;') ? `utf-8;${encodeUtf8AddressXtext(orcpt.slice(6))}` : orcpt
}

/** How long a server may take to say goodbye. */
const farewellMilliseconds = 5000

const closed = { sent: false, permanent: false, status: '4.4.2', reply: 'the connection was closed' } as const

function forAll(recipients: readonly string[], outcome: Outcome): ReadonlyMap<string, Outcome> {
  return new Map(recipients.map(recipient => [recipient, outcome]))
}

function outcomeOf(failure: Failure): Outcome {
  const { responseCode } = failure
  if (responseCode !== undefined) {
    const permanent = responseCode >= 500
    return { sent: false, permanent, status: statusOf(failure.response ?? '', permanent), reply: textOf(failure) }
  }
  // What nodemailer itself will not send.
  if (failure.code === 'EMESSAGE') return { sent: false, permanent: true, status: '5.3.4', reply: textOf(failure) }
  if (failure.code === 'EENVELOPE') return { sent: false, permanent: true, status: '5.1.3', reply: textOf(failure) }
  return { sent: false, permanent: false, status: '4.4.2', reply: textOf(failure) }
}

/** The enhanced status code of a reply, or the most general one of its class (RFC 3463 §2). */
function statusOf(reply: string, permanent: boolean): NonNullable<StatusCode> {
  const found = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?:\s|$)/.exec(reply)?.[1]
  const general = permanent ? '5.0.0' : '4.0.0'
  return found?.[0] === general[0] ? (found as NonNullable<StatusCode>) : general
}

/** What the server said, or what happened. */
function textOf(failure: Failure): string {
  return (failure.response ?? failure.message).trim()
}
