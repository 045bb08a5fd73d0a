/** The http listener: `/metrics` for Prometheus, `/healthz` for whoever restarts what is sick. Nothing else is served. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type Address, type Endpoint, ListenError } from '@lemonade/net'
import type { HttpLimits } from './limits.ts'
import type { ServerMetrics } from './metrics.ts'

export interface HttpOptions {
  readonly addresses: readonly Address[]
  readonly metrics: ServerMetrics
  readonly limits: HttpLimits
  /** Resolves where the server can do its work, rejects where it cannot. */
  healthy(): Promise<void>
}

export interface HttpService {
  readonly endpoints: readonly Endpoint[]
  stop(): Promise<void>
}

export async function serveHttp(options: HttpOptions): Promise<HttpService> {
  const servers: Server[] = []
  const places = new Places(options.limits.connections)
  const stop = async () => {
    await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve).closeAllConnections())))
  }
  try {
    for (const address of options.addresses) servers.push(await open(address, options, places))
  } catch (error) {
    await stop()
    throw error
  }
  const endpoints = servers.map(server => {
    const { address, port } = server.address() as AddressInfo
    return { host: address, port }
  })
  return { endpoints, stop }
}

/** So many connections at once, over all addresses. */
class Places {
  #free: number

  constructor(connections: number) {
    this.#free = connections
  }

  admit(socket: Socket): void {
    if (this.#free === 0) {
      socket.destroy()
      return
    }
    this.#free--
    socket.once('close', () => this.#free++)
  }
}

/** Node looks for requests that are late this often within their time. */
const looksPerRequest = 4

function open(address: Address, options: HttpOptions, places: Places): Promise<Server> {
  const { limits } = options
  const requestMilliseconds = limits.requestSeconds * 1000
  const server = createServer(
    {
      requestTimeout: requestMilliseconds,
      headersTimeout: requestMilliseconds,
      connectionsCheckingInterval: Math.max(1, requestMilliseconds / looksPerRequest),
      maxHeaderSize: limits.headerOctets,
    },
    (request, response) => {
      answer(request, response, options).catch(() => response.destroy())
    },
  )
  server.on('connection', socket => places.admit(socket))
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(address, error.code ?? '', error.message)),
    )
    server.listen({ host: address.host, port: address.port, ipv6Only: address.host === '::' }, () => resolve(server))
  })
}

async function answer(request: IncomingMessage, response: ServerResponse, options: HttpOptions): Promise<void> {
  const path = (request.url ?? '').split('?', 1)[0]
  const say = (status: number, text: string, headers: Readonly<Record<string, string>> = {}) => {
    const type = { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }
    response.writeHead(status, { ...type, ...headers })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  if (path !== '/metrics' && path !== '/healthz') return say(404, 'not found\n')
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'GET or HEAD\n', { allow: 'GET, HEAD' })
  if (path === '/metrics') {
    const { text, type } = await options.metrics.expose()
    return say(200, text, { 'content-type': type })
  }
  if (await isHealthy(options)) say(200, 'ok\n')
  else say(503, 'unhealthy\n')
}

/** A server that does not answer in the time of a request is not well either. */
async function isHealthy({ healthy, limits }: HttpOptions): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(resolve, limits.requestSeconds * 1000, false)
  const well = healthy().then(
    () => true,
    () => false,
  )
  const answer = await Promise.race([well, late])
  clearTimeout(timer)
  return answer
}
