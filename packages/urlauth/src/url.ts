/**
 * IMAP URLs (RFC 5092), read and written with every field. Strict: what the grammar does not allow is no URL, since two
 * readings of one URL would be two answers to who may fetch what.
 *
 * References that begin without a slash are not accepted (RFC 5092 §7.2), nor are dot segments.
 */
import { BadUrl } from './bad-url.ts'

/** iserver: who asks, and where. */
export interface UrlServer {
  readonly user: string | null
  /** A SASL mechanism, or "*" for any. */
  readonly auth: string | null
  /** As written; an IPv6 address in its brackets. */
  readonly host: string
  readonly port: number | null
}

/** partial-range: from an offset, to the end where `octets` is null. */
export interface PartialRange {
  readonly offset: number
  readonly octets: number | null
}

/** Who may redeem an authorized URL: access = application ["+" enc-user] (RFC 4467 §3, RFC 5593 §4). */
export interface Access {
  /** In lower case: anonymous, authuser, user, submit, stream or what else there may be. */
  readonly who: string
  readonly user: string | null
}

/** Fields that are not there are null; what is percent-encoded in the URL is decoded here. */
export interface ImapUrl {
  /** Null in a reference to the server of the session. */
  readonly server: UrlServer | null
  readonly mailbox: string | null
  readonly uidValidity: number | null
  /** A search-program, of a list of messages. */
  readonly search: string | null
  readonly uid: number | null
  /** A section-spec. */
  readonly section: string | null
  readonly partial: PartialRange | null
  /** date-time of RFC 3339 §5.6, as written; there is such a time. */
  readonly expire: string | null
  readonly access: Access | null
  /** What makes it authorized: the mechanism in upper case, the token in lower case. */
  readonly verifier: { readonly mechanism: string; readonly token: string } | null
}

/** Longer ones are not read. */
const urlCharacters = 8192

const none: ImapUrl = {
  server: null,
  mailbox: null,
  uidValidity: null,
  search: null,
  uid: null,
  section: null,
  partial: null,
  expire: null,
  access: null,
  verifier: null,
}

/** imapurl / imapurl-rel, without irelative-path (RFC 5092 §11). Throws `BadUrl`. */
export function parseUrl(text: string): ImapUrl {
  if (text.length > urlCharacters) throw new BadUrl('The URL is too long')
  const absolute = /^(?:imap:)?\/\/([^/?]*)(.*)$/i.exec(text)
  const server = absolute ? parseServer(absolute[1] as string) : null
  const path = absolute ? (absolute[2] as string) : text
  if (path === '' || path === '/') return { ...none, server }
  if (!path.startsWith('/')) throw new BadUrl('The URL does not begin with a slash')
  return { ...none, server, ...parseCommand(path.slice(1)) }
}

/** iserver = [iuserinfo "@"] host [":" port] */
function parseServer(text: string): UrlServer {
  const at = text.indexOf('@')
  const userInfo = at === -1 ? null : text.slice(0, at)
  const match = /^(\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9._~!$&'()*+,=-]|%[0-9A-Fa-f]{2})+)(?::(\d{1,5}))?$/.exec(
    text.slice(at + 1),
  )
  if (match === null) throw new BadUrl('The URL names no server')
  const [, host = '', port] = match
  const server = { host, port: port === undefined ? null : Number(port) }
  if (userInfo === null) return { user: null, auth: null, ...server }
  // iuserinfo = enc-user [iauth] / [enc-user] iauth
  const info = /^([^;]*)(?:;AUTH=([^;]+))?$/i.exec(userInfo)
  if (info === null) throw new BadUrl('The user in the URL cannot be read')
  const [, user = '', auth] = info
  if (user === '' && auth === undefined) throw new BadUrl('The user in the URL is missing')
  return {
    user: user === '' ? null : decode(user, achar),
    auth: auth === undefined ? null : decode(auth, achar),
    ...server,
  }
}

// The grammar has no slash before ;EXPIRE= and ;URLAUTH=; RFC 5550 §8.4.1 writes one, and means the same by it.
const command =
  /^([^;?]+)(?:;UIDVALIDITY=(\d+))?(?:\?([^;?]+)|\/;UID=(\d+)(?:\/;SECTION=([^;?]+?))?(?:\/;PARTIAL=(\d+)(?:\.(\d+))?)?(?:\/(?=;))?((?:;EXPIRE=[^;]*)?(?:;URLAUTH=.*)?))?$/i

/** icommand = imessagelist / imessagepart [iurlauth] */
function parseCommand(text: string): Partial<ImapUrl> {
  const match = command.exec(text)
  if (match === null) throw new BadUrl('The URL cannot be read')
  const [, mailbox = '', uidValidity, search, uid, section, offset, octets, urlAuth] = match
  if (mailbox.startsWith('/') || mailbox.split('/').some(segment => segment === '.' || segment === '..'))
    throw new BadUrl('The URL names no mailbox')
  return {
    mailbox: decode(mailbox, bchar),
    uidValidity: nonZero(uidValidity),
    search: search === undefined ? null : decode(search, bchar),
    uid: nonZero(uid),
    section: section === undefined ? null : decode(section, bchar),
    partial: offset === undefined ? null : { offset: natural(offset), octets: nonZero(octets) },
    ...(urlAuth === undefined || urlAuth === '' ? {} : parseUrlAuth(urlAuth)),
  }
}

const urlAuth =
  /^(?:;EXPIRE=(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)))?;URLAUTH=([A-Za-z0-9]+)(?:\+([^:]+))?(?::([A-Za-z0-9.-]+):([0-9A-Fa-f]{32,1024}))?$/i

/** [expire] ";URLAUTH=" access [":" uauth-mechanism ":" enc-urlauth] */
function parseUrlAuth(text: string): Partial<ImapUrl> {
  const match = urlAuth.exec(text)
  if (match === null) throw new BadUrl('The authorization in the URL cannot be read')
  const [, expire = null, who = '', user, mechanism, token] = match
  if (expire !== null && expiry(expire) === null) throw new BadUrl('There is no such time')
  return {
    expire,
    access: { who: who.toLowerCase(), user: user === undefined ? null : decode(user, achar) },
    verifier:
      mechanism === undefined || token === undefined
        ? null
        : { mechanism: mechanism.toUpperCase(), token: token.toLowerCase() },
  }
}

/** The instant that a date-time (RFC 3339 §5.6) names; null where there is no such time. A leap second is the next minute's first. */
export function expiry(dateTime: string): number | null {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d):(\d\d))$/i.exec(dateTime)
  if (match === null) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null
  const [fraction, sign, zoneHour, zoneMinute] = [
    Number(match[7] ?? 0),
    match[8],
    Number(match[9] ?? 0),
    Number(match[10] ?? 0),
  ]
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return null
  const offset = (sign === '-' ? -1 : 1) * (zoneHour * 60 + zoneMinute)
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second + fraction) * 1000
}

const achar = /^(?:[A-Za-z0-9._~!$'()*+,&=-]|%[0-9A-Fa-f]{2})+$/
const bchar = /^(?:[A-Za-z0-9._~!$'()*+,&=:@/-]|%[0-9A-Fa-f]{2})+$/

/** Percent-decodes UTF-8. Throws where characters stand that must be encoded, or where it is no text. */
function decode(text: string, allowed: RegExp): string {
  if (!allowed.test(text)) throw new BadUrl('The URL has characters that must be percent-encoded')
  try {
    const decoded = decodeURIComponent(text)
    if (!decoded.includes('\0')) return decoded
  } catch {
    // Not UTF-8.
  }
  throw new BadUrl('The URL is not UTF-8')
}

function natural(digits: string): number {
  const value = Number(digits)
  if (value > 2 ** 32 - 1) throw new BadUrl('A number in the URL is too large')
  return value
}

/** nz-number, if any. */
function nonZero(digits: string | undefined): number | null {
  if (digits === undefined) return null
  const value = natural(digits)
  if (value === 0) throw new BadUrl('A number in the URL is 0')
  return value
}

/** The URL as text; `parseUrl` reads the same from it. */
export function printUrl(url: ImapUrl): string {
  let text = url.server === null ? '' : `imap://${printServer(url.server)}`
  if (url.mailbox === null) return `${text}/`
  text += `/${encode(url.mailbox, bchar)}`
  if (url.uidValidity !== null) text += `;UIDVALIDITY=${url.uidValidity}`
  if (url.search !== null) text += `?${encode(url.search, bchar)}`
  if (url.uid === null) return text
  text += `/;UID=${url.uid}`
  // A slash at its end would be read as the one before what follows.
  if (url.section !== null) text += `/;SECTION=${encode(url.section, bchar).replace(/\/$/, '%2F')}`
  if (url.partial !== null) text += `/;PARTIAL=${url.partial.offset}`
  if (url.partial?.octets) text += `.${url.partial.octets}`
  if (url.expire !== null) text += `;EXPIRE=${url.expire}`
  if (url.access !== null) text += `;URLAUTH=${url.access.who}`
  if (url.access !== null && url.access.user !== null) text += `+${encode(url.access.user, achar)}`
  if (url.verifier !== null) text += `:${url.verifier.mechanism}:${url.verifier.token}`
  return text
}

function printServer({ user, auth, host, port }: UrlServer): string {
  const info = `${user === null ? '' : encode(user, achar)}${auth === null ? '' : `;AUTH=${encode(auth, achar)}`}`
  return `${info}${info === '' ? '' : '@'}${host}${port === null ? '' : `:${port}`}`
}

/** Percent-encodes what may not stand as it is, and dots that would be read as a segment of their own. */
function encode(text: string, allowed: RegExp): string {
  const encoded = Array.from(text, character =>
    character !== '%' && allowed.test(character) ? character : percent(character),
  ).join('')
  const dotted = encoded.replace(/(^|\/)(\.{1,2})(?=\/|$)/g, (_, before, dots) => before + dots.replaceAll('.', '%2E'))
  return dotted.startsWith('/') ? `%2F${dotted.slice(1)}` : dotted
}

function percent(character: string): string {
  return Array.from(
    new TextEncoder().encode(character.toWellFormed()),
    octet => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('')
}
