/**
 * A compact form of a tree, for the store. A stored form is read for ever: the first octet is its version, `words` may
 * only grow at its end, and a change of layout is a new version.
 */
import type { Disposition, Parameter, Part, PartProblem } from './tree.ts'

const version = 1

/** Strings that every mailbox is full of; each takes one octet. */
const words = [
  ...['text', 'plain', 'html', 'charset', 'utf-8', 'us-ascii', 'iso-8859-1', 'windows-1252', '7bit', '8bit', 'binary'],
  ...['base64', 'quoted-printable', 'multipart', 'mixed', 'alternative', 'related', 'signed', 'report', 'boundary'],
  ...['attachment', 'inline', 'filename', 'name', 'size', 'application', 'octet-stream', 'pdf', 'zip', 'image', 'jpeg'],
  ...['png', 'gif', 'message', 'rfc822', 'delivery-status', 'calendar', 'method', 'format', 'flowed', 'delsp', 'yes'],
  ...['type', 'text/html', 'multipart/alternative', 'protocol', 'micalg', 'pgp-signature', 'pkcs7-signature', 'digest'],
  ...['UTF-8', 'ISO-8859-1', 'US-ASCII', 'creation-date', 'modification-date', 'audio', 'video', 'css', 'xml', 'json'],
]
const wordIndex = new Map(words.map((word, index) => [word, index]))

const problems = [
  'bad-content-type',
  'no-boundary',
  'no-parts',
  'not-closed',
  'encoded-message',
  'too-deep',
  'too-many-parts',
] as const satisfies readonly PartProblem[]

/** Fields that most parts do not have: one bit each. */
const has = { id: 1, description: 2, md5: 4, disposition: 8, language: 16, location: 32, envelope: 64, problem: 128 }

export function encodePart(part: Part): Uint8Array {
  const writer = new Writer()
  writer.number(version)
  writePart(writer, part, 0)
  return writer.octets()
}

/** Reads what `encodePart` wrote; throws a RangeError for anything else. */
export function decodePart(octets: Uint8Array): Part {
  const reader = new Reader(octets)
  if (reader.number() !== version) throw new RangeError('unknown version of an encoded part')
  return readPart(reader, 0)
}

function writePart(writer: Writer, part: Part, origin: number): void {
  writer.number(
    (part.id === null ? 0 : has.id) |
      (part.description === null ? 0 : has.description) |
      (part.md5 === null ? 0 : has.md5) |
      (part.disposition === null ? 0 : has.disposition) |
      (part.language.length === 0 ? 0 : has.language) |
      (part.location === null ? 0 : has.location) |
      (part.envelope === undefined ? 0 : has.envelope) |
      (part.problem === undefined ? 0 : has.problem),
  )
  writer.number(part.headerStart - origin)
  writer.number(part.bodyStart - part.headerStart)
  writer.number(part.end - part.bodyStart)
  writer.number(part.bodyLines)
  for (const text of [part.type, part.subtype, part.encoding]) writer.string(text)
  writeParams(writer, part.params)
  for (const text of [part.id, part.description, part.md5]) if (text !== null) writer.string(text)
  if (part.disposition !== null) {
    writer.string(part.disposition.type)
    writeParams(writer, part.disposition.params)
  }
  if (part.language.length > 0) {
    writer.number(part.language.length)
    for (const tag of part.language) writer.string(tag)
  }
  if (part.location !== null) writer.string(part.location)
  if (part.envelope !== undefined) {
    writer.number(part.envelope.length)
    writer.raw(part.envelope)
  }
  if (part.problem !== undefined) writer.number(problems.indexOf(part.problem))
  writer.number(part.parts.length)
  for (const child of part.parts) writePart(writer, child, part.headerStart)
}

function readPart(reader: Reader, origin: number): Part {
  const bits = reader.number()
  const optional = (bit: number): string | null => ((bits & bit) === 0 ? null : reader.string())
  const headerStart = origin + reader.number()
  const bodyStart = headerStart + reader.number()
  const end = bodyStart + reader.number()
  const bodyLines = reader.number()
  const [type, subtype, encoding] = [reader.string(), reader.string(), reader.string()]
  const params = readParams(reader)
  const [id, description, md5] = [optional(has.id), optional(has.description), optional(has.md5)]
  const disposition: Disposition | null =
    (bits & has.disposition) === 0 ? null : { type: reader.string(), params: readParams(reader) }
  const language = (bits & has.language) === 0 ? [] : reader.list(() => reader.string())
  const location = optional(has.location)
  const envelope = (bits & has.envelope) === 0 ? null : reader.raw(reader.number())
  const problem = (bits & has.problem) === 0 ? null : problems[reader.number()]
  const parts = reader.list(() => readPart(reader, headerStart))
  return {
    ...{ headerStart, bodyStart, end, bodyLines, type, subtype, params, id, description, encoding, md5 },
    ...{ disposition, language, location, parts },
    ...(envelope === null ? {} : { envelope }),
    ...(problem === null || problem === undefined ? {} : { problem }),
  }
}

function writeParams(writer: Writer, params: readonly Parameter[]): void {
  writer.number(params.length)
  for (const [name, value] of params) {
    writer.string(name)
    writer.string(value)
  }
}

function readParams(reader: Reader): Parameter[] {
  return reader.list((): Parameter => [reader.string(), reader.string()])
}

/** Numbers go seven bits an octet, low ones first; the high bit says that more follow. */
class Writer {
  #buffer = Buffer.allocUnsafe(512)
  #length = 0

  number(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest % 128) | 128
      rest = Math.floor(rest / 128)
    }
    this.#buffer[this.#length++] = rest
  }

  /** A known word as twice its index plus one, else twice the number of octets and then these, in UTF-8. */
  string(text: string): void {
    const index = wordIndex.get(text)
    if (index !== undefined) {
      this.number(index * 2 + 1)
      return
    }
    const octets = Buffer.byteLength(text)
    this.number(octets * 2)
    this.#reserve(octets)
    this.#length += this.#buffer.write(text, this.#length)
  }

  raw(octets: Uint8Array): void {
    this.#reserve(octets.length)
    this.#buffer.set(octets, this.#length)
    this.#length += octets.length
  }

  octets(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length))
  }

  #reserve(octets: number): void {
    if (this.#length + octets <= this.#buffer.length) return
    const larger = Buffer.allocUnsafe((this.#length + octets) * 2)
    this.#buffer.copy(larger)
    this.#buffer = larger
  }
}

class Reader {
  readonly #octets: Buffer
  #at = 0

  constructor(octets: Uint8Array) {
    this.#octets = Buffer.from(octets.buffer, octets.byteOffset, octets.length)
  }

  number(): number {
    let value = 0
    for (let unit = 1; unit < 2 ** 53; unit *= 128) {
      const octet = this.#octets[this.#at++]
      if (octet === undefined) break
      value += (octet & 127) * unit
      if (octet < 128) return value
    }
    throw new RangeError('damaged number in an encoded part')
  }

  string(): string {
    const code = this.number()
    if (code % 2 === 0) return this.#take(code / 2).toString('utf8')
    const word = words[(code - 1) / 2]
    if (word === undefined) throw new RangeError('unknown word in an encoded part')
    return word
  }

  raw(octets: number): Uint8Array {
    return new Uint8Array(this.#take(octets))
  }

  list<T>(item: () => T): T[] {
    const length = this.number()
    if (length > this.#octets.length - this.#at) throw new RangeError('damaged list in an encoded part')
    return Array.from({ length }, item)
  }

  #take(octets: number): Buffer {
    const end = this.#at + octets
    if (end > this.#octets.length) throw new RangeError('an encoded part is cut off')
    const taken = this.#octets.subarray(this.#at, end)
    this.#at = end
    return taken
  }
}
