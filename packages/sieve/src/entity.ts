/** MIME entities that scripts write (RFC 2045 §2.4): text in a form that every hop takes. */
import { encodedPhrase, withField, withFields } from './header-edit.ts'
import type { ConversionResult } from './step.ts'

export interface Entity {
  /** Header lines, without the blank one. */
  readonly fields: readonly string[]
  readonly body: Uint8Array
}

const lineLimit = 998
const quotedLine = 76

/** text/plain in UTF-8: as it is where that is sound, else quoted-printable. */
export function textEntity(text: string): Entity {
  const lines = text.toWellFormed().split(/\r\n|\r|\n/)
  // A line that looks like a delimiter would end the part early.
  const isPlain = lines.every(line => /^[\t -~]*$/.test(line) && line.length <= lineLimit && !line.startsWith('--'))
  return {
    fields: [
      'Content-Type: text/plain; charset=utf-8',
      `Content-Transfer-Encoding: ${isPlain ? '7bit' : 'quoted-printable'}`,
    ],
    body: Buffer.from((isPlain ? lines : lines.flatMap(quotedPrintable)).join('\r\n')),
  }
}

/** Octets of an entity: header, blank line, body. */
export function entityOctets({ fields, body }: Entity): Uint8Array {
  return Buffer.concat([Buffer.from(`${fields.join('\r\n')}\r\n\r\n`), body])
}

/** A part of a message whose body was converted: the fields of its old header that do not speak of the old body, and the new one. */
export function convertedPart(header: Uint8Array, { contentType, octets }: ConversionResult): Uint8Array {
  const kept = withFields(header, ({ nameLower }) => (ofTheBody.has(nameLower.trimEnd()) ? null : undefined))
  const fields = Buffer.from(`Content-Type: ${contentType}\r\nContent-Transfer-Encoding: base64\r\n`)
  const text = Buffer.from(octets).toString('base64')
  return Buffer.concat([withField(kept, fields, true), Buffer.from(text.replace(/.{76}(?=.)/g, '$&\r\n'))])
}

const ofTheBody: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-md5',
  'content-length',
  'content-features',
])

/** A line as lines of quoted-printable (RFC 2045 §6.7). */
function quotedPrintable(line: string): string[] {
  const lines: string[] = []
  let current = ''
  const octets = Buffer.from(line)
  octets.forEach((octet, at) => {
    const isLast = at === octets.length - 1
    const isBlank = octet === 32 || octet === 9
    const isSafe = (octet > 32 && octet < 127 && octet !== 61) || (isBlank && !isLast)
    const isDelimiter = octet === 45 && current === ''
    const next =
      isSafe && !isDelimiter ? String.fromCharCode(octet) : `=${octet.toString(16).toUpperCase().padStart(2, '0')}`
    if (current.length + next.length > quotedLine - 1) {
      lines.push(`${current}=`)
      current = ''
    }
    current += next
  })
  return [...lines, current]
}

/** A mailbox of a From field (RFC 5322 §3.4). */
export function mailboxText({ name, address }: { readonly name: string; readonly address: string }): string {
  return name === '' ? address : `${encodedPhrase(name)} <${address}>`
}
