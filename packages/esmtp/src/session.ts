/** What a connection knows of its client and of the mail transaction (RFC 5321 §3.3, §4.1.4). */
import type { Channel, Identity } from '@lemonade/auth'
import type { Endpoint, Log } from '@lemonade/net'
import type { Assembly } from './assembly.ts'
import type { EsmtpLimits } from './limits.ts'

export type Protocol = 'SMTP' | 'LMTP'

/**
 * `start`: no HELO yet; `ready`: no MAIL yet; `mail`: no valid RCPT yet; `recipients`: DATA may come; `content`: a part of
 * the message has come.
 */
export type State = 'start' | 'ready' | 'mail' | 'recipients' | 'content'

/**
 * Parameters of MAIL. Empty here: the extension that brings a parameter declares its field by module augmentation.
 */
// biome-ignore lint/suspicious/noEmptyInterface: extensions add to it
export interface MailParameters {}

/** Parameters of RCPT, declared in the same way. */
// biome-ignore lint/suspicious/noEmptyInterface: extensions add to it
export interface RcptParameters {}

/** A recipient that was accepted. */
export interface Recipient {
  /** The forward-path without brackets; 'postmaster' where there was no domain. */
  readonly address: string
  readonly parameters: RcptParameters
}

/** From MAIL to the end of data, or to what ends it before. */
export interface Transaction {
  /** '' is the null reverse-path. */
  readonly reversePath: string
  readonly parameters: MailParameters
  /** In the order of their RCPT commands, which LMTP's replies follow (RFC 2033 §4.2). */
  readonly recipients: Recipient[]
  /** What has come of a message that comes by several commands. */
  assembly: Assembly | null
}

/** The name that the client gave, and whether it may use parameters. */
export interface Hello {
  readonly name: string
  readonly extended: boolean
}

export class Session {
  readonly id: string
  readonly protocol: Protocol
  readonly hostname: string
  readonly remote: Endpoint
  readonly limits: EsmtpLimits
  /** Names the account, once that is known. */
  log: Log
  readonly #plainLog: Log
  /** Replaced when TLS begins. */
  channel: Channel
  hello: Hello | null = null
  identity: Identity | null = null
  transaction: Transaction | null = null
  /** How many messages were accepted. */
  messages = 0
  /** How many MAIL commands there were, and RCPT commands since the last of them. */
  mails = 0
  rcpts = 0
  /** Of all recipients that were named. */
  readonly recipientDomains = new Set<string>()

  constructor(facts: {
    readonly id: string
    readonly protocol: Protocol
    readonly hostname: string
    readonly remote: Endpoint
    readonly limits: EsmtpLimits
    readonly log: Log
    readonly channel: Channel
  }) {
    this.id = facts.id
    this.protocol = facts.protocol
    this.hostname = facts.hostname
    this.remote = facts.remote
    this.limits = facts.limits
    this.log = facts.log
    this.#plainLog = facts.log
    this.channel = facts.channel
  }

  get state(): State {
    if (this.hello === null) return 'start'
    if (this.transaction === null) return 'ready'
    if (this.transaction.assembly !== null) return 'content'
    return this.transaction.recipients.length === 0 ? 'mail' : 'recipients'
  }

  /** There is no transaction any more, and nothing is left of its message. */
  async endTransaction(): Promise<void> {
    const assembly = this.transaction?.assembly
    this.transaction = null
    await assembly?.sink.abort()
  }

  /** The client is somebody now. */
  identify(identity: Identity): void {
    this.identity = identity
    this.log = this.#plainLog.child({ account: identity.account.name })
  }

  /** After the handshake nothing is known that was said in the clear (RFC 3207 §4.2). */
  secured(channel: Channel): void {
    this.channel = channel
    this.log = this.#plainLog
    this.hello = null
    this.identity = null
    this.transaction = null
  }
}
