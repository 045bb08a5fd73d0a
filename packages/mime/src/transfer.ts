/** Content transfer encodings, decoded in pieces (RFC 2045 §6). */
import { hexPair } from './words.ts'

/** A Content-Transfer-Encoding that nobody can decode: what is under it is unreadable, and nothing else is. */
export class UnknownEncoding extends Error {
  readonly encoding: string

  constructor(encoding: string) {
    super(`unknown content transfer encoding: ${encoding}`)
    this.name = 'UnknownEncoding'
    this.encoding = encoding
  }
}

interface Decoding {
  write(octets: Uint8Array): Uint8Array
  end(): Uint8Array
}

const decodings: Readonly<Record<string, () => Decoding>> = {
  '7bit': () => new Identity(),
  '8bit': () => new Identity(),
  binary: () => new Identity(),
  base64: () => new Base64(),
  'quoted-printable': () => new QuotedPrintable(),
}

/** True where `TransferDecoder` can decode it. */
export function isKnownEncoding(encoding: string): boolean {
  return Object.hasOwn(decodings, encoding.toLowerCase())
}

/** Decodes octets in pieces of any size. Throws only `UnknownEncoding`, and only here at the start. */
export class TransferDecoder {
  readonly #decoding: Decoding

  constructor(encoding: string) {
    const decoding = isKnownEncoding(encoding) ? decodings[encoding.toLowerCase()] : undefined
    if (decoding === undefined) throw new UnknownEncoding(encoding)
    this.#decoding = decoding()
  }

  /** The octets decoded so far; they may share memory with what was given. */
  write(octets: Uint8Array): Uint8Array {
    return this.#decoding.write(octets)
  }

  end(): Uint8Array {
    return this.#decoding.end()
  }
}

const nothing = new Uint8Array(0)

class Identity implements Decoding {
  write(octets: Uint8Array): Uint8Array {
    return octets
  }

  end(): Uint8Array {
    return nothing
  }
}

const PAD = 61
const invalid = 255

const base64Values = new Uint8Array(256).fill(invalid)
for (const [value, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].entries())
  base64Values[char.charCodeAt(0)] = value

/**
 * Base64 (RFC 2045 §6.8). Characters outside the alphabet are ignored. Padding ends a group but not the data: mail that
 * was glued together from encoded pieces has it in the middle.
 */
class Base64 implements Decoding {
  #bits = 0
  #digits = 0

  write(octets: Uint8Array): Uint8Array {
    const decoded = new Uint8Array(Math.ceil(((octets.length + this.#digits) * 3) / 4))
    let length = 0
    let bits = this.#bits
    let digits = this.#digits
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] as number
      const value = base64Values[octet] as number
      if (value === invalid) {
        if (octet !== PAD) continue
        length += flush(decoded, length, bits, digits)
        digits = 0
        bits = 0
        continue
      }
      bits = (bits << 6) | value
      if (++digits < 4) continue
      decoded[length] = bits >> 16
      decoded[length + 1] = bits >> 8
      decoded[length + 2] = bits
      length += 3
      digits = 0
      bits = 0
    }
    this.#bits = bits
    this.#digits = digits
    return decoded.subarray(0, length)
  }

  end(): Uint8Array {
    const decoded = new Uint8Array(2)
    const length = flush(decoded, 0, this.#bits, this.#digits)
    this.#bits = 0
    this.#digits = 0
    return decoded.subarray(0, length)
  }
}

/** The whole octets in a group of less than four digits: two digits hold one, three hold two. */
function flush(decoded: Uint8Array, at: number, bits: number, digits: number): number {
  if (digits < 2) return 0
  const aligned = bits << (6 * (4 - digits))
  decoded[at] = aligned >> 16
  if (digits === 2) return 1
  decoded[at + 1] = aligned >> 8
  return 2
}

const LF = 10
const CR = 13
const TAB = 9
const SPACE = 32
const EQUALS = 61

/** A longer run of white space stays even at the end of a line: no line of mail has one, and it is not to be held. */
const maximumHeldBlanks = 1024
const undecided = -2
const notABreak = -1

/**
 * Quoted-printable (RFC 2045 §6.7). White space at the end of a line is removed, with and without the "=" of a soft
 * line break before it; a "=" that begins nothing stays. Line breaks stay as they are.
 */
class QuotedPrintable implements Decoding {
  /** Octets whose meaning depends on what follows: white space, CR, or "=" with what belongs to it. */
  #held: Uint8Array = nothing
  /** True within white space that was too long to be held. */
  #inLongRun = false

  write(octets: Uint8Array): Uint8Array {
    return this.#decode(joined(this.#held, octets), false)
  }

  end(): Uint8Array {
    return this.#decode(this.#held, true)
  }

  #decode(source: Uint8Array, atEnd: boolean): Uint8Array {
    const decoded = new Uint8Array(source.length)
    let length = 0
    let at = 0
    while (at < source.length) {
      const octet = source[at] as number
      const isBlank = octet === SPACE || octet === TAB
      if ((octet !== EQUALS && !isBlank) || (isBlank && this.#inLongRun)) {
        this.#inLongRun &&= isBlank
        decoded[length++] = octet
        at++
        continue
      }
      this.#inLongRun = false
      if (octet === EQUALS) {
        const pair = hexPair(source, at + 1)
        if (pair !== -1) {
          decoded[length++] = pair
          at += 3
          continue
        }
        if (at + 2 >= source.length && !atEnd) break
      }
      const blanks = blanksEnd(source, isBlank ? at : at + 1)
      const lineEnd = afterBreak(source, blanks)
      this.#inLongRun = blanks - at > maximumHeldBlanks
      if (!this.#inLongRun) {
        if (lineEnd === undecided && !atEnd) break
        if (lineEnd !== notABreak) {
          // The break itself is a soft one, and goes, only after a "=".
          at = octet === EQUALS && lineEnd !== undecided ? lineEnd : blanks
          continue
        }
      }
      while (at < blanks) decoded[length++] = source[at++] as number
    }
    // A copy: `slice` of a Buffer is none.
    this.#held = new Uint8Array(source.subarray(at))
    return decoded.subarray(0, length)
  }
}

function blanksEnd(source: Uint8Array, start: number): number {
  let at = start
  while (source[at] === SPACE || source[at] === TAB) at++
  return at
}

/** Where the line break at `at` ends, `notABreak` where there is none, `undecided` where the source ends too soon to tell. */
function afterBreak(source: Uint8Array, at: number): number {
  if (at >= source.length) return undecided
  if (source[at] === LF) return at + 1
  if (source[at] !== CR) return notABreak
  if (at + 1 >= source.length) return undecided
  return source[at + 1] === LF ? at + 2 : notABreak
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
