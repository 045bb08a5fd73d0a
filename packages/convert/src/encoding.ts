/** Under which Content-Transfer-Encoding octets could stand as they are (RFC 2045 §2.7, §2.8, §2.9). */
import type { Converted } from './converter.ts'

/** Octets of a line without its break (RFC 5322 §2.1.1). */
const mostLineOctets = 998

export function encodingOf(octets: Uint8Array): Converted['encoding'] {
  let hasHigh = false
  let lineStart = 0
  for (let at = 0; at < octets.length; at++) {
    const octet = octets[at] as number
    if (octet > 127) hasHigh = true
    else if (octet === 0 || (octet === 13 && octets[at + 1] !== 10)) return 'binary'
    else if (octet === 10) {
      if (at === 0 || octets[at - 1] !== 13 || at - 1 - lineStart > mostLineOctets) return 'binary'
      lineStart = at + 1
    }
  }
  if (octets.length - lineStart > mostLineOctets) return 'binary'
  return hasHigh ? '8bit' : '7bit'
}
