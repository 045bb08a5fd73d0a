/** The collation i;unicode-casemap (RFC 5051, RFC 4790). */

/**
 * The prepared string: each code point in its titlecase, then fully decomposed (RFC 5051 §2). Two texts are equal, and
 * one holds another, where their prepared strings do; `compareKeys` orders them. Preparing a prepared string again may
 * change it, since a decomposition may hold letters that were never titlecased.
 */
export function unicodeCasemap(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of US-ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.toUpperCase()
  return text.replace(/[a-z]+/g, letters => letters.toUpperCase()).replace(/[\u{80}-\u{10ffff}]/gu, prepared)
}

/** An encoded word that could not be decoded. */
const undecoded = /=\?[^?\s]+\?[bq]\?[^?]*\?=/i

/**
 * The same to sort by. Decoded text that its charset could not say sorts behind all other (RFC 5255 §4.6): U+FFFD, or
 * an encoded word of an unknown charset, still stands in it.
 */
export function sortKey(text: string): string {
  const prepared = unicodeCasemap(text)
  return text.includes('\ufffd') || undecoded.test(text) ? `\u{10ffff}${prepared}` : prepared
}

const preparations = new Map<string, string>()
/** More code points than the mail of one server uses; what comes after them is prepared each time. */
const maximumPreparations = 20_000

function prepared(char: string): string {
  let preparation = preparations.get(char)
  if (preparation === undefined) {
    preparation = decomposed(titlecase(char))
    if (preparations.size < maximumPreparations) preparations.set(char, preparation)
  }
  return preparation
}

/** Letters whose titlecase is not their uppercase. */
const digraphs: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
}

/** The simple titlecase mapping of UnicodeData.txt: one code point to one code point. */
function titlecase(char: string): string {
  const code = char.codePointAt(0) as number
  // Georgian is unicameral but for the capitals of headlines: its titlecase is itself.
  if (code >= 0x10d0 && code <= 0x10ff) return char
  const digraph = digraphs[char]
  if (digraph !== undefined) return digraph
  const upper = char.toUpperCase()
  if (upper.length === String.fromCodePoint(upper.codePointAt(0) as number).length) return upper
  return iotaTitlecase(code) ?? char
}

/** Greek with iota subscript, whose full uppercase is two letters but whose simple titlecase is one. */
function iotaTitlecase(code: number): string | undefined {
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9)
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8)
  return undefined
}

/** Decompositions of any type, recursively. Hangul syllables have none in UnicodeData.txt. */
function decomposed(char: string): string {
  const code = char.codePointAt(0) as number
  return code >= 0xac00 && code <= 0xd7a3 ? char : char.normalize('NFKD')
}

/** The order of i;octet over UTF-8, which is that of code points; JavaScript's own is that of UTF-16 units. */
export function compareKeys(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a === b) continue
    const aSurrogate = a >= 0xd800 && a <= 0xdfff
    const bSurrogate = b >= 0xd800 && b <= 0xdfff
    if (aSurrogate !== bSurrogate) return aSurrogate ? 1 : -1
    return a - b
  }
  return left.length - right.length
}
