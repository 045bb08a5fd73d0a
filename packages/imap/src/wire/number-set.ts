/**
 * Sets of message numbers as commands write them (RFC 3501 §9, sequence-set), and sets of UIDs as responses print them.
 */
import type { Uid, UidRange, UidRanges } from '@lemonade/store'

declare const numbers: unique symbol

/** A message sequence number: lives only here, in the wire's writer and in the session's view (RFC 3501 §2.3.1.2). */
export type Seq = number & { readonly [numbers]: 'Seq' }

/** `*` until a mailbox says what it stands for. */
export const star = Number.POSITIVE_INFINITY

/** As written: either end may be the greater one or `star`. */
export interface WrittenRange {
  readonly first: number
  readonly last: number
}

/** `mark` is a saved set's sign, such as `$` (RFC 5182 §2.1); then there are no ranges. */
export interface NumberSet<N> {
  readonly ranges: readonly WrittenRange[]
  readonly mark?: string
  readonly [numbers]?: N
}

/** Ends in order, `*` resolved to `largest`, ranges sorted and joined. Nothing where `*` has nothing to stand for. */
export function resolveRanges(set: NumberSet<unknown>, largest: number): { first: number; last: number }[] {
  const ranges: { first: number; last: number }[] = []
  for (const range of set.ranges) {
    const a = range.first === star ? largest : range.first
    const b = range.last === star ? largest : range.last
    const first = Math.min(a, b)
    const last = Math.max(a, b)
    if (last > 0) ranges.push({ first: Math.max(first, 1), last })
  }
  return joinRanges(ranges)
}

function joinRanges(ranges: { first: number; last: number }[]): { first: number; last: number }[] {
  if (ranges.length < 2) return ranges
  ranges.sort((a, b) => a.first - b.first)
  const joined: { first: number; last: number }[] = []
  for (const range of ranges) {
    const before = joined.at(-1)
    if (before && range.first <= before.last + 1) before.last = Math.max(before.last, range.last)
    else joined.push({ ...range })
  }
  return joined
}

/** The largest number named, `star` for `*`. */
export function largestOf(set: NumberSet<unknown>): number {
  let largest = 0
  for (const range of set.ranges) largest = Math.max(largest, range.first, range.last)
  return largest
}

/** Ranges that hold exactly these UIDs, which ascend. */
export function rangesOf(uids: ArrayLike<number>): UidRanges {
  const ranges: { first: Uid; last: Uid }[] = []
  let open: { first: Uid; last: Uid } | undefined
  for (let i = 0; i < uids.length; i++) {
    const uid = uids[i] as Uid
    if (open && uid === open.last + 1) open.last = uid
    else {
      open = { first: uid, last: uid }
      ranges.push(open)
    }
  }
  return ranges
}

/** What two sorted lists of ranges have in common. */
export function intersect(left: UidRanges, right: UidRanges): UidRanges {
  const common: UidRange[] = []
  let l = 0
  let r = 0
  while (l < left.length && r < right.length) {
    const a = left[l] as UidRange
    const b = right[r] as UidRange
    const first = Math.max(a.first, b.first) as Uid
    const last = Math.min(a.last, b.last) as Uid
    if (first <= last) common.push({ first, last })
    if (a.last < b.last) l++
    else r++
  }
  return common
}

/**
 * Prints numbers in the order given, neighbours that ascend by one as a range: uid-set of RFC 4315 §4, where the order
 * carries meaning, and sequence-set where the numbers are sorted.
 */
export function printNumbers(list: ArrayLike<number>): string {
  const parts: string[] = []
  for (let i = 0; i < list.length; ) {
    const first = list[i] as number
    let last = first
    while (++i < list.length && list[i] === last + 1) last++
    parts.push(first === last ? `${first}` : `${first}:${last}`)
  }
  return parts.join(',')
}

/** Prints a set as it was written. */
export function printSet(set: NumberSet<unknown>): string {
  if (set.mark !== undefined) return set.mark
  const end = (n: number) => (n === star ? '*' : `${n}`)
  return set.ranges.map(r => (r.first === r.last ? end(r.first) : `${end(r.first)}:${end(r.last)}`)).join(',')
}
