/**
 * i;unicode-casemap (RFC 5051): letters of all scripts without case, composed or not.
 *
 * Its characters, for "?" and "*", are the code points of the prepared string, so that `:matches "*x*"` and
 * `:contains "x"` agree. What a wildcard took is given back as it stood: a character that prepares to several code
 * points belongs to the wildcard that took the first of them.
 */
import { compareKeys, unicodeCasemap } from '@lemonade/mime'
import { extension } from '../extension.ts'
import type { Comparator } from '../match.ts'
import { isUnicode } from '../text.ts'

/** Text that is not Unicode throughout is compared as it is (RFC 5051 §2 step 1b). */
function prepare(text: string): string {
  return isUnicode(text) ? unicodeCasemap(text) : text
}

const beyondPlane0 = /[\u{10000}-\u{10ffff}]/u

/** A string where one code unit is one code point, else the code points. */
function codePoints(text: string): string | readonly string[] {
  return beyondPlane0.test(text) ? [...text] : text
}

function slice(text: string, start: number, end: number): string {
  let taken = ''
  let at = 0
  for (const character of text) {
    if (at >= end) break
    if (at >= start) taken += character
    at += isUnicode(text) ? codePoints(unicodeCasemap(character)).length : 1
  }
  return taken
}

const unicode: Comparator = {
  substring: true,
  key: prepare,
  order: compareKeys,
  characters: text => ({ folded: codePoints(prepare(text)), slice: (start, end) => slice(text, start, end) }),
}

export const unicodeCasemapComparator = extension({
  capabilities: ['comparator-i;unicode-casemap'],
  rfc: 5051,
  comparators: { 'i;unicode-casemap': unicode },
})
