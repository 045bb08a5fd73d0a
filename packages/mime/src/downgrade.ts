/**
 * Headers with UTF-8 for clients that know US-ASCII alone: RFC 6858, which replaces what must be replaced and leaves out
 * what cannot be said. What is not valid UTF-8 is no internationalized header, and stays as it came.
 */
import { isAscii as areAscii } from 'node:buffer'
import { type Address, type AddressList, parseAddressList } from './address.ts'
import { encodeWords } from './encode-words.ts'
import { headerFields } from './header.ts'
import { isAscii, type OctetString, octetString, octetsOf } from './octets.ts'

/** Fields of addresses (RFC 6858 §2.1). */
const addressFields: ReadonlySet<string> = new Set(
  ['bcc', 'cc', 'from', 'reply-to', 'return-path', 'sender', 'to'].concat(
    ['bcc', 'cc', 'from', 'sender', 'to'].map(name => `resent-${name}`),
  ),
)

/** Fields with MIME parameters (RFC 6858 §2.2). */
const parameterFields: ReadonlySet<string> = new Set(['content-type', 'content-disposition'])

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Text of octets that are UTF-8 beyond US-ASCII, else null. */
export function utf8Text(octets: OctetString): string | null {
  if (isAscii(octets)) return null
  try {
    return strictUtf8.decode(octetsOf(octets))
  } catch {
    return null
  }
}

/** What stands for an address that cannot be shown: nobody has it (RFC 6858 §2.1, RFC 2606 §2). */
export const invalidMailbox = { mailbox: 'invalid', host: 'internationalized-address.invalid' } as const

/** The name that says what an address was which cannot be shown; null where the address can be. */
export function replacedName({ name, route, mailbox, host }: Address): string | null {
  if (isAscii(route + mailbox + host)) return null
  return textIn(name) || `${textIn(mailbox)}@${textIn(host)}`
}

function textIn(octets: string): string {
  return utf8Text(octets as OctetString) ?? octets
}

/** The header in US-ASCII; null where it is so already, or is no UTF-8. */
export function downgradedHeader(header: Uint8Array): Uint8Array | null {
  if (areAscii(header)) return null
  const octets = octetString(header)
  if (utf8Text(octets) === null) return null
  const lineEnd = octets.includes('\r\n') ? '\r\n' : '\n'
  let downgraded = ''
  let at = 0
  for (const { nameLower, start, valueStart, end } of headerFields(header)) {
    const field = octets.slice(start, end)
    downgraded += octets.slice(at, start)
    at = end
    if (isAscii(field)) downgraded += field
    else {
      const value = octets.slice(valueStart, end).replace(/\r?\n(?=[ \t])/g, '')
      const shown = downgradedValue(nameLower, value.trim() as OctetString, lineEnd)
      if (shown !== null) downgraded += `${octets.slice(start, valueStart)} ${shown}${lineEnd}`
    }
  }
  return octetsOf((downgraded + octets.slice(at)) as OctetString)
}

/** Null where the field has to go (RFC 6858 §2.4). */
function downgradedValue(name: string, value: OctetString, lineEnd: string): string | null {
  if (addressFields.has(name)) return addresses(parseAddressList(value), lineEnd)
  if (parameterFields.has(name)) return parameters(value)
  // RFC 6858 §2.3
  return name === 'subject' ? encodeWords(textIn(value), `${lineEnd} `) : null
}

function addresses(list: AddressList, lineEnd: string): string {
  return list
    .map(entry => ('group' in entry ? group(entry.group, entry.members, lineEnd) : address(entry, lineEnd)))
    .join(`,${lineEnd} `)
}

function group(name: string, members: readonly Address[], lineEnd: string): string {
  return `${phrase(name, lineEnd)}: ${addresses(members, lineEnd)};`
}

function address(one: Address, lineEnd: string): string {
  const replaced = replacedName(one)
  if (replaced !== null) {
    return `${encodeWords(replaced, `${lineEnd} `)}${lineEnd} <${invalidMailbox.mailbox}@${invalidMailbox.host}>`
  }
  const { name, route, mailbox, host } = one
  const spec = `${localPart(mailbox)}${host === '' ? '' : `@${host}`}`
  if (name === '' && route === '') return spec
  return `${phrase(name, lineEnd)} <${route === '' ? '' : `${route}:`}${spec}>`.trimStart()
}

/** Words that need no quotes, or are encoded already; else a quoted-string. */
function phrase(name: string, lineEnd: string): string {
  const text = utf8Text(name as OctetString)
  if (text !== null) return encodeWords(text, `${lineEnd} `)
  return /^[\w!#$%&'*+/=?^`{|}~ -]*$/.test(name) ? name : quoted(name)
}

function localPart(mailbox: string): string {
  return /^[\w!#$%&'*+/=?^`{|}~.-]*$/.test(mailbox) ? mailbox : quoted(mailbox)
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** The value with those of its parameters that are US-ASCII; null where the value itself is not. */
function parameters(value: OctetString): string | null {
  const [first = '', ...params] = value.match(/(?:"(?:[^"\\]|\\.)*"?|[^;"])+/g) ?? []
  if (!isAscii(first)) return null
  return [first, ...params.filter(isAscii)].join(';').trim()
}
