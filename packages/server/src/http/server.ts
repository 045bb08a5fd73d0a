/**
 * The `http`, `https` and `web` listeners. `http` is the operator's: metrics, health, and the public pages for a proxy in front of
 * it. `https` is everybody's and has the public pages alone. `web` leads to it, and has what a certificate takes.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  type Address,
  type Endpoint,
  type Listener,
  type Log,
  listenForSockets,
  type Proxies,
  type TlsSource,
} from '@lemonade/net'
import type { HttpLimits } from '../limits.ts'
import { messageOf } from '../problem.ts'
import { answerTo, send } from './answer.ts'
import { line, type Pages } from './page.ts'

export interface HttpOptions {
  readonly listen: {
    readonly http: readonly Address[]
    readonly https: readonly Address[]
    readonly web?: readonly Address[]
  }
  /** Who may speak for others, by listener; default: nobody. */
  readonly proxies?: Partial<Readonly<Record<'http' | 'https' | 'web', Proxies | null>>>
  readonly tls: TlsSource
  /** Served to the operator alone. */
  readonly operator: Pages
  /** Served to everybody. */
  readonly open: Pages
  /** Served to everybody, under TLS only. */
  readonly secure?: Pages
  /** Served in the clear to everybody, with the port where https is. */
  readonly web?: (httpsPort: number | null) => Pages
  /** Connections to https that are for another purpose; default: none. */
  readonly tlsChallenges?: TlsChallenges | null
  readonly limits: HttpLimits
  readonly log: Log
}

/** Connections that a challenge is answered by (RFC 8737). */
export interface TlsChallenges {
  readonly isPending: boolean
  /** True where it has taken the connection over; else nothing was taken of it. */
  take(socket: Socket): Promise<boolean>
}

export interface HttpService {
  readonly endpoints: Readonly<Record<'http' | 'https' | 'web', readonly Endpoint[]>>
  stop(): Promise<void>
}

/** Listens on every address or on none. Throws ListenError. */
export async function serveHttp(options: HttpOptions): Promise<HttpService> {
  const { listen, operator, open, proxies = {} } = options
  const opened: OpenListener[] = []
  const stop = async () => void (await Promise.all(opened.map(listener => listener.stop())))
  try {
    const http = await openListener(listen.http, { ...open, ...operator }, null, proxies.http, options)
    opened.push(http)
    const https = await openListener(listen.https, { ...open, ...options.secure }, options.tls, proxies.https, options)
    opened.push(https)
    const webPages = options.web?.(https.endpoints[0]?.port ?? null) ?? {}
    const web = await openListener(listen.web ?? [], webPages, null, proxies.web, options)
    opened.push(web)
    return { endpoints: { http: http.endpoints, https: https.endpoints, web: web.endpoints }, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface OpenListener {
  readonly endpoints: readonly Endpoint[]
  stop(): Promise<void>
}

/** Node looks for requests that are late this often within their time. */
const looksPerRequest = 4

async function openListener(
  addresses: readonly Address[],
  pages: Pages,
  tls: TlsSource | null,
  proxies: Proxies | null = null,
  { limits, log, tlsChallenges = null }: HttpOptions,
): Promise<OpenListener> {
  const engine = engineOf(limits, (request, response) => {
    respond(request, response, pages, limits).catch(error => {
      if (request.destroyed && !request.complete) return
      log.error({ error: messageOf(error) }, 'bug: a page was not made')
      if (response.headersSent) response.destroy()
      else void send(line(500, 'internal error'), request, response)
    })
  })
  // Node begins to look for late requests when a server listens; the sockets of this one are brought to it.
  engine.emit('listening')
  const listener: Listener = await listenForSockets({
    addresses,
    proxies,
    limits: { total: limits.connections, perAddress: limits.connectionsPerAddress },
    onSocket(socket, { remote }) {
      if (tls === null) return void engine.emit('connection', comingFrom(socket, remote))
      const serve = () => {
        const secure = new TLSSocket(socket, { isServer: true, secureContext: tls.context })
        // What goes wrong before there is a request is the client's, and the socket closes by itself.
        socket.on('error', () => secure.destroy())
        secure.on('error', () => secure.destroy())
        engine.emit('connection', comingFrom(secure, remote))
      }
      if (tlsChallenges?.isPending !== true) return serve()
      void tlsChallenges.take(socket).then(isTaken => isTaken || socket.destroyed || serve())
    },
    onError: error => log.warn({ error: error.message }, 'http: listener'),
  })
  const stop = async () => {
    const closed = listener.close()
    engine.close()
    engine.closeAllConnections()
    await closed
  }
  return { endpoints: listener.endpoints, stop }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Pages,
  limits: HttpLimits,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const answer = await answerTo(request, pages, limits, gone.signal)
  // Who does not read what was asked for must not keep its connection by that.
  response.setTimeout(limits.sendSeconds * 1000, () => response.destroy())
  try {
    await send(answer, request, response)
  } catch (error) {
    if (!gone.signal.aborted) throw error
  }
}

/** The socket, which calls its client what a proxy calls it. */
function comingFrom<S extends Socket>(socket: S, { host, port }: Endpoint): S {
  return Object.defineProperties(socket, { remoteAddress: { value: host }, remotePort: { value: port } })
}

/** Node's HTTP on sockets that are brought to it. */
function engineOf(limits: HttpLimits, onRequest: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const requestMilliseconds = limits.requestSeconds * 1000
  return createServer(
    {
      requestTimeout: requestMilliseconds,
      headersTimeout: requestMilliseconds,
      connectionsCheckingInterval: Math.max(1, requestMilliseconds / looksPerRequest),
      maxHeaderSize: limits.headerOctets,
    },
    onRequest,
  )
}
