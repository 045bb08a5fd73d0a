/** Encoded words in header fields (RFC 2047), with the language tag of RFC 2231 §5. */
import { decodeText } from './charset.ts'

/** encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?=" */
const encodedWord = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=/gi

/**
 * Text with its encoded words decoded. White space between two of them is dropped (RFC 2047 §6.2), and octets of
 * neighbours in one charset are joined before they are decoded, since many senders cut characters in two. A word of an
 * unknown charset stays as it is.
 */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text
  let decoded = ''
  let run: Run | null = null
  let at = 0
  for (const match of text.matchAll(encodedWord)) {
    const [word, charset = '', encoding = '', encoded = ''] = match
    const between = text.slice(at, match.index)
    const octets = encoding === 'b' || encoding === 'B' ? fromBase64(encoded) : fromQ(encoded)
    if (run !== null && isBlank(between) && run.charset === charset.toLowerCase()) {
      run.pieces.push(octets)
      run.source += between + word
    } else {
      const before: string = decodedRun(run)
      decoded += run !== null && isBlank(between) ? before : before + between
      run = { charset: charset.toLowerCase(), pieces: [octets], source: word }
    }
    at = match.index + word.length
  }
  return decoded + decodedRun(run) + text.slice(at)
}

interface Run {
  readonly charset: string
  readonly pieces: Uint8Array[]
  source: string
}

function decodedRun(run: Run | null): string {
  if (run === null) return ''
  // Line breaks and NUL cannot come from a header, and must not come into one this way.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those controls are what is removed
  return decodeText(Buffer.concat(run.pieces), run.charset)?.replace(/[\r\n\x00]/g, '') ?? run.source
}

function isBlank(text: string): boolean {
  return /^[ \t\r\n]*$/.test(text)
}

function fromBase64(encoded: string): Uint8Array {
  return Buffer.from(encoded, 'base64')
}

/** The "Q" encoding (RFC 2047 §4.2). */
function fromQ(encoded: string): Uint8Array {
  const source = Buffer.from(encoded, 'utf8')
  const octets = Buffer.allocUnsafe(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    let octet = source[at] as number
    if (octet === 95) octet = 32
    else if (octet === 61) {
      const pair = hexPair(source, at + 1)
      if (pair !== -1) {
        octet = pair
        at += 2
      }
    }
    octets[length++] = octet
  }
  return octets.subarray(0, length)
}

/** The octet that two hexadecimal digits at `at` name, or -1. */
export function hexPair(octets: Uint8Array, at: number): number {
  const high = hexDigit(octets[at])
  const low = hexDigit(octets[at + 1])
  return high === -1 || low === -1 ? -1 : high * 16 + low
}

function hexDigit(octet: number | undefined): number {
  if (octet === undefined) return -1
  if (octet >= 48 && octet <= 57) return octet - 48
  const upper = octet & ~32
  return upper >= 65 && upper <= 70 ? upper - 55 : -1
}
