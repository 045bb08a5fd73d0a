/**
 * BINARY, RFC 3516: parts fetched without their transfer encoding, and messages appended with octets of any value.
 *
 * A message is stored as base IMAP can carry it: parts with NULs go under base64 when they are appended (§6), so that
 * BODY and BODYSTRUCTURE agree, and BINARY gives back what came.
 */
import { Base64Parts, findPart, isKnownEncoding, NulFinder, type Part } from '@lemonade/mime'
import type { PreparedContent } from '@lemonade/store'
import { literal } from '../core/append.ts'
import { type Encoded, measure, writeDecoded } from '../core/decoded.ts'
import { extension, type FetchItem, type FetchMessage } from '../extension.ts'
import { partial, sectionPart } from '../grammar/section.ts'
import type { Parsing } from '../parsing.ts'
import { No } from '../problem.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'

/** "BINARY" [".PEEK"] section-binary [partial] (RFC 3516 §7) */
function binaryItem(seen: boolean): (p: Parser, at: Parsing) => FetchItem {
  return (p, at) => {
    const path = sectionPart(p, at)
    const asked = partial(p)
    const section = `BINARY[${path.join('.')}]${asked ? `<${asked.offset}>` : ''}`
    return {
      name: 'BINARY[',
      section,
      needs: ['row', 'structure'],
      seen,
      check: message => partOf(message, path),
      stream: (w, message, session) => {
        w.ascii(section).sp()
        const part = partOf(message, path)
        if (part !== null) return writeDecoded(w, session, part, asked)
        w.nil()
        return nothing()
      },
    }
  }
}

/** "BINARY.SIZE" section-binary (RFC 3516 §7) */
function sizeItem(p: Parser, at: Parsing): FetchItem {
  const path = sectionPart(p, at)
  const section = `BINARY.SIZE[${path.join('.')}]`
  return {
    name: 'BINARY.SIZE[',
    section,
    needs: ['row', 'structure'],
    check: message => partOf(message, path),
    async *stream(w, message, session) {
      const part = partOf(message, path)
      const octets = part === null ? 0 : (await measure(session, part, null)).octets
      w.ascii(section).sp().number(octets)
      yield* nothing()
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, void> {}

/** The part, or null where there is none. Throws `No` where nobody can decode it (RFC 3516 §4.3). */
function partOf(message: FetchMessage, path: readonly number[]): Encoded | null {
  const root = message.facts.structure as Part
  const { content } = message.row
  // The message itself is under no encoding; its parts are.
  if (path.length === 0) return { content, encoding: 'binary', start: root.headerStart, end: root.end }
  const part = findPart(root, path)
  if (part === null) return null
  if (!isKnownEncoding(part.encoding)) throw new No(`Nobody here can decode ${part.encoding}`, 'UNKNOWN-CTE')
  // An encoding of what has parts of its own can only be an identity (RFC 2045 §6.4).
  const encoding = part.parts.length > 0 ? 'binary' : part.encoding
  return { content, encoding, start: part.bodyStart, end: part.end }
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
