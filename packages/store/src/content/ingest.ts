/** Takes messages in: octets to blobs, and what is computed once of them, on the caller's thread. */
import { encodePart, factsOf, MessageParser, type ParsedMessage, type Part, sortKey } from '@lemonade/mime'
import type { ContentWriter, PreparedContent } from '../api.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import type { Writer } from '../writer/client.ts'
import { type Claim, newBlob, releaseClaims } from './blob.ts'
import { exact } from './chunk.ts'
import type { ContentFacts, ContentSource } from './content.ts'
import { cut } from './cut.ts'
import { type Rope, sliceRope } from './rope.ts'
import { Spool } from './spool.ts'
import { stage } from './stage.ts'

/** Message-ids kept of a References field: the first, which names the thread, and the last ones. */
const keptReferences = 200

export interface IngestOptions {
  readonly writer: Writer
  /** Where large messages wait. */
  readonly temporary: string
  /** Octets of stored content, once a prepared one has become it. */
  readonly readStored: (content: ContentId, start: number, end: number) => AsyncIterable<Uint8Array>
  /** Octets of a blob that is there. */
  readonly readBlob: (blob: number, start: number, end: number) => Iterable<Uint8Array>
}

/** Opens a writer for one message; with `ahead`, its octets wait in the store however few they are. */
export function ingest(options: IngestOptions, limitOctets: number, ahead = false): ContentWriter {
  const spool = new Spool(options.temporary)
  const parser = new MessageParser()
  let refused: StoreError | null = null
  let holdsNul = false
  return {
    async write(octets) {
      if (refused === null && spool.octets + octets.length > limitOctets) {
        refused = new StoreError('too-big', `more than ${limitOctets} octets`)
        await spool.close()
      }
      if (refused !== null) throw refused
      holdsNul ||= octets.includes(0)
      parser.write(octets)
      await spool.write(octets)
    },
    async finish() {
      // Half a message must not pass for a whole one.
      if (refused !== null) throw refused
      const parsed = { ...parser.end(), holdsNul }
      if (!spool.isLarge && !ahead) return smallContent(options, spool.whole(), parsed)
      try {
        return await contentAhead(options, spool, parsed)
      } finally {
        await spool.close()
      }
    },
    abort: () => spool.close(),
  }
}

/** What is known of a message when all of it has come. */
export type Taken = ParsedMessage & { readonly holdsNul: boolean }

function taken(octets: Uint8Array): Taken {
  return { ...factsOf(octets), holdsNul: octets.includes(0) }
}

/** A message in memory: its blobs travel with the transaction that will name them. */
export function smallContent(options: IngestOptions, octets: Uint8Array, parsed = taken(octets)): Prepared {
  const ranges = cut(parsed.structure, octets.length)
  const blobs = ranges.map(({ start, end }) => newBlob(octets.subarray(start, end)))
  const rope = blobs.map((blob, index) => ({ blob: index, start: 0, octets: blob.octets }))
  const source: ContentSource = { kind: 'new', facts: factsFor(parsed), blobs, rope }
  return new Prepared(options, source, parsed, {
    async *read(start, end) {
      yield octets.subarray(start, end)
    },
    close: async () => {},
  })
}

/** A large message: its blobs go to the store ahead, under claims, a piece at a time, and are read from there. */
async function contentAhead(options: IngestOptions, spool: Spool, parsed: Taken): Promise<Prepared> {
  const claims: Claim[] = []
  try {
    const ranges = cut(parsed.structure, spool.octets)
    for (const range of ranges) claims.push(await stage(options.writer, spool, range))
    const rope = ranges.map(({ start, end }, blob) => ({ blob, start: 0, octets: end - start }))
    const source: ContentSource = { kind: 'new', facts: factsFor(parsed), blobs: claims, rope }
    return new Prepared(options, source, parsed, claimedOctets(options, claims, rope))
  } catch (error) {
    await options.writer.run(releaseClaims, claims)
    throw error
  }
}

/** A rope over claimed blobs, as octets. */
export function claimedOctets(options: IngestOptions, claims: readonly Claim[], rope: Rope<number>): Octets {
  return {
    async *read(start, end) {
      for (const segment of sliceRope(rope, start, end)) {
        const { blob } = claims[segment.blob] as Claim
        yield* options.readBlob(blob, segment.start, segment.start + segment.octets)
      }
    },
    close: async () => {},
  }
}

export function factsFor({ facts, octets, structure }: ParsedMessage): ContentFacts {
  const { references, sort } = facts
  return {
    octets,
    headerOctets: structure.bodyStart,
    messageId: facts.messageId,
    references:
      references.length <= keptReferences
        ? references
        : [references[0] as string, ...references.slice(references.length - keptReferences + 1)],
    sentAt: facts.sentAt,
    sentDay: facts.sentDay,
    baseSubject: sortKey(facts.baseSubject),
    isReply: facts.isReplyOrForward,
    sortFrom: sort.from,
    sortTo: sort.to,
    sortCc: sort.cc,
    displayFrom: sort.displayFrom,
    displayTo: sort.displayTo,
    hasAttachment: facts.hasAttachment,
    envelope: exact(facts.envelope),
    bodyStructure: exact(facts.bodyStructure),
    structure: exact(encodePart(structure)),
  }
}

/** What is prepared, as octets; `close` gives up what holds them. */
export interface Octets {
  read(start: number, end: number): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Content that waits for its transaction. */
export class Prepared implements PreparedContent {
  readonly octets: number
  readonly header: Uint8Array
  readonly structure: Part
  readonly holdsNul: boolean
  readonly #options: IngestOptions
  #source: ContentSource
  #octets: Octets | null

  constructor(
    options: IngestOptions,
    source: ContentSource,
    parsed: Pick<Taken, 'octets' | 'header' | 'structure' | 'holdsNul'>,
    octets: Octets | null,
  ) {
    this.#options = options
    this.#source = source
    this.#octets = octets
    this.octets = parsed.octets
    this.header = parsed.header
    this.structure = parsed.structure
    this.holdsNul = parsed.holdsNul
  }

  /** For the job that stores it. */
  get source(): ContentSource {
    return this.#source
  }

  read(start: number, end: number): AsyncIterable<Uint8Array> {
    if (this.#octets !== null) return this.#octets.read(start, end)
    if (this.#source.kind === 'stored') return this.#options.readStored(this.#source.content, start, end)
    throw new Error('prepared content was discarded')
  }

  /** It has been stored; the octets that waited here are not needed any more. */
  async became(content: ContentId): Promise<void> {
    this.#source = { kind: 'stored', content }
    await this.#close()
  }

  /** Gives blobs, rope and octets to another content: nothing is left here to be discarded. Throws where it has none. */
  take(): { readonly source: Extract<ContentSource, { kind: 'new' }>; readonly octets: Octets } {
    const [source, octets] = [this.#source, this.#octets]
    if (source.kind !== 'new' || octets === null) throw new Error('prepared content is used up')
    this.#source = { ...source, blobs: [], rope: [] }
    this.#octets = null
    return { source, octets }
  }

  async discard(): Promise<void> {
    if (this.#source.kind === 'stored') return this.#close()
    const claims = this.#source.blobs.filter(blob => 'claim' in blob)
    this.#source = { ...this.#source, blobs: [] }
    await this.#close()
    if (claims.length > 0) await this.#options.writer.run(releaseClaims, claims)
  }

  async #close(): Promise<void> {
    const octets = this.#octets
    this.#octets = null
    await octets?.close()
  }
}

/** The class behind the interface: whatever comes back as prepared content was made here. */
export function preparedOf(content: PreparedContent): Prepared {
  if (content instanceof Prepared) return content
  throw new TypeError('this content was not prepared by the store')
}
