/** Paths, mailboxes and domains of RFC 5321 §4.1.2, with UTF-8 where RFC 6531 §3.3 lets it in. */
import { isIPv4, isIPv6 } from 'node:net'

/** A mailbox between angle brackets. */
export interface Path {
  /** As it goes into envelopes: `local@domain`, the domain in lower case; '' is the null reverse-path. */
  readonly address: string
  readonly local: string
  /** '' for `<>` and `<Postmaster>`. */
  readonly domain: string
  /** What stands behind the path on the line, without the space before it. */
  readonly rest: string
}

const atext = "[\\w!#$%&'*+/=?^`{|}~\\u0080-\\u{10ffff}-]+"
const dotString = new RegExp(`^${atext}(?:\\.${atext})*`, 'u')
/** Quoted-string = DQUOTE *QcontentSMTP DQUOTE */
const quotedString = /^"(?:[ !#-[\]-~\u0080-\u{10ffff}]|\\[ -~])*"/u
/** let-dig and sub-domain; underscores are in real host names. */
const label = '[A-Za-z0-9_\\u0080-\\u{10ffff}](?:[A-Za-z0-9_\\u0080-\\u{10ffff}-]*[A-Za-z0-9_\\u0080-\\u{10ffff}])?'
const domainName = new RegExp(`^${label}(?:\\.${label})*`, 'u')
/** A-d-l ":", which is to be accepted and ignored (RFC 5321 §4.1.2, Appendix C). */
const sourceRoute = new RegExp(`^@${label}(?:\\.${label})*(?:,@${label}(?:\\.${label})*)*:`, 'u')

/**
 * Reverse-path = Path / "<>" (RFC 5321 §4.1.2), behind `FROM:`. Null where it is none.
 */
export function parseReversePath(argument: string): Path | null {
  const null_ = /^<>(?: +(.*))?$/.exec(argument)
  if (null_ !== null) return { address: '', local: '', domain: '', rest: null_[1]?.trim() ?? '' }
  return parsePath(argument)
}

/** "<Postmaster>" / Forward-path (RFC 5321 §4.1.1.3), behind `TO:`. Null where it is none. */
export function parseForwardPath(argument: string): Path | null {
  const postmaster = /^<(postmaster)>(?: +(.*))?$/i.exec(argument)
  if (postmaster !== null) {
    return { address: 'postmaster', local: 'postmaster', domain: '', rest: postmaster[2]?.trim() ?? '' }
  }
  return parsePath(argument)
}

/** Path = "<" [ A-d-l ":" ] Mailbox ">" */
function parsePath(argument: string): Path | null {
  if (!argument.startsWith('<')) return null
  const inner = argument.slice(1).replace(sourceRoute, '')
  const mailbox = parseMailbox(inner)
  if (mailbox === null) return null
  const behind = inner.slice(mailbox.length)
  const rest = /^>(?: +(.*))?$/.exec(behind)
  if (rest === null) return null
  return { address: mailbox.address, local: mailbox.local, domain: mailbox.domain, rest: rest[1]?.trim() ?? '' }
}

/** An address that stands alone, such as a SASL identity's or a Sieve redirect's. Null where it is none. */
export function parseAddress(text: string): { address: string; local: string; domain: string } | null {
  const mailbox = parseMailbox(text)
  return mailbox !== null && mailbox.length === text.length ? mailbox : null
}

/** Mailbox = Local-part "@" ( Domain / address-literal ) */
function parseMailbox(text: string): { address: string; local: string; domain: string; length: number } | null {
  const raw = (dotString.exec(text) ?? quotedString.exec(text))?.[0]
  if (raw === undefined || text[raw.length] !== '@') return null
  const behind = text.slice(raw.length + 1)
  const host = domainName.exec(behind)?.[0] ?? addressLiteral(behind)
  if (host === null || host.length > 255) return null
  const local = unquoted(raw)
  const domain = host.startsWith('[') ? host : host.toLowerCase()
  return { address: `${local}@${domain}`, local, domain, length: raw.length + 1 + host.length }
}

/** Quoting that is not needed is taken away: both forms name one mailbox (RFC 5321 §4.1.2). */
function unquoted(local: string): string {
  if (!local.startsWith('"')) return local
  const text = local.slice(1, -1).replace(/\\(.)/g, '$1')
  return dotString.exec(text)?.[0] === text ? text : `"${text.replace(/(["\\])/g, '\\$1')}"`
}

/** address-literal = "[" ( IPv4-address-literal / IPv6-address-literal ) "]" (RFC 5321 §4.1.3) */
function addressLiteral(text: string): string | null {
  const literal = /^\[(?:IPv6:)?([0-9A-Fa-f.:]+)\]/i.exec(text)
  if (literal === null) return null
  const [whole, address = ''] = literal
  const sound = /^\[IPv6:/i.test(whole) ? isIPv6(address) : isIPv4(address)
  return sound ? whole : null
}

/**
 * Domain / address-literal, for HELO and EHLO (RFC 5321 §4.1.1.1). Clients give whatever their machine is called, so
 * every atom of RFC 5322 §3.2.3 is taken, and bare IP addresses; it is US-ASCII (RFC 6531 §3.7.1) and fits a Received field.
 */
export function isHelloName(text: string): boolean {
  if (text.length > 255) return false
  if (text.startsWith('[')) return addressLiteral(text) === text
  return isIPv6(text) || /^[\w!#$%&'*+/=?^`{|}~.-]+$/.test(text)
}

/** True where SMTPUTF8 is needed to say it. */
export function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the whole of US-ASCII
  return /^[\u0000-\u007f]*$/.test(text)
}
