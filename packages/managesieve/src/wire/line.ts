/** One line of a command into tokens; the line comes without its CRLF (RFC 5804 §4). */
import { No } from '../reply.ts'

export type Token =
  | { readonly kind: 'atom'; readonly text: string }
  | { readonly kind: 'string'; readonly octets: Uint8Array }
  | { readonly kind: 'number'; readonly value: number }
  /** The announcement of a literal; it ends its line, and its octets follow. */
  | { readonly kind: 'literal'; readonly octets: number }

export const quotedOctets = 1_024
const atomOctets = 1_024

const space = 0x20
const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const highestNumber = 0xffff_ffff

/** ATOM-CHAR = "!" / %x23-27 / %x2A-5B / %x5D-7A / %x7C-7E */
const atomText = /^[!\x23-\x27\x2a-\x5b\x5d-\x7a\x7c-\x7e]+$/
/** number = (NZDIGIT *DIGIT) / "0", below 2^32 */
const numberText = /^(?:0|[1-9]\d{0,9})$/
/** literal-c2s = "{" number "+}"; without the "+" it is what clients of earlier drafts send, and no less clear. */
const literalText = /^\{(\d{1,15})\+?\}$/

const latin1 = new TextDecoder('latin1')

/** Tokens with one space between them. Throws No with what is wrong. */
export function tokens(line: Uint8Array): Token[] {
  const found: Token[] = []
  if (line.length === 0) return found
  let at = 0
  for (;;) {
    const [token, end] = line[at] === quote ? quoted(line, at + 1) : bare(line, at)
    found.push(token)
    if (end === line.length) return found
    if (line[end] !== space) throw new No('Arguments are separated by a space')
    if (token.kind === 'literal') throw new No('Nothing follows the announcement of a literal on its line')
    at = end + 1
  }
}

/** The literal that a line announces, whatever else is wrong with the line; null where it announces none. */
export function announced(line: Uint8Array): number | null {
  const found = literalText.exec(latin1.decode(line.subarray(line.lastIndexOf(openBrace))))?.[1]
  return found === undefined ? null : Number(found)
}

/** quoted = DQUOTE *1024QUOTED-CHAR DQUOTE; NUL stands in no quoted string. */
function quoted(line: Uint8Array, start: number): [Token, number] {
  const octets = new Uint8Array(Math.min(line.length - start, quotedOctets))
  let length = 0
  for (let at = start; at < line.length; at++) {
    let octet = line[at]
    if (octet === quote) {
      if (at - start > quotedOctets) throw new No(`A quoted string has at most ${quotedOctets} octets; send a literal`)
      return [{ kind: 'string', octets: octets.subarray(0, length) }, at + 1]
    }
    if (octet === backslash) {
      octet = line[++at]
      if (octet !== quote && octet !== backslash) throw new No('A backslash quotes a quote or a backslash')
    }
    if (octet === 0 || octet === 0x0d) throw new No('A quoted string holds no NUL and no CR')
    if (length < quotedOctets) octets[length++] = octet ?? 0
  }
  throw new No('A quoted string does not end on its line')
}

function bare(line: Uint8Array, start: number): [Token, number] {
  const next = line.indexOf(space, start)
  const end = next === -1 ? line.length : next
  const text = latin1.decode(line.subarray(start, end))
  if (numberText.test(text) && Number(text) <= highestNumber) return [{ kind: 'number', value: Number(text) }, end]
  if (atomText.test(text) && text.length <= atomOctets) return [{ kind: 'atom', text }, end]
  const literal = literalText.exec(text)?.[1]
  if (literal !== undefined) return [{ kind: 'literal', octets: Number(literal) }, end]
  throw new No(text === '' ? 'There is one space between arguments' : 'That is neither a string, a number nor an atom')
}
