/** Text out of octets of one charset and into octets of another (RFC 5259 §7.1). */
import { charsetExists, decodeText } from '@lemonade/mime'
import iconv from 'iconv-lite'
import { Refusal } from '../run/tools.ts'

/** The text of a part; what says no charset is US-ASCII or what it looks like. Throws Refusal. */
export function textOf(octets: Uint8Array, charset: string): string {
  const name = charset === '' ? 'us-ascii' : charset
  const text = charsetExists(name) ? decodeText(octets, name) : null
  if (text === null) throw new Refusal('The charset of the source is not known')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

/**
 * Octets of the text. What the charset has no character for becomes the replacement; without one, or where it has none
 * for the replacement either, it is a Refusal that names the parameter at fault.
 */
export function encodeText(text: string, charset: string, replacement: string | undefined): Buffer {
  const wellFormed = text.toWellFormed()
  // An own implementation would be no faster than the library's, which replaces in silence: the way back tells.
  if (replacement !== undefined && !isWhole(replacement, charset)) {
    throw new Refusal('The replacement is not in the charset', ['unknown-character-replacement'])
  }
  const octets = iconv.encode(wellFormed, charset)
  if (iconv.decode(octets, charset, { stripBOM: false }) === wellFormed) return octets
  return iconv.encode(replaced(wellFormed, charset, replacement), charset)
}

function isWhole(text: string, charset: string): boolean {
  return iconv.decode(iconv.encode(text, charset), charset, { stripBOM: false }) === text
}

function replaced(text: string, charset: string, replacement: string | undefined): string {
  const known = new Map<string, string>()
  let result = ''
  for (const character of text) {
    let written = known.get(character)
    if (written === undefined) {
      const isKnown = isWhole(character, charset)
      if (!isKnown && replacement === undefined) {
        throw new Refusal(`The text has characters that ${charset} has not`, ['charset'])
      }
      written = isKnown ? character : (replacement as string)
      known.set(character, written)
    }
    result += written
  }
  return result
}
