/**
 * BINARY, RFC 3516: parts fetched without their transfer encoding, and messages appended with octets of any value.
 *
 * A message is stored as base IMAP can carry it: parts with NULs go under base64 when they are appended (§6), so that
 * BODY and BODYSTRUCTURE agree, and BINARY gives back what came.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Base64Parts, findPart, isKnownEncoding, NulFinder, type Part, TransferDecoder } from '@lemonade/mime'
import type { PreparedContent } from '@lemonade/store'
import { literal } from '../core/append.ts'
import { smallOctets } from '../core/body.ts'
import { extension, type FetchItem, type FetchMessage } from '../extension.ts'
import { type Partial, partial, sectionPart } from '../grammar/section.ts'
import type { Parsing } from '../parsing.ts'
import { Broken, No } from '../problem.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import type { Writer } from '../wire/writer.ts'

/** Octets that are decoded between two turns of the event loop. */
const turnOctets = 1024 * 1024

/** "BINARY" [".PEEK"] section-binary [partial] (RFC 3516 §7) */
function binaryItem(seen: boolean): (p: Parser, at: Parsing) => FetchItem {
  return (p, at) => {
    const path = sectionPart(p, at)
    const asked = partial(p)
    return {
      name: 'BINARY[',
      needs: ['row', 'structure'],
      seen,
      check: message => partOf(message, path),
      stream: (w, message, session) => {
        w.ascii(`BINARY[${path.join('.')}]`)
        if (asked) w.ascii('<').number(asked.offset).ascii('>')
        w.sp()
        const part = partOf(message, path)
        if (part !== null) return writeDecoded(w, session, message, part, asked)
        w.nil()
        return nothing()
      },
    }
  }
}

/** "BINARY.SIZE" section-binary (RFC 3516 §7) */
function sizeItem(p: Parser, at: Parsing): FetchItem {
  const path = sectionPart(p, at)
  return {
    name: 'BINARY.SIZE[',
    needs: ['row', 'structure'],
    check: message => partOf(message, path),
    async *stream(w, message, session) {
      const part = partOf(message, path)
      const octets = part === null ? 0 : (await measure(session, message, part, null)).octets
      w.ascii(`BINARY.SIZE[${path.join('.')}] `).number(octets)
      yield* nothing()
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

/** What is to be decoded, from where to where in the message. */
interface Encoded {
  readonly encoding: string
  readonly start: number
  readonly end: number
}

/** The part, or null where there is none. Throws `No` where nobody can decode it (RFC 3516 §4.3). */
function partOf(message: FetchMessage, path: readonly number[]): Encoded | null {
  const root = message.facts.structure as Part
  // The message itself is under no encoding; its parts are.
  if (path.length === 0) return { encoding: 'binary', start: root.headerStart, end: root.end }
  const part = findPart(root, path)
  if (part === null) return null
  if (!isKnownEncoding(part.encoding)) throw new No(`Nobody here can decode ${part.encoding}`, 'UNKNOWN-CTE')
  // An encoding of what has parts of its own can only be an identity (RFC 2045 §6.4).
  return { encoding: part.parts.length > 0 ? 'binary' : part.encoding, start: part.bodyStart, end: part.end }
}

/** SP (nstring / literal8): a literal8 where the octets hold a NUL (RFC 3516 §4.3). */
async function* writeDecoded(
  w: Writer,
  session: Session,
  message: FetchMessage,
  part: Encoded,
  asked: Partial | null,
): AsyncGenerator<Uint8Array, void, void> {
  if (part.end - part.start <= smallOctets) {
    const pieces: Uint8Array[] = []
    for await (const piece of decoded(session, message, part, asked)) pieces.push(piece)
    const octets = Buffer.concat(pieces)
    if (octets.includes(0)) w.ascii('~')
    w.literal(octets)
    return
  }
  // The size comes before the octets, so large ones are decoded twice rather than held.
  const { octets, holdsNul } = await measure(session, message, part, asked)
  if (holdsNul) w.ascii('~')
  w.literalHeader(octets)
  yield w.take()
  let sent = 0
  try {
    for await (const piece of decoded(session, message, part, asked)) {
      sent += piece.length
      yield piece
    }
  } catch (error) {
    throw new Broken('A message could not be read to its end', error)
  }
  if (sent !== octets) throw new Broken('A message could not be read to its end', null)
}

async function measure(session: Session, message: FetchMessage, part: Encoded, asked: Partial | null) {
  let octets = 0
  let holdsNul = false
  for await (const piece of decoded(session, message, part, asked)) {
    octets += piece.length
    holdsNul ||= piece.includes(0)
  }
  return { octets, holdsNul }
}

/** The decoded octets that are asked for. A partial counts decoded octets (RFC 3516 §4.2). */
async function* decoded(
  session: Session,
  message: FetchMessage,
  part: Encoded,
  asked: Partial | null,
): AsyncGenerator<Uint8Array, void, void> {
  const from = asked?.offset ?? 0
  const to = asked ? from + asked.octets : Number.POSITIVE_INFINITY
  const decoder = new TransferDecoder(part.encoding)
  let at = 0
  let since = 0
  const within = (octets: Uint8Array): Uint8Array => {
    const start = at
    at += octets.length
    return octets.subarray(Math.max(from - start, 0), Math.max(to - start, 0))
  }
  for await (const octets of session.store.contents.read(message.row.content, part.start, part.end)) {
    const piece = within(decoder.write(octets))
    if (piece.length > 0) yield piece
    if (at >= to) return
    since += octets.length
    if (since < turnOctets) continue
    since = 0
    await nextTurn()
  }
  const last = within(decoder.end())
  if (last.length > 0) yield last
}

/** Puts parts with NULs under base64. Throws `No` where NULs stand in what cannot be encoded. */
export async function withoutNuls(session: Session, content: PreparedContent): Promise<PreparedContent> {
  if (!content.holdsNul) return content
  const finder = new NulFinder(content.structure)
  for await (const piece of content.read(0, content.octets)) finder.write(piece)
  const parts = finder.parts()
  if (parts === null) throw new No('There are NULs outside the bodies of binary parts', 'UNKNOWN-CTE')
  // Base64 makes a third more, and line ends.
  const writer = session.store.contents.writer({ limitOctets: 2 * content.octets + 1024, ahead: true })
  try {
    const encoder = new Base64Parts(parts)
    for await (const piece of content.read(0, content.octets)) {
      for (const octets of encoder.write(piece)) await writer.write(octets)
    }
    const encoded = await writer.finish()
    await content.discard()
    return encoded
  } catch (error) {
    await writer.abort()
    throw error
  }
}

export const binary = extension({
  rfc: 3516,
  advertise: 'BINARY',
  fetchItems: { BINARY: binaryItem(true), 'BINARY.PEEK': binaryItem(false), 'BINARY.SIZE': sizeItem },
  appendData: { '~{': literal },
  appendContent: withoutNuls,
  codes: ['UNKNOWN-CTE'],
})
