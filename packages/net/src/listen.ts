/** Listening sockets: several addresses, one admission count, sentences for what goes wrong at start. */
import { createServer, type Server, type Socket } from 'node:net'
import { Admission, type ConnectionLimits } from './admission.ts'
import { Connection } from './connection.ts'
import { type Address, type Endpoint, formatEndpoint } from './endpoint.ts'
import { type Ends, endsOf } from './ends.ts'
import { isProxy, type Proxies, readProxyHeader } from './proxied.ts'
import type { TlsSource } from './tls.ts'

/** A peer that vanished without a word is noticed by keep-alive probes that begin after this long. */
const keepAliveMilliseconds = 300_000
/** How long a refused peer may take to read why. */
const refusalMilliseconds = 2_000

/** An address that cannot be listened on; the message is a sentence that says what to do. */
export class ListenError extends Error {
  readonly endpoint: Endpoint
  /** The system's code, such as EADDRINUSE. */
  readonly code: string

  constructor(endpoint: Endpoint, code: string, detail: string) {
    super(sentence(endpoint, code, detail))
    this.name = 'ListenError'
    this.endpoint = endpoint
    this.code = code
  }
}

function sentence(endpoint: Endpoint, code: string, detail: string): string {
  const where = formatEndpoint(endpoint)
  switch (code) {
    case 'EADDRINUSE':
      return `Cannot listen on ${where}: another program uses this address. Stop it or configure another port.`
    case 'EACCES':
      return `Cannot listen on ${where}: ports below 1024 need a privilege. Grant CAP_NET_BIND_SERVICE, redirect the port, or configure one above 1023.`
    case 'EADDRNOTAVAIL':
      return `Cannot listen on ${where}: this machine does not have that address. Configure one that it has.`
    case 'EAFNOSUPPORT':
      return `Cannot listen on ${where}: this machine has no such address family. Configure another address.`
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `Cannot listen on ${where}: the host name does not resolve to an address. Configure an address.`
    default:
      return `Cannot listen on ${where}: ${detail}.`
  }
}

/** What every listener shares, of connections and of bare sockets. */
interface Admitting {
  readonly addresses: readonly Address[]
  readonly limits: ConnectionLimits
  /** Who may speak for others; default: nobody. */
  readonly proxies?: Proxies | null
  /** Whose connections are bound by the total alone; default: this machine's. */
  readonly isTrusted?: (address: string) => boolean
  /** Called with a socket over the limit, to say so in the protocol's words; it is closed soon after by itself. */
  refuse?(socket: Socket): void
  /** Errors of an established listener, such as too many open files. */
  onError?(error: Error): void
}

export interface SocketListenerOptions extends Admitting {
  /**
   * The socket is half-open (`allowHalfOpen`) and has no listener yet, not even for 'error'. `ends` are the client's: its
   * own words of where it comes from would be those of a proxy.
   */
  onSocket(socket: Socket, ends: Ends): void
}

export interface ListenerOptions extends Admitting {
  /** Connections begin with a handshake; `onConnection` is called after it. A refused peer is closed without a word. */
  readonly implicitTls?: TlsSource
  onConnection(connection: Connection): void
  /** A connection that did not get through the handshake. */
  onHandshakeFailure?(connection: Connection): void
}

export interface Listener {
  /** Where it really listens, in the order of the addresses asked for. */
  readonly endpoints: readonly Endpoint[]
  /** Sockets that are open now. */
  readonly connections: number
  /** Stops accepting and resolves when the ports are free; established connections go on. */
  close(): Promise<void>
}

/** Listens on every address or on none. Throws ListenError. */
export function listen(options: ListenerOptions): Promise<Listener> {
  const { implicitTls, onConnection, onHandshakeFailure, refuse, ...rest } = options
  return listenForSockets({
    ...rest,
    ...(refuse === undefined || implicitTls !== undefined ? {} : { refuse }),
    onSocket(socket, ends) {
      const connection = new Connection(socket, implicitTls, ends)
      if (implicitTls === undefined) return onConnection(connection)
      connection.secured().then(
        () => onConnection(connection),
        () => onHandshakeFailure?.(connection),
      )
    },
  })
}

/** The same for a protocol engine that wants the bare socket. Throws ListenError. */
export async function listenForSockets(options: SocketListenerOptions): Promise<Listener> {
  const admission = new Admission(options.limits, options.isTrusted)
  const servers: Server[] = []
  /** Of proxies that have not said yet for whom they speak. */
  const unnamed = new Set<Socket>()
  const close = async () => {
    for (const socket of unnamed) socket.destroy()
    await Promise.all(servers.map(stopAccepting))
  }
  try {
    for (const address of options.addresses) {
      const server = createServer({
        allowHalfOpen: true,
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: keepAliveMilliseconds,
      })
      server.on('connection', socket => accept(socket, admission, unnamed, options))
      await open(server, address, options.addresses)
      server.on('error', error => options.onError?.(error))
      servers.push(server)
    }
  } catch (error) {
    await close()
    throw error
  }
  const endpoints = servers.map(endpointOf)
  return {
    endpoints,
    get connections() {
      return admission.open
    },
    close,
  }
}

function open(server: Server, address: Address, all: readonly Address[]): Promise<void> {
  // "[::]" takes IPv4 along, unless the configuration names 0.0.0.0 for the same port.
  const ipv6Only = address.host === '::' && all.some(other => other.host === '0.0.0.0' && other.port === address.port)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(address, error.code ?? 'unknown', error.message)),
    )
    server.listen({ host: address.host, port: address.port, ipv6Only }, () => {
      server.removeAllListeners('error')
      resolve()
    })
  })
}

function endpointOf(server: Server): Endpoint {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a listener without an address')
  return { host: address.address, port: address.port }
}

/** The ports are free after this; `server.close` itself calls back only when the last connection has ended. */
function stopAccepting(server: Server): Promise<void> {
  server.close()
  return new Promise(resolve => setImmediate(resolve))
}

const place = Symbol('place')
type AdmittedSocket = Socket & { [place]?: { readonly admission: Admission; readonly peer: string } }

function accept(socket: Socket, admission: Admission, unnamed: Set<Socket>, options: SocketListenerOptions): void {
  const ends = endsOf(socket)
  const { proxies } = options
  if (proxies == null || !isProxy(proxies, ends.remote.host)) {
    admit(socket, ends, admission, options)
    return
  }
  if (!enter(socket, admission, admission.admitUnnamed())) {
    turnAway(socket, options)
    return
  }
  unnamed.add(socket)
  readProxyHeader(socket)
    .finally(() => unnamed.delete(socket))
    .then(
      header => {
        leave.call(socket)
        // A proxy's connection counts for the client it speaks for.
        if (!socket.destroyed) admit(socket, header.ends ?? ends, admission, options)
      },
      (error: Error) => {
        socket.destroy()
        proxies.onRefused(ends.remote, error.message)
      },
    )
}

function admit(socket: Socket, ends: Ends, admission: Admission, options: SocketListenerOptions): void {
  // The address is gone where the peer is.
  const peer = socket.remoteAddress === undefined ? null : admission.admit(ends.remote.host)
  if (enter(socket, admission, peer)) options.onSocket(socket, ends)
  else turnAway(socket, options)
}

function enter(socket: AdmittedSocket, admission: Admission, peer: string | null): boolean {
  if (peer === null) return false
  socket[place] = { admission, peer }
  socket.once('close', leave)
  return true
}

function leave(this: AdmittedSocket): void {
  this.off('close', leave)
  this[place]?.admission.release(this[place].peer)
  delete this[place]
}

function turnAway(socket: Socket, options: SocketListenerOptions): void {
  socket.on('error', () => {})
  if (options.refuse === undefined) {
    socket.destroy()
    return
  }
  socket.setTimeout(refusalMilliseconds, () => socket.destroy())
  socket.once('finish', () => socket.resume())
  options.refuse(socket)
}
