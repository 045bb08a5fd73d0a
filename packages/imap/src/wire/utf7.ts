/** Modified UTF-7 of mailbox names (RFC 3501 §5.1.3). Inside the server names are Unicode; only here they are not. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,'

/** Encodes: printable US-ASCII stands for itself, "&" is "&-", the rest is UTF-16 in modified BASE64. */
export function encodeUtf7(name: string): string {
  if (/^[ -%'-~]*$/.test(name)) return name
  let text = ''
  let bits = 0
  let count = 0
  let shifted = false
  const unshift = () => {
    if (count > 0) text += alphabet[(bits << (6 - count)) & 63]
    text += '-'
    bits = count = 0
    shifted = false
  }
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i)
    if (unit >= 0x20 && unit <= 0x7e) {
      if (shifted) unshift()
      text += unit === 0x26 ? '&-' : name[i]
      continue
    }
    if (!shifted) {
      text += '&'
      shifted = true
    }
    bits = ((bits & 63) << 16) | unit
    count += 16
    while (count >= 6) {
      count -= 6
      text += alphabet[(bits >> count) & 63]
    }
    bits &= (1 << count) - 1
  }
  if (shifted) unshift()
  return text
}

/**
 * Decodes, or answers null where the text is not modified UTF-7: octets beyond US-ASCII, a shift that does not end or
 * says nothing, leftover bits that are not zero, printable US-ASCII in BASE64, half a surrogate pair.
 */
export function decodeUtf7(text: string): string | null {
  let name = ''
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit > 0x7e) return null
    if (unit !== 0x26) {
      name += text[i]
      continue
    }
    const end = text.indexOf('-', i + 1)
    if (end === -1) return null
    const decoded = end === i + 1 ? '&' : decodeShifted(text, i + 1, end)
    if (decoded === null) return null
    name += decoded
    i = end
    // A shift right behind another says in two what one must say.
    if (decoded !== '&' && text[i + 1] === '&' && text[i + 2] !== '-') return null
  }
  return name.isWellFormed() ? name : null
}

function decodeShifted(text: string, start: number, end: number): string | null {
  let out = ''
  let bits = 0
  let count = 0
  for (let i = start; i < end; i++) {
    const value = alphabet.indexOf(text[i] as string)
    if (value === -1) return null
    bits = (bits << 6) | value
    count += 6
    if (count < 16) continue
    count -= 16
    const unit = bits >> count
    if (unit >= 0x20 && unit <= 0x7e) return null
    out += String.fromCharCode(unit)
    bits &= (1 << count) - 1
  }
  return count >= 6 || bits !== 0 ? null : out
}
