/**
 * A message as scripts edit it (RFC 5293, RFC 5703): what they write, between ranges of the message as it came in. No
 * octet of that is copied, and a host need not hold it. An edition never changes; each edit makes the next one.
 *
 * Offsets of an edition's parts are those in the edition itself. What an edit does to fields that say how a part is to be
 * read is not followed: the structure is that of the message until parts are replaced (RFC 5293 §7).
 */
import { type HeaderField, headerFields, type Part, parseMessage } from '@lemonade/mime'
import { messageOf, type SieveMessage } from './message.ts'

/** Octets [start, end) of the message as it came in. */
export interface OctetRange {
  readonly start: number
  readonly end: number
}
export type Piece = Uint8Array | OctetRange

/** What an act stores or sends in place of the message as it came in. */
export interface EditedMessage {
  readonly pieces: readonly Piece[]
  readonly octets: number
}

/** The way from the root to a part: the place among its siblings at each step. */
export type PartPath = readonly number[]

export class Edition implements EditedMessage {
  readonly pieces: readonly Piece[]
  readonly octets: number
  /** The top-level header, up to and with the blank line. */
  readonly header: Uint8Array
  /** Null where the host does not show it. */
  readonly structure: Part | null
  #message: SieveMessage | null
  #fields: readonly HeaderField[] | null = null

  private constructor(
    pieces: readonly Piece[],
    header: Uint8Array,
    structure: Part | null,
    message: SieveMessage | null = null,
  ) {
    this.pieces = pieces.filter(piece => lengthOf(piece) > 0)
    this.octets = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
    this.header = header
    this.structure = structure
    this.#message = message
  }

  /** A message that nobody has edited yet; null where the host does not give the octets of the whole header. */
  static of(message: SieveMessage): Edition | null {
    const { fieldOctets, structure } = message
    if (fieldOctets === undefined || (structure !== null && structure.bodyStart !== fieldOctets.length)) return null
    return new Edition([{ start: 0, end: message.octets }], fieldOctets, message.structure, message)
  }

  /** As tests see it. */
  get message(): SieveMessage {
    this.#message ??= messageOf(this.header, this.octets, this.structure)
    return this.#message
  }

  /** Of the top-level header. */
  get fields(): readonly HeaderField[] {
    this.#fields ??= headerFields(this.header)
    return this.#fields
  }

  /** With another top-level header, which ends with its blank line. */
  withHeader(header: Uint8Array): Edition {
    const delta = header.length - this.header.length
    const { structure } = this
    const next = structure && { ...moved(structure, delta), headerStart: 0, bodyStart: structure.bodyStart + delta }
    return new Edition([header, ...this.slice(this.header.length, this.octets)], header, next)
  }

  /** With an entity in place of the part at a path; an empty path is the whole message. */
  withPart(path: PartPath, entity: Uint8Array): Edition {
    const part = this.part(path)
    if (part === null) return this
    const parsed = parseMessage(entity)
    if (path.length === 0) return new Edition([entity], entity.subarray(0, parsed.bodyStart), parsed)
    return this.#spliced(path, part.headerStart, part.end, [entity], parsed)
  }

  /** With this message in place of the part that a frame, an entity without its content, has at a path. */
  enclosedIn(frame: Uint8Array, path: PartPath): Edition {
    const parsed = parseMessage(frame)
    const around = new Edition([frame], frame.subarray(0, parsed.bodyStart), parsed)
    const place = around.part(path)
    if (place === null) return around
    const own = this.structure ?? parseMessage(this.header)
    return around.#spliced(path, place.headerStart, place.end, this.pieces, { ...own, end: this.octets })
  }

  /** How many parts its tree has. */
  get parts(): number {
    return this.structure === null ? 0 : countOf(this.structure)
  }

  /** The part at a path; null where there is none any more. */
  part(path: PartPath): Part | null {
    return partAt(this.structure, path)
  }

  /** The pieces of octets [start, end). */
  slice(start: number, end: number): readonly Piece[] {
    const found: Piece[] = []
    let at = 0
    for (const piece of this.pieces) {
      const length = lengthOf(piece)
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, length)]
      if (from < to) {
        if (piece instanceof Uint8Array) found.push(piece.subarray(from, to))
        else found.push({ start: piece.start + from, end: piece.start + to })
      }
      at += length
    }
    return found
  }

  /** Octets [start, end) replaced, which are the part at a path; `by` is its tree, with offsets of its own. */
  #spliced(path: PartPath, start: number, end: number, pieces: readonly Piece[], by: Part): Edition {
    const length = pieces.reduce((sum, piece) => sum + lengthOf(piece), 0)
    const whole = [...this.slice(0, start), ...pieces, ...this.slice(end, this.octets)]
    const structure = this.structure && grafted(this.structure, path, length - (end - start), moved(by, start))
    return new Edition(whole, this.header, structure)
  }
}

export function partAt(root: Part | null, path: PartPath): Part | null {
  let part = root
  for (const index of path) part = part?.parts[index] ?? null
  return part
}

function lengthOf(piece: Piece): number {
  return piece instanceof Uint8Array ? piece.length : piece.end - piece.start
}

function countOf({ parts }: Part): number {
  return parts.reduce((sum, part) => sum + countOf(part), 1)
}

/** A tree at another place. */
function moved(part: Part, delta: number): Part {
  if (delta === 0) return part
  const { headerStart, bodyStart, end, parts } = part
  return {
    ...part,
    headerStart: headerStart + delta,
    bodyStart: bodyStart + delta,
    end: end + delta,
    parts: parts.map(each => moved(each, delta)),
  }
}

/** A tree with another in place of the part at a path; what comes behind it moves. */
function grafted(part: Part, [index, ...rest]: PartPath, delta: number, by: Part): Part {
  if (index === undefined) return by
  const parts = part.parts.map((each, at) => {
    if (at < index) return each
    return at > index ? moved(each, delta) : grafted(each, rest, delta, by)
  })
  return { ...part, end: part.end + delta, parts }
}
