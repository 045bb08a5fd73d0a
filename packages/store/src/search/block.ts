/**
 * The text of a few contents, packed together: neighbours share words, so that sixteen take 1.1 KB each where one by one
 * they take twice that, and verifying a candidate costs some fifty microseconds where extracting its text costs half a
 * millisecond.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ContentId } from '../model.ts'
import type { ContentText } from './text.ts'

/** A row of `text_blocks`. */
export interface Block {
  readonly first: ContentId
  /** For each content, ascending: its id less `first`, octets of header text, octets of body text. */
  readonly layout: Uint8Array
  /** Header texts one after another, then body texts: zstd. */
  readonly header: Uint8Array
  readonly body: Uint8Array
}

export interface BlockEntry {
  readonly content: ContentId
  readonly text: ContentText
}

/** A block is full with this many contents … */
export const blockContents = 16
/** … or with this many octets of text. */
export const blockOctets = 256 << 10
/** The text of a content with more is not kept: a candidate like that is extracted anew. */
export const mostTextOctets = 4 << 20

const layoutItems = 3
/** More room than octets tells the decoder that it has come to the end; it wants 64 at the least. */
const spareOctets = 64
/** Measured: a twentieth smaller than the default level, at 0.04 ms a message. */
const zstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 6 } }

/** Packs entries of ascending content ids, of which there is at least one. */
export function packBlock(entries: readonly BlockEntry[]): Block {
  const first = (entries[0] as BlockEntry).content
  const layout = new Uint32Array(
    entries.flatMap(({ content, text }) => [content - first, text.header.length, text.body.length]),
  )
  return {
    first,
    layout: new Uint8Array(layout.buffer),
    header: zstdCompressSync(Buffer.concat(entries.map(({ text }) => text.header)), zstdOptions),
    body: zstdCompressSync(Buffer.concat(entries.map(({ text }) => text.body)), zstdOptions),
  }
}

/** Reads a block; unpacks headers and bodies when they are first looked at. */
export class PackedTexts {
  readonly #block: Block
  readonly #places = new Map<
    ContentId,
    { headerStart: number; headerEnd: number; bodyStart: number; bodyEnd: number }
  >()
  readonly #headerOctets: number
  readonly #bodyOctets: number
  #header: Uint8Array | undefined
  #body: Uint8Array | undefined

  constructor(block: Block) {
    this.#block = block
    // A copy: the octets of a row may stand anywhere, a Uint32Array only at multiples of four.
    const layout = new Uint32Array(new Uint8Array(block.layout).buffer)
    let header = 0
    let body = 0
    for (let at = 0; at < layout.length; at += layoutItems) {
      const [id = 0, headerOctets = 0, bodyOctets = 0] = layout.subarray(at, at + layoutItems)
      this.#places.set((block.first + id) as ContentId, {
        headerStart: header,
        headerEnd: header + headerOctets,
        bodyStart: body,
        bodyEnd: body + bodyOctets,
      })
      header += headerOctets
      body += bodyOctets
    }
    this.#headerOctets = header
    this.#bodyOctets = body
  }

  contents(): Iterable<ContentId> {
    return this.#places.keys()
  }

  /** The text of a content of the block, or null where the block has none of it. */
  text(content: ContentId): ContentText | null {
    const place = this.#places.get(content)
    if (place === undefined) return null
    const block = this
    return {
      get header() {
        block.#header ??= unpacked(block.#block.header, block.#headerOctets)
        return block.#header.subarray(place.headerStart, place.headerEnd)
      },
      get body() {
        block.#body ??= unpacked(block.#block.body, block.#bodyOctets)
        return block.#body.subarray(place.bodyStart, place.bodyEnd)
      },
    }
  }
}

/** Room for all of it at once: three times as fast as piece by piece. */
function unpacked(packed: Uint8Array, octets: number): Uint8Array {
  return zstdDecompressSync(packed, { chunkSize: octets + spareOctets })
}
