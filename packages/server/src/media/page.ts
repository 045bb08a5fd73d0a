/**
 * Parts of messages by HTTP, under authorized URLs: what RFC 5616 has a media server do, for today's phones. A player is
 * given a URL of this page and plays, skips and stops; the mail program downloads nothing.
 *
 * Whoever has an authorized URL with the access `stream` or `anonymous` has the part: the URL itself is the secret. So
 * no answer goes into a shared cache, no page that is opened tells where it came from, and nothing in a mail runs here.
 */
import { createHash } from 'node:crypto'
import { ConvertProblem, type KeptOctets, type MediaType, type StoredConversions, typeName } from '@lemonade/convert'
import { findPart, isKnownEncoding, type Part, parameter } from '@lemonade/mime'
import { type Store, StoreError } from '@lemonade/store'
import { type Found, type House, parseUrl, redeem } from '@lemonade/urlauth'
import { type Answer, line, notFound, type Page, type PageRequest } from '../http/page.ts'
import { wantedOf } from './content-range.ts'

export interface MediaOptions {
  readonly store: Store
  readonly conversions: StoredConversions
  readonly hostname: string
  readonly now: () => number
}

/** A part, as it is or converted. */
interface Media {
  readonly type: MediaType
  readonly octets: KeptOctets
  /** Names octets that never change. */
  readonly tag: string
}

export function mediaPage(options: MediaOptions): Page {
  return {
    method: 'GET',
    async answer(request) {
      try {
        const media = await mediaOf(request, options)
        if (media === null) return notFound
        // The response ends, whichever way it ends, with this.
        request.signal.addEventListener('abort', () => media.octets.release(), { once: true })
        return answerWith(media, request)
      } catch (error) {
        if (error instanceof ConvertProblem) return refusal(error)
        if (error instanceof StoreError && error.problem === 'no-such-message') return notFound
        throw error
      }
    },
  }
}

/** Null for every reason that there may be against a URL: who is refused learns nothing (RFC 4467 §6). */
async function mediaOf({ query, signal }: PageRequest, options: MediaOptions): Promise<Media | null> {
  const { store, conversions } = options
  const url = query.get('url') ?? ''
  const owner = ownerOf(url)
  const house: House = { store, hostname: options.hostname, now: options.now }
  const found = owner === null ? null : await redeem(house, url, { account: null, applications })
  const part = found && (await leafOf(store, found))
  if (owner === null || found === null || part === null) return null
  const { type, subtype, params: parameters, encoding, bodyStart: start, end } = part
  const source: MediaType = { type, subtype, parameters }
  const stored = { content: found.content, encoding, start, end }
  const asked = [...query].filter(([name]) => name !== 'url')
  const place = `${found.content} ${start} ${end} ${encoding}`
  if (asked.length === 0) {
    return { type: source, octets: await conversions.decoded(stored, signal), tag: tagOf(place) }
  }
  const given = asked.filter(([name]) => name !== 'type')
  const plan = conversions.converter.plan(source, query.get('type'), given)
  const converted = await conversions.convert(stored, plan, { account: owner, signal })
  return { type: converted.mediaType, octets: converted, tag: tagOf(`${place} ${plan.key}`) }
}

/** Nobody has logged in here: this server itself is the one that streams (RFC 5616 §3.3). */
const applications: ReadonlySet<string> = new Set(['stream'])

/** Whose URL it is, where it is one for streaming. */
function ownerOf(url: string): string | null {
  try {
    const { server, access } = parseUrl(url)
    return access?.who === 'stream' || access?.who === 'anonymous' ? (server?.user ?? null) : null
  } catch {
    return null
  }
}

/** The part that a URL names, where it is one that has no parts of its own and can be decoded. */
async function leafOf(store: Store, { content, section, partial }: Found): Promise<Part | null> {
  if (section.path.length === 0 || section.text !== null || partial !== null) return null
  const part = findPart(await store.contents.structure(content), section.path)
  return part === null || part.parts.length > 0 || !isKnownEncoding(part.encoding) ? null : part
}

function tagOf(text: string): string {
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}

function answerWith({ type, octets, tag }: Media, { headers }: PageRequest): Answer {
  const wanted = wantedOf(headers, octets.octets, tag)
  const common = { ...protections, etag: tag, 'accept-ranges': 'bytes' }
  if (wanted.kind === 'unchanged') return { ...line(304, ''), text: '', headers: common }
  if (wanted.kind === 'unsatisfiable') {
    return line(416, 'there is no such range', { ...common, 'content-range': `bytes */${octets.octets}` })
  }
  const { start, end } = wanted.kind === 'part' ? wanted : { start: 0, end: octets.octets }
  const range = wanted.kind === 'part' ? { 'content-range': `bytes ${start}-${end - 1}/${octets.octets}` } : {}
  return {
    status: wanted.kind === 'part' ? 206 : 200,
    type: contentType(type),
    octets: end - start,
    read: () => octets.read(start, end),
    headers: { ...common, ...range, 'content-disposition': isShown(type) ? 'inline' : 'attachment' },
  }
}

/** The URL is a secret and the octets are a stranger's. */
const protections = {
  'cache-control': 'private, no-cache',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "sandbox; default-src 'none'; media-src 'self'; img-src 'self'",
}

function contentType(type: MediaType): string {
  const charset = type.type === 'text' ? parameter(type.parameters, 'charset') : undefined
  const isToken = charset !== undefined && /^[\w.:+-]{1,40}$/.test(charset)
  return isToken ? `${typeName(type)}; charset=${charset}` : typeName(type)
}

/** What a program shows or plays without running anything. */
function isShown(type: MediaType): boolean {
  const name = typeName(type)
  return name === 'text/plain' || (/^(?:audio|image|video)\//.test(name) && name !== 'image/svg+xml')
}

function refusal({ error, message }: ConvertProblem): Answer {
  if (error.code === 'TEMPFAIL') return line(503, message, { 'retry-after': String(error.minutes * 60) })
  return line(400, message)
}
