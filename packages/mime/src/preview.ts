/** The first words of a message, as a list of messages shows them (RFC 8970 §3.3). */
import { textOfHtml } from './plain.ts'
import { bodyText } from './searchable.ts'
import { isKnownEncoding } from './transfer.ts'
import type { Part } from './tree.ts'

/** Characters of a preview at most; the protocol allows 256 (RFC 8970 §3.3). */
export const previewCharacters = 200
/** Octets of a part that are looked at: HTML often begins with much that nobody reads. */
const readOctets = 64 * 1024
/** Parts that are looked at. */
const partsLimit = 20

/**
 * At most 200 characters of the message's text on one line, '' where it has none to show. What is quoted, signatures
 * and attachments are passed over. `read` gives octets of the message; at most 20 times 64 KiB are asked for.
 */
export function previewOf(root: Part, read: (start: number, end: number) => Uint8Array): string {
  let looked = 0
  for (const part of readable(root)) {
    if (++looked > partsLimit) break
    const raw = firstText(part, read)
    const text = part.subtype === 'html' ? textOfHtml(raw) : withoutQuotes(raw)
    const line = oneLine(text)
    if (line !== '' && !line.startsWith('-----BEGIN PGP MESSAGE-----')) return line
  }
  return ''
}

/** Text parts in the order in which they are worth reading. */
function* readable(part: Part): Generator<Part> {
  if (part.disposition?.type === 'attachment') return
  if (part.parts.length > 0) {
    // Of alternatives the plainest comes first, as it should be already (RFC 2046 §5.1.4).
    const isChoice = part.type === 'multipart' && part.subtype === 'alternative'
    const parts = isChoice ? part.parts.toSorted((a, b) => Number(isPlain(b)) - Number(isPlain(a))) : part.parts
    for (const each of parts) yield* readable(each)
  } else if (part.type === 'text' && (isPlain(part) || part.subtype === 'html') && isKnownEncoding(part.encoding)) {
    yield part
  }
}

function isPlain(part: Part): boolean {
  return part.type === 'text' && (part.subtype === 'plain' || part.subtype === 'enriched')
}

function firstText(part: Part, read: (start: number, end: number) => Uint8Array): string {
  for (const text of bodyText(part, read, readOctets, 0)) return text
  return ''
}

/** Without quoted lines, the line that introduces them, and the signature; all of it where nothing else is there. */
function withoutQuotes(text: string): string {
  const lines = text.split(/\r?\n/)
  const signature = lines.indexOf('-- ')
  const own: string[] = []
  for (const line of signature === -1 ? lines : lines.slice(0, signature)) {
    if (!line.startsWith('>')) own.push(line)
    else if (/:\s*$/.test(own.at(-1) ?? '')) own.pop()
  }
  return own.some(line => line.trim() !== '')
    ? own.join('\n')
    : lines.map(line => line.replace(/^[> ]+/, '')).join('\n')
}

/** White space and controls become one space each, and characters that show nothing go. */
function oneLine(text: string): string {
  const tidy = text
    .replace(/(?:\u034f|[\u00ad\u200b\u200c\u202a-\u202e\u2060\u2066-\u2069\ufeff])+/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
  let cut = ''
  let characters = 0
  for (const character of tidy) {
    if (++characters > previewCharacters) break
    cut += character
  }
  return cut.toWellFormed().trimEnd()
}
