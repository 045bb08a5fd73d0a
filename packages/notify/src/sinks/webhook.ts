/**
 * Webhooks: each event of the outbox as one signed HTTP POST, in order, at least once.
 *
 * A request follows the conventions of Standard Webhooks (standardwebhooks.com), so that receivers can use what exists
 * in their language:
 *
 *     POST /hook HTTP/1.1
 *     content-type: application/json
 *     webhook-id: 17
 *     webhook-timestamp: 1764000000
 *     webhook-signature: v1,BASE64
 *
 *     {"id":17,"type":"MessageNew","timestamp":"2025-11-24T16:00:00.000Z","data":{"user":"ned@example.org",
 *      "uri":"imap://ned%40example.org@mail.example.org/INBOX;UIDVALIDITY=1/;UID=7", …}}
 *
 * - **Order**: the next event is sent after this one was answered with 2xx. Any other answer, a redirect included, and
 *   no answer within the time-out mean that it is sent again, after 1 second, then 2, 4, … up to 5 minutes, half of each
 *   left to chance, or when Retry-After says. Nothing is ever skipped.
 * - **Repetition**: an event may come twice, after a crash or a lost answer. `webhook-id` is the event's number: it rises
 *   from event to event, so a receiver ignores any number that is not above the last one that it has dealt with.
 * - **Signature**: `v1,` and the base64 of HMAC-SHA-256, keyed with the secret, over `ID.TIMESTAMP.BODY`: the two fields
 *   and the body's octets, joined by full stops. A secret that begins with `whsec_` is the base64 of the key behind
 *   that; any other is the key itself, as UTF-8. The timestamp, in seconds, is that of the attempt: a receiver refuses
 *   one that is more than five minutes off, and so an old request that is played again.
 *
 * To verify in JavaScript (`verifyWebhook` of this package does the same):
 *
 *     const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest()
 *     const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
 *     const good = given.length === expected.length && timingSafeEqual(given, expected)
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import { DeliveryFailed, type Sink } from '../sink.ts'
import type { Destinations } from './destination.ts'
import { Poster } from './post.ts'

export interface Webhook {
  /** Distinguishes it from other webhooks; a new name starts with the events that come from then on. */
  readonly name: string
  /** http: or https:. A user and password in it are sent as basic authentication. */
  readonly url: string
  readonly secret: string
  /** `public` refuses inner addresses. Default `any`: the operator's own configuration may mean loopback. */
  readonly destinations?: Destinations
}

/** A webhook as a sink. Throws a sentence where the URL is no URL of HTTP. */
export function webhookSink(webhook: Webhook, limits: NotifyLimits, now: () => number = Date.now): Sink {
  const url = urlOf(webhook)
  const authorization = authorizationOf(url)
  const poster = new Poster({
    url,
    destinations: webhook.destinations ?? 'any',
    requestMilliseconds: limits.requestMilliseconds,
    answerOctets: limits.answerOctets,
  })
  return {
    name: `webhook:${webhook.name}`,
    async deliver(events, signal) {
      for (const [taken, event] of events.entries()) {
        const body = Buffer.from(JSON.stringify(event))
        const answer = await poster.post(
          () => ({ headers: { ...headersOf(event, body, webhook.secret, now()), ...authorization }, body }),
          signal,
        )
        if (answer.status >= 200 && answer.status < 300) continue
        throw new DeliveryFailed(`the target answered ${answer.status}`, answer.retryAfterMilliseconds, taken)
      }
    },
    close: () => poster.close(),
  }
}

function urlOf({ name, url }: Webhook): URL {
  const parsed = URL.parse(url)
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new Error(`The URL of the webhook "${name}" must begin with http:// or https://.`)
  }
  return parsed
}

/** Takes user and password out of the URL. */
function authorizationOf(url: URL): Record<string, string> {
  if (url.username === '' && url.password === '') return {}
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function headersOf(event: NotifyEvent, body: Buffer, secret: string, now: number): Record<string, string> {
  const id = String(event.id)
  const timestamp = String(Math.floor(now / 1000))
  return {
    'content-type': 'application/json',
    'user-agent': 'Lemonade',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature(id, timestamp, body, secret).toString('base64')}`,
  }
}

function signature(id: string, timestamp: string, body: Uint8Array, secret: string): Buffer {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}

/** The fields of a request that a receiver verifies. */
export interface SignedRequest {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: Uint8Array
}

const toleranceSeconds = 300

/** Whether a request was made by who knows the secret, within five minutes of now. Compares in constant time. */
export function verifyWebhook(request: SignedRequest, secret: string, now: number = Date.now()): boolean {
  if (!/^\d+$/.test(request.timestamp)) return false
  if (Math.abs(now / 1000 - Number(request.timestamp)) > toleranceSeconds) return false
  const expected = signature(request.id, request.timestamp, request.body, secret)
  return request.signature.split(' ').some(entry => {
    if (!entry.startsWith('v1,')) return false
    const given = Buffer.from(entry.slice(3), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
