/** Lists of UIDs as ranges, and ranges within the UIDs that exist. */
import type { Uid, UidRange, UidRanges } from './model.ts'

/** Ranges of consecutive UIDs from an ascending list. */
export function rangesOf(uids: ArrayLike<number>): UidRange[] {
  const ranges: UidRange[] = []
  for (let at = 0; at < uids.length; ) {
    const first = uids[at] as Uid
    let last = first
    for (at++; at < uids.length && uids[at] === last + 1; at++) last = uids[at] as Uid
    ranges.push({ first, last })
  }
  return ranges
}

/** Every UID, whatever it will be. */
export const allUids: UidRanges = [{ first: 1 as Uid, last: 4_294_967_295 as Uid }]

/** Whether ascending ranges hold a UID. */
export function isWithin(ranges: UidRanges, uid: Uid): boolean {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.last as number) < uid) low = middle + 1
    else high = middle
  }
  const range = ranges[low]
  return range !== undefined && range.first <= uid
}

/** What two lists of ascending ranges have in common. */
export function intersect(left: UidRanges, right: UidRanges): UidRange[] {
  const common: UidRange[] = []
  for (let l = 0, r = 0; l < left.length && r < right.length; ) {
    const [a, b] = [left[l] as UidRange, right[r] as UidRange]
    const [first, last] = [Math.max(a.first, b.first) as Uid, Math.min(a.last, b.last) as Uid]
    if (first <= last) common.push({ first, last })
    if (a.last < b.last) l++
    else r++
  }
  return common
}

/** Fewer ranges that hold the same UIDs and perhaps others: those closer to one another than `gap` become one. */
export function coalesced(ranges: UidRanges, gap: number): UidRange[] {
  const joined: UidRange[] = []
  for (const range of ranges) {
    const before = joined.at(-1)
    if (before !== undefined && range.first - before.last <= gap) {
      joined[joined.length - 1] = { first: before.first, last: range.last }
    } else joined.push(range)
  }
  return joined
}
