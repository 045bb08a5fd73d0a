/** i;ascii-numeric (RFC 4790 §9.1): unsigned decimal numbers of any size; what is none is positive infinity. */
import { codeUnitOrder } from '../core/comparators.ts'
import { extension } from '../extension.ts'
import type { Comparator } from '../match.ts'

const infinity = 'infinity'

/** The digits in front, without leading zeros. */
function key(text: string): string {
  const digits = /^[0-9]+/.exec(text)?.[0]
  return digits === undefined ? infinity : digits.replace(/^0+(?=.)/, '')
}

function order(left: string, right: string): number {
  if (left === infinity || right === infinity) return Number(left === infinity) - Number(right === infinity)
  return left.length - right.length || codeUnitOrder(left, right)
}

const numeric: Comparator = {
  substring: false,
  key,
  order,
  characters: text => ({ folded: text, slice: (start, end) => text.slice(start, end) }),
}

export const asciiNumeric = extension({
  capabilities: ['comparator-i;ascii-numeric'],
  rfc: 4790,
  comparators: { 'i;ascii-numeric': numeric },
})
