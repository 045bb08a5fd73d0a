/** Frames commands: lines and the literals in them, each within its limit. Knows no command's meaning. */
import type { Connection } from '@lemonade/net'
import type { ManageSieveLimits } from '../limits.ts'
import { Bye, No, type ResponseCode } from '../reply.ts'
import { announced, type Token, tokens } from './line.ts'

export type Argument =
  | { readonly kind: 'string'; readonly octets: Uint8Array }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'atom'; readonly text: string }

export interface Command {
  /** In upper case. */
  readonly name: string
  readonly arguments: readonly Argument[]
}

/** How large the literal at a position of a command may be. */
export interface LiteralLimit {
  readonly octets: number
  /** A larger one is read and refused with NO up to here; past it, the connection ends. */
  readonly dropped: number
  readonly code?: ResponseCode
}

type LiteralLimits = (command: string, position: number) => LiteralLimit

/** More arguments than any command has. */
const mostArguments = 4
const lineFeed = 0x0a
const carriageReturn = 0x0d
const nothing = new Uint8Array(0)

export class Reader {
  readonly #connection: Connection
  readonly #limits: ManageSieveLimits
  #buffer: Uint8Array = nothing

  constructor(connection: Connection, limits: ManageSieveLimits) {
    this.#connection = connection
    this.#limits = limits
  }

  /** Drops what was read ahead: it came before TLS and is nobody's (RFC 5804 §2.2). */
  discard(): void {
    this.#buffer = nothing
  }

  /**
   * The next command, or null at the end. Throws No for one that is wrong, having read all of it; throws Bye where the
   * client cannot be followed any longer.
   */
  async command(limits: LiteralLimits): Promise<Command | null> {
    const words = await this.#words(position => limits(position.name, position.at))
    if (words === null) return null
    const [first, ...rest] = words
    if (first === undefined) throw new No('There is no command on this line')
    if (first.kind !== 'atom') throw new No('A command begins with its name')
    return { name: first.text.toUpperCase(), arguments: rest }
  }

  /** The client's side of an exchange: one string on a line (RFC 5804 §2.1); null at the end. */
  async response(): Promise<Uint8Array | null> {
    const { literalOctets } = this.#limits
    const words = await this.#words(() => ({ octets: literalOctets, dropped: 0 }))
    if (words === null) return null
    const [first, second] = words
    if (first?.kind !== 'string' || second !== undefined) throw new No('A response is one string')
    return first.octets
  }

  async #words(limitAt: (position: { name: string; at: number }) => LiteralLimit): Promise<Argument[] | null> {
    const words: Argument[] = []
    let wrong: No | null = null
    for (;;) {
      const line = await this.#line()
      if (line === null) return null
      let found: Token[] = []
      try {
        if (wrong === null) found = this.#continued(line, words)
      } catch (error) {
        if (!(error instanceof No)) throw error
        wrong = error
      }
      const last = found.at(-1)
      for (const token of found) if (token.kind !== 'literal') words.push(token)
      if (words.length > mostArguments) wrong ??= new No('There are too many arguments')
      const octets = last?.kind === 'literal' ? last.octets : wrong === null ? null : announced(line)
      if (octets === null) break
      const name = words[0]?.kind === 'atom' ? words[0].text.toUpperCase() : ''
      const literal = await this.#literal(octets, limitAt({ name, at: words.length - 1 }), wrong !== null)
      if (literal === 'end') return null
      if (literal instanceof No) wrong ??= literal
      else words.push({ kind: 'string', octets: literal })
    }
    if (wrong !== null) throw wrong
    return words
  }

  /** What follows a literal on its line begins with a space, or is nothing. */
  #continued(line: Uint8Array, words: readonly Argument[]): Token[] {
    if (words.length === 0 || line.length === 0) return tokens(line)
    if (line[0] !== 0x20) throw new No('Arguments are separated by a space')
    return tokens(line.subarray(1))
  }

  /** A line without its CRLF; a bare LF ends one as well. Null at the end, even within a line. */
  async #line(): Promise<Uint8Array | null> {
    let searched = 0
    for (;;) {
      const end = this.#buffer.indexOf(lineFeed, searched)
      if ((end === -1 ? this.#buffer.length : end) > this.#limits.lineOctets) {
        throw new Bye(`A line has at most ${this.#limits.lineOctets} octets`)
      }
      if (end !== -1) {
        const line = this.#buffer.subarray(0, this.#buffer[end - 1] === carriageReturn ? end - 1 : end)
        this.#take(end + 1)
        return line
      }
      searched = this.#buffer.length
      if (!(await this.#more())) return null
    }
  }

  async #literal(octets: number, limit: LiteralLimit, drop: boolean): Promise<Uint8Array | No | 'end'> {
    const tooLarge = octets > limit.octets
    if (octets > Math.max(limit.octets, limit.dropped)) {
      throw new Bye(`A literal has at most ${limit.octets} octets here`)
    }
    const kept = new Gatherer(tooLarge || drop ? 0 : octets)
    for (let missing = octets; missing > 0; ) {
      if (this.#buffer.length === 0 && !(await this.#more())) return 'end'
      const part = this.#buffer.subarray(0, missing)
      this.#take(part.length)
      kept.add(part)
      missing -= part.length
    }
    if (tooLarge) return new No(`This has at most ${limit.octets} octets`, limit.code)
    return kept.octets
  }

  #take(octets: number): void {
    // An empty view would hold on to what it is a view of.
    this.#buffer = octets === this.#buffer.length ? nothing : this.#buffer.subarray(octets)
  }

  async #more(): Promise<boolean> {
    const octets = await this.#connection.read()
    if (octets === null) return false
    this.#buffer = this.#buffer.length === 0 ? octets : Buffer.concat([this.#buffer, octets])
    return true
  }
}

/** Octets that come in pieces, in a buffer that grows with what has come: an announcement alone costs nothing. */
class Gatherer {
  readonly #whole: number
  #buffer = nothing
  #length = 0

  constructor(whole: number) {
    this.#whole = whole
  }

  get octets(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  /** Keeps no more than the whole. */
  add(part: Uint8Array): void {
    const length = Math.min(this.#whole, this.#length + part.length)
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.#whole, Math.max(length, 2 * this.#buffer.length)))
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(part.subarray(0, length - this.#length), this.#length)
    this.#length = length
  }
}
