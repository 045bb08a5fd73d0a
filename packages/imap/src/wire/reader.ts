/**
 * Cuts what a client sends into commands: lines, and the literals that lines announce (RFC 3501 §4.3, RFC 7888).
 *
 * - Nothing larger than a limit is ever held. What is over one is skipped where the client has sent it already, and
 *   the command carries a `Bad` in its place; past `skipOctets` there is no way back into step and `Unframed` is thrown.
 * - A client that waits for its continuation request gets one only when its literal will be taken.
 * - A bare LF ends a line too: people type at servers.
 */
import { Bad } from './bad.ts'
import { CR, LF } from './octet.ts'

/** Where octets come from: null at the end. */
export interface Source {
  read(): Promise<Uint8Array | null>
}

export interface ReaderLimits {
  /** One line of a command, without its literals. */
  readonly lineOctets: number
  /** One literal that is held in memory. */
  readonly literalOctets: number
  /** One literal that the client does not wait with (RFC 7888 §5). */
  readonly nonSyncOctets: number
  /** A whole command, its literals included. */
  readonly commandOctets: number
  /** How much of what is over another limit is read only to be dropped. */
  readonly skipOctets: number
}

/** literal = "{" number ["+"] "}", and literal8 = "~" of the same (RFC 3516 §4.4). */
export interface LiteralHeader {
  readonly octets: number
  /** The client does not wait for a continuation request (RFC 7888 §3). */
  readonly nonSync: boolean
  readonly binary: boolean
}

/** The peer went away. */
export class Ended extends Error {
  constructor() {
    super('The connection ended within a command')
    this.name = 'Ended'
  }
}

/** Too much was sent to find the next command: the connection cannot go on. */
export class Unframed extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'Unframed'
  }
}

const none = new Uint8Array(0)
const tailOctets = 32

export class Reader {
  readonly #source: Source
  readonly #ask: () => Promise<void>
  #have: Uint8Array = none
  #ahead: Promise<Uint8Array | null> | null = null
  limits: ReaderLimits
  /** Whether `{n+}` is understood (RFC 7888 §4). */
  readonly nonSync: boolean

  /** `ask` sends a continuation request. */
  constructor(source: Source, limits: ReaderLimits, ask: () => Promise<void>, grammar: { readonly nonSync: boolean }) {
    this.#source = source
    this.limits = limits
    this.#ask = ask
    this.nonSync = grammar.nonSync
  }

  /** The first line of the next command, or null at the end. Empty lines between commands are passed over. */
  async command(): Promise<Frame | null> {
    for (;;) {
      const line = await this.#line(this.limits.lineOctets)
      if (line === null) return null
      if (line.octets.length > 0) return new Frame(this, line)
    }
  }

  /** One line outside a command: a SASL response, DONE. Throws `Bad` where it is too long, `Ended` where there is none. */
  async line(limit: number): Promise<Uint8Array> {
    const line = await this.#line(limit)
    if (line === null) throw new Ended()
    if (line.overLimit) throw new Bad('The line is too long')
    return line.octets
  }

  /** Gives back what came and was not read: to be forgotten, or to be understood in another way. */
  takeBack(): Uint8Array {
    const held = this.#have
    this.#have = none
    return held
  }

  /** Looks for more input while a command runs, at most one piece; resolves to true where the peer has gone. */
  async isGone(): Promise<boolean> {
    if (this.#have.length > 0) return false
    this.#ahead ??= this.#source.read()
    return (await this.#ahead) === null
  }

  async #more(): Promise<boolean> {
    const reading = this.#ahead ?? this.#source.read()
    this.#ahead = null
    const octets = await reading
    if (octets === null) return false
    this.#have = octets
    return true
  }

  async #line(limit: number): Promise<Line | null> {
    const pieces: Uint8Array[] = []
    let length = 0
    let overLimit = false
    for (;;) {
      if (this.#have.length === 0 && !(await this.#more())) {
        if (length === 0) return null
        throw new Ended()
      }
      const at = this.#have.indexOf(LF)
      const piece = at === -1 ? this.#have : this.#have.subarray(0, at)
      this.#have = at === -1 ? none : this.#have.subarray(at + 1)
      length += piece.length
      pieces.push(piece)
      const ended = at !== -1
      // One octet of grace for the CR that belongs to the line end.
      if (length > limit + 1 || (ended && length === limit + 1 && lastOf(pieces) !== CR)) overLimit = true
      if (overLimit) {
        if (length > limit + this.limits.skipOctets) throw new Unframed('Far too long a line')
        shrink(pieces, limit)
      }
      if (ended) return { octets: withoutCr(join(pieces)), overLimit }
    }
  }

  /** @internal */
  async nextLine(limit: number): Promise<Line> {
    const line = await this.#line(limit)
    if (line === null) throw new Ended()
    return line
  }

  /** @internal */
  askFor(header: LiteralHeader): Promise<void> {
    return header.nonSync ? Promise.resolve() : this.#ask()
  }

  /** @internal Octets of a literal as they come. */
  async *take(octets: number): AsyncGenerator<Uint8Array, void, void> {
    let left = octets
    while (left > 0) {
      if (this.#have.length === 0 && !(await this.#more())) throw new Ended()
      const piece = this.#have.subarray(0, left)
      this.#have = this.#have.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }
}

interface Line {
  readonly octets: Uint8Array
  readonly overLimit: boolean
}

/** One command on its way in. `octets` grows as literals and the lines behind them come. */
export class Frame {
  readonly #reader: Reader
  #octets: Uint8Array
  #total: number
  #pending: LiteralHeader | null = null
  #problem: Bad | null = null

  /** @internal */
  constructor(reader: Reader, first: Line) {
    this.#reader = reader
    this.#octets = first.octets
    this.#total = first.octets.length
    this.#see(first)
  }

  /** What is here, as the parser reads it. Where `problem` stands only the beginning counts. */
  get octets(): Uint8Array {
    return this.#octets
  }

  /** Why the command cannot be taken whole. */
  get problem(): Bad | null {
    return this.#problem
  }

  /** The literal that the last line announced. */
  get pending(): LiteralHeader | null {
    return this.#pending
  }

  #see(line: Line): void {
    this.#pending = literalHeader(line.octets)
    if (line.overLimit) this.#problem ??= new Bad('The command line is too long')
    if (!this.#pending?.nonSync) return
    const { nonSyncOctets } = this.#reader.limits
    if (!this.#reader.nonSync) this.#problem ??= new Bad('This server does not know {n+}')
    else if (this.#pending.octets > nonSyncOctets)
      this.#problem ??= new Bad(`A literal with {n+} may have at most ${nonSyncOctets} octets`, 'TOOBIG')
  }

  /** Reads the pending literal and the line behind it. */
  async load(): Promise<void> {
    const header = this.#pending
    if (header === null || this.#problem !== null) return
    const { literalOctets, commandOctets, lineOctets } = this.#reader.limits
    if (header.octets > literalOctets)
      this.#problem = new Bad(`A literal here may have at most ${literalOctets} octets`)
    else if (this.#total + header.octets > commandOctets)
      this.#problem = new Bad(`A command may have at most ${commandOctets} octets`)
    if (this.#problem !== null) return this.discard()
    await this.#reader.askFor(header)
    const pieces: Uint8Array[] = [this.#octets, crlf]
    for await (const piece of this.#reader.take(header.octets)) pieces.push(piece)
    const line = await this.#reader.nextLine(lineOctets)
    pieces.push(line.octets)
    this.#octets = join(pieces)
    this.#total += header.octets + line.octets.length
    if (this.#total > commandOctets) this.#problem = new Bad(`A command may have at most ${commandOctets} octets`)
    this.#see(line)
  }

  /** Reads all literals that are small enough to be held. */
  async complete(): Promise<void> {
    while (this.#pending !== null && this.#problem === null) await this.load()
    if (this.#problem !== null) await this.discard()
  }

  /** The pending literal as a stream; afterwards `octets` is the line behind it. To be read to its end. */
  async *stream(): AsyncGenerator<Uint8Array, void, void> {
    const header = this.#pending
    if (header === null) return
    await this.#reader.askFor(header)
    this.#pending = null
    yield* this.#reader.take(header.octets)
    const line = await this.#reader.nextLine(this.#reader.limits.lineOctets)
    this.#total += line.octets.length
    this.#octets = line.octets
    if (this.#total > this.#reader.limits.commandOctets) this.#problem ??= new Bad('The command is too long')
    this.#see(line)
  }

  /** Drops what the client sends without waiting; a literal that it waits with never comes. Throws `Unframed`. */
  async discard(): Promise<void> {
    let dropped = 0
    while (this.#pending?.nonSync) {
      dropped += this.#pending.octets
      if (dropped > this.#reader.limits.skipOctets) throw new Unframed('Far too large a literal')
      for await (const _ of this.#reader.take(this.#pending.octets));
      const line = await this.#reader.nextLine(this.#reader.limits.lineOctets)
      dropped += line.octets.length
      this.#pending = literalHeader(line.octets)
    }
    this.#pending = null
  }
}

const crlf = Uint8Array.of(CR, LF)

/** The literal that the end of a line announces. */
export function literalHeader(line: Uint8Array): LiteralHeader | null {
  if (line.at(-1) !== 0x7d) return null
  const tail = String.fromCharCode(...line.subarray(-tailOctets))
  const match = /(~?)\{(\d{1,15})(\+?)\}$/.exec(tail)
  return match && { octets: Number(match[2]), nonSync: match[3] === '+', binary: match[1] === '~' }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  if (pieces.length === 1) return pieces[0] as Uint8Array
  const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    joined.set(piece, at)
    at += piece.length
  }
  return joined
}

/** Of a line that is too long: its beginning, for the tag, and its end, for a literal's header. */
function shrink(pieces: Uint8Array[], limit: number): void {
  const all = join(pieces)
  pieces.length = 0
  const head = Math.min(limit, 1024)
  pieces.push(all.slice(0, head), all.slice(Math.max(head, all.length - tailOctets - 1)))
}

function lastOf(pieces: readonly Uint8Array[]): number | undefined {
  return pieces.findLast(piece => piece.length > 0)?.at(-1)
}

function withoutCr(octets: Uint8Array): Uint8Array {
  return octets.at(-1) === CR ? octets.subarray(0, -1) : octets
}
