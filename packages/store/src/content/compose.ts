/**
 * Content made of pieces: of what was taken in, and of ranges of stored content. Its rope goes over the blobs that are
 * there; no octet of stored content is copied.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MessageParser, type Part, withFieldsBefore } from '@lemonade/mime'
import type { ContentPiece, PreparedContent, PreparedRange, StoredRange } from '../api.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import { type Claim, type NewBlob, releaseClaims } from './blob.ts'
import { claimBlobs, claimRanges } from './claim.ts'
import {
  claimedOctets,
  factsFor,
  type IngestOptions,
  type Octets,
  Prepared,
  preparedOf,
  smallContent,
  type Taken,
} from './ingest.ts'
import { joinRopes, type Rope, ropeOctets, sliceRope } from './rope.ts'
import { collect } from './stage.ts'

/** Octets that are parsed between two turns of the event loop. */
const turnOctets = 1024 * 1024

/** Where it is given, a stored message with fields put before it is not read. */
export interface ComposeOptions extends IngestOptions {
  readonly structure?: (content: ContentId) => Promise<Part>
}

/** A piece as it goes into the whole. */
interface Strand {
  readonly rope: Rope<number>
  readonly octets: Octets
}

/**
 * Joins the pieces. Those that were taken in are used up, whether it succeeds or not; ranges of such are not.
 * Throws no-such-message, too-big, damaged.
 */
export async function compose(
  options: ComposeOptions,
  pieces: readonly ContentPiece[],
  limitOctets = Number.POSITIVE_INFINITY,
): Promise<PreparedContent> {
  const taken = pieces.map(piece => (isPrepared(piece) ? preparedOf(piece) : null))
  const ranges = pieces.map(storedRange)
  const blobs: (NewBlob | Claim)[] = []
  const strands: Strand[] = []
  const close = async () => {
    for (const { octets } of strands) await octets.close()
  }
  try {
    const { claims, ropes } = await options.writer.run(
      claimRanges,
      ranges.filter(range => range !== null),
    )
    blobs.push(...claims)
    for (const [at, piece] of pieces.entries()) {
      const prepared = taken[at]
      if (ranges[at] !== null) strands.push(storedStrand(options, claims, ropes.shift() as Rope<number>))
      else if (prepared) strands.push(takeStrand(prepared, blobs))
      else if (piece instanceof Uint8Array) strands.push(takeStrand(smallContent(options, piece), blobs))
      else strands.push(await shareStrand(options, piece as PreparedRange, blobs))
    }
    const rope = joinRopes(...strands.map(strand => strand.rope))
    if (ropeOctets(rope) > limitOctets) throw new StoreError('too-big', `more than ${limitOctets} octets`)
    const octets: Octets = { read: (start, end) => readStrands(strands, start, end), close }
    const parsed =
      (await known(options, pieces, octets, ropeOctets(rope))) ?? (await parse(octets.read(0, ropeOctets(rope))))
    return new Prepared(options, { kind: 'new', facts: factsFor(parsed), blobs, rope }, parsed, octets)
  } catch (error) {
    await close()
    for (const prepared of taken) await prepared?.discard()
    const claimed = blobs.filter(blob => 'claim' in blob)
    if (claimed.length > 0) await options.writer.run(releaseClaims, claimed)
    throw error
  }
}

function isPrepared(piece: ContentPiece): piece is PreparedContent {
  return 'discard' in piece
}

/** What of a piece is stored content; null where it is not stored. */
function storedRange(piece: ContentPiece): StoredRange | null {
  if (piece instanceof Uint8Array) return null
  if ('content' in piece) return piece
  const { prepared, start, end } = isPrepared(piece) ? { prepared: piece, start: 0, end: piece.octets } : piece
  const { source } = preparedOf(prepared)
  return source.kind === 'stored' ? { content: source.content, start, end } : null
}

function storedStrand(options: IngestOptions, claims: readonly Claim[], rope: Rope<number>): Strand {
  return { rope, octets: claimedOctets(options, claims, rope) }
}

/** Takes what was prepared over: its blobs go behind those that are there. */
function takeStrand(prepared: Prepared, blobs: (NewBlob | Claim)[]): Strand {
  const { source, octets } = prepared.take()
  const first = blobs.length
  blobs.push(...source.blobs)
  return { rope: source.rope.map(segment => ({ ...segment, blob: first + segment.blob })), octets }
}

/** Shares what was prepared and stays: blobs in memory as they are, those in the store by claims of its own. */
async function shareStrand(
  options: IngestOptions,
  { prepared, start, end }: PreparedRange,
  blobs: (NewBlob | Claim)[],
): Promise<Strand> {
  const { source } = preparedOf(prepared)
  if (source.kind !== 'new') throw new Error('prepared content was stored while it was shared')
  const slice = sliceRope(source.rope, start, end)
  const wanted = [...new Set(slice.map(({ blob }) => blob))]
  const held = wanted.map(index => source.blobs[index] as NewBlob | Claim)
  const claims = await options.writer.run(
    claimBlobs,
    held.filter(blob => 'claim' in blob).map(({ blob }) => blob),
  )
  const first = blobs.length
  blobs.push(...held.map(blob => ('claim' in blob ? (claims.shift() as Claim) : blob)))
  const rope = slice.map(segment => ({ ...segment, blob: first + wanted.indexOf(segment.blob) }))
  return { rope, octets: { read: (from, to) => prepared.read(start + from, start + to), close: async () => {} } }
}

/** Octets [start, end) of the strands one after the other. */
async function* readStrands(strands: readonly Strand[], start: number, end: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const { rope, octets } of strands) {
    const length = ropeOctets(rope)
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, length)]
    if (from < to) yield* octets.read(from, to)
    at += length
  }
}

/** What is before a stored message when it is only given some fields. */
const fieldsOctets = 65_536

/** What is known of the whole where it is a stored message with header fields before it; null where it is something else. */
async function known(
  { structure, readStored }: ComposeOptions,
  pieces: readonly ContentPiece[],
  whole: Octets,
  octets: number,
): Promise<Taken | null> {
  const last = pieces.at(-1)
  if (structure === undefined || last === undefined || !('content' in last) || last.start !== 0) return null
  const part = await structure(last.content)
  const before = octets - part.end
  if (last.end < part.end || before <= 0 || before > fieldsOctets) return null
  const fields = await collect(whole.read(0, before), before)
  const header = await collect(readStored(last.content, 0, part.bodyStart), part.bodyStart)
  const parsed = withFieldsBefore(fields, header, part)
  return parsed && { ...parsed, holdsNul: fields.includes(0) }
}

async function parse(pieces: AsyncIterable<Uint8Array>): Promise<Taken> {
  const parser = new MessageParser()
  let holdsNul = false
  let since = 0
  for await (const octets of pieces) {
    parser.write(octets)
    holdsNul ||= octets.includes(0)
    since += octets.length
    if (since < turnOctets) continue
    since = 0
    await nextTurn()
  }
  return { ...parser.end(), holdsNul }
}
