/** What handlers say, without a tag and without a socket. */
import { Writer } from './wire/writer.ts'

/** resp-text-code without its brackets, such as `UIDNEXT 4392` (RFC 3501 §7.1). Its first word is in the table of codes. */
export type Code = string

/** An untagged status response, or a greeting (RFC 3501 §7.1). */
export interface Status {
  readonly status: 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH'
  readonly code?: Code
  readonly text: string
}

/** One or more whole response lines as octets, or a piece of a line that others complete; or a status response. */
export type Response = Uint8Array | Status

/** How a command ends. */
export interface Tagged {
  readonly status: 'OK' | 'NO' | 'BAD'
  readonly code?: Code
  readonly text: string
  /** Done once the tagged response is on its way: another layer in the stream, the end of the connection. */
  readonly after?: () => Promise<void> | void
  /** Sends the tagged response itself, where its place among the octets matters: the switch to TLS. */
  readonly send?: (line: Uint8Array) => Promise<void>
}

export function ok(text: string, code?: Code): Tagged {
  return code === undefined ? { status: 'OK', text } : { status: 'OK', text, code }
}

export function no(text: string, code?: Code): Tagged {
  return code === undefined ? { status: 'NO', text } : { status: 'NO', text, code }
}

export function bad(text: string, code?: Code): Tagged {
  return code === undefined ? { status: 'BAD', text } : { status: 'BAD', text, code }
}

/** An untagged `* OK [code] text`. */
export function info(code: Code, text: string): Status {
  return { status: 'OK', code, text }
}

/** One untagged data response: `* ` what `write` writes, CRLF. */
export function data(write: (w: Writer) => void, utf8 = false): Uint8Array {
  const w = new Writer({ utf8 })
  w.ascii('* ')
  write(w)
  return w.crlf().take()
}

/** continue-req = "+" SP (resp-text / base64) CRLF */
export function continuation(text: string): Uint8Array {
  return new Writer().ascii('+ ').octets(Buffer.from(text)).crlf().take()
}

const asItIs = (text: string): string => text

/**
 * A status line, tagged or with "*". Text is kept to one line of US-ASCII; `say` may turn it into another language,
 * which is UTF-8 (RFC 5255 §3.5).
 */
export function statusLine(tag: string, response: Status | Tagged, say = asItIs): Uint8Array {
  const w = new Writer()
  w.ascii(tag).sp().ascii(response.status).sp()
  if (response.code !== undefined) w.ascii(`[${oneLine(response.code)}] `)
  return w
    .octets(Buffer.from(say(oneLine(response.text))))
    .crlf()
    .take()
}

function oneLine(text: string): string {
  return text.replace(/[^\x20-\x7e]+/g, '?')
}
