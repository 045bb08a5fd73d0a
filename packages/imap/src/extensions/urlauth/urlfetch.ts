/** URLFETCH: what authorized URLs name, or NIL without a reason (RFC 4467 §7), open to items (RFC 5524 §3). */
import { octetsOf as namedBy, redeem } from '@lemonade/urlauth'
import { octetsOf, smallOctets } from '../../core/body.ts'
import { command, type UrlData } from '../../extension.ts'
import type { Parsing } from '../../parsing.ts'
import { Bad, Broken, No } from '../../problem.ts'
import { ok } from '../../response.ts'
import type { Session } from '../../session.ts'
import type { Parser } from '../../wire/parser.ts'
import type { Writer } from '../../wire/writer.ts'
import { house, redeemer } from './house.ts'

interface Request {
  readonly url: string
  /** Items by name, with what follows each; none for the data alone. */
  readonly items: ReadonlyMap<string, unknown>
}

/** urlfetch = "URLFETCH" 1*(SP url-fetch-arg) (RFC 5524 §5) */
export const urlFetch = command({
  states: ['authenticated', 'selected'],
  parse: (p, at) => {
    const requests: Request[] = []
    do {
      if (requests.length === at.limits.imapUrls) throw new No('Too many URLs', 'LIMIT')
      p.sp()
      requests.push(request(p, at))
    } while (p.isNext(' '))
    return requests
  },
  async *run(session, requests, { signal }) {
    const who = await redeemer(session)
    const w = session.writer()
    w.ascii('* URLFETCH')
    for (const { url, items } of requests) {
      w.sp().string(url).sp()
      const data = await orNothing(session, async () => {
        const found = await redeem(house(session), url, who)
        const named = found && (await namedBy(session.store.contents, found))
        return found && named && { found, named }
      })
      if (data === null) w.nil()
      else if (items.size === 0) yield* writeData(w, session, data)
      else yield* writeItems(w, session, data, items, signal)
    }
    yield w.crlf().take()
    return ok('URLFETCH completed')
  },
})

/** url-fetch-arg = url-full / "(" url-full *(SP url-fetch-param) ")" (RFC 5524 §5) */
function request(p: Parser, at: Parsing): Request {
  const { urlFetchItems } = at.tables
  const items = new Map<string, unknown>()
  if (urlFetchItems.size === 0 || !p.tryChar('(')) return { url: p.astring(), items }
  const url = p.astring()
  while (p.trySp()) {
    const name = p.word()
    const item = urlFetchItems.get(name)
    if (item === undefined) throw new Bad('Unknown item')
    if (items.has(name)) throw new Bad('An item stands twice')
    for (const other of items.keys()) {
      const excludes = [...(item.excludes ?? []), ...(urlFetchItems.get(other)?.excludes ?? [])]
      if (excludes.includes(other) || excludes.includes(name)) throw new Bad('Items that exclude each other')
    }
    items.set(name, item.parse?.(p, at))
  }
  p.char(')')
  if (items.size > 0 && ![...items.keys()].some(name => urlFetchItems.get(name)?.stream))
    throw new Bad('No item asks for data')
  return { url, items }
}

/** The response has begun: what goes wrong inside cannot end it, and is not the client's to know. */
async function orNothing<T>(session: Session, make: () => Promise<T | null>): Promise<T | null> {
  try {
    return await make()
  } catch (error) {
    session.log.warn({ err: error }, 'A URL could not be fetched')
    return null
  }
}

/** nstring: the octets as they stand in the message, streamed where they are many. */
export async function* writeData(
  w: Writer,
  session: Session,
  { named }: UrlData,
): AsyncGenerator<Uint8Array, void, void> {
  if ('octets' in named) {
    w.literal(named.octets)
    return
  }
  const { content, start, end } = named
  if (end - start <= smallOctets) {
    const octets = await orNothing(session, () => session.store.contents.readAll(content, start, end))
    if (octets === null) w.nil()
    else w.literal(octets)
    return
  }
  w.literalHeader(end - start)
  yield w.take()
  yield* octetsOf(session, content, start, end)
}

/** url-metadata = 1*(SP "(" url-metadata-el ")"), in the order of the table (RFC 5524 §5) */
async function* writeItems(
  w: Writer,
  session: Session,
  named: UrlData,
  items: ReadonlyMap<string, unknown>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  const asked = [...session.tables.urlFetchItems].filter(([name]) => items.has(name))
  try {
    let data = named
    for (const [name, item] of asked) {
      const instead = await item.replace?.(session, data, items.get(name), signal)
      if (typeof instead === 'function') {
        instead(w.open().ascii(name).sp())
        w.close()
        return
      }
      if (instead !== undefined) data = { ...data, instead }
    }
    let space = false
    for (const [name, item] of asked) {
      if (item.stream === undefined) continue
      if (space) w.sp()
      space = true
      w.open().ascii(name).sp()
      yield* item.stream(w, session, data, items)
      w.close()
    }
  } catch (error) {
    // The response has begun, and nothing but a whole item can follow.
    throw error instanceof Broken ? error : new Broken('A URL could not be fetched', error)
  }
}
