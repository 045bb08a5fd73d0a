/** Limits that a server says it has (RFC 9422), from the side of a client that keeps them. */
import { domainOf } from '@lemonade/esmtp'
import type { QueueEntry } from '@lemonade/store'
import type { Offers } from './envelope.ts'

/** Infinity where the server says nothing. */
export interface HopLimits {
  /** MAIL commands of a session (RFC 9422 §4.1). */
  readonly mails: number
  /** RCPT commands of a transaction (RFC 9422 §4.2). */
  readonly recipients: number
  /** Domains of recipients in a session (RFC 9422 §4.3). */
  readonly domains: number
}

const none = Number.POSITIVE_INFINITY

/**
 * limits-param = limit-name-value 0*[SP limit-name-value]. What is no such list says nothing; nor does a limit whose
 * value is not of its syntax (RFC 9422 §3.7).
 */
export function hopLimits(offers: Offers): HopLimits {
  const words = (offers.get('LIMITS') ?? '').split(/ +/)
  const named = new Map<string, string>()
  for (const word of words) {
    const [, name = '', value = ''] = /^([\w-]+)(?:=([!-:<-~]+))?$/.exec(word) ?? []
    if (name === '') return { mails: none, recipients: none, domains: none }
    named.set(name.toUpperCase(), value)
  }
  const limit = (name: string) => {
    const value = named.get(name) ?? ''
    return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : none
  }
  return { mails: limit('MAILMAX'), recipients: limit('RCPTMAX'), domains: limit('RCPTDOMAINMAX') }
}

/**
 * The entries that the next transaction of a session can have, the first ones first; `seen` are the domains that the
 * session has had. None where the session has had all it may.
 */
export function fitting(
  entries: readonly QueueEntry[],
  { recipients, domains }: HopLimits,
  seen: ReadonlySet<string>,
): readonly QueueEntry[] {
  const known = new Set(seen)
  const found: QueueEntry[] = []
  for (const entry of entries) {
    if (found.length >= recipients) break
    const domain = domainOf(entry.recipient).toLowerCase()
    if (!known.has(domain) && known.size >= domains) continue
    known.add(domain)
    found.push(entry)
  }
  return found
}
