/**
 * What this server's own filters have found, in header fields of the message: they stay with it through the queue and in
 * mailboxes, so that whoever looks later sees the same. A field holds what the tests of RFC 5235 compare: a number, a
 * space, and text. One that came with a message from elsewhere is forged and goes.
 */
import { headerFields, unfoldedText } from '@lemonade/mime'
import type { ContentVerdict } from 'sieve.js'

/** The number is a percentage for spam, and the one of RFC 5235 §3.3 for viruses. */
export const ownFields = { spam: 'X-Lemonade-Spam', virus: 'X-Lemonade-Virus' } as const

/** Where a client is listed: for people, and for scripts that look at the header. */
export const listedField = 'X-Lemonade-Listed'

const names: ReadonlySet<string> = new Set([...Object.values(ownFields), listedField].map(name => name.toLowerCase()))

/** The verdict that the first field of ours gives, null where there is none. */
export function ownVerdict(of: 'spam' | 'virus', header: Uint8Array): ContentVerdict | null {
  const name = ownFields[of].toLowerCase()
  const field = headerFields(header).find(({ nameLower }) => nameLower === name)
  if (field === undefined) return null
  const [, number, text = ''] = /^(\d{1,3})(?: (.*))?$/s.exec(unfoldedText(header, field).trim()) ?? []
  return number === undefined ? null : { value: Number(number), text }
}

/** A whole field, folded where it is long (RFC 5322 §2.2.3), of which every octet is one that a header may have. */
export function ownField(name: string, value: string): string {
  let lines = `${name}:`
  let column = lines.length
  for (const word of value
    .replace(/[^!-~]+/g, ' ')
    .trim()
    .split(' ')) {
    const fits = column + 1 + word.length <= foldAt
    lines += fits ? ` ${word}` : `\r\n ${word.slice(0, longestWord)}`
    column = fits ? column + 1 + word.length : 1 + Math.min(word.length, longestWord)
  }
  return `${lines}\r\n`
}

const foldAt = 78
const longestWord = 900

/** Where fields of ours stand that came with a message. */
export function forgedFields(header: Uint8Array): readonly { readonly start: number; readonly end: number }[] {
  return headerFields(header).filter(({ nameLower }) => names.has(nameLower.trimEnd()))
}

/** The header with fields put in at an offset, and without those that are forged; the same where nothing changes. */
export function withOwnFields(header: Uint8Array, at: number, fields: string): Uint8Array {
  const forged = forgedFields(header)
  if (fields === '' && forged.length === 0) return header
  const kept: Uint8Array[] = []
  let from = 0
  const upTo = (end: number) => {
    if (end > from) kept.push(header.subarray(from, end))
    from = Math.max(from, end)
  }
  let placed = false
  const place = () => {
    if (!placed) kept.push(Buffer.from(fields))
    placed = true
  }
  for (const { start, end } of forged) {
    if (start >= at && !placed) {
      upTo(at)
      place()
    }
    upTo(start)
    from = end
  }
  if (!placed) {
    upTo(at)
    place()
  }
  kept.push(header.subarray(from))
  return Buffer.concat(kept)
}
