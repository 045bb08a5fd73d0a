/**
 * Octets that not everybody can carry, and the same message without them: NULs, which binary mail may hold (RFC 2045
 * §2.9) and base IMAP cannot have, binary parts, and octets of eight bits.
 */
import { Recoder, type Recoding } from './recode.ts'
import { isMultipart, type Part } from './tree.ts'

/** Encodings whose octets are the data itself. */
const identities: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary'])

/** Looks through a message for octets of a kind, in pieces of any size. */
class PartFinder {
  readonly #leaves: readonly Part[]
  readonly #find: (octets: Uint8Array, from: number) => number
  readonly #found: Part[] = []
  #next = 0
  #at = 0
  #elsewhere = false

  constructor(structure: Part, find: (octets: Uint8Array, from: number) => number) {
    this.#leaves = [...leaves(structure)]
    this.#find = find
  }

  write(octets: Uint8Array): void {
    const start = this.#at
    this.#at += octets.length
    for (let found = this.#find(octets, 0); found !== -1; ) {
      const leaf = this.#leafAt(start + found)
      if (leaf === null) this.#elsewhere = true
      else if (this.#found.at(-1) !== leaf) this.#found.push(leaf)
      // The rest of the part tells nothing new.
      found = this.#find(octets, leaf === null ? found + 1 : leaf.end - start)
    }
  }

  /** The leaf parts that hold some in their bodies, in order; null where some stand in no body that can be encoded. */
  parts(): readonly Part[] | null {
    return this.#elsewhere || this.#found.some(part => !identities.has(part.encoding)) ? null : this.#found
  }

  #leafAt(offset: number): Part | null {
    while ((this.#leaves[this.#next]?.end ?? Number.POSITIVE_INFINITY) <= offset) this.#next++
    const leaf = this.#leaves[this.#next]
    return leaf !== undefined && leaf.bodyStart <= offset ? leaf : null
  }
}

/** Where a message has NULs. */
export class NulFinder extends PartFinder {
  constructor(structure: Part) {
    super(structure, (octets, from) => octets.indexOf(0, from))
  }
}

/** Where a message has octets of eight bits. */
export class EightBitFinder extends PartFinder {
  constructor(structure: Part) {
    super(structure, (octets, from) => {
      for (let at = Math.max(from, 0); at < octets.length; at++) if ((octets[at] as number) > 0x7f) return at
      return -1
    })
  }
}

function* leaves(part: Part): Generator<Part> {
  if (part.parts.length === 0) yield part
  else for (const each of part.parts) yield* leaves(each)
}

/** Puts bodies of leaf parts under base64, and says so in their headers. */
export class Base64Parts extends Recoder {
  constructor(parts: readonly Part[]) {
    super(parts.map(part => ({ part, to: 'base64' })))
  }
}

/** What makes a binary message one of text (RFC 3030 §3). `holders` are parts with NULs. */
export function withoutBinary(structure: Part, holders: readonly Part[]): readonly Recoding[] {
  return changes(structure, part => {
    if (part.parts.length > 0) return part.encoding === 'binary' ? '8bit' : null
    return part.encoding === 'binary' || holders.includes(part) ? 'base64' : null
  })
}

/**
 * What makes a message one of seven bits (RFC 6152 §3). `holders` are parts with octets of eight. Null where a part
 * must stay as it was signed or encrypted (RFC 1847 §2).
 */
export function withoutEightBits(structure: Part, holders: readonly Part[]): readonly Recoding[] | null {
  const isSealed = (part: Part) => isMultipart(part) && (part.subtype === 'signed' || part.subtype === 'encrypted')
  if (holders.some(holder => [...above(structure, holder)].some(isSealed))) return null
  return changes(structure, part => {
    if (holders.includes(part)) return part.type === 'text' ? 'quoted-printable' : 'base64'
    return part.encoding === '8bit' || part.encoding === 'binary' ? '7bit' : null
  })
}

function changes(part: Part, to: (part: Part) => Recoding['to'] | null): readonly Recoding[] {
  const own = to(part)
  return [...(own === null ? [] : [{ part, to: own }]), ...part.parts.flatMap(each => changes(each, to))]
}

/** The parts that a part stands in, outermost first. */
function* above(part: Part, inner: Part): Generator<Part> {
  if (part === inner) return
  yield part
  for (const each of part.parts)
    if (each.headerStart <= inner.headerStart && inner.end <= each.end) yield* above(each, inner)
}
