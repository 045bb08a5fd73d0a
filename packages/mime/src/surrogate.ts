/** A message with other headers than it has: what of it stays, what takes the place of the rest, and where all stands. */
import type { Range } from './section.ts'
import type { Part } from './tree.ts'

/** Other octets for a range of the message. */
export interface Replacement extends Range {
  readonly octets: Uint8Array
}

/** The headers of a part and of all below it, in their order. */
export function* headerRanges(part: Part): Generator<Range, void, void> {
  if (part.headerStart < part.bodyStart) yield { start: part.headerStart, end: part.bodyStart }
  for (const inner of part.parts) yield* headerRanges(inner)
}

export class Surrogate {
  readonly #replacements: readonly Replacement[]
  /** By how much what follows a replacement has moved. */
  readonly #moved: readonly number[]

  /** Replacements of whole headers, in their order. */
  constructor(replacements: readonly Replacement[]) {
    this.#replacements = replacements
    let moved = 0
    this.#moved = replacements.map(({ start, end, octets }) => {
      moved += octets.length - (end - start)
      return moved
    })
  }

  /** Where an offset that is not within a replaced range stands now. */
  at(offset: number): number {
    let low = 0
    let high = this.#replacements.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#replacements[middle] as Replacement).end <= offset) low = middle + 1
      else high = middle
    }
    return offset + (this.#moved[low - 1] ?? 0)
  }

  /** The part with the offsets it has now. */
  part(part: Part): Part {
    return {
      ...part,
      headerStart: this.at(part.headerStart),
      bodyStart: this.at(part.bodyStart),
      end: this.at(part.end),
      parts: part.parts.map(inner => this.part(inner)),
    }
  }

  /** The octets from `start` to `end` as they stand now: ranges of the message, and what replaces others. */
  *pieces(start: number, end: number): Generator<Range | Uint8Array, void, void> {
    let from = 0
    let moved = 0
    for (const replacement of [...this.#replacements, null]) {
      const to = replacement?.start ?? Number.POSITIVE_INFINITY
      const [first, last] = [Math.max(start, from + moved), Math.min(end, to + moved)]
      if (first < last) yield { start: first - moved, end: last - moved }
      if (replacement === null) return
      const at = to + moved
      const octets = replacement.octets.subarray(Math.max(0, start - at), Math.max(0, end - at))
      if (octets.length > 0) yield octets
      moved += replacement.octets.length - (replacement.end - replacement.start)
      from = replacement.end
    }
  }
}
