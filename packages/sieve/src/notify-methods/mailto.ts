/** mailto (RFC 5436, with the URIs of RFC 6068): a message about a message. */
import { judgeMailboxes, sieveAddressOf } from '../address.ts'
import { isAutomatic } from '../automatic.ts'
import { type NotifyMethod, percentDecoded } from './method.ts'

/** What a mailto URI asks for. */
export interface Mailto {
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly subject: string | null
  readonly body: string | null
  /** Other header fields, those that a notification may have (RFC 5436 §2.7). */
  readonly fields: readonly (readonly [name: string, value: string])[]
}

/** Fields that are the notification's own, or unsafe: those of a URI are ignored (RFC 5436 §2.7, RFC 6068 §4). */
const ignored =
  /^(?:from|sender|reply-to|return-path|received|auto-submitted|message-id|date|bcc|mime-version|content-.*|resent-.*|references|in-reply-to|dkim-.*|arc-.*|authentication-results|delivered-to|list-.*|to|cc|subject|body)$/i
const fieldsOfUri = 20
const recipientsOfUri = 10

/** mailtoURI = "mailto:" [ to ] [ hfields ] (RFC 6068 §2). Null for what is none, or has nobody to send to. */
export function parseMailto(uri: string): Mailto | null {
  const found = /^mailto:([^?#]*)(?:\?([^#]*))?$/i.exec(uri)
  if (found === null || /[^!-~]/.test(uri)) return null
  const [, path = '', query = ''] = found
  const fields: [string, string][] = []
  for (const part of query === '' ? [] : query.split('&')) {
    const equals = part.indexOf('=')
    const name = percentDecoded(part.slice(0, Math.max(equals, 0)))
    const value = percentDecoded(part.slice(equals + 1))
    if (equals < 1 || name === null || value === null || !/^[!-9;-~]+$/.test(name)) return null
    // A line break belongs into a body only, and is CRLF there (RFC 6068 §5).
    if (name.toLowerCase() === 'body' ? /[\0]/.test(value) : /\p{Cc}/u.test(value)) return null
    fields.push([name, value])
  }
  if (fields.length > fieldsOfUri) return null
  const all = (wanted: string) => fields.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  const to = addresses(path.split(',').map(percentDecoded))
  const more = addresses(all('to').flatMap(value => value.split(',')))
  const cc = addresses(all('cc').flatMap(value => value.split(',')))
  if (to === null || more === null || cc === null) return null
  const recipients = [...new Set([...to, ...more])]
  const copies = [...new Set(cc)].filter(address => !recipients.includes(address))
  const count = recipients.length + copies.length
  if (count === 0 || count > recipientsOfUri) return null
  return {
    to: recipients,
    cc: copies,
    subject: all('subject')[0] ?? null,
    body: all('body')[0] ?? null,
    fields: fields.filter(([name]) => !ignored.test(name)),
  }
}

/** Addresses; null where one is none. */
function addresses(texts: readonly (string | null)[]): string[] | null {
  const found: string[] = []
  for (const text of texts) {
    if (text === null) return null
    if (text.trim() === '') continue
    const address = sieveAddressOf(text)
    if (address === null) return null
    found.push(address)
  }
  return found
}

export const mailto: NotifyMethod = {
  check: uri => (parseMailto(uri) === null ? 'This is no mailto URI with somebody to send to.' : null),
  checkFrom: judgeMailboxes,
  fcc: true,
  isUntold: isAutomatic,
}
