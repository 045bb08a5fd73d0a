/** i;octet and i;ascii-casemap, usable without `require` (RFC 5228 §2.7.3, RFC 4790 §9.2, §9.3). */
import { extension } from '../extension.ts'
import type { Comparator } from '../match.ts'
import { fromOctets, isAscii, toOctets } from '../text.ts'

/** Compares strings by code unit: octets for octet strings. */
export function codeUnitOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

/** A comparator whose characters are octets. */
function octetComparator(fold: (octets: string) => string): Comparator {
  return {
    substring: true,
    key: text => fold(toOctets(text)),
    order: codeUnitOrder,
    characters(text) {
      const octets = toOctets(text)
      return { folded: fold(octets), slice: (start, end) => fromOctets(octets.slice(start, end)) }
    },
  }
}

/** To upper case, because that is the order that RFC 4790 §9.2.1 gives to "_" and letters. */
function upper(octets: string): string {
  return isAscii(octets) ? octets.toUpperCase() : octets.replace(/[a-z]+/g, letters => letters.toUpperCase())
}

export const comparators = extension({
  capabilities: ['comparator-i;ascii-casemap', 'comparator-i;octet'],
  always: true,
  rfc: 5228,
  comparators: {
    'i;ascii-casemap': octetComparator(upper),
    'i;octet': octetComparator(octets => octets),
  },
})
