/** Where a message is cut into blobs: a large leaf part becomes one of its own, so that it is stored once wherever it is. */
import type { Part } from '@lemonade/mime'

/** A leaf body smaller than this stays with what surrounds it. */
export const ownBlobOctets = 16 * 1024

export interface Range {
  readonly start: number
  readonly end: number
}

/** Ranges that cover octets [0, octets) in order. */
export function cut(structure: Part, octets: number): Range[] {
  const ranges: Range[] = []
  let at = 0
  const upTo = (end: number) => {
    if (end > at) ranges.push({ start: at, end })
    at = Math.max(at, end)
  }
  for (const leaf of largeLeaves(structure)) {
    upTo(leaf.bodyStart)
    upTo(leaf.end)
  }
  upTo(octets)
  return ranges
}

function* largeLeaves(part: Part): Generator<Part> {
  if (part.parts.length > 0) for (const each of part.parts) yield* largeLeaves(each)
  else if (part.end - part.bodyStart >= ownBlobOctets) yield part
}
