/** BODY, BODY[section]<partial> and the RFC822 forms (RFC 3501 §6.4.5): octets read from the store as they go out. */
import { bodyStructure, type Part, type Range, sectionRange, selectFields } from '@lemonade/mime'
import type { ContentId } from '@lemonade/store'
import type { FetchItem, FetchMessage } from '../extension.ts'
import { type Partial, partial, type Section, section, writeSection } from '../grammar/section.ts'
import type { Parsing } from '../parsing.ts'
import { Broken } from '../problem.ts'
import type { Session } from '../session.ts'
import type { Parser } from '../wire/parser.ts'
import { Writer } from '../wire/writer.ts'
import { shownBody, shownHeader, surrogateOf, writeSurrogate } from './surrogate.ts'

/** Up to here a body is read in one piece, into the page that is being written. */
export const smallOctets = 32_768

/** BODY, and BODY[…] which sets \Seen. */
export function bodyItem(p: Parser, at: Parsing): FetchItem {
  return p.isNext('[') ? sectionItem(p, at, true) : nonExtensible
}

/** BODY.PEEK[…] */
export function bodyPeekItem(p: Parser, at: Parsing): FetchItem {
  return sectionItem(p, at, false)
}

const nonExtensible: FetchItem = {
  name: 'BODY',
  needs: ['structure'],
  write: (w, message, session) => {
    const body = bodyStructure(structureOf(message), { extensible: false })
    w.ascii('BODY ').octets(shownBody(body, message, session))
  },
}

function structureOf(message: FetchMessage): Part {
  return message.facts.structure as Part
}

function sectionItem(p: Parser, at: Parsing, seen: boolean): FetchItem {
  const asked = section(p, at)
  const part = partial(p)
  const whole = asked.text === null && asked.path.length === 0
  const name = new Writer().ascii('BODY')
  writeSection(name, asked)
  if (part) name.ascii('<').number(part.offset).ascii('>')
  const answered = name.take()
  return {
    name: 'BODY[',
    section: Buffer.from(answered).toString('latin1'),
    needs: whole ? ['row', 'whole'] : ['row', 'structure'],
    seen,
    stream: (w, message, session) => {
      w.octets(answered)
      return writeOctets(w, message, session, asked, part)
    },
  }
}

/** RFC822, RFC822.HEADER, RFC822.TEXT: older names (RFC 3501 §6.4.5). */
export function rfc822Item(name: string, text: 'HEADER' | 'TEXT' | null, seen: boolean): () => FetchItem {
  const asked: Section = { path: [], text, fields: [] }
  const item: FetchItem = {
    name,
    needs: text === null ? ['row', 'whole'] : ['row', 'structure'],
    seen,
    stream: (w, message, session) => {
      w.ascii(name)
      return writeOctets(w, message, session, asked, null)
    },
  }
  return () => item
}

/** SP nstring, the octets of the section or NIL where the message has none. */
async function* writeOctets(
  w: Writer,
  message: FetchMessage,
  session: Session,
  asked: Section,
  part: Partial | null,
): AsyncGenerator<Uint8Array, void, void> {
  w.sp()
  const range = rangeOf(message, asked)
  if (range === null) {
    w.nil()
    return
  }
  const { contents } = session.store
  const { content } = message.row
  if (asked.text !== null && asked.text !== 'TEXT') {
    const shown = await shownHeader(session, message, range)
    if (shown !== null || asked.fields.length > 0) {
      const header = shown ?? (await contents.readAll(content, range.start, range.end))
      const fields =
        asked.fields.length > 0 ? selectFields(header, asked.fields, asked.text === 'HEADER.FIELDS.NOT') : header
      w.literal(part ? fields.subarray(part.offset, part.offset + part.octets) : fields)
      return
    }
  }
  const surrogate = await surrogateOf(session, message, range)
  if (surrogate !== null) {
    const { start, end } = within({ start: surrogate.at(range.start), end: surrogate.at(range.end) }, part)
    yield* writeSurrogate(w, surrogate, start, end, piece => octetsOf(session, content, piece.start, piece.end))
    return
  }
  const { start, end } = within(range, part)
  const { whole } = message.facts
  if (whole !== undefined) {
    w.literal(whole.subarray(start, end))
    return
  }
  if (end - start <= smallOctets) {
    w.literal(start === end ? none : await contents.readAll(content, start, end))
    return
  }
  w.literalHeader(end - start)
  yield w.take()
  yield* octetsOf(session, content, start, end)
}

/** A partial that begins or ends behind the end is cut short (RFC 3501 §6.4.5). */
function within(range: Range, part: Partial | null): Range {
  if (part === null) return range
  const start = Math.min(range.start + part.offset, range.end)
  return { start, end: Math.min(start + part.octets, range.end) }
}

const none = new Uint8Array(0)

/** A literal that was begun must be finished: where it cannot, nothing that could follow would make sense. */
export async function* octetsOf(
  session: Session,
  content: ContentId,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0
  let problem: unknown
  const pieces = session.store.contents.read(content, start, end)[Symbol.asyncIterator]()
  try {
    for (;;) {
      const step = await pieces.next().catch(error => {
        problem = error
        return null
      })
      if (step === null || step.done) break
      sent += step.value.length
      yield step.value
    }
  } finally {
    await pieces.return?.()
  }
  if (sent !== end - start) throw new Broken('A message could not be read to its end', problem)
}

function rangeOf(message: FetchMessage, asked: Section): Range | null {
  if (asked.path.length === 0 && asked.text === null) return { start: 0, end: message.row.octets }
  const text = asked.text === 'HEADER.FIELDS' || asked.text === 'HEADER.FIELDS.NOT' ? 'HEADER' : asked.text
  return sectionRange(structureOf(message), asked.path, text)
}
