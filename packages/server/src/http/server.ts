/**
 * The `http` and `https` listeners. `http` is the operator's: metrics, health, and the public pages for a proxy in front of
 * it. `https` is everybody's and has the public pages alone.
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
import { type Answer, line, notFound, type Pages } from './page.ts'

export interface HttpOptions {
  readonly listen: { readonly http: readonly Address[]; readonly https: readonly Address[] }
  /** Who may speak for others, by listener; default: nobody. */
  readonly proxies?: { readonly http?: Proxies | null; readonly https?: Proxies | null }
  readonly tls: TlsSource
  /** Served to the operator alone. */
  readonly operator: Pages
  /** Served to everybody. */
  readonly open: Pages
  readonly limits: HttpLimits
  readonly log: Log
}

export interface HttpService {
  readonly endpoints: { readonly http: readonly Endpoint[]; readonly https: readonly Endpoint[] }
  stop(): Promise<void>
}

/** Listens on every address or on none. Throws ListenError. */
export async function serveHttp(options: HttpOptions): Promise<HttpService> {
  const { listen, operator, open, proxies = {} } = options
  const http = await openListener(listen.http, { ...open, ...operator }, null, proxies.http, options)
  try {
    const https = await openListener(listen.https, open, options.tls, proxies.https, options)
    const stop = async () => void (await Promise.all([http.stop(), https.stop()]))
    return { endpoints: { http: http.endpoints, https: https.endpoints }, stop }
  } catch (error) {
    await http.stop()
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
  { limits, log }: HttpOptions,
): Promise<OpenListener> {
  const engine = engineOf(limits, (request, response) => {
    answerTo(request, pages, limits).then(
      answer => send(answer, request, response),
      error => {
        log.error({ error: messageOf(error) }, 'bug: a page was not made')
        send(line(500, 'internal error'), request, response)
      },
    )
  })
  // Node begins to look for late requests when a server listens; the sockets of this one are brought to it.
  engine.emit('listening')
  const listener: Listener = await listenForSockets({
    addresses,
    proxies,
    limits: { total: limits.connections, perAddress: limits.connectionsPerAddress },
    onSocket(socket, { remote }) {
      if (tls === null) return void engine.emit('connection', comingFrom(socket, remote))
      const secure = new TLSSocket(socket, { isServer: true, secureContext: tls.context })
      // What goes wrong before there is a request is the client's, and the socket closes by itself.
      socket.on('error', () => secure.destroy())
      secure.on('error', () => secure.destroy())
      engine.emit('connection', comingFrom(secure, remote))
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

async function answerTo(request: IncomingMessage, pages: Pages, limits: HttpLimits): Promise<Answer> {
  const target = targetOf(request)
  if (target === null) return line(400, 'bad request')
  const path = target.pathname.toLowerCase()
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (page === undefined) return notFound
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  if (page.method === 'GET' ? !isRead : request.method !== 'POST') {
    const allow = page.method === 'GET' ? 'GET, HEAD' : 'POST'
    return line(405, allow.replace(', ', ' or '), { allow })
  }
  const body = page.method === 'POST' ? await bodyOf(request, limits.bodyOctets) : new Uint8Array()
  if (body === null) return line(413, `at most ${limits.bodyOctets} octets`, { connection: 'close' })
  const host = /^[^:]*/.exec((request.headers.host ?? '').toLowerCase())?.[0].replace(/\.$/, '') ?? ''
  return page.answer({ host, query: target.searchParams, body })
}

/** Null for what is no path: `CONNECT host:port`, `*`. */
function targetOf(request: IncomingMessage): URL | null {
  return request.url?.startsWith('/') === true ? URL.parse(`http://any${request.url}`) : null
}

/** Null where it is longer than allowed. Rejects where the client goes away. */
async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array | null> {
  const pieces: Uint8Array[] = []
  let octets = 0
  for await (const piece of request.iterator({ destroyOnReturn: false })) {
    octets += piece.length
    if (octets > most) return null
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

function send({ status, type, text, headers }: Answer, request: IncomingMessage, response: ServerResponse): void {
  const octets = Buffer.from(text)
  response.writeHead(status, {
    'content-type': type,
    'content-length': octets.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(request.method === 'HEAD' ? undefined : octets)
}
