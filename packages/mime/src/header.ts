/**
 * Header fields with their offsets (RFC 5322 §2.2). What is tolerated: lines that end in a bare LF, 8-bit octets, white
 * space before the colon, mbox "From " lines before the first field. A line that can be no part of a header ends it:
 * the blank line is missing and the line is the body's first, as mail transfer agents have always read it.
 */
import { type OctetString, octetString, textOf } from './octets.ts'
import { decodeWords } from './words.ts'

export interface HeaderField {
  /** As written. */
  readonly name: string
  readonly nameLower: string
  /** Offset in the header of the name's first octet. */
  readonly start: number
  /** Offset after the colon. */
  readonly valueStart: number
  /** Offset after the last line break of the field. */
  readonly end: number
}

export type HeaderLine = 'blank' | 'field' | 'folded' | 'mbox' | 'other'

const LF = 10
const CR = 13
const COLON = 58

/** A name that goes on longer is none: no line of mail is that long (RFC 5322 §2.1.1). */
export const maximumNameOctets = 998

/** What the line [start, lineEnd) of a header is; `lineEnd` is after its LF, or where the octets end. */
export function headerLine(octets: Uint8Array, start: number, lineEnd: number): HeaderLine {
  const first = octets[start]
  const end = Math.min(lineEnd, start + maximumNameOctets)
  if (first === LF || (first === CR && octets[start + 1] === LF && end - start === 2)) return 'blank'
  if (first === 32 || first === 9) return 'folded'
  let at = nameEnd(octets, start, end)
  if (at > start) {
    while (at < end && isBlank(octets[at])) at++
    if (at < end && octets[at] === COLON) return 'field'
  }
  return isMboxLine(octets, first === 62 ? start + 1 : start, end) ? 'mbox' : 'other'
}

function nameEnd(octets: Uint8Array, start: number, end: number): number {
  let at = start
  for (; at < end; at++) {
    const octet = octets[at] as number
    if (octet <= 32 || octet === COLON || octet === 127) break
  }
  return at
}

function isMboxLine(octets: Uint8Array, start: number, end: number): boolean {
  const from = [70, 114, 111, 109, 32] // "From "
  return end - start >= from.length && from.every((octet, index) => octets[start + index] === octet)
}

function isBlank(octet: number | undefined): boolean {
  return octet === 32 || octet === 9
}

interface Scan {
  /** Three offsets a field: start, colon, end. */
  readonly spans: readonly number[]
  /** Where the blank line stands; equal to `end` where there is none. */
  readonly blank: number
  /** Where the body begins. */
  readonly end: number
}

function scan(octets: Uint8Array): Scan {
  const spans: number[] = []
  let at = 0
  while (at < octets.length) {
    const lf = octets.indexOf(LF, at)
    const end = lf === -1 ? octets.length : lf + 1
    const line = headerLine(octets, at, end)
    if (line === 'blank') return { spans, blank: at, end }
    if (line === 'field') spans.push(at, octets.indexOf(COLON, at), end)
    else if (line === 'folded' && spans.length > 0) spans[spans.length - 1] = end
    else if (line !== 'mbox' || spans.length > 0) break
    at = end
  }
  return { spans, blank: at, end: at }
}

/** The fields of a header, in order. What comes after its blank line is not looked at. */
export function headerFields(header: Uint8Array): HeaderField[] {
  const { spans } = scan(header)
  const fields: HeaderField[] = []
  for (let index = 0; index < spans.length; index += 3) {
    const start = spans[index] as number
    const colon = spans[index + 1] as number
    const name = textOf(octetString(header.subarray(start, nameEnd(header, start, colon))))
    fields.push({
      name,
      nameLower: name.toLowerCase(),
      start,
      valueStart: colon + 1,
      end: spans[index + 2] as number,
    })
  }
  return fields
}

/** The value as it stands, still folded, without its last line break. */
export function fieldValue(header: Uint8Array, field: HeaderField): Uint8Array {
  let end = field.end
  if (end > field.valueStart && header[end - 1] === LF) {
    end--
    if (end > field.valueStart && header[end - 1] === CR) end--
  }
  return header.subarray(field.valueStart, end)
}

/** The value unfolded (RFC 5322 §2.2.3) and trimmed; 8-bit octets as UTF-8 where they are valid, else windows-1252. */
export function unfoldedText(header: Uint8Array, field: HeaderField): string {
  return textOf(unfold(octetString(fieldValue(header, field))))
}

/** The same with encoded words decoded (RFC 2047). */
export function decodedText(header: Uint8Array, field: HeaderField): string {
  return decodeWords(unfoldedText(header, field))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL is what an IMAP string cannot hold (RFC 3501 §4.3)
const breaksAndNul = /[\r\n\x00]+/g

/** Removes line breaks, NUL, and white space around a value. */
export function unfold(value: OctetString): OctetString {
  return trimBlanks(value).replace(breaksAndNul, '') as OctetString
}

function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isTrimmed(text.charCodeAt(start))) start++
  while (end > start && isTrimmed(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isTrimmed(code: number): boolean {
  return code === 32 || code === 9 || code === CR || code === LF
}

/**
 * The fields that have one of the names, or with `not` those that have none of them, as they stand, and the blank line
 * where the header has one: a message without a body and without a blank line gets none (RFC 3501 §7.4.2).
 */
export function selectFields(header: Uint8Array, names: readonly string[], not: boolean): Uint8Array {
  const wanted = new Set(names.map(name => name.toLowerCase()))
  const { blank, end } = scan(header)
  const pieces = headerFields(header)
    .filter(field => wanted.has(field.nameLower) !== not)
    .map(field => header.subarray(field.start, field.end))
  pieces.push(header.subarray(blank, end))
  return join(pieces)
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(pieces.reduce((octets, piece) => octets + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

/** Where the body of a message begins: after the blank line, or after the last field where there is none. */
export function headerEnd(octets: Uint8Array): number {
  return scan(octets).end
}

/** Values by lower-case name, in order, unfolded: what the readers of one header share. */
export type FieldValues = ReadonlyMap<string, readonly OctetString[]>

export function fieldValues(header: Uint8Array): FieldValues {
  const text = octetString(header)
  const { spans } = scan(header)
  const values = new Map<string, OctetString[]>()
  for (let index = 0; index < spans.length; index += 3) {
    const start = spans[index] as number
    const colon = spans[index + 1] as number
    const name = trimBlanks(text.slice(start, colon)).toLowerCase()
    const value = unfold(text.slice(colon + 1, spans[index + 2]) as OctetString)
    const earlier = values.get(name)
    if (earlier === undefined) values.set(name, [value])
    else earlier.push(value)
  }
  return values
}
