/** PARTIAL, RFC 9394: some of what a search finds or a set holds, counted from either end. */
import { extension, type FetchModifier, type SearchReturn } from '../extension.ts'
import { Bad } from '../problem.ts'
import { rangesOf } from '../wire/number-set.ts'
import type { Parser } from '../wire/parser.ts'

/** As written: both ends positive, counted from the first, or both negative, counted from the last. */
export interface PartialRange {
  readonly first: number
  readonly last: number
}

/** SP partial-range; partial-range = nz-number ":" nz-number / MINUS nz-number ":" MINUS nz-number (RFC 9394 §4) */
export function partialRange(p: Parser): PartialRange {
  p.sp()
  const end = () => (p.tryChar('-') ? -p.nzNumber() : p.nzNumber())
  const first = end()
  p.char(':')
  const last = end()
  if (first < 0 !== last < 0) throw new Bad('Both ends of a partial range count from the same side')
  return { first, last }
}

/** Those of a list that a range names, which may be none (RFC 9394 §3.1). */
export function partOf(list: Uint32Array, { first, last }: PartialRange): Uint32Array {
  const [nearest, farthest] = [Math.min(Math.abs(first), Math.abs(last)), Math.max(Math.abs(first), Math.abs(last))]
  if (first > 0) return list.subarray(nearest - 1, farthest)
  return list.subarray(Math.max(0, list.length - farthest), Math.max(0, list.length - nearest + 1))
}

/** ret-data-partial = "PARTIAL" SP "(" partial-range SP partial-results ")" */
const partialResult: SearchReturn = {
  parse: partialRange,
  excludes: ['ALL'],
  names: ({ uids }, range) => partOf(uids, range as PartialRange),
  *stream(w, { numbers }, range) {
    const { first, last } = range as PartialRange
    const part = partOf(numbers, range as PartialRange)
    w.ascii(` PARTIAL (${first}:${last} `)
    if (part.length === 0) w.nil()
    else yield* w.numbersInSteps(part)
    w.close()
  },
}

/** modifier-partial of UID FETCH (RFC 9394 §3.3). Other modifiers choose among the messages that it leaves (§3.4). */
const partialFetch: FetchModifier = {
  parse: partialRange,
  byUid: true,
  first: true,
  plan: ({ uids, items }, range, { view }) => ({
    uids: rangesOf(partOf(view.present(uids), range as PartialRange)),
    items,
  }),
}

export const partial = extension({
  rfc: 9394,
  advertise: 'PARTIAL',
  searchReturns: { PARTIAL: partialResult },
  fetchModifiers: { PARTIAL: partialFetch },
})
