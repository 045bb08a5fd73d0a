/** BODYSTRUCTURE and BODY (RFC 3501 §7.4.2; message/global as RFC 9051 §7.5.2 has it). */
import { imapNtext, imapText, nil } from './imap-string.ts'
import { isAscii, type OctetString, octetString, octetsOf } from './octets.ts'
import { isEncapsulatedMessage, isMultipart, type Parameter, type Part } from './tree.ts'

/** The `body` production of a part and all under it. */
export function bodyStructure(part: Part, options: { readonly extensible: boolean }): Uint8Array {
  return octetsOf(body(part, options.extensible) as OctetString)
}

function body(part: Part, extensible: boolean): string {
  return `(${isMultipart(part) ? multipart(part, extensible) : single(part, extensible)})`
}

/** body-type-mpart = 1*body SP media-subtype [SP body-ext-mpart] */
function multipart(part: Part, extensible: boolean): string {
  const bodies = part.parts.map(child => body(child, extensible)).join('')
  const extension = extensible ? ` ${parameters(part.params)} ${tail(part)}` : ''
  return `${bodies} ${imapText(part.subtype)}${extension}`
}

/** body-type-1part = (body-type-basic / body-type-msg / body-type-text) [SP body-ext-1part] */
function single(part: Part, extensible: boolean): string {
  const octets = part.end - part.bodyStart
  let text = `${imapText(part.type)} ${imapText(part.subtype)} ${parameters(part.params)} ${imapNtext(part.id)} `
  text += `${imapNtext(part.description)} ${imapText(part.encoding)} ${octets}`
  const message = isEncapsulatedMessage(part) ? part.parts[0] : undefined
  if (message !== undefined)
    text += ` ${octetString(message.envelope ?? noEnvelope)} ${body(message, extensible)} ${part.bodyLines}`
  else if (part.type === 'text') text += ` ${part.bodyLines}`
  return extensible ? `${text} ${imapNtext(part.md5)} ${tail(part)}` : text
}

const noEnvelope = octetsOf('(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)' as OctetString)

/** body-fld-dsp SP body-fld-lang SP body-fld-loc */
function tail(part: Part): string {
  const { disposition, language } = part
  const dsp = disposition === null ? nil : `(${imapText(disposition.type)} ${parameters(disposition.params)})`
  const [only] = language
  const lang =
    only === undefined ? nil : language.length === 1 ? imapText(only) : `(${language.map(imapText).join(' ')})`
  return `${dsp} ${lang} ${imapNtext(part.location)}`
}

/**
 * body-fld-param. A value that is not US-ASCII goes as one RFC 2231 extended parameter in UTF-8, its continuations
 * joined: that is seven-bit and says its charset, so that every client may decode it whatever the sender wrote.
 */
function parameters(params: readonly Parameter[]): string {
  if (params.length === 0) return nil
  const pairs = params.map(([name, value]) =>
    isAscii(value) ? `${imapText(name)} ${imapText(value)}` : `${imapText(`${name}*`)} ${imapText(extended(value))}`,
  )
  return `(${pairs.join(' ')})`
}

/** extended-initial-value = [charset] "'" [language] "'" extended-other-values (RFC 2231 §7) */
function extended(value: string): string {
  const encoded = encodeURIComponent(value.toWellFormed()).replace(
    /[*'()]/g,
    char => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `utf-8''${encoded}`
}
