/**
 * Writes responses straight into octets: no string of a line is built where it is hot.
 *
 * - `take` hands the octets over; the writer never touches them again.
 * - What a client may not get quoted becomes a literal (RFC 3501 §4.3).
 */
import {
  ASTRING_CHAR,
  BACKSLASH,
  CLOSE,
  CLOSE_BRACE,
  CR,
  DQUOTE,
  is,
  LF,
  OPEN,
  OPEN_BRACE,
  QUOTED_CHAR,
  SP,
} from './octet.ts'
import { encodeUtf7 } from './utf7.ts'

const encoder = new TextEncoder()
const empty = new Uint8Array(0)
/** Ranges written between two pauses. */
const stepRanges = 2_000
/** Longer strings go as literals, which every client reads without scanning. */
const quotedLimit = 1024

export interface WriterOptions {
  /** Mailbox names and quoted strings may be UTF-8 (RFC 6855 §3, RFC 9051 §5.1). */
  readonly utf8?: boolean
  /** The first buffer's size. */
  readonly octets?: number
}

export class Writer {
  #octets: Uint8Array = empty
  #at = 0
  readonly #first: number
  readonly #utf8: boolean

  constructor(options: WriterOptions = {}) {
    this.#first = options.octets ?? 512
    this.#utf8 = options.utf8 ?? false
  }

  /** Octets written since the last `take`. */
  get length(): number {
    return this.#at
  }

  /** What was written; the writer begins anew. */
  take(): Uint8Array {
    const taken = this.#octets.subarray(0, this.#at)
    this.#octets = empty
    this.#at = 0
    return taken
  }

  /** Drops what was written after this length. */
  cut(length: number): void {
    this.#at = length
  }

  #room(octets: number): void {
    if (this.#at + octets <= this.#octets.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#first, this.#octets.length * 2, this.#at + octets))
    grown.set(this.#octets.subarray(0, this.#at))
    this.#octets = grown
  }

  octet(octet: number): this {
    this.#room(1)
    this.#octets[this.#at++] = octet
    return this
  }

  sp(): this {
    return this.octet(SP)
  }

  open(): this {
    return this.octet(OPEN)
  }

  close(): this {
    return this.octet(CLOSE)
  }

  crlf(): this {
    this.#room(2)
    this.#octets[this.#at++] = CR
    this.#octets[this.#at++] = LF
    return this
  }

  /** Octets as they are. */
  octets(octets: Uint8Array): this {
    this.#room(octets.length)
    const target = this.#octets
    let at = this.#at
    // A loop beats `set` for the few octets of a flag list.
    if (octets.length <= 32) for (let i = 0; i < octets.length; i++) target[at++] = octets[i] as number
    else {
      target.set(octets, at)
      at += octets.length
    }
    this.#at = at
    return this
  }

  /** US-ASCII text as it is: atoms, punctuation, what is known to need no quoting. */
  ascii(text: string): this {
    this.#room(text.length)
    const target = this.#octets
    let at = this.#at
    for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i) & 0x7f
    this.#at = at
    return this
  }

  /** A whole number of at most 2^53, digit by digit. */
  number(value: number): this {
    this.#room(16)
    let digits = 1
    for (let bound = 10; value >= bound; bound *= 10) digits++
    let at = this.#at + digits
    this.#at = at
    let rest = value
    // Division of small integers stays in machine integers.
    while (rest > 0x7fffffff) {
      const quotient = Math.floor(rest / 10)
      this.#octets[--at] = 0x30 + (rest - quotient * 10)
      rest = quotient
    }
    do {
      const quotient = (rest / 10) | 0
      this.#octets[--at] = 0x30 + (rest - quotient * 10)
      rest = quotient
    } while (rest > 0)
    return this
  }

  /** What `printNumbers` prints: numbers in the order given, neighbours that ascend by one as a range. */
  numbers(list: ArrayLike<number>): this {
    for (const _ of this.numbersInSteps(list));
    return this
  }

  /** The same, with a pause behind every few of them: what was written so far may be taken away there. */
  *numbersInSteps(list: ArrayLike<number>): Generator<void, void, void> {
    for (let at = 0, written = 0; at < list.length; ) {
      const first = list[at] as number
      let last = first
      while (++at < list.length && list[at] === last + 1) last++
      this.number(first)
      if (last > first) this.ascii(':').number(last)
      if (at < list.length) this.ascii(',')
      if (++written % stepRanges === 0) yield
    }
  }

  nil(): this {
    return this.ascii('NIL')
  }

  /** string = quoted / literal, whichever can hold it. */
  string(text: string): this {
    if (text.length > quotedLimit || !this.#isQuotable(text)) return this.literal(encoder.encode(text))
    this.octet(DQUOTE)
    if (/["\\]/.test(text)) this.octets(encoder.encode(text.replace(/["\\]/g, '\\$&')))
    else this.octets(encoder.encode(text))
    return this.octet(DQUOTE)
  }

  #isQuotable(text: string): boolean {
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7e ? !this.#utf8 : !is(unit, QUOTED_CHAR) && unit !== DQUOTE && unit !== BACKSLASH) return false
    }
    return true
  }

  nstring(text: string | null): this {
    return text === null ? this.nil() : this.string(text)
  }

  /** astring = 1*ASTRING-CHAR / string */
  astring(text: string): this {
    if (text.length === 0 || text.toUpperCase() === 'NIL') return this.string(text)
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7e || !is(unit, ASTRING_CHAR)) return this.string(text)
    }
    return this.ascii(text)
  }

  /** mailbox: a Unicode name in the form this client understands. */
  mailbox(name: string): this {
    return this.astring(this.#utf8 ? name : encodeUtf7(name))
  }

  /** The header of a literal whose octets follow. */
  literalHeader(octets: number): this {
    return this.octet(OPEN_BRACE).number(octets).octet(CLOSE_BRACE).crlf()
  }

  literal(octets: Uint8Array): this {
    return this.literalHeader(octets.length).octets(octets)
  }

  /** value = nstring / literal8 (RFC 5464 §5, RFC 5257 §5): octets as the shortest form that can hold them. */
  value(octets: Uint8Array | null): this {
    if (octets === null) return this.nil()
    if (octets.includes(0)) return this.ascii('~').literal(octets)
    const isAscii = octets.length <= quotedLimit && octets.every(octet => octet < 0x80)
    return isAscii ? this.string(String.fromCharCode(...octets)) : this.literal(octets)
  }

  /** "(" words separated by spaces ")" */
  words(words: readonly string[]): this {
    return this.open().ascii(words.join(' ')).close()
  }
}
