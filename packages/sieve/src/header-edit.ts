/** Fields put into and taken out of a header, as octets (RFC 5293, RFC 5703 §5). */
import { type HeaderField, headerFields } from '@lemonade/mime'

/** field-name = 1*ftext (RFC 5322 §2.2); longer than a line of mail is none. */
const fieldName = /^[!-9;-~]{1,997}$/

export function isFieldName(name: string): boolean {
  return fieldName.test(name)
}

/** Where lines should be folded, and where they must be (RFC 5322 §2.1.1). */
const lineOctets = 78
const lineLimit = 998
/** An encoded word, and a line that has one (RFC 2047 §2). */
const wordLength = 75
const encodedLine = 76
const wordFrame = '=?utf-8?B??='.length

/**
 * A field with its line break. Text that is not US-ASCII, or has a word too long for a line, becomes encoded words
 * (RFC 2047); line breaks become folds. Null where it holds characters that no field can.
 */
export function fieldOf(name: string, value: string): Uint8Array | null {
  const text = value.replace(/[ \t]*\r\n[ \t\r\n]*/g, ' ').replace(/^[ \t]+|[ \t]+$/g, '')
  if (/[^\P{Cc}\t]/u.test(text) || !text.isWellFormed()) return null
  const isPlain =
    /^[\t -~]*$/.test(text) && text.split(/[ \t]/).every(word => word.length + name.length < lineLimit - 3)
  const lines = isPlain ? folded(`${name}: ${text}`) : encoded(name, text)
  return Buffer.from(`${lines.join('\r\n')}\r\n`, 'latin1')
}

/** Lines broken before white space, each as short as it should be where that is possible. */
function folded(line: string): string[] {
  const lines: string[] = []
  let rest = line
  while (rest.length > lineOctets) {
    // Not before the value, and not so that a line would be white space alone.
    const first = lines.length === 0 ? rest.indexOf(':') + 2 : 1
    const early = rest.lastIndexOf(' ', lineOctets)
    const at = early > first ? early : rest.indexOf(' ', Math.max(first + 1, lineOctets))
    if (at === -1 || rest.slice(at).trim() === '' || rest.slice(first, at).trim() === '') break
    lines.push(rest.slice(0, at))
    rest = rest.slice(at)
  }
  return [...lines, rest]
}

/** A display name: a quoted string, or encoded words where that cannot hold it (RFC 2047 §5). */
export function encodedPhrase(name: string): string {
  return /^[\t -~]*$/.test(name) ? `"${name.replace(/["\\]/g, '\\$&')}"` : encodedWords(name).join(' ')
}

/** Each as long as it may be; the first has so much room. */
function encodedWords(text: string, first = wordLength): string[] {
  const words: string[] = []
  let word = ''
  for (const character of text) {
    const room = (words.length === 0 ? first : wordLength) - wordFrame
    if (Buffer.byteLength(word + character) > Math.floor(room / 4) * 3) {
      words.push(word)
      word = ''
    }
    word += character
  }
  words.push(word)
  return words.map(each => `=?utf-8?B?${Buffer.from(each).toString('base64')}?=`)
}

function encoded(name: string, text: string): string[] {
  const room = encodedLine - `${name}: `.length
  // A name that leaves no room for four characters has its line to itself.
  if (room < wordFrame + 24) return [`${name}:`, ...encodedWords(text).map(word => ` ${word}`)]
  const [head = '', ...rest] = encodedWords(text, room)
  return [`${name}: ${head}`, ...rest.map(word => ` ${word}`)]
}

/** A header with a field more, at its beginning or its end. */
export function withField(header: Uint8Array, field: Uint8Array, atEnd: boolean): Uint8Array {
  const end = atEnd ? (headerFields(header).at(-1)?.end ?? 0) : 0
  const before = header.subarray(0, end)
  const broken = end > 0 && header[end - 1] !== 10 ? Buffer.from('\r\n') : Buffer.alloc(0)
  return closed(Buffer.concat([before, broken, field, header.subarray(end)]))
}

/** A header with some fields replaced, or taken away where null takes their place. */
export function withFields(
  header: Uint8Array,
  replace: (field: HeaderField) => Uint8Array | null | undefined,
  fields: readonly HeaderField[] = headerFields(header),
): Uint8Array {
  const pieces: Uint8Array[] = []
  let at = 0
  for (const field of fields) {
    const by = replace(field)
    if (by === undefined) continue
    pieces.push(header.subarray(at, field.start))
    if (by !== null) pieces.push(by)
    at = field.end
  }
  pieces.push(header.subarray(at))
  return closed(Buffer.concat(pieces))
}

/** A header that ends with a blank line, as every header does behind which a body may stand. */
function closed(header: Buffer): Uint8Array {
  const end = header.subarray(-4).toString('latin1')
  if (/\n\r?\n$/.test(end) || /^\r?\n$/.test(header.toString('latin1', 0, 3))) return header
  return Buffer.concat([header, Buffer.from(/(?:^|\n)$/.test(end) ? '\r\n' : '\r\n\r\n')])
}
