/**
 * How internationalized messages are shown: as they are to who reads UTF-8, with other headers to who does not
 * (RFC 6855 §8), as RFC 6858 has it. Sizes stay those of the message (RFC 6858 §3).
 */
import { isAscii } from 'node:buffer'
import {
  decodedBody,
  downgradedBody,
  downgradedEnvelope,
  downgradedHeader,
  headerEnd,
  headerRanges,
  type Range,
  type Replacement,
  Surrogate,
} from '@lemonade/mime'
import type { FetchMessage } from '../extension.ts'
import type { Session } from '../session.ts'
import type { Writer } from '../wire/writer.ts'

/** Longer headers are shown as they are: nobody reads them, and they would have to be held. */
const headerOctets = 1_048_576

/** A larger part of a message is sent in pieces. */
const heldOctets = 32_768

/** An ENVELOPE for this client. */
export function shownEnvelope(envelope: Uint8Array, message: FetchMessage, session: Session): Uint8Array {
  if (session.utf8 || isAscii(envelope)) return envelope
  return noted(downgradedEnvelope(envelope), envelope, message)
}

const global = Buffer.from('"message" "global"')
const extendedValue = Buffer.from("utf-8''")

/** A BODYSTRUCTURE or BODY for this client. */
export function shownBody(body: Uint8Array, message: FetchMessage, { utf8, dialect }: Session): Uint8Array {
  const octets = Buffer.from(body.buffer, body.byteOffset, body.length)
  if (dialect.decodedParameters && octets.includes(extendedValue)) return decodedBody(body)
  if (utf8 || (isAscii(body) && !octets.includes(global))) return body
  return noted(downgradedBody(body), body, message)
}

/** A header for this client; null where it is too long to be looked at. */
export async function shownHeader(
  session: Session,
  message: FetchMessage,
  { start, end }: Range,
): Promise<Uint8Array | null> {
  if (end - start > headerOctets) return null
  const header = await octetsBetween(session, message, start, end)
  const downgraded = session.utf8 ? null : downgradedHeader(header)
  if (downgraded !== null) note(message)
  return downgraded ?? header
}

/** What stands for the octets of a range, where this client cannot be shown them; null where it can. */
export async function surrogateOf(session: Session, message: FetchMessage, range: Range): Promise<Surrogate | null> {
  const { whole, structure } = message.facts
  if (session.utf8 || (whole !== undefined && hasPlainHeaders(whole))) return null
  const root = structure ?? (await session.store.contents.structure(message.row.content))
  const replacements: Replacement[] = []
  for (const { start, end } of headerRanges(root)) {
    if (end <= range.start || start >= range.end || end - start > headerOctets) continue
    const octets = downgradedHeader(await octetsBetween(session, message, start, end))
    if (octets !== null) replacements.push({ start, end, octets })
  }
  if (replacements.length === 0) return null
  note(message)
  return new Surrogate(replacements)
}

/** Whether a small message can be seen at once to have no header but in US-ASCII: most have no other octets. */
function hasPlainHeaders(whole: Uint8Array): boolean {
  if (isAscii(whole)) return true
  const header = whole.subarray(0, headerEnd(whole))
  return isAscii(header) && !/^content-type:\s*(?:multipart|message)\b/im.test(Buffer.from(header).toString('latin1'))
}

/** The octets between two offsets of a surrogate, as a literal. `read` sends a range of the message itself. */
export async function* writeSurrogate(
  w: Writer,
  surrogate: Surrogate,
  start: number,
  end: number,
  read: (range: Range) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  w.literalHeader(end - start)
  const isHeld = end - start <= heldOctets
  for (const piece of surrogate.pieces(start, end)) {
    if (piece instanceof Uint8Array) w.octets(piece)
    else if (isHeld) for await (const octets of read(piece)) w.octets(octets)
    else {
      yield w.take()
      yield* read(piece)
    }
  }
}

async function octetsBetween(session: Session, message: FetchMessage, start: number, end: number) {
  const { whole } = message.facts
  if (whole !== undefined) return whole.subarray(start, end)
  return start === end ? nothing : session.store.contents.readAll(message.row.content, start, end)
}

const nothing = new Uint8Array(0)

/** What is no UTF-8 is shown as it is, and nothing is said of it. */
function noted(shown: Uint8Array, stored: Uint8Array, message: FetchMessage): Uint8Array {
  if (Buffer.compare(shown, stored) !== 0) note(message)
  return shown
}

function note({ uid, surrogates }: FetchMessage): void {
  if (surrogates.at(-1) !== uid) surrogates.push(uid)
}
