/** From an address to a server that has greeted and told what it offers: by nodemailer's connection, with TLS and login. */
import { isIP, type Socket } from 'node:net'
import { isLoopback } from '@lemonade/net'
import SmtpConnection, { type SMTPConnectionOptions } from 'nodemailer/lib/smtp-connection'
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
  /** Of a piece of a message that goes by BDAT. */
  readonly chunkOctets: number
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

/** A server that waits for MAIL. Nobody listens to its socket any more. */
export interface Connected {
  readonly socket: Socket
  readonly secure: boolean
  /** What it said to EHLO, without codes; nothing where it knows HELO only. */
  readonly ehloLines: readonly string[]
}

/** nodemailer's errors, as far as they are read here. */
interface Failure extends Error {
  readonly code?: string
  readonly response?: string
  readonly responseCode?: number
  /** Added here: the connection was turned to TLS, or should have been, before it failed. */
  tlsTried?: boolean
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

/** Connects, with TLS as far as the mode asks for it, and logs in. Throws HostFailed. */
export async function connect(hop: Hop, options: ClientOptions): Promise<Connected> {
  const connection = await open(hop, options)
    .catch((error: Failure) => {
      // RFC 7435 §3: where encryption is only opportunistic, a failed handshake must not stop the mail.
      if (options.tls === 'opportunistic' && error.tlsTried === true) return open(hop, { ...options, tls: 'never' })
      throw error
    })
    .catch((error: Failure) => {
      throw new HostFailed(textOf(error), error.responseCode === 521 || error.responseCode === 556)
    })
  const { login } = options
  return login === undefined ? taken(connection) : loggedIn(connection, hop, login)
}

function open(hop: Hop, options: ClientOptions): Promise<SmtpConnection> {
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

async function loggedIn(
  connection: SmtpConnection,
  hop: Hop,
  { user, password }: NonNullable<ClientOptions['login']>,
): Promise<Connected> {
  if (!connection.secure && !isLoopback(hop.address)) {
    connection.close()
    throw new HostFailed('no password is sent without TLS', false)
  }
  return new Promise<Connected>((resolve, reject) => {
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
function taken(connection: SmtpConnection): Connected {
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
