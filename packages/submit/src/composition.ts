/**
 * The message that a submission becomes: what the client sends, and stored octets that it names, in one order. Stored
 * octets are not copied; a header of theirs that nothing needs to be changed in stays where it is, too.
 */
import { Refusal, reply } from '@lemonade/esmtp'
import {
  type ContentPiece,
  type Contents,
  type ContentWriter,
  type PreparedContent,
  type StoredRange,
  StoreError,
} from '@lemonade/store'
import { Head } from './head.ts'

export interface CompositionOptions {
  readonly contents: Contents
  /** Of the whole, with what is added here. */
  readonly limitOctets: number
  readonly headerOctets: number
  /** The header as it is sent on, with what stands before it. */
  readonly mend: (header: Uint8Array) => Promise<Uint8Array>
}

const gone = reply(554, '5.6.6', 'Message content not available: it was there a moment ago')

export class Composition {
  readonly #options: CompositionOptions
  readonly #head: Head
  readonly #pieces: ContentPiece[] = []
  #writer: ContentWriter | null = null
  #hasIncluded = false

  constructor(options: CompositionOptions) {
    this.#options = options
    this.#head = new Head(options.headerOctets)
  }

  /** True once stored octets are in it: what they are, nobody has said. */
  get hasIncluded(): boolean {
    return this.#hasIncluded
  }

  /** Throws Refusal, StoreError. */
  async write(octets: Uint8Array): Promise<void> {
    const rest = this.#head.write(octets)
    if (this.#head.isOver) await this.#beginBody()
    await this.#add(rest)
  }

  /** Throws Refusal, StoreError. */
  async include(range: StoredRange): Promise<void> {
    this.#hasIncluded = true
    const body = this.#head.isOver ? range : await this.#readHeader(range)
    if (body.start >= body.end) return
    await this.#endPiece()
    this.#pieces.push(body)
  }

  /** Reads as much of the range as belongs to the header; what is left of the range. */
  async #readHeader(range: StoredRange): Promise<StoredRange> {
    const isFirst = this.#head.octets === 0
    let { start } = range
    for await (const octets of this.#options.contents.read(range.content, range.start, range.end)) {
      start += octets.length - this.#head.write(octets).length
      if (this.#head.isOver) break
    }
    if (!this.#head.isOver) return { ...range, start }
    const header = this.#head.take()
    const mended = await this.#options.mend(header)
    const added = mended.subarray(0, Math.max(0, mended.length - header.length))
    const isOnlyAdded = isFirst && Buffer.compare(mended.subarray(added.length), header) === 0
    await this.#add(isOnlyAdded ? added : mended)
    return isOnlyAdded ? range : { ...range, start }
  }

  /** Throws Refusal, StoreError, and leaves nothing then. */
  async finish(): Promise<PreparedContent> {
    try {
      this.#head.end()
      await this.#beginBody()
      await this.#endPiece()
    } catch (error) {
      await this.abort()
      throw error
    }
    const [only, more] = this.#pieces
    if (more === undefined && only !== undefined && 'discard' in only) return only
    try {
      return await this.#options.contents.compose(this.#pieces, { limitOctets: this.#options.limitOctets })
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'no-such-message') throw new Refusal(gone)
      throw error
    }
  }

  async abort(): Promise<void> {
    await this.#writer?.abort()
    for (const piece of this.#pieces) if ('discard' in piece) await piece.discard()
  }

  /** The header goes first, once it is whole. */
  async #beginBody(): Promise<void> {
    if (this.#head.isTaken) return
    await this.#add(await this.#options.mend(this.#head.take()))
  }

  async #add(octets: Uint8Array): Promise<void> {
    if (octets.length === 0) return
    this.#writer ??= this.#options.contents.writer({ limitOctets: this.#options.limitOctets })
    await this.#writer.write(octets)
  }

  async #endPiece(): Promise<void> {
    const writer = this.#writer
    if (writer === null) return
    this.#writer = null
    this.#pieces.push(await writer.finish())
  }
}
