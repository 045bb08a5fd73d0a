/** Classes of octets from the grammar of RFC 3501 §9, as one table. */

export const SP = 0x20
export const CR = 0x0d
export const LF = 0x0a
export const DQUOTE = 0x22
export const BACKSLASH = 0x5c
export const OPEN = 0x28
export const CLOSE = 0x29
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
export const OPEN_BRACKET = 0x5b
export const CLOSE_BRACKET = 0x5d
export const PLUS = 0x2b
export const STAR = 0x2a
export const TILDE = 0x7e

/** ATOM-CHAR: any CHAR except atom-specials. */
export const ATOM_CHAR = 1
/** ASTRING-CHAR: ATOM-CHAR / resp-specials. */
export const ASTRING_CHAR = 2
/** What a tag is made of: any ASTRING-CHAR except "+". */
export const TAG_CHAR = 4
/** list-char: ATOM-CHAR / list-wildcards / resp-specials. */
export const LIST_CHAR = 8
/** QUOTED-CHAR without the escaped ones, and, so that UTF-8 may pass, octets above 0x7f. */
export const QUOTED_CHAR = 16
export const DIGIT = 32

function classesOf(octet: number): number {
  let classes = 0
  const character = String.fromCharCode(octet)
  if (octet > 0x20 && octet < 0x7f && !'(){%*"\\]'.includes(character)) classes |= ATOM_CHAR | ASTRING_CHAR | LIST_CHAR
  if (octet === CLOSE_BRACKET) classes |= ASTRING_CHAR | LIST_CHAR
  if (character === '%' || character === '*') classes |= LIST_CHAR
  if (classes & ASTRING_CHAR && octet !== PLUS) classes |= TAG_CHAR
  if (octet !== 0 && octet !== CR && octet !== LF && octet !== DQUOTE && octet !== BACKSLASH) classes |= QUOTED_CHAR
  if (octet >= 0x30 && octet <= 0x39) classes |= DIGIT
  return classes
}

const table = Uint8Array.from({ length: 256 }, (_, octet) => classesOf(octet))

/** True where the octet is in one of the classes. */
export function is(octet: number | undefined, classes: number): boolean {
  return octet !== undefined && ((table[octet] as number) & classes) !== 0
}
