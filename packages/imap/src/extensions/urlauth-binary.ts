/** URLAUTH=BINARY, RFC 5524: URLFETCH without the transfer encoding, and with the structure of what it gives. */
import { bodyStructure, findPart, isEncapsulatedMessage, isKnownEncoding, type Part } from '@lemonade/mime'
import { type DecodedRange, type Encoded, measure, writeDecoded } from '../core/decoded.ts'
import { extension, type UrlData } from '../extension.ts'
import type { Session } from '../session.ts'
import { writeData } from './urlauth/urlfetch.ts'

/** A part's own octets, to be decoded; null where the URL names something that is under no encoding, or not a part. */
interface Leaf {
  readonly part: Part
  readonly encoded: Encoded
  /** ;PARTIAL= counts what is given, which is decoded (RFC 3516 §4.2). */
  readonly range: DecodedRange | null
}

async function leafOf(session: Session, { found }: UrlData): Promise<Leaf | null> {
  const { content, section, partial } = found
  if (section.path.length === 0 || section.text !== null) return null
  const part = findPart(await session.store.contents.structure(content), section.path)
  // An encoding of what has parts of its own can only be an identity (RFC 2045 §6.4).
  if (part === null || part.parts.length > 0) return null
  const { encoding, bodyStart: start, end } = part
  return { part, encoded: { content, encoding, start, end }, range: partial }
}

/** "BINARY" SP (nstring / literal8); NIL where nobody can decode it (RFC 5524 §3.2) */
async function* binary(...[w, session, data]: Parameters<typeof writeData>): ReturnType<typeof writeData> {
  if (data.instead) return yield* data.instead.write(w)
  const leaf = await leafOf(session, data)
  if (leaf === null) yield* writeData(w, session, data)
  else if (isKnownEncoding(leaf.part.encoding)) yield* writeDecoded(w, session, leaf.encoded, leaf.range)
  else w.nil()
}

/** The structure of the data as it is given: with BINARY beside it, under no encoding (RFC 5524 §3.2). */
async function structureOf(session: Session, data: UrlData, decodes: boolean): Promise<Part> {
  const { content, section } = data.found
  const root = await session.store.contents.structure(content)
  const part = findPart(root, section.path) ?? root
  if (section.text === 'TEXT') return isEncapsulatedMessage(part) && part.parts[0] ? part.parts[0] : part
  if (section.text !== null) return headerFields(session, data, part)
  const leaf = await leafOf(session, data)
  if (leaf === null) return part
  const removes = decodes && isKnownEncoding(part.encoding) && !identities.has(part.encoding)
  if (!removes && leaf.range === null) return part
  const encoded = removes ? leaf.encoded : { ...leaf.encoded, encoding: 'binary' }
  const { octets, lines } = await measure(session, encoded, leaf.range)
  return given(part, removes ? 'binary' : part.encoding, octets, lines)
}

const identities: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary'])

/** A header, or some of its fields, as a part: RFC 3462 §2 has a type for them. */
async function headerFields(session: Session, { named }: UrlData, part: Part): Promise<Part> {
  const octets =
    'octets' in named ? named.octets : await session.store.contents.readAll(named.content, named.start, named.end)
  const lines = octets.reduce((sum, octet) => sum + Number(octet === 0x0a), 0)
  const encoding = octets.some(octet => octet > 0x7f) ? '8bit' : '7bit'
  const plain = { type: 'text', subtype: 'rfc822-headers', params: [], id: null, description: null, md5: null }
  const bare = { ...plain, disposition: null, language: [], location: null, parts: [] }
  return given({ ...part, ...bare }, encoding, octets.length, lines)
}

function given(part: Part, encoding: string, octets: number, bodyLines: number): Part {
  return { ...part, encoding, bodyLines, headerStart: 0, bodyStart: 0, end: octets }
}

export const urlAuthBinary = extension({
  rfc: 5524,
  advertise: 'URLAUTH=BINARY',
  urlFetchItems: {
    BODYPARTSTRUCTURE: {
      async *stream(w, session, data, beside) {
        if (data.instead) data.instead.writeStructure(w)
        else {
          const part = await structureOf(session, data, beside.has('BINARY'))
          w.octets(bodyStructure(part, { extensible: true }))
        }
        yield* []
      },
    },
    BINARY: { excludes: ['BODY'], stream: binary },
    BODY: { excludes: ['BINARY'], stream: writeData },
  },
})
