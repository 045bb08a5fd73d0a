/** A rope: content as an ordered list of ranges of blobs. Building one copies no octets. */

/** Octets [start, start + octets) of a blob; `B` is how the blob is named. */
export interface Segment<B> {
  readonly blob: B
  readonly start: number
  readonly octets: number
}
export type Rope<B> = readonly Segment<B>[]

export function ropeOctets(rope: Rope<unknown>): number {
  return rope.reduce((sum, segment) => sum + segment.octets, 0)
}

/** The rope of octets [start, end); what lies outside the rope is left out. */
export function sliceRope<B>(rope: Rope<B>, start: number, end: number): Rope<B> {
  const slice: Segment<B>[] = []
  let offset = 0
  for (const segment of rope) {
    const from = Math.max(start - offset, 0)
    const to = Math.min(end - offset, segment.octets)
    if (from < to) slice.push({ blob: segment.blob, start: segment.start + from, octets: to - from })
    offset += segment.octets
    if (offset >= end) break
  }
  return slice
}

/** One rope after another; ranges that continue each other become one. */
export function joinRopes<B>(...ropes: readonly Rope<B>[]): Rope<B> {
  const joined: Segment<B>[] = []
  for (const segment of ropes.flat()) {
    const last = joined.at(-1)
    if (last !== undefined && last.blob === segment.blob && last.start + last.octets === segment.start) {
      joined[joined.length - 1] = { ...last, octets: last.octets + segment.octets }
    } else if (segment.octets > 0) joined.push(segment)
  }
  return joined
}
