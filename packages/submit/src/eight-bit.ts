/**
 * Octets beyond US-ASCII in header fields of a message without SMTPUTF8, which such a field cannot have (RFC 5322 §2.2): they
 * are written as RFC 2047 and RFC 2231 have it. What is no UTF-8 is taken for windows-1252, as readers do that are not told.
 */
import { isAscii, Refusal, replies, reply } from '@lemonade/esmtp'
import {
  type Address,
  encodeWords,
  type Group,
  type HeaderField,
  headerFields,
  parseAddressList,
  unfoldedText,
} from '@lemonade/mime'

/** Fields of addresses (RFC 5322 §3.6.2, §3.6.3, §3.6.6). */
const addressFields: ReadonlySet<string> = new Set(
  [
    'from',
    'sender',
    'reply-to',
    'to',
    'cc',
    'resent-from',
    'resent-sender',
    'resent-to',
    'resent-cc',
    'resent-reply-to',
  ].concat(['disposition-notification-to', 'return-receipt-to']),
)
const parameterFields: ReadonlySet<string> = new Set(['content-type', 'content-disposition'])
/** Fields whose grammar has no place for an encoded word. */
const strictFields: ReadonlySet<string> = new Set([
  ...['date', 'message-id', 'in-reply-to', 'references', 'received', 'resent-date', 'resent-message-id', 'list-id'],
  ...['mime-version', 'content-transfer-encoding', 'content-id', 'content-language', 'content-location', 'content-md5'],
])

const notInWords = reply(550, '5.6.7', 'A header field cannot have these characters without SMTPUTF8')

/** The header in US-ASCII; the same where it is so already. Throws Refusal where that cannot be said without SMTPUTF8. */
export function asciiHeader(header: Uint8Array): Uint8Array {
  if (header.every(octet => octet < 0x80)) return header
  const pieces: Uint8Array[] = []
  let at = 0
  for (const field of headerFields(header)) {
    if (header.subarray(field.start, field.end).every(octet => octet < 0x80)) continue
    pieces.push(header.subarray(at, field.start), Buffer.from(fieldText(header, field)))
    at = field.end
  }
  return Buffer.concat([...pieces, header.subarray(at)])
}

function fieldText(header: Uint8Array, field: HeaderField): string {
  const { name, nameLower } = field
  if (!isAscii(name)) throw new Refusal(notInWords)
  const text = unfoldedText(header, field).trim()
  return `${name}: ${valueText(nameLower, text)}\r\n`
}

function valueText(name: string, text: string): string {
  if (strictFields.has(name)) throw new Refusal(notInWords)
  if (addressFields.has(name)) return parseAddressList(text).map(entryText).join(',\r\n ')
  if (parameterFields.has(name)) return parametersText(text)
  return encodeWords(text, '\r\n ')
}

function entryText(entry: Address | Group): string {
  if (!('members' in entry)) return addressText(entry)
  return `${phrase(entry.group)}: ${entry.members.map(addressText).join(',\r\n ')};`
}

function addressText({ name, mailbox, host }: Address): string {
  if (!isAscii(mailbox + host)) throw new Refusal(replies.nonAsciiPath)
  const local = /^[\w!#$%&'*+/=?^`{|}~.-]+$/.test(mailbox) ? mailbox : quoted(mailbox)
  const spec = host === '' ? local : `${local}@${host}`
  return name === '' ? spec : `${phrase(name)} <${spec}>`
}

/** Words that need no quotes, or are encoded already; else a quoted-string, or encoded words. */
function phrase(name: string): string {
  if (!isAscii(name)) return encodeWords(name, '\r\n ')
  return /^[\w!#$%&'*+/=?^`{|}~ -]*$/.test(name) ? name : quoted(name)
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** Parameters by RFC 2231 §4, those that are US-ASCII as they came. */
function parametersText(text: string): string {
  const [first = '', ...parameters] = text.match(/(?:"(?:[^"\\]|\\.)*"?|[^;"])+/g) ?? []
  if (!isAscii(first)) throw new Refusal(notInWords)
  return [first.trim(), ...parameters.map(each => parameterText(each.trim()))].join(';\r\n ')
}

function parameterText(parameter: string): string {
  if (isAscii(parameter)) return parameter
  const [, name = '', value = ''] = /^([^=\s]+)\s*=\s*(.*)$/s.exec(parameter) ?? []
  if (name === '' || !isAscii(name) || name.includes('*')) throw new Refusal(notInWords)
  const plain = /^".*"$/s.test(value) ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value
  const encoded = encodeURIComponent(plain.toWellFormed()).replace(
    /['()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${name}*=utf-8''${encoded}`
}
