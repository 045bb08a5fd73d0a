/** Charsets that text can be written in (RFC 2978): those that iconv-lite writes and that mail can carry as text. */
import iconv from 'iconv-lite'
import type { ParameterRule } from './parameters.ts'

/** No charset's name is longer, and none has other characters. */
const charsetName = /^[a-z0-9][a-z0-9._:+()-]{0,59}$/

/** Names that iconv-lite takes for transfer encodings and for its own purposes. */
const notCharsets = new Set(['base64', 'hex', 'binary', 'internal', 'singlebyte', 'dbcs', 'utf7imap'])

/** In a text of MIME a line break is two octets and nothing else (RFC 2046 §4.1.1): that rules UTF-16 out. */
const line = 'a\r\n'

/** True where `encodeText` can write it. The name is in lower case. */
export function isWritable(charset: string): boolean {
  if (!charsetName.test(charset) || notCharsets.has(charset.replace(/[^0-9a-z]/g, ''))) return false
  try {
    return iconv.encodingExists(charset) && iconv.encode(line, charset).toString('latin1') === line
  } catch {
    return false
  }
}

/** The `charset` parameter (RFC 2987, RFC 5259 §7.1). */
export const charsetRule: ParameterRule = {
  parse(value) {
    const charset = value.toLowerCase()
    return isWritable(charset) ? charset : null
  },
}

/** The `unknown-character-replacement` parameter (RFC 5259 §12.1), of so many octets of UTF-8 at most. */
export function replacementRule(mostOctets: number): ParameterRule {
  // Not a control character either: what replaces a letter must not begin a line.
  return {
    parse: value => (Buffer.byteLength(value) <= mostOctets && !/\p{Cc}|\ufffd/u.test(value) ? value : null),
  }
}
