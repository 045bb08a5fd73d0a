/** The http listener: `/metrics` for Prometheus, `/healthz` for whoever restarts what is sick. Nothing else is served. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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
  const stop = async () => {
    await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve).closeAllConnections())))
  }
  try {
    for (const address of options.addresses) servers.push(await open(address, options))
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

function open(address: Address, options: HttpOptions): Promise<Server> {
  const { limits } = options
  const server = createServer(
    {
      requestTimeout: limits.requestSeconds * 1000,
      headersTimeout: limits.requestSeconds * 1000,
      maxHeaderSize: limits.headerOctets,
    },
    (request, response) => {
      answer(request, response, options).catch(() => response.destroy())
    },
  )
  server.maxConnections = limits.connections
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
  try {
    await options.healthy()
  } catch {
    return say(503, 'unhealthy\n')
  }
  say(200, 'ok\n')
}
