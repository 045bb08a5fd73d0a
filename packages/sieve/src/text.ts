/**
 * Text and octets. A script compares octets (RFC 5228 §2.7.2) while programs and hosts hold Unicode strings.
 *
 * Text is a JavaScript string in which an octet that is no part of valid UTF-8 stands as the lone surrogate
 * U+DC80 + (octet - 0x80). An octet string is a JavaScript string with one code unit, 0 to 255, an octet; it lives only
 * inside a comparison. For ASCII the two are the same, which makes the usual case free.
 */

const ascii = /^[\0-\x7f]*$/

export function isAscii(text: string): boolean {
  return ascii.test(text)
}

/** The octets of a text, one code unit an octet. */
export function toOctets(text: string): string {
  if (isAscii(text)) return text
  let out = ''
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) out += text[i]
    else if (unit < 0x800) out += String.fromCharCode(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f))
    else if (unit >= 0xdc80 && unit <= 0xdcff) out += String.fromCharCode(unit - 0xdc00)
    else {
      const point = text.codePointAt(i) ?? 0xfffd
      if (point > 0xffff) {
        i++
        out += String.fromCharCode(
          0xf0 | (point >> 18),
          0x80 | ((point >> 12) & 0x3f),
          0x80 | ((point >> 6) & 0x3f),
          0x80 | (point & 0x3f),
        )
      } else {
        const sane = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
        out += String.fromCharCode(0xe0 | (sane >> 12), 0x80 | ((sane >> 6) & 0x3f), 0x80 | (sane & 0x3f))
      }
    }
  }
  return out
}

/** The text of octets: valid UTF-8 decoded, every other octet kept as its lone surrogate. */
export function fromOctets(octets: string): string {
  if (isAscii(octets)) return octets
  let out = ''
  for (let i = 0; i < octets.length; ) {
    const length = sequenceLength(octets, i)
    if (length === 0) {
      out += String.fromCharCode(0xdc00 + octets.charCodeAt(i))
      i++
    } else {
      out += length === 1 ? octets[i] : String.fromCodePoint(codePoint(octets, i, length))
      i += length
    }
  }
  return out
}

/** The text of raw octets, as a file or a connection has them. */
export function textOf(octets: Uint8Array): string {
  let string = ''
  for (let i = 0; i < octets.length; i += 8192) string += String.fromCharCode(...octets.subarray(i, i + 8192))
  return fromOctets(string)
}

/** True where the text is Unicode throughout, so that it may leave this package as a name or an address. */
export function isUnicode(text: string): boolean {
  return text.isWellFormed()
}

/** Octets of the UTF-8 sequence at `i`, 0 where there is no valid one (RFC 3629 §4). */
function sequenceLength(octets: string, i: number): number {
  const first = octets.charCodeAt(i)
  if (first < 0x80) return 1
  const second = octets.charCodeAt(i + 1)
  if (first >= 0xc2 && first <= 0xdf) return isTail(second) ? 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const least = first === 0xe0 ? 0xa0 : 0x80
    const most = first === 0xed ? 0x9f : 0xbf
    return second >= least && second <= most && isTail(octets.charCodeAt(i + 2)) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const least = first === 0xf0 ? 0x90 : 0x80
    const most = first === 0xf4 ? 0x8f : 0xbf
    const rest = isTail(octets.charCodeAt(i + 2)) && isTail(octets.charCodeAt(i + 3))
    return second >= least && second <= most && rest ? 4 : 0
  }
  return 0
}

function isTail(octet: number): boolean {
  return octet >= 0x80 && octet <= 0xbf
}

function codePoint(octets: string, i: number, length: number): number {
  let point = octets.charCodeAt(i) & (0x7f >> length)
  for (let k = 1; k < length; k++) point = (point << 6) | (octets.charCodeAt(i + k) & 0x3f)
  return point
}
