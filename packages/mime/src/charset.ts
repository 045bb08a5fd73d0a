/** Charsets of real mail (RFC 2045 §2.2): ICU's where Node has them, iconv-lite's for the rest, and two of the ISO 2022 family. */
import { TextDecoder } from 'node:util'
import iconv from 'iconv-lite'
import { guessText } from './octets.ts'

/** Octets to text, in pieces. */
export interface CharsetDecoder {
  write(octets: Uint8Array): string
  end(): string
}

/** Names that ICU's labels and iconv-lite's do not cover, or where the mail world means more than the name says. */
const aliases = new Map(
  Object.entries({
    ascii: 'us-ascii',
    'ansi_x3.4-1968': 'us-ascii',
    '646': 'us-ascii',
    utf8: 'utf-8',
    utf_8: 'utf-8',
    'unicode-1-1-utf-8': 'utf-8',
    'utf-8n': 'utf-8',
    'x-utf-8': 'utf-8',
    'iso-2022-jp-1': 'iso-2022-jp',
    'iso-2022-jp-2': 'iso-2022-jp',
    'iso-2022-jp-3': 'iso-2022-jp',
    'iso-2022-jp-ms': 'iso-2022-jp',
    cp50220: 'iso-2022-jp',
    cp50221: 'iso-2022-jp',
    cp932: 'shift_jis',
    'x-sjis': 'shift_jis',
    'iso-8859-8-e': 'iso-8859-8',
    ks_c_5601: 'euc-kr',
    cp949: 'euc-kr',
    uhc: 'euc-kr',
    'x-gbk': 'gbk',
    gb_2312: 'gbk',
    'x-euc-cn': 'gbk',
    'unicode-1-1-utf-7': 'utf-7',
    'x-unicode-2-0-utf-7': 'utf-7',
    hz: 'hz-gb-2312',
  }),
)

/** Seven-bit forms whose double octets are an EUC charset's without the high bit; their shifts end with the line. */
const shifted = new Map<string, (octets: Uint8Array) => string>([
  // SO and SI shift; the designator ESC $ ) C stands once at the start (RFC 1557).
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC, SO and SI are what it looks for
  ['iso-2022-kr', octets => unshifted(octets, 'euc-kr', /\x1b\$\)C|\x0e([^\x0f\n]*)\x0f?/g)],
  // ~{ and ~} shift, ~~ is a tilde, ~ and a line break is nothing (RFC 1843).
  ['hz-gb-2312', octets => unshifted(octets, 'gbk', /~\{((?:(?!~\})[^\n])*)(?:~\})?|~\r?\n|~~/g)],
  // iconv-lite's own decoder for pieces loses a shift that is cut.
  ['utf-7', octets => iconv.decode(Buffer.from(octets), 'utf-7')],
])

function unshifted(octets: Uint8Array, charset: string, pattern: RegExp): string {
  const eightBit = Buffer.from(octets)
    .toString('latin1')
    .replace(pattern, (match, double: string | undefined) => {
      if (double === undefined) return match === '~~' ? '~' : ''
      return double.replace(/[\x21-\x7e]/g, char => String.fromCharCode(char.charCodeAt(0) | 0x80))
    })
  return new TextDecoder(charset).decode(Buffer.from(eightBit, 'latin1'))
}

function canonical(charset: string): string {
  const name = charset.trim().toLowerCase().replace(/^"|"$/g, '')
  return aliases.get(name) ?? name
}

/** True where `decodeText` knows the charset. */
export function charsetExists(charset: string): boolean {
  return charsetDecoder(charset) !== null
}

/** Names that are no charset's, so that a header full of them costs a look each. */
const unknown = new Set<string>()
/** Mail has few of them, unless somebody wants to fill the set. */
const mostUnknown = 1_000

/** The text, with U+FFFD for what is no valid sequence, or null where the charset is unknown. */
export function decodeText(octets: Uint8Array, charset: string): string | null {
  const name = canonical(charset)
  if (unknown.has(name)) return null
  if (name === 'us-ascii') return guessText(octets)
  const icu = icuDecoder(name)
  if (icu !== null) return icu.decode(octets)
  const decoder = charsetDecoder(name)
  if (decoder === null) {
    if (unknown.size < mostUnknown && name.length <= longestName) unknown.add(name)
    return null
  }
  return decoder.write(octets) + decoder.end()
}

/** A decoder for text that comes in pieces, or null where the charset is unknown. */
export function charsetDecoder(charset: string): CharsetDecoder | null {
  const name = canonical(charset)
  const decodeLines = shifted.get(name)
  if (decodeLines !== undefined) return new LineDecoder(decodeLines)
  // Mail that says US-ASCII and is not is mostly UTF-8.
  const label = name === 'us-ascii' ? 'utf-8' : name
  if (icuDecoder(label) !== null) return new IcuDecoder(label)
  if (!isIconvCharset(name)) return null
  const decoder = iconv.getDecoder(name)
  return { write: octets => decoder.write(Buffer.from(octets)), end: () => decoder.end() ?? '' }
}

/** Names that iconv-lite takes for its own purposes: transfer encodings and Node's, none of them a charset. */
const notCharsets = new Set(['base64', 'hex', 'binary', 'internal', 'singlebyte', 'dbcs', 'utf7imap'])

/** No charset has a longer name. */
const longestName = 60

function isIconvCharset(name: string): boolean {
  const plain = name.replace(/[^0-9a-z]/g, '')
  return (
    name.length <= longestName && /^[\x21-\x7e]+$/.test(name) && !notCharsets.has(plain) && iconv.encodingExists(name)
  )
}

/** Whole texts share a decoder a label; there are as many as ICU knows labels. */
const icuDecoders = new Map<string, TextDecoder>()

function icuDecoder(label: string): TextDecoder | null {
  // To ICU this is little endian; in mail a byte order mark tells.
  if (label === 'utf-16') return null
  const known = icuDecoders.get(label)
  if (known !== undefined) return known
  try {
    const decoder = new TextDecoder(label)
    icuDecoders.set(label, decoder)
    return decoder
  } catch {
    return null
  }
}

class IcuDecoder implements CharsetDecoder {
  readonly #decoder: TextDecoder

  constructor(label: string) {
    this.#decoder = new TextDecoder(label)
  }

  write(octets: Uint8Array): string {
    return this.#decoder.decode(octets, { stream: true })
  }

  end(): string {
    return this.#decoder.decode()
  }
}

/** A line without end is cut here: better one wrong character than a line that is held for ever. */
const maximumHeldOctets = 65_536

/** For charsets whose shifts must not be cut: decodes lines that are whole. */
class LineDecoder implements CharsetDecoder {
  readonly #decode: (octets: Uint8Array) => string
  #held = new Uint8Array(0)

  constructor(decode: (octets: Uint8Array) => string) {
    this.#decode = decode
  }

  write(octets: Uint8Array): string {
    const all = Buffer.concat([this.#held, octets])
    const lineEnd = all.lastIndexOf(10) + 1
    const cut = lineEnd === 0 && all.length > maximumHeldOctets ? all.length : lineEnd
    this.#held = new Uint8Array(all.subarray(cut))
    return this.#decode(all.subarray(0, cut))
  }

  end(): string {
    const text = this.#decode(this.#held)
    this.#held = new Uint8Array(0)
    return text
  }
}
