/** Ordering many things in steps, so that a sort of a million messages lets others go on. */

/** One criterion: a value for each thing, of which the lesser comes first, or last where it is reversed. */
export interface Criterion {
  readonly values: Float64Array | readonly string[]
  readonly reverse: boolean
}

/** Things compared at once, in a step. */
const stepThings = 4_096

/** Indexes of `count` things by the criteria, the first of them first; what all of them find equal keeps its order. */
export function* order(count: number, criteria: readonly Criterion[]): Generator<void, Uint32Array> {
  const compare = comparison(criteria)
  let from = Uint32Array.from({ length: count }, (_, index) => index)
  for (let at = 0; at < count; at += stepThings) {
    from.subarray(at, at + stepThings).sort(compare)
    yield
  }
  let to = new Uint32Array(count)
  for (let width = stepThings; width < count; width *= 2) {
    for (let at = 0; at < count; at += 2 * width) yield* merge(from, to, at, at + width, at + 2 * width, compare)
    ;[from, to] = [to, from]
  }
  return from
}

type Compare = (left: number, right: number) => number

function* merge(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
  compare: Compare,
): Generator<void, void> {
  const leftEnd = Math.min(middle, from.length)
  const rightEnd = Math.min(end, from.length)
  let left = start
  let right = leftEnd
  for (let at = start; at < rightEnd; at++) {
    const takesLeft = left < leftEnd && (right >= rightEnd || compare(from[left] as number, from[right] as number) <= 0)
    to[at] = from[takesLeft ? left++ : right++] as number
    if (at % stepThings === 0) yield
  }
}

/** Equal things in the order of their indexes. */
function comparison(criteria: readonly Criterion[]): Compare {
  return (left, right) => {
    for (const { values, reverse } of criteria) {
      const a = values[left] as number | string
      const b = values[right] as number | string
      if (a !== b) return a < b !== reverse ? -1 : 1
    }
    return left - right
  }
}

/** A string whose order by UTF-16 units, which is JavaScript's, is the given one's order by code points (RFC 5051 §2). */
export function byCodePoints(text: string): string {
  return /[\ud800-\uffff]/.test(text) ? text.replace(/[\ud800-\uffff]/g, shifted) : text
}

/** Puts surrogates behind all other units. */
function shifted(unit: string): string {
  const code = unit.charCodeAt(0)
  return String.fromCharCode(code < 0xe000 ? code + 0x2000 : code - 0x800)
}
