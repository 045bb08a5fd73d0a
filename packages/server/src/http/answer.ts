/** From a request to its page, and from the page's answer to octets. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { HttpLimits } from '../limits.ts'
import { type Answer, line, notFound, type Page, type Pages } from './page.ts'

/** The answer to a request. Rejects with what a page throws, and where the client goes away before it has asked. */
export async function answerTo(
  request: IncomingMessage,
  pages: Pages,
  limits: HttpLimits,
  signal: AbortSignal,
): Promise<Answer> {
  const target = targetOf(request)
  if (target === null) return line(400, 'bad request')
  const found = pagesAt(pages, target.pathname.toLowerCase())
  if (found.length === 0) return notFound
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const page = found.find(one => one.method === method)
  if (page === undefined) {
    const methods = found.flatMap(one => (one.method === 'GET' ? ['GET', 'HEAD'] : [one.method]))
    return line(405, methods.join(' or '), { allow: methods.join(', ') })
  }
  const hasBody = page.method === 'POST' || page.method === 'PUT'
  const body = hasBody ? await bodyOf(request, limits.bodyOctets) : new Uint8Array()
  if (body === null) return line(413, `at most ${limits.bodyOctets} octets`, { connection: 'close' })
  const host = /^[^:]*/.exec((request.headers.host ?? '').toLowerCase())?.[0].replace(/\.$/, '') ?? ''
  const { pathname: path, searchParams: query } = target
  const remote = request.socket.remoteAddress ?? ''
  return page.answer({ host, path, query, headers: request.headers, body, remote, signal })
}

/** Null for what is no path: `CONNECT host:port`, `*`. */
function targetOf(request: IncomingMessage): URL | null {
  return request.url?.startsWith('/') === true ? URL.parse(`http://any${request.url}`) : null
}

/** The pages of a path, or else those of the longest path above it that stands for all below. */
function pagesAt(pages: Pages, path: string): readonly Page[] {
  const own = Object.hasOwn(pages, path) ? pages[path] : undefined
  if (own !== undefined) return [own].flat()
  for (let slash = path.lastIndexOf('/'); slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
    const above = `${path.slice(0, slash)}/*`
    if (Object.hasOwn(pages, above)) return [pages[above] ?? []].flat()
    if (slash === 0) break
  }
  return []
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

/** Rejects where the octets of a streamed answer cannot all be had or sent: the connection is closed then. */
export async function send(answer: Answer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, headers } = answer
  const text = 'text' in answer ? Buffer.from(answer.text) : null
  response.writeHead(status, {
    'content-type': type,
    'content-length': 'octets' in answer ? answer.octets : (text?.length ?? 0),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  if (request.method === 'HEAD') response.end()
  else if ('octets' in answer) await pipeline(Readable.from(answer.read(), { objectMode: false }), response)
  else response.end(text)
}
