/** The text that SEARCH BODY and TEXT look at (RFC 3501 §6.4.4), decoded. */
import { type CharsetDecoder, charsetDecoder } from './charset.ts'
import { decodedText, headerFields } from './header.ts'
import { defaultMimeLimits } from './limits.ts'
import { isKnownEncoding, TransferDecoder } from './transfer.ts'
import { type Part, parameter } from './tree.ts'

export interface SearchableText {
  /**
   * 'header' is the header of the message itself, 'inner-header' that of a part or an encapsulated message: TEXT looks
   * at all header fields, BODY at none, HEADER at those of the message (RFC 9051 §6.4.4).
   */
  readonly where: 'header' | 'inner-header' | 'body'
  readonly text: string
}

export interface SearchableOptions {
  /**
   * Long text comes in pieces, and each begins with this many of the last characters of the one before: a string that
   * is no longer is found whole in one of them.
   */
  readonly overlapCharacters: number
  /** Octets of a body that are read at once. */
  readonly readOctets: number
}

export const defaultSearchableOptions: SearchableOptions = { overlapCharacters: 1024, readOctets: 256 * 1024 }

/**
 * Decoded header fields, one a line and as far as the default `headerOctets` goes, and decoded text parts, of nested messages too. `read` gives octets of the message;
 * at most `readOctets` of a body are asked for at once. A part whose transfer encoding is unknown is left out; one of
 * an unknown charset is read as UTF-8 or else windows-1252.
 */
export function* searchableText(
  root: Part,
  read: (start: number, end: number) => Uint8Array,
  options: Partial<SearchableOptions> = {},
): Generator<SearchableText> {
  const { overlapCharacters, readOctets } = { ...defaultSearchableOptions, ...options }
  const open = [root]
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const headerOctets = Math.min(part.bodyStart - part.headerStart, defaultMimeLimits.headerOctets)
    const header = headerText(read(part.headerStart, part.headerStart + headerOctets))
    if (header !== '') yield { where: part === root ? 'header' : 'inner-header', text: header }
    if (part.parts.length > 0) open.push(...part.parts.toReversed())
    else if (isText(part))
      for (const text of bodyText(part, read, readOctets, overlapCharacters)) yield { where: 'body', text }
  }
}

function headerText(header: Uint8Array): string {
  return headerFields(header)
    .map(field => `${field.name}: ${decodedText(header, field)}`)
    .join('\n')
}

/** text, and the likes of message/delivery-status, which are lines of text. */
function isText(part: Part): boolean {
  return (part.type === 'text' || part.type === 'message') && isKnownEncoding(part.encoding)
}

/** The text of a leaf part, in pieces, as `searchableText` has it. */
export function* bodyText(
  part: Part,
  read: (start: number, end: number) => Uint8Array,
  readOctets: number,
  overlapCharacters: number,
): Generator<string> {
  const transfer = new TransferDecoder(part.encoding)
  let charset: CharsetDecoder | null = null
  let before = ''
  for (let start = part.bodyStart; start < part.end; start += readOctets) {
    const end = Math.min(start + readOctets, part.end)
    let octets = transfer.write(read(start, end))
    if (end === part.end) octets = Buffer.concat([octets, transfer.end()])
    charset ??= charsetOf(part, octets, end === part.end)
    const text = before + charset.write(octets) + (end === part.end ? charset.end() : '')
    if (text !== '') yield text
    before = overlapCharacters === 0 ? '' : text.slice(-overlapCharacters)
  }
}

/** The declared charset, unless it is unknown, or is US-ASCII as the default of text that is none. */
function charsetOf(part: Part, first: Uint8Array, isAll: boolean): CharsetDecoder {
  const declared = parameter(part.params, 'charset') ?? 'us-ascii'
  const decoder = /^(us-)?ascii$/i.test(declared.trim()) ? null : charsetDecoder(declared)
  return decoder ?? (charsetDecoder(looksLikeUtf8(first, isAll) ? 'utf-8' : 'windows-1252') as CharsetDecoder)
}

/** A character that is cut at the end is no fault where more follows. */
function looksLikeUtf8(octets: Uint8Array, isAll: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: !isAll })
    return true
  } catch {
    return false
  }
}
