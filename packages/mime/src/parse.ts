/**
 * The MIME parser (RFC 2045, RFC 2046): octets in, tree out, in one pass.
 *
 * Invariants:
 * - It looks at octets by the line and holds at most one line's head, one header and the tree.
 * - `#stack` is the path from the message to the innermost open part; only its last is read into.
 * - In a header (`#inHeader`) the last part has no content yet; every part gets its content before it closes.
 * - Nothing throws; what is wrong becomes a part's `problem`.
 */
import { type Content, contentOf, maximumBoundaryOctets, plainContent } from './content.ts'
import { Delimiters } from './delimiters.ts'
import { envelope } from './envelope.ts'
import { factsOfTree, type HeaderFacts, headerFacts, type ParsedMessage } from './facts.ts'
import { fieldValues, headerLine, maximumNameOctets } from './header.ts'
import { HeaderOctets } from './header-octets.ts'
import { defaultMimeLimits, type MimeLimits } from './limits.ts'
import { OpenPart } from './open-part.ts'
import type { Part } from './tree.ts'

const LF = 10
const CR = 13
const DASH = 45

/** Enough of a line to tell a delimiter, a blank line and a header field from anything else. */
const lineHeadOctets = Math.max(maximumNameOctets, maximumBoundaryOctets + '----'.length)

/** A line that is complete, or as much of its head as counts. */
interface Line {
  readonly octets: Uint8Array
  /** Where it stands in `octets`. */
  readonly from: number
  readonly to: number
  /** Where it stands in the message. */
  readonly start: number
  readonly end: number
  /** Octets of the line break before it. */
  readonly breakOctets: number
}

/** The message itself; its part is there once all is closed. */
interface Root {
  part: Part | null
  readonly header: Uint8Array
  readonly facts: HeaderFacts
}

/** Reads a message in pieces of any size; what it holds does not grow with the message. Never throws. */
export class MessageParser {
  readonly #limits: MimeLimits
  readonly #stack: OpenPart[] = []
  readonly #delimiters = new Delimiters()
  readonly #header: HeaderOctets
  #inHeader = false
  #parts = 0
  #root: Root | null = null
  /** Offset of the octets being read now. */
  #offset = 0
  /** Line feeds of the lines read so far. */
  #lines = 0
  /** The head of a line that goes on in the next octets. */
  #head: Uint8Array | null = null
  #headLength = 0
  #midLine = false
  #lineStart = 0
  #lineBreak = 0
  /** The last two octets of what was read before. */
  #last: readonly [number, number] = [0, 0]

  constructor(limits: MimeLimits = defaultMimeLimits) {
    this.#limits = limits
    this.#header = new HeaderOctets(limits)
    this.#open(0, true, false)
  }

  /** What is held of the message beside the tree. */
  get bufferedOctets(): number {
    return this.#headLength + this.#header.bufferedOctets
  }

  write(octets: Uint8Array): void {
    if (octets.length === 0) return
    this.#header.offer(octets, this.#offset)
    let at = this.#midLine ? this.#finishLine(octets) : 0
    while (at < octets.length) {
      const lf = octets.indexOf(LF, at)
      if (lf === -1) {
        this.#beginLine(octets, at)
        break
      }
      // Most lines are of a body and no delimiter: nothing else is done with them.
      if (this.#inHeader || (octets[at] === DASH && !this.#delimiters.none))
        this.#line(this.#lineAt(octets, at, lf + 1))
      this.#lines++
      at = lf + 1
    }
    this.#header.keep()
    const { length } = octets
    this.#last =
      length > 1 ? [octets[length - 2] as number, octets[length - 1] as number] : [this.#last[1], octets[0] as number]
    this.#offset += length
  }

  /** Closes all that is open. The parser is done then. */
  end(): ParsedMessage {
    if (this.#midLine && this.#head !== null) {
      const [start, end] = [this.#lineStart, this.#offset]
      const line = { octets: this.#head, from: 0, to: this.#headLength, start, end, breakOctets: this.#lineBreak }
      if (this.#inHeader || !this.#delimiters.none) this.#line(line)
      this.#midLine = false
    }
    this.#closeTo(0, this.#offset, this.#lines)
    const { part, header, facts } = this.#root as Root
    const structure = part as Part
    return { structure, header, octets: this.#offset, facts: factsOfTree(facts, structure) }
  }

  #lineAt(octets: Uint8Array, from: number, to: number): Line {
    const start = this.#offset + from
    return { octets, from, to, start, end: this.#offset + to, breakOctets: this.#breakBefore(octets, from) }
  }

  /** Octets of the line break that ends at `at`. */
  #breakBefore(octets: Uint8Array, at: number): number {
    const octet = (index: number): number | undefined => (index < 0 ? this.#last[index + 2] : octets[index])
    if (octet(at - 1) !== LF) return 0
    return octet(at - 2) === CR ? 2 : 1
  }

  #beginLine(octets: Uint8Array, at: number): void {
    this.#midLine = true
    this.#lineStart = this.#offset + at
    this.#lineBreak = this.#breakBefore(octets, at)
    this.#headLength = 0
    this.#addToHead(octets, at, octets.length)
  }

  #addToHead(octets: Uint8Array, from: number, to: number): void {
    this.#head ??= new Uint8Array(lineHeadOctets)
    const piece = octets.subarray(from, Math.min(to, from + lineHeadOctets - this.#headLength))
    this.#head.set(piece, this.#headLength)
    this.#headLength += piece.length
  }

  /** Reads on in a line that began earlier; answers where the next one begins. */
  #finishLine(octets: Uint8Array): number {
    const lf = octets.indexOf(LF)
    const to = lf === -1 ? octets.length : lf + 1
    this.#addToHead(octets, 0, to)
    if (lf === -1) return to
    const [start, end] = [this.#lineStart, this.#offset + to]
    this.#line({
      octets: this.#head as Uint8Array,
      from: 0,
      to: this.#headLength,
      start,
      end,
      breakOctets: this.#lineBreak,
    })
    this.#lines++
    this.#midLine = false
    this.#headLength = 0
    return to
  }

  #line(line: Line): void {
    const delimiter = this.#delimiters.find(line.octets, line.from, line.to)
    if (delimiter !== null && this.#delimiter(delimiter.depth, delimiter.closes, line)) return
    // A header that ends here may belong to an encapsulated message, whose own header then begins with this line.
    while (this.#inHeader && this.#headerEndsAt(line)) {}
  }

  /** Reads one line of a header. True where the header ended without using the line. */
  #headerEndsAt(line: Line): boolean {
    const open = this.#stack.at(-1) as OpenPart
    const kind = headerLine(line.octets, line.from, line.to)
    if (kind === 'blank') this.#endHeader(line.end, this.#lines + 1)
    else if (kind === 'field') open.hasField = true
    else if (open.hasField ? kind !== 'folded' : kind !== 'mbox' || !open.isMessage) {
      this.#endHeader(line.start, this.#lines)
      return true
    }
    return false
  }

  /** Acts on a delimiter line of the multipart at `depth`. False where the limit of parts makes it mere content. */
  #delimiter(depth: number, closes: boolean, line: Line): boolean {
    const multipart = this.#stack[depth] as OpenPart
    if (!closes && !this.#admitChild(multipart)) return false
    const inner = this.#stack[depth + 1]
    if (inner !== undefined) {
      // The line break belongs to the delimiter, unless it is already that of the delimiter before.
      const end = Math.max(line.start - line.breakOctets, inner.headerStart)
      this.#closeTo(depth + 1, end, end < line.start ? this.#lines - 1 : this.#lines)
    }
    this.#inHeader = false
    if (closes) {
      multipart.isClosed = true
      this.#delimiters.closeFrom(depth)
    } else {
      this.#open(line.end, false, multipart.content?.subtype === 'digest')
    }
    return true
  }

  #admitChild(multipart: OpenPart): boolean {
    // The first was admitted with the multipart.
    if (!multipart.hasChild) multipart.hasChild = true
    else if (this.#parts < this.#limits.parts) this.#parts++
    else {
      multipart.problem ??= 'too-many-parts'
      return false
    }
    return true
  }

  #open(headerStart: number, isMessage: boolean, inDigest: boolean): void {
    if (this.#stack.length === 0) this.#parts++
    this.#stack.push(new OpenPart(headerStart, isMessage, inDigest))
    this.#header.start(headerStart)
    this.#inHeader = true
  }

  #endHeader(bodyStart: number, lines: number): void {
    const open = this.#stack.at(-1) as OpenPart
    const octets = this.#header.end(bodyStart)
    const fields = fieldValues(octets)
    const content = octets.length === 0 && !open.inDigest ? plainContent : contentOf(fields, open.inDigest)
    if (this.#root === null) this.#root = { part: null, header: new Uint8Array(octets), facts: headerFacts(fields) }
    else if (open.isMessage) open.envelope = envelope(fields)
    open.body(content, bodyStart, lines)
    this.#inHeader = false
    if (open.isContainer) this.#openContainer(open, content, bodyStart)
  }

  /** Enters a multipart or an encapsulated message, as far as the limits let it. */
  #openContainer(open: OpenPart, content: Content, bodyStart: number): void {
    const isTooDeep = this.#stack.length >= this.#limits.nesting
    if (isTooDeep || this.#parts >= this.#limits.parts) {
      open.makeOpaque(isTooDeep ? 'too-deep' : 'too-many-parts')
      return
    }
    this.#parts++
    if (content.type === 'message') {
      if (isIdentity(content.encoding)) this.#open(bodyStart, true, false)
      else open.problem = 'encoded-message'
    } else if (content.boundary !== null) this.#delimiters.push(this.#stack.length - 1, content.boundary)
    else open.problem = 'no-boundary'
  }

  /** Closes the open parts at `depth` and below; they end at `end`, before which there are `lines` line feeds. */
  #closeTo(depth: number, end: number, lines: number): void {
    while (this.#stack.length > depth) {
      // That may open the message that the part encapsulates; it is closed first then.
      if (this.#inHeader) this.#endHeader(end, lines)
      else {
        const part = (this.#stack.pop() as OpenPart).close(end, lines)
        this.#delimiters.closeFrom(this.#stack.length)
        const parent = this.#stack.at(-1)
        if (parent !== undefined) parent.parts.push(part)
        else if (this.#root !== null) this.#root.part = part
      }
    }
  }
}

function isIdentity(encoding: string): boolean {
  return encoding !== 'base64' && encoding !== 'quoted-printable'
}

/** The tree of a message that is in memory; never throws. */
export function parseMessage(octets: Uint8Array, limits?: MimeLimits): Part {
  return factsOf(octets, limits).structure
}

/** All that is computed of a message that is in memory; never throws. */
export function factsOf(octets: Uint8Array, limits?: MimeLimits): ParsedMessage {
  const parser = new MessageParser(limits)
  parser.write(octets)
  return parser.end()
}
