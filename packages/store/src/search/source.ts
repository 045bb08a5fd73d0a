/** Where the text of a content comes from: the index's blocks, or the content itself. */
import { decodePart } from '@lemonade/mime'
import type { Connection } from '../connection.ts'
import { readBlob } from '../content/blob.ts'
import { ropeOf } from '../content/content.ts'
import { type Rope, ropeOctets, sliceRope } from '../content/rope.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import { type Block, PackedTexts } from './block.ts'
import type { Terms } from './grams.ts'
import { type ContentText, type ReadOctets, textOf } from './text.ts'

const noText: ContentText = { header: new Uint8Array(), body: new Uint8Array() }
/** A content up to this size is read whole. */
const wholeOctets = 64 << 10
/** Unpacked blocks that are kept at hand. */
const blocksKept = 8

/** Up to which content the text index goes. */
export function indexedUpTo(reader: Pick<Connection, 'number'>): number {
  return reader.number("SELECT value FROM counters WHERE name = 'text-index'")
}

/** Texts that were extracted lately: those of the newest contents, which every search of their mailbox looks at. */
export class ExtractedTexts {
  readonly #texts = new Map<ContentId, ContentText>()
  readonly #limitOctets: number
  #octets = 0

  constructor(limitOctets = 4 << 20) {
    this.#limitOctets = limitOctets
  }

  of(reader: Connection, content: ContentId): ContentText {
    const known = this.#texts.get(content)
    if (known !== undefined) return known
    const text = extractText(reader, content)
    const octets = octetsIn(text)
    // A text that would push out all the others is not kept.
    if (octets * 4 > this.#limitOctets) return text
    this.#texts.set(content, text)
    this.#octets += octets
    for (const [oldest, { header, body }] of this.#texts) {
      if (this.#octets <= this.#limitOctets) break
      this.#texts.delete(oldest)
      this.#octets -= octetsIn({ header, body })
    }
    return text
  }
}

/** With what a text takes that has hardly any. */
function octetsIn({ header, body }: ContentText): number {
  return header.length + body.length + 500
}

export class Texts {
  readonly #reader: Connection
  /** Up to which content there are blocks. */
  readonly indexed: number
  readonly #extracted: ExtractedTexts
  readonly #blocks: PackedTexts[] = []

  constructor(reader: Connection, indexed: number, extracted: ExtractedTexts) {
    this.#reader = reader
    this.indexed = indexed
    this.#extracted = extracted
  }

  of(content: ContentId): ContentText {
    return (content <= this.indexed ? this.#packed(content) : null) ?? this.#extracted.of(this.#reader, content)
  }

  #packed(content: ContentId): ContentText | null {
    for (const block of this.#blocks) {
      const text = block.text(content)
      if (text !== null) return text
    }
    const row = blockAround(this.#reader, content)
    if (row === null) return null
    const block = new PackedTexts(row)
    const text = block.text(content)
    if (text === null) return null
    this.#blocks.unshift(block)
    if (this.#blocks.length > blocksKept) this.#blocks.pop()
    return text
  }
}

/** The only block that can have the text of a content. Its body is read when it is first looked at. */
export function blockAround(reader: Pick<Connection, 'raw'>, content: ContentId): Block | null {
  const row = reader
    .raw<[ContentId, Uint8Array, Uint8Array]>(
      'SELECT first, layout, header FROM text_blocks WHERE first <= ? ORDER BY first DESC LIMIT 1',
    )
    .get(content)
  if (row === undefined) return null
  const [first, layout, header] = row
  return {
    first,
    layout,
    header,
    get body() {
      const body = reader.raw<[Uint8Array]>('SELECT body FROM text_blocks WHERE first = ?').get(first)
      return body?.[0] ?? new Uint8Array()
    },
  }
}

/**
 * The text of a content from its octets. Damaged content has none: one message that cannot be read must not take
 * searching away from the others, and the audit tells of it.
 */
export function extractText(reader: Connection, content: ContentId, terms?: Terms): ContentText {
  try {
    const row = reader.raw<[Uint8Array]>('SELECT structure FROM facts WHERE content_id = ?').get(content)
    if (row === undefined) return noText
    return textOf(decodePart(row[0]), octetsOf(reader, content), terms)
  } catch (error) {
    if (error instanceof StoreError) return noText
    throw error
  }
}

/** A small content is read once and whole; of a large one, only what is asked for. */
function octetsOf(reader: Connection, content: ContentId): ReadOctets {
  const rope = ropeOf(reader, content)
  const octets = ropeOctets(rope)
  if (octets > wholeOctets) return (start, end) => ropeSlice(reader, rope, start, end)
  const whole = ropeSlice(reader, rope, 0, octets)
  return (start, end) => whole.subarray(start, end)
}

function ropeSlice(reader: Connection, rope: Rope<number>, start: number, end: number): Uint8Array {
  const pieces: Uint8Array[] = []
  for (const { blob, start: from, octets } of sliceRope(rope, start, end)) {
    pieces.push(...readBlob(reader, blob, from, from + octets))
  }
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
}
