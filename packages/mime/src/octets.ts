/**
 * Header octets as a JavaScript string, one character an octet: what V8 scans and joins fastest. The brand keeps them
 * apart from text, and the type does not leave this package.
 */
declare const kind: unique symbol
export type OctetString = string & { readonly [kind]: 'OctetString' }

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const windows1252 = new TextDecoder('windows-1252')

export function octetString(octets: Uint8Array): OctetString {
  return view(octets).toString('latin1') as OctetString
}

export function octetsOf(text: OctetString): Uint8Array {
  const buffer = Buffer.allocUnsafeSlow(text.length)
  buffer.write(text, 'latin1')
  return plain(buffer)
}

/** The UTF-8 octets of text. */
export function utf8OctetString(text: string): OctetString {
  return isAscii(text) ? (text as OctetString) : octetString(Buffer.from(text, 'utf8'))
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the US-ASCII range is meant, controls included
const ascii = /^[\x00-\x7f]*$/

export function isAscii(text: string): boolean {
  return ascii.test(text)
}

/** What octets without a declared charset say: UTF-8 where they are valid UTF-8, else windows-1252. */
export function guessText(octets: Uint8Array): string {
  try {
    return strictUtf8.decode(octets)
  } catch {
    return windows1252.decode(octets)
  }
}

/** The same for octets that stand in a string. */
export function textOf(value: OctetString): string {
  return isAscii(value) ? value : guessText(octetsOf(value))
}

function view(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.length)
}

function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
