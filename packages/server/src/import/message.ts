/** What every import format gives, and what all of them do to a message's octets. */
import { fieldValue, headerEnd, headerFields, parseDate } from '@lemonade/mime'

/** A message out of a file, ready for APPEND. */
export interface ImportedMessage {
  readonly octets: Uint8Array
  readonly flags: readonly string[]
  /** Milliseconds since 1970. */
  readonly internalDate: number
}

/** Called with each amount of octets that is dealt with. */
export type Advance = (octets: number) => void

/** Something was left out, and why; `where` is a file, or a place in one. */
export type Skip = (where: string, why: string) => void

export interface ImportOptions {
  /** Larger messages are skipped. */
  readonly messageOctets: number
  readonly advance: Advance
  readonly skip: Skip
}

const [lineFeed, carriageReturn] = [10, 13]

/** Files end lines with LF, IMAP with CRLF (RFC 3501 §2.2): each bare LF gets its CR. */
export function withCrlf(octets: Uint8Array): Uint8Array {
  let bare = 0
  for (let at = octets.indexOf(lineFeed); at !== -1; at = octets.indexOf(lineFeed, at + 1)) {
    if (octets[at - 1] !== carriageReturn) bare++
  }
  if (bare === 0) return octets
  const whole = new Uint8Array(octets.length + bare)
  let [from, to] = [0, 0]
  for (let at = octets.indexOf(lineFeed); at !== -1; at = octets.indexOf(lineFeed, at + 1)) {
    whole.set(octets.subarray(from, at), to)
    to += at - from
    if (octets[at - 1] !== carriageReturn) whole[to++] = carriageReturn
    whole[to++] = lineFeed
    from = at + 1
  }
  whole.set(octets.subarray(from), to)
  return whole
}

/** When the message got here: the date of its first Received field (RFC 5321 §4.4), or null. */
export function receivedAt(octets: Uint8Array): number | null {
  const header = octets.subarray(0, headerEnd(octets))
  const field = headerFields(header).find(({ nameLower }) => nameLower === 'received')
  if (field === undefined) return null
  const value = Buffer.from(fieldValue(header, field)).toString('latin1')
  return parseDate(value.slice(value.lastIndexOf(';') + 1))?.at ?? null
}

/** The text of a header field's first occurrence, without its line breaks. */
export function headerText(octets: Uint8Array, name: string): string {
  const header = octets.subarray(0, headerEnd(octets))
  const field = headerFields(header).find(({ nameLower }) => nameLower === name)
  return field === undefined ? '' : Buffer.from(fieldValue(header, field)).toString('latin1').trim()
}
