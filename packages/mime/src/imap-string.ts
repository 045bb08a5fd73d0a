/** Strings as IMAP responses hold them (RFC 3501 §4.3, §9). */
import { type OctetString, utf8OctetString } from './octets.ts'

export const nil = 'NIL' as OctetString

// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what a quoted string cannot hold
const needsLiteral = /[\x00\r\n\x80-\xff]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: no string of IMAP holds a NUL
const nul = /\x00/g

/** string = quoted / literal. A NUL is left out: CHAR8 has none. */
export function imapString(value: OctetString): OctetString {
  if (!needsLiteral.test(value)) {
    const escaped = value.includes('"') || value.includes('\\') ? value.replace(/["\\]/g, '\\$&') : value
    return `"${escaped}"` as OctetString
  }
  const octets = value.replace(nul, '')
  return `{${octets.length}}\r\n${octets}` as OctetString
}

/** nstring = string / nil */
export function imapNstring(value: OctetString | null | undefined): OctetString {
  return value === null || value === undefined ? nil : imapString(value)
}

/** The string of text, in UTF-8. */
export function imapText(text: string): OctetString {
  return imapString(utf8OctetString(text))
}

export function imapNtext(text: string | null): OctetString {
  return text === null ? nil : imapText(text)
}
