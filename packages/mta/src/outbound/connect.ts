/** From an address to a server that has greeted and told what it offers: by nodemailer's connection, with TLS and login. */
import { isIP, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { StatusCode } from '@lemonade/esmtp'
import { isLoopback } from '@lemonade/net'
import SmtpConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
import type { TlsFault } from './policy/fault.ts'
import { peerOf } from './policy/peer.ts'
import type { TlsPlan } from './policy/plan.ts'
import { type TlsRefusal, type TlsResult, verdictBefore, verdictOn } from './policy/verdict.ts'
import type { Hop, TlsMode } from './route.ts'

export interface ClientOptions {
  readonly port: number
  /** This server's name, for EHLO. */
  readonly name: string
  readonly tls: TlsMode
  /** What the other domain and the message ask of TLS, where `tls` is `opportunistic`; default: nothing. */
  readonly plan?: TlsPlan
  /** PEM; what the server's certificate must descend from, where the system's list does not do. */
  readonly certificateAuthority?: string
  readonly login?: { readonly user: string; readonly password: string }
  readonly connectSeconds: number
  readonly replySeconds: number
  /** Of a piece of a message that goes by BDAT. */
  readonly chunkOctets: number
}

/** A host that could not be reached, or would not talk. */
export class HostFailed extends Error {
  readonly permanent: boolean
  /** null for the usual one. */
  readonly status: StatusCode | null
  /** null where it did not come to TLS. */
  readonly tls: TlsResult | null

  constructor(text: string, permanent: boolean, status: StatusCode | null = null, tls: TlsResult | null = null) {
    super(text)
    this.name = 'HostFailed'
    this.permanent = permanent
    this.status = status
    this.tls = tls
  }
}

/** A server that waits for MAIL. Nobody listens to its socket any more. */
export interface Connected {
  readonly socket: Socket
  readonly secure: boolean
  /** What it said to EHLO, without codes; nothing where it knows HELO only. */
  readonly ehloLines: readonly string[]
  /** What came of the plan; null without one. */
  readonly tls: TlsResult | null
  /** TLS is as REQUIRETLS asks for (RFC 8689 §2). */
  readonly meetsRequirement: boolean
}

/** nodemailer's errors, as far as they are read here. */
interface Failure extends Error {
  readonly code?: string
  readonly response?: string
  readonly responseCode?: number
  /** Added here: the connection was turned to TLS, or should have been, before it failed. */
  tlsTried?: boolean
  /** Added here: TLS was there, and what failed came behind it. */
  isBehindTls?: boolean
  /** Added here: of this server, as far as there was a connection. */
  sendingAddress?: string
}

/** Of nodemailer's connection, what its types leave out. */
interface Internals {
  readonly _socket: Socket
  readonly _ehloLines?: readonly string[]
  readonly _onSocketData: () => void
  readonly _onSocketError: () => void
  readonly _onSocketClose: () => void
  readonly _onSocketEnd: () => void
  readonly _onSocketTimeout: () => void
  _destroyed: boolean
}

/** Connects, with TLS as far as the mode and the plan ask for it, and logs in. Throws HostFailed. */
export async function connect(hop: Hop, options: ClientOptions): Promise<Connected> {
  const { plan, login } = options
  const before = plan === undefined ? null : verdictBefore(plan)
  if (before?.refusal) throw refused(before.refusal, resultOf(hop, before.faults, ''))
  const { connection, failed } = await opened(hop, options)
  const { _socket: socket } = connection as unknown as Internals
  const peer = socket instanceof TLSSocket ? peerOf(socket) : null
  const verdict = plan === undefined ? null : verdictOn(plan, peer, failed)
  const tls = verdict === null ? null : resultOf(hop, verdict.faults, socket.localAddress)
  if (verdict?.refusal && tls !== null) {
    connection.quit()
    connection.close()
    throw refused(verdict.refusal, tls)
  }
  const session = login === undefined ? taken(connection) : await loggedIn(connection, hop, login)
  // Without a plan the handshake itself fails where the certificate is not right.
  return { ...session, tls, meetsRequirement: verdict?.meetsRequirement ?? isVerified(options) }
}

function refused({ text, permanent, status }: TlsRefusal, tls: TlsResult): HostFailed {
  return new HostFailed(text, permanent, status, tls)
}

function resultOf(hop: Hop, faults: TlsResult['faults'], sendingAddress = ''): TlsResult {
  return { faults, sendingAddress, receivingAddress: hop.address }
}

interface Opened {
  readonly connection: SmtpConnection
  /** Why there is no TLS. */
  readonly failed: TlsFault | null
}

/** Throws HostFailed. */
async function opened(hop: Hop, options: ClientOptions): Promise<Opened> {
  const { plan, tls } = options
  try {
    const connection = await open(hop, options)
    return { connection, failed: connection.secure ? null : noStartTls }
  } catch (error) {
    const failure = error as Failure
    if (failure.tlsTried !== true || isOfTheNetwork(failure)) throw unreachable(failure)
    const failed = handshakeFault(failure)
    if (plan?.encrypts === true) {
      const { refusal, faults } = verdictOn(plan, null, failed)
      if (refusal === null || failure.isBehindTls === true) throw unreachable(failure)
      // "Not now" is no reason to give a message up.
      const isLater = failure.responseCode !== undefined && failure.responseCode < 500
      const known = isLater ? { ...refusal, permanent: false, status: '4.7.4' as const } : refusal
      throw refused(known, resultOf(hop, faults, failure.sendingAddress))
    }
    if (tls !== 'opportunistic') throw unreachable(failure)
    // RFC 7435 §3: where encryption is only opportunistic, a failed handshake must not stop the mail.
    const connection = await open(hop, { ...options, tls: 'never' }).catch((again: Failure) => {
      throw unreachable(again)
    })
    return { connection, failed }
  }
}

/** RFC 8460 §4.3.4: silence, and a server that would not go on, are no failures of TLS. */
function isOfTheNetwork({ code, isBehindTls, response }: Failure): boolean {
  return code === 'ETIMEDOUT' || (isBehindTls === true && response !== undefined)
}

const noStartTls: TlsFault = { type: 'starttls-not-supported', reason: 'STARTTLS is not offered' }

/** A server that answers STARTTLS with a refusal has none. */
function handshakeFault({ response, message }: Failure): TlsFault {
  if (response !== undefined) return { type: 'starttls-not-supported', reason: response.trim().slice(0, 200) }
  return {
    type: 'validation-failure',
    reason: message
      .replace(/^Error initiating TLS - /, '')
      .trim()
      .slice(0, 200),
  }
}

function unreachable(failure: Failure): HostFailed {
  return new HostFailed(textOf(failure), failure.responseCode === 521 || failure.responseCode === 556)
}

function open(hop: Hop, options: ClientOptions): Promise<SmtpConnection> {
  const { plan } = options
  const verified = isVerified(options)
  const encrypts = options.tls === 'opportunistic' && plan?.encrypts === true
  // An address is no server name (RFC 6066 §3).
  const serverName = plan?.serverName ?? (isIP(hop.name) === 0 && !hop.name.startsWith('[') ? hop.name : null)
  const settings: SMTPConnectionOptions = {
    host: hop.address,
    port: options.port,
    name: options.name,
    ...(serverName === null ? {} : { servername: serverName }),
    secure: options.tls === 'implicit',
    ignoreTLS: options.tls === 'never',
    requireTLS: options.tls === 'required' || encrypts,
    opportunisticTLS: options.tls === 'opportunistic' && !encrypts,
    tls: {
      rejectUnauthorized: verified,
      minVersion: verified || encrypts ? 'TLSv1.2' : 'TLSv1',
      ...(options.certificateAuthority === undefined ? {} : { ca: options.certificateAuthority }),
      // The plan looks at names itself; the chain alone is OpenSSL's.
      ...(plan === undefined ? {} : { checkServerIdentity: () => undefined }),
    },
    allowInternalNetworkInterfaces: true,
    connectionTimeout: options.connectSeconds * 1000,
    greetingTimeout: options.connectSeconds * 1000,
    socketTimeout: options.replySeconds * 1000,
  }
  const connection = new SmtpConnection(settings)
  return new Promise((resolve, reject) => {
    const fail = (error: Failure) => {
      const { localAddress } = (connection as unknown as Partial<Internals>)._socket ?? {}
      if (localAddress !== undefined) error.sendingAddress = localAddress
      error.isBehindTls = connection.secure
      error.tlsTried = error.code === 'ETLS' || connection.secure || connection.upgrading === true
      reject(error)
      connection.close()
    }
    connection.on('error', fail)
    connection.once('end', () => fail(new Error('the connection was closed')))
    connection.connect(error => (error === undefined || error === null ? resolve(connection) : fail(error as Failure)))
  })
}

function isVerified({ tls }: ClientOptions): boolean {
  return tls === 'required' || tls === 'implicit'
}

type Session = Pick<Connected, 'socket' | 'secure' | 'ehloLines'>

async function loggedIn(
  connection: SmtpConnection,
  hop: Hop,
  { user, password }: NonNullable<ClientOptions['login']>,
): Promise<Session> {
  if (!connection.secure && !isLoopback(hop.address)) {
    connection.close()
    throw new HostFailed('no password is sent without TLS', false)
  }
  return new Promise<Session>((resolve, reject) => {
    const fail = (error: Failure) => {
      connection.close()
      reject(new HostFailed(textOf(error), false))
    }
    // It does not call back for what is under way when the connection ends; for errors it does, a bit later.
    connection.once('end', () => setImmediate(() => fail(new Error('the connection was closed'))))
    connection.login({ user, pass: password }, error => (error ? fail(error as Failure) : resolve(taken(connection))))
  })
}

/** The socket without nodemailer, which does not send by BDAT, and tells of one failure only. */
function taken(connection: SmtpConnection): Session {
  const internals = connection as unknown as Internals
  const { _socket: socket, _ehloLines: ehloLines = [] } = internals
  socket.off('data', internals._onSocketData)
  socket.off('error', internals._onSocketError)
  socket.off('close', internals._onSocketClose)
  socket.off('end', internals._onSocketEnd)
  socket.off('timeout', internals._onSocketTimeout)
  internals._destroyed = true
  return { socket, secure: connection.secure, ehloLines }
}

/** What the server said, or what happened. */
function textOf(failure: Failure): string {
  return (failure.response ?? failure.message).trim()
}
