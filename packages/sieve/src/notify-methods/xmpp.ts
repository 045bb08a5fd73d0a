/** xmpp (RFC 5437, with the URIs of RFC 5122): a chat message. */
import { sieveAddressOf } from '../address.ts'
import { type NotifyMethod, percentDecoded } from './method.ts'

/** What an xmpp URI asks for. */
export interface Xmpp {
  /** node@host/resource */
  readonly address: string
  /** Of the query type "message"; null where the URI says nothing. */
  readonly subject: string | null
  readonly body: string | null
}

/** nodeid and resid hold anything that is encoded; the host is a name or an address (RFC 5122 §2.2). */
const syntax =
  /^xmpp:(?:\/\/[^/?#]+(?:\/|$))?((?:[!$&'()*+,;=:A-Za-z0-9._~%-]+@)?(?:[A-Za-z0-9._~%-]+|\[[0-9A-Fa-f:.]+\])(?:\/[!$&'()*+,;=:@A-Za-z0-9._~%/-]+)?)(?:\?([^#]*))?$/i

/** Null for what is no URI of an entity. Query types and keys that are not known are ignored (RFC 5437 §4). */
export function parseXmpp(uri: string): Xmpp | null {
  const [, path, query = ''] = syntax.exec(uri) ?? []
  const address = path === undefined ? null : percentDecoded(path)
  if (address === null || /[\p{Cc}\p{Cs}\s]/u.test(address.replace(/\/.*/s, ''))) return null
  const [type = '', ...pairs] = query.split(';')
  let subject: string | null = null
  let body: string | null = null
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    const value = percentDecoded(pair.slice(equals + 1))
    if (equals < 1 || value === null) return null
    if (type.toLowerCase() !== 'message' && type !== '') continue
    if (pair.slice(0, equals) === 'subject') subject ??= value
    if (pair.slice(0, equals) === 'body') body ??= value
  }
  return { address, subject, body }
}

export const xmpp: NotifyMethod = {
  check: uri => (parseXmpp(uri) === null ? 'This is no xmpp URI of somebody.' : null),
  // An address of mail (RFC 5437 §2.3).
  checkFrom: from => (sieveAddressOf(from) === null ? 'The author must be an address like "ned@example.org".' : null),
  fcc: true,
}
