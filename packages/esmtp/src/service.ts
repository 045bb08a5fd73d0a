/** A service of ESMTP or LMTP: its listeners, its engine, its end. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  type Address,
  type Endpoint,
  handshakeMilliseconds,
  type Listener,
  type Log,
  listenForSockets,
  type Metrics,
  type Proxies,
  type TlsSource,
} from '@lemonade/net'
import { EsmtpEngine } from './connection.ts'
import { core } from './core/index.ts'
import type { EsmtpExtension, Receiver } from './extension.ts'
import type { EsmtpLimits } from './limits.ts'
import { registryOf } from './registry.ts'
import { type Reply, replies } from './reply.ts'
import type { Protocol, Session } from './session.ts'

export interface EsmtpListener {
  /** For the configuration, logs and metrics: smtp, lmtp, submission, submissions. */
  readonly name: string
  readonly protocol: Protocol
  readonly addresses: readonly Address[]
  /** TLS from the first octet on (RFC 8314 §3.3). */
  readonly implicitTls: boolean
  /** Who may speak for others; default: nobody. */
  readonly proxies?: Proxies | null
}

export interface EsmtpOptions {
  readonly hostname: string
  readonly listeners: readonly EsmtpListener[]
  readonly extensions: readonly EsmtpExtension[]
  readonly tls: TlsSource
  readonly limits: EsmtpLimits
  readonly log: Log
  readonly metrics: Metrics
  readonly receiver: (session: Session) => Receiver
  /** Whoever is at this address is neither waited for, nor kept waiting, nor bound by limits an address; default: this machine. */
  readonly isTrusted?: (host: string) => boolean
}

export interface EsmtpService {
  readonly endpoints: Readonly<Record<string, readonly Endpoint[]>>
  stop(graceMilliseconds: number): Promise<void>
}

/** Distinguishes connections in the log. */
let lastId = 0

/** Listens on all addresses or on none. Throws ListenError. */
export async function serveEsmtp(options: EsmtpOptions): Promise<EsmtpService> {
  const running: { readonly listener: Listener; readonly engine: EsmtpEngine; readonly handshakes: Set<Socket> }[] = []
  const endpoints: Record<string, readonly Endpoint[]> = {}
  const stop = async (graceMilliseconds: number): Promise<void> => {
    await Promise.all(running.map(({ listener }) => listener.close()))
    for (const { handshakes } of running) for (const socket of handshakes) socket.destroy()
    await Promise.all(running.map(({ engine }) => engine.stop(graceMilliseconds)))
  }
  try {
    for (const listener of options.listeners) {
      const opened = await open(listener, options)
      running.push(opened)
      endpoints[listener.name] = opened.listener.endpoints
    }
  } catch (error) {
    await stop(0)
    throw error
  }
  return { endpoints, stop }
}

async function open({ name, protocol, addresses, implicitTls, proxies = null }: EsmtpListener, options: EsmtpOptions) {
  const { hostname, limits, metrics, tls } = options
  const log = options.log.child({ service: name })
  const connections = metrics.counter('lemonade_esmtp_connections_total', 'Connections taken', ['service'])
  const answers = metrics.counter('lemonade_esmtp_replies_total', 'Replies sent, by code', ['service', 'code'])
  const onReply = ({ code }: Reply) => answers.inc({ service: name, code: String(code) })
  const isTrusted = options.isTrusted === undefined ? {} : { isTrusted: options.isTrusted }
  const engine = new EsmtpEngine({
    protocol,
    hostname,
    limits,
    registry: registryOf([...core(protocol), ...options.extensions]),
    log,
    receiver: options.receiver,
    onReply,
    ...isTrusted,
  })
  const handshakes = new Set<Socket>()
  const listener = await listenForSockets({
    addresses,
    proxies,
    limits: {
      total: limits.connections,
      perAddress: limits.connectionsPerAddress,
      perMinute: limits.connectionsPerMinute,
    },
    ...isTrusted,
    onError: error => log.error({ err: error }, 'listener failed'),
    refuse: socket => {
      // Nothing is said in the clear where TLS is expected.
      if (implicitTls) return void socket.destroy()
      const { code, status, lines } = replies.tooManyConnections
      onReply(replies.tooManyConnections)
      socket.end(`${code} ${status} ${lines.join(' ')}\r\n`)
    },
    onSocket: (socket, { remote }) => {
      const id = `${name}-${(++lastId).toString(36)}`
      connections.inc({ service: name })
      if (!implicitTls) return engine.serve(socket, id, remote, null)
      handshakes.add(socket)
      socket.once('close', () => handshakes.delete(socket))
      secure(socket, tls, secured => {
        handshakes.delete(socket)
        engine.serve(secured, id, remote, tls)
      })
    },
  })
  return { listener, engine, handshakes }
}

/** Puts TLS on a fresh socket; one that does not get through the handshake in time is closed. */
function secure(socket: Socket, source: TlsSource, done: (secured: TLSSocket) => void): void {
  socket.on('error', () => {})
  const secured = new TLSSocket(socket, { isServer: true, secureContext: source.context })
  const fail = () => secured.destroy()
  const late = setTimeout(fail, handshakeMilliseconds)
  secured.on('error', fail)
  secured.once('close', () => clearTimeout(late))
  secured.once('secure', () => {
    clearTimeout(late)
    secured.off('error', fail)
    done(secured)
  })
}
