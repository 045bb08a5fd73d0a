/**
 * The contract: a service extension (RFC 5321 §2.2) is one value with the rows that it adds. The commands of RFC 5321
 * are values of the same kind, in `core/`. Nothing outside an extension's file knows its name.
 */
import type { TlsSource } from '@lemonade/net'
import type { StoredRange } from '@lemonade/store'
import type { Registry } from './registry.ts'
import type { Reply } from './reply.ts'
import type { MailParameters, RcptParameters, Recipient, Session, State, Transaction } from './session.ts'
import type { DataLimits, Line, Received } from './wire/intake.ts'

export interface EsmtpExtension {
  readonly rfc: number
  /** The EHLO keyword with its parameters (RFC 5321 §4.1.1.1), or null where it may not be used now. */
  readonly advertise?: (session: Session) => string | null
  /** By verb, in upper case. */
  readonly commands?: Readonly<Record<string, CommandRow>>
  /** By keyword, in upper case. */
  readonly mailParameters?: Readonly<Record<string, ParameterRow<MailParameters>>>
  readonly rcptParameters?: Readonly<Record<string, ParameterRow<RcptParameters>>>
  /** Values that it adds to parameters of MAIL, its own or others', as KEYWORD=VALUE in upper case. */
  readonly mailValues?: Readonly<Record<string, (parameters: Writable<MailParameters>) => void>>
  /** True where a message with these parameters of MAIL cannot come by DATA. */
  readonly forbidsData?: (parameters: MailParameters) => boolean
  /** True where these parameters of MAIL let its paths hold UTF-8. */
  readonly allowsUtf8Paths?: (parameters: MailParameters) => boolean
  /** True where replies carry enhanced status codes (RFC 2034). */
  readonly statusCodes?: boolean
}

/** Declares an extension; its rows are checked against the contract where they are written. */
export function extension(value: EsmtpExtension): EsmtpExtension {
  return value
}

export interface CommandRow {
  /** Elsewhere it gets a 503 (RFC 5321 §4.1.4). */
  readonly states: readonly State[]
  /** False where anything behind the verb is a syntax error. */
  readonly takesArgument: boolean
  /** True where octets of any value come behind its line: where that cannot be read, nothing more can. */
  readonly octetsFollow?: true
  /** Throws Refusal, StoreError. Several replies only where the protocol has them (RFC 2033 §4.2). */
  readonly run: (conversation: Conversation, argument: string) => Promise<Answer> | Answer
}

export type Answer = Reply | readonly Reply[]

/** Checks a value (null where there is none) and writes it into the parameters. Throws Refusal. */
export type ParameterRow<Parameters> = (
  value: string | null,
  parameters: Writable<Parameters>,
  session: Session,
) => void

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** What a command may do besides answering. */
export interface Conversation {
  readonly session: Session
  readonly registry: Registry
  readonly receiver: Receiver
  /** Sends a reply and waits for the client's line. Throws ClientGone. */
  ask(question: Reply, limitOctets: number): Promise<Line>
  /** Sends a reply and takes in a message. Throws ClientGone, TooMuchData and what `write` throws. */
  message(start: Reply, limits: DataLimits, write: (octets: Uint8Array) => Promise<void>): Promise<Received>
  /**
   * Takes in exactly so many octets, for at most so long; once `write` has failed they are dropped. Throws ClientGone and
   * what `write` throws, when all have come.
   */
  chunk(octets: number, seconds: number, write: (octets: Uint8Array) => Promise<void>): Promise<void>
  /** Sends a reply and turns to TLS. Throws ClientGone. */
  startTls(goAhead: Reply, source: TlsSource): Promise<void>
}

/** What a role does with mail; one for each connection. Throws Refusal or StoreError to refuse. */
export interface Receiver {
  mail(transaction: Transaction): Promise<void>
  /** The recipient joins the transaction when this resolves. */
  rcpt(transaction: Transaction, recipient: Recipient): Promise<void>
  /** Before the client is told to send. */
  message(transaction: Transaction): Promise<MessageSink>
}

/** Takes one message. Either `finish` or `abort` is called, once. */
export interface MessageSink {
  write(octets: Uint8Array): Promise<void>
  /** Puts stored octets into it, without copying them; only where the role brings a command that has them. */
  include?(range: StoredRange): Promise<void>
  /** Resolves when the message is safe (RFC 5321 §6.1): one reply, or one a recipient. */
  finish(): Promise<Answer>
  abort(): Promise<void>
}
