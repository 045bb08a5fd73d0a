/** ${hex:…} and ${unicode:…} in strings (RFC 5228 §2.4.2.4). */
import { BadText, extension } from '../extension.ts'
import { fromOctets, toOctets } from '../text.ts'

/**
 * encoded-arb-octets   = "${hex:" hex-pair-seq "}"
 * encoded-unicode-char = "${unicode:" unicode-hex-seq "}"
 *
 * Blanks are WSP or CRLF; at least one stands between two numbers.
 */
const encoded =
  /\$\{(?:hex:(?<hex>[ \t\r\n]*[0-9a-f]{1,2}(?:[ \t\r\n]+[0-9a-f]{1,2})*[ \t\r\n]*)|unicode:(?<unicode>[ \t\r\n]*[0-9a-f]+(?:[ \t\r\n]+[0-9a-f]+)*[ \t\r\n]*))\}/gi

/** Works on octets, because two sequences may make one character of UTF-8 between them. */
function decode(text: string): string {
  if (!text.includes('${')) return text
  return fromOctets(
    toOctets(text).replace(encoded, (_, hex: string | undefined, unicode: string | undefined) =>
      hex === undefined
        ? characters(numbers(unicode ?? ''))
        : numbers(hex)
            .map(octet => String.fromCharCode(octet))
            .join(''),
    ),
  )
}

function numbers(sequence: string): number[] {
  return sequence
    .trim()
    .split(/[ \t\r\n]+/)
    .map(digits => Number.parseInt(digits, 16))
}

function characters(points: number[]): string {
  for (const point of points) {
    if (!(point <= 0xd7ff || (point >= 0xe000 && point <= 0x10ffff))) {
      throw new BadText(`"\${unicode:…}" names no character: ${point.toString(16).toUpperCase()} is out of range.`)
    }
  }
  return toOctets(points.map(point => String.fromCodePoint(point)).join(''))
}

export const encodedCharacter = extension({ capabilities: ['encoded-character'], rfc: 5228, decodeText: decode })
