/** Authentication-Results in the header of a message: ours, and nobody else's in our name (RFC 8601). */
import { headerFields, unfoldedText } from '@lemonade/mime'
import { returnPathEnd } from '../return-path.ts'

/**
 * The header with the field behind the Return-Path, above the trace fields (RFC 8601 §4.1), and without the fields that
 * claim to be of this server: those are forged (RFC 8601 §5).
 */
export function withResults(header: Uint8Array, field: string, hostname: string): Uint8Array {
  const start = returnPathEnd(header)
  const kept: Uint8Array[] = [header.subarray(0, start), Buffer.from(field)]
  let from = start
  for (const each of headerFields(header)) {
    if (each.nameLower !== 'authentication-results') continue
    const id = authservId(unfoldedText(header, each))
    // What cannot be read might be read otherwise by somebody else.
    if (id !== null && id !== hostname.toLowerCase()) continue
    kept.push(header.subarray(from, each.start))
    from = each.end
  }
  return Buffer.concat([...kept, header.subarray(from)])
}

/** authserv-id = value, behind [CFWS] (RFC 8601 §2.2); in lower case, without a dot at its end; null for none. */
export function authservId(text: string): string | null {
  const rest = text.slice(cfwsEnd(text))
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(rest)?.[1]?.replace(/\\(.)/g, '$1')
  const value = quoted ?? /^[^\s;()"]+/.exec(rest)?.[0] ?? ''
  return value === '' ? null : value.trim().toLowerCase().replace(/\.$/, '')
}

/** Where the comments and white space at the beginning end (RFC 5322 §3.2.2). */
function cfwsEnd(text: string): number {
  let depth = 0
  let at = 0
  for (; at < text.length; at++) {
    const character = text[at] as string
    if (character === '(') depth++
    else if (character === ')' && depth > 0) depth--
    else if (character === '\\' && depth > 0) at++
    else if (depth === 0 && !/\s/.test(character)) break
  }
  return at
}

/** The field as the library wrote it, of which every octet is now one that a header field may have. */
export function resultsField(headers: string, utf8: boolean): string {
  const lines = headers.split('\r\n')
  const first = lines.findIndex(line => /^authentication-results:/i.test(line))
  if (first === -1) throw new Error('there is no Authentication-Results field')
  const others = lines.slice(first + 1)
  const end = others.findIndex(line => !/^[ \t]/.test(line))
  return [lines[first] ?? '', ...others.slice(0, end === -1 ? others.length : end)]
    .map(line => line.replace(utf8 ? notUtf8Text : notText, '?'))
    .filter(line => line.trim() !== '')
    .map(line => `${line}\r\n`)
    .join('')
}

const notText = /[^\t -~]/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
const notUtf8Text = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g

/** Where the checks themselves failed (RFC 8601 §2.7). */
export function failedField(hostname: string): string {
  return `Authentication-Results: ${hostname};\r\n dkim=temperror;\r\n spf=temperror;\r\n dmarc=temperror\r\n`
}
