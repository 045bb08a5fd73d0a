/** Time limits of delivery on the way out (RFC 2852 §4.1). */
import type { DeliverBy, DeliveryOptions, Instant, QueueEntry } from '@lemonade/store'
import type { TimeReason } from '../dsn.ts'
import type { Outcome } from './client.ts'

const mostSeconds = 999_999_999

/** The by-time that remains, in the seconds that the wire can say (RFC 2852 §4). */
function secondsLeft({ at }: DeliverBy, now: Instant): number {
  return Math.max(-mostSeconds, Math.min(mostSeconds, Math.trunc((at - now) / 1000)))
}

/** by-parameter with what remains at the moment (RFC 2852 §4.1.4). */
export function byParameter(by: DeliverBy, now: Instant): string {
  const seconds = secondsLeft(by, now)
  // What was found to be enough a moment ago must not become a syntax error.
  const said = by.mode === 'return' ? Math.max(1, seconds) : seconds
  return `BY=${said};${by.mode === 'return' ? 'R' : 'N'}${by.trace ? 'T' : ''}`
}

/**
 * The fixed minimum by-time that a server's EHLO reply tells of, 0 where it has none; null where the server does not
 * offer DELIVERBY. deliverby-param = min-by-time *( ',' extension-token ) (RFC 2852 §2)
 */
export function leastByTime(ehloLines: readonly string[]): number | null {
  for (const line of ehloLines) {
    const match = /^DELIVERBY(?: +(\d{0,9})(?:,.*)?)?$/i.exec(line)
    if (match !== null) return Number(match[1] ?? 0)
  }
  return null
}

/** Until when a message is tried: no longer than for the time after which its sender wants it back (RFC 2852 §4.1.3). */
export function triedUntil({ expiresAt, options: { by } }: QueueEntry): Instant {
  return by?.mode === 'return' ? Math.min(expiresAt, by.at) : expiresAt
}

const cannotAsk: Outcome = {
  sent: false,
  permanent: true,
  status: '5.3.3',
  reply: 'the server does not take a time limit (DELIVERBY), without which the message may not go on',
}

const tooLate: Outcome = {
  sent: false,
  permanent: true,
  status: '5.4.7',
  reply: 'less time remains than the server needs to deliver it',
}

/** Why a message may not go to a server with this minimum by-time; null where it may (RFC 2852 §4.1.4.1). */
export function whyNotRelayed(by: DeliverBy | undefined, least: number | null, now: Instant): Outcome | null {
  if (by?.mode !== 'return') return null
  if (least === null) return cannotAsk
  return secondsLeft(by, now) < Math.max(1, least) ? tooLate : null
}

/** What a sender is to be told of a relay, wherever NOTIFY is not NEVER (RFC 2852 §4.1.4). */
export function relayReason(by: DeliverBy | undefined, least: number | null, now: Instant): TimeReason | null {
  if (by === undefined) return null
  if (least === null && by.at > now) return 'untimed'
  return by.trace ? 'traced' : null
}

/** A server without DELIVERBY is to tell of delays at least (RFC 2852 §4.1.4.2, against RFC 3461 §5.2.1). */
export function withDelay(options: DeliveryOptions): DeliveryOptions {
  const { notify = ['FAILURE'] } = options
  return notify.includes('NEVER') || notify.includes('DELAY') ? options : { ...options, notify: [...notify, 'DELAY'] }
}
