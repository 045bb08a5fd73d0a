/** Octets of a part without its transfer encoding, decoded as they go out. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { TransferDecoder } from '@lemonade/mime'
import type { ContentId } from '@lemonade/store'
import { Broken } from '../problem.ts'
import type { Session } from '../session.ts'
import type { Writer } from '../wire/writer.ts'
import { smallOctets } from './body.ts'

/** Octets that are decoded between two turns of the event loop. */
const turnOctets = 1024 * 1024

/** What is to be decoded, from where to where in stored content. */
export interface Encoded {
  readonly content: ContentId
  readonly encoding: string
  readonly start: number
  readonly end: number
}

/** A range of decoded octets (RFC 3516 §4.2); without a number of octets, to the end. */
export interface DecodedRange {
  readonly offset: number
  readonly octets: number | null
}

/** nstring / literal8: a literal8 where the octets hold a NUL (RFC 3516 §4.3). */
export async function* writeDecoded(
  w: Writer,
  session: Session,
  part: Encoded,
  asked: DecodedRange | null,
): AsyncGenerator<Uint8Array, void, void> {
  if (part.end - part.start <= smallOctets) {
    const pieces: Uint8Array[] = []
    for await (const piece of decoded(session, part, asked)) pieces.push(piece)
    const octets = Buffer.concat(pieces)
    if (octets.includes(0)) w.ascii('~')
    w.literal(octets)
    return
  }
  // The size comes before the octets, so large ones are decoded twice rather than held.
  const { octets, holdsNul } = await measure(session, part, asked)
  if (holdsNul) w.ascii('~')
  w.literalHeader(octets)
  yield w.take()
  let sent = 0
  try {
    for await (const piece of decoded(session, part, asked)) {
      sent += piece.length
      yield piece
    }
  } catch (error) {
    throw new Broken('A message could not be read to its end', error)
  }
  if (sent !== octets) throw new Broken('A message could not be read to its end', null)
}

/** What the decoded octets come to. */
export async function measure(
  session: Session,
  part: Encoded,
  asked: DecodedRange | null,
): Promise<{ octets: number; lines: number; holdsNul: boolean }> {
  let octets = 0
  let lines = 0
  let holdsNul = false
  for await (const piece of decoded(session, part, asked)) {
    octets += piece.length
    for (let at = piece.indexOf(0x0a); at !== -1; at = piece.indexOf(0x0a, at + 1)) lines++
    holdsNul ||= piece.includes(0)
  }
  return { octets, lines, holdsNul }
}

async function* decoded(
  session: Session,
  part: Encoded,
  asked: DecodedRange | null,
): AsyncGenerator<Uint8Array, void, void> {
  const from = asked?.offset ?? 0
  const to = asked?.octets == null ? Number.POSITIVE_INFINITY : from + asked.octets
  const decoder = new TransferDecoder(part.encoding)
  let at = 0
  let since = 0
  const within = (octets: Uint8Array): Uint8Array => {
    const start = at
    at += octets.length
    return octets.subarray(Math.max(from - start, 0), Math.max(to - start, 0))
  }
  for await (const octets of session.store.contents.read(part.content, part.start, part.end)) {
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
