/**
 * A cursor over the octets of one command: one method a terminal of RFC 3501 §9.
 *
 * - A method either moves past what it names and returns it, or throws `Bad`; the `try…` and `is…` forms look first.
 * - Literals stand in the octets as they came, `{n}` CRLF and n octets. One whose octets are missing throws `Waits`.
 * - Keywords come back in upper case; strings keep theirs.
 */
import { Bad, Waits } from './bad.ts'
import { type NumberSet, type Seq, star, type WrittenRange } from './number-set.ts'
import {
  ASTRING_CHAR,
  ATOM_CHAR,
  BACKSLASH,
  CLOSE,
  CLOSE_BRACE,
  CR,
  DIGIT,
  DQUOTE,
  is,
  LF,
  LIST_CHAR,
  OPEN,
  OPEN_BRACE,
  PLUS,
  QUOTED_CHAR,
  SP,
  STAR,
  TAG_CHAR,
} from './octet.ts'

/** Switches that extensions turn. */
export interface ParserOptions {
  /** Characters that stand for a saved set where a sequence-set may stand, such as `$` (RFC 5182 §2.1). */
  readonly setMarks?: string
  /** How many ranges a sequence-set may have. */
  readonly setRanges?: number
  /** Numbers of octets may have 63 bits (RFC 9051 §9). */
  readonly wideNumbers?: boolean
}

const none = new Uint8Array(0)
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const largestNumber = 2 ** 32 - 1

export class Parser {
  #octets: Uint8Array
  #at = 0
  readonly #options: ParserOptions

  constructor(octets: Uint8Array, options: ParserOptions = {}) {
    this.#octets = octets
    this.#options = options
  }

  /** Where the cursor stands, in octets from the start. */
  get at(): number {
    return this.#at
  }

  /** Puts the cursor back to where it was. */
  rewind(at: number): void {
    this.#at = at
  }

  /** More of the same command has come: the octets so far and those behind them. */
  extend(octets: Uint8Array): void {
    this.#octets = octets
  }

  /** The octets from the cursor on are of no more use (a literal's header): goes on with these. */
  resume(octets: Uint8Array): void {
    this.#octets = octets
    this.#at = 0
  }

  /** Refuses, saying what should stand here. */
  expected(what: string): never {
    throw new Bad(
      this.#at >= this.#octets.length ? `Expected ${what} at the end` : `Expected ${what} at octet ${this.#at + 1}`,
    )
  }

  /** True while anything is left. */
  more(): boolean {
    return this.#at < this.#octets.length
  }

  /** Nothing may be left. */
  end(): void {
    if (this.#at < this.#octets.length) this.expected('the end of the command')
  }

  /** True where the next octet is this character. */
  isNext(character: string): boolean {
    return this.#octets[this.#at] === character.charCodeAt(0)
  }

  /** True where a digit stands next. */
  isDigit(): boolean {
    return is(this.#octets[this.#at], DIGIT)
  }

  /** Moves past a character where it stands next. */
  tryChar(character: string): boolean {
    if (!this.isNext(character)) return false
    this.#at++
    return true
  }

  char(character: string): void {
    if (!this.tryChar(character)) this.expected(`"${character}"`)
  }

  sp(): void {
    if (this.#octets[this.#at] !== SP) this.expected('a space')
    this.#at++
  }

  trySp(): boolean {
    return this.tryChar(' ')
  }

  /** True where a space and then this character stand next; moves past both. */
  trySpChar(character: string): boolean {
    if (this.#octets[this.#at] !== SP || this.#octets[this.#at + 1] !== character.charCodeAt(0)) return false
    this.#at += 2
    return true
  }

  #run(classes: number, what: string): string {
    const start = this.#at
    while (is(this.#octets[this.#at], classes)) this.#at++
    if (this.#at === start) this.expected(what)
    return ascii(this.#octets, start, this.#at)
  }

  /** tag = 1*<any ASTRING-CHAR except "+"> */
  tag(): string {
    return this.#run(TAG_CHAR, 'a tag')
  }

  /** atom = 1*ATOM-CHAR */
  atom(): string {
    return this.#run(ATOM_CHAR, 'an atom')
  }

  /** An atom that is a keyword, in upper case. */
  word(): string {
    return this.#run(ATOM_CHAR, 'a keyword').toUpperCase()
  }

  /** An atom that ends before "[", "]" and "<", in upper case: the name of a fetch-att or of a section. */
  name(): string {
    const start = this.#at
    for (; ; this.#at++) {
      const octet = this.#octets[this.#at]
      if (!is(octet, ATOM_CHAR) || octet === 0x5b || octet === 0x3c) break
    }
    if (this.#at === start) this.expected('a name')
    return ascii(this.#octets, start, this.#at).toUpperCase()
  }

  /** Moves past this keyword where it stands next, in any case, and no longer word does. */
  tryWord(keyword: string): boolean {
    const start = this.#at
    while (is(this.#octets[this.#at], ATOM_CHAR)) this.#at++
    if (ascii(this.#octets, start, this.#at).toUpperCase() === keyword) return true
    this.#at = start
    return false
  }

  #digits(what: string, largest: number): number {
    const start = this.#at
    let value = 0
    for (let octet = this.#octets[this.#at]; is(octet, DIGIT); octet = this.#octets[++this.#at]) {
      value = value * 10 + ((octet as number) - 0x30)
      if (this.#at - start > 20) this.expected(what)
    }
    if (this.#at === start) this.expected(what)
    if (value > largest) {
      this.#at = start
      this.expected(what)
    }
    return value
  }

  /** number = 1*DIGIT ; unsigned 32-bit integer */
  number(): number {
    return this.#digits('a number', largestNumber)
  }

  /** nz-number = digit-nz *DIGIT */
  nzNumber(): number {
    const start = this.#at
    const value = this.#digits('a number greater than 0', largestNumber)
    if (value === 0) {
      this.#at = start
      this.expected('a number greater than 0')
    }
    return value
  }

  /** mod-sequence-valzer: 63 bits on the wire, clamped to what a number holds exactly (RFC 7162 §3.1). */
  number64(): number {
    const start = this.#at
    this.#digits('a mod-sequence', Number.POSITIVE_INFINITY)
    const exact = BigInt(ascii(this.#octets, start, this.#at))
    if (exact >= 2n ** 63n) {
      this.#at = start
      this.expected('a mod-sequence below 2^63')
    }
    return exact > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(exact)
  }

  /** number, or number64 where the client's protocol has it: how many octets, or which (RFC 9051 §9). */
  octetCount(): number {
    return this.#options.wideNumbers ? this.number64() : this.number()
  }

  /** quoted = DQUOTE *QUOTED-CHAR DQUOTE */
  quotedOctets(): Uint8Array {
    if (this.#octets[this.#at] !== DQUOTE) this.expected('a quoted string')
    const start = ++this.#at
    let escapes = 0
    for (;;) {
      const octet = this.#octets[this.#at]
      if (octet === DQUOTE) break
      if (octet === BACKSLASH) {
        const escaped = this.#octets[++this.#at]
        if (escaped !== DQUOTE && escaped !== BACKSLASH) this.expected('a quote or a backslash after a backslash')
        escapes++
      } else if (!is(octet, QUOTED_CHAR)) this.expected('the end of the quoted string')
      this.#at++
    }
    const raw = this.#octets.subarray(start, this.#at++)
    return escapes === 0 ? raw : withoutEscapes(raw, raw.length - escapes)
  }

  quoted(): string {
    return this.#text(this.quotedOctets())
  }

  /** True where a literal stands next. */
  isLiteral(): boolean {
    return this.#octets[this.#at] === OPEN_BRACE
  }

  /** literal = "{" number ["+"] "}" CRLF *CHAR8 (RFC 3501 §9, RFC 7888 §8) */
  literalOctets(): Uint8Array {
    const octets = this.#literal()
    if (octets.includes(0)) throw new Bad('A literal holds a NUL')
    return octets
  }

  /** literal8 = "~{" number ["+"] "}" CRLF *OCTET (RFC 4466 §4) */
  #literal8(): Uint8Array {
    const start = this.#at++
    try {
      return this.#literal()
    } catch (error) {
      if (error instanceof Waits) this.#at = start
      throw error
    }
  }

  #literal(): Uint8Array {
    const header = this.#at
    if (this.#octets[this.#at] !== OPEN_BRACE) this.expected('a literal')
    this.#at++
    const length = this.number()
    if (this.#octets[this.#at] === PLUS) this.#at++
    if (this.#octets[this.#at] !== CLOSE_BRACE) this.expected('"}"')
    this.#at++
    if (this.#at === this.#octets.length) {
      this.#at = header
      throw new Waits()
    }
    if (this.#octets[this.#at] !== CR || this.#octets[this.#at + 1] !== LF)
      this.expected('a line end after the literal')
    const start = this.#at + 2
    if (start + length > this.#octets.length) {
      this.#at = header
      throw new Waits()
    }
    this.#at = start + length
    return this.#octets.subarray(start, start + length)
  }

  /** string = quoted / literal */
  stringOctets(): Uint8Array {
    if (this.#octets[this.#at] === DQUOTE) return this.quotedOctets()
    if (this.isLiteral()) return this.literalOctets()
    return this.expected('a string')
  }

  string(): string {
    return this.#text(this.stringOctets())
  }

  /** True where a string, not an atom, stands next. */
  isString(): boolean {
    return this.#octets[this.#at] === DQUOTE || this.isLiteral()
  }

  /** astring = 1*ASTRING-CHAR / string */
  astringOctets(): Uint8Array {
    if (this.isString()) return this.stringOctets()
    const start = this.#at
    while (is(this.#octets[this.#at], ASTRING_CHAR)) this.#at++
    if (this.#at === start) this.expected('a string or an atom')
    return this.#octets.subarray(start, this.#at)
  }

  astring(): string {
    return this.#text(this.astringOctets())
  }

  /** list-mailbox = 1*list-char / string */
  listMailbox(): string {
    return this.isString() ? this.string() : this.#run(LIST_CHAR, 'a mailbox pattern')
  }

  /** nstring = string / nil */
  nstring(): string | null {
    if (this.isString()) return this.string()
    if (!this.tryWord('NIL')) this.expected('a string or NIL')
    return null
  }

  /** value = nstring / literal8 (RFC 5464 §5, RFC 5257 §5) */
  value(): Uint8Array | null {
    if (this.isNext('~')) return this.#literal8()
    if (this.isString()) return this.stringOctets()
    if (!this.tryWord('NIL')) this.expected('a string or NIL')
    return null
  }

  #text(octets: Uint8Array): string {
    try {
      return strictUtf8.decode(octets)
    } catch {
      throw new Bad('A string is not UTF-8')
    }
  }

  /** flag = "\" atom / atom */
  flag(): string {
    return this.tryChar('\\') ? `\\${this.atom()}` : this.#run(ATOM_CHAR, 'a flag')
  }

  /** "(" [item *(SP item)] ")" */
  list<T>(item: () => T): T[] {
    if (this.#octets[this.#at] !== OPEN) this.expected('"("')
    this.#at++
    const items: T[] = []
    if (this.#octets[this.#at] === CLOSE) {
      this.#at++
      return items
    }
    for (;;) {
      items.push(item())
      if (this.#octets[this.#at] === CLOSE) break
      this.sp()
    }
    this.#at++
    return items
  }

  /** The same where at least one item must stand. */
  list1<T>(item: () => T): T[] {
    const start = this.#at
    const items = this.list(item)
    if (items.length === 0) {
      this.#at = start + 1
      this.expected('at least one item')
    }
    return items
  }

  /** True where a sequence-set may begin. */
  isSet(): boolean {
    const octet = this.#octets[this.#at]
    return is(octet, DIGIT) || octet === STAR || this.#isMark()
  }

  #isMark(): boolean {
    const octet = this.#octets[this.#at]
    return octet !== undefined && (this.#options.setMarks ?? '').includes(String.fromCharCode(octet))
  }

  /** sequence-set = (seq-number / seq-range) *("," sequence-set) */
  numberSet<N = Seq>(): NumberSet<N> {
    if (this.#isMark()) return { ranges: [], mark: String.fromCharCode(this.#octets[this.#at++] as number) }
    const ranges: WrittenRange[] = []
    const limit = this.#options.setRanges ?? Number.POSITIVE_INFINITY
    do {
      if (ranges.length >= limit) throw new Bad('Too many ranges in a set of numbers')
      const first = this.#seqNumber()
      ranges.push({ first, last: this.tryChar(':') ? this.#seqNumber() : first })
    } while (this.tryChar(','))
    return { ranges }
  }

  /** seq-number = nz-number / "*" */
  #seqNumber(): number {
    if (this.tryChar('*')) return star
    return this.nzNumber()
  }

  /** What is left of the octets. */
  rest(): Uint8Array {
    const octets = this.#octets.subarray(this.#at)
    this.#at = this.#octets.length
    return octets.length === 0 ? none : octets
  }
}

function ascii(octets: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let i = start; i < end; i++) text += String.fromCharCode(octets[i] as number)
  return text
}

function withoutEscapes(raw: Uint8Array, length: number): Uint8Array {
  const plain = new Uint8Array(length)
  let at = 0
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] === BACKSLASH) i++
    plain[at++] = raw[i] as number
  }
  return plain
}
