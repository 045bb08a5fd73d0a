/**
 * Webhooks: the events of the outbox as signed HTTP POSTs, in order, at least once; as many a request as have come, or one.
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
 * A webhook that takes batches gets `{"events":[{"id":17,…},{"id":18,…}]}`, with the first and the last number as the
 * request's: `webhook-id: 17-18`.
 *
 * - **Order**: the next request is sent after this one was answered with 2xx. Any other answer, a redirect included, and
 *   no answer within the time-out mean that it is sent again, after 1 second, then 2, 4, … up to 5 minutes, half of each
 *   left to chance, or when Retry-After says. A batch that is too large (413) is sent in halves.
 * - **Refusal**: only an event that is too large on its own (413), or that the target says that it can never process
 *   (422), is left out: it becomes a dead letter, for the operator to look at and to replay.
 * - **Repetition**: an event may come twice, after a crash or a lost answer. Its number rises from event to event, so a
 *   receiver ignores any that is not above the last one that it has dealt with.
 */
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import { DeliveryFailed, DeliveryRefused, type Sink } from '../sink.ts'
import { reasonOf } from './attempts.ts'
import type { Destinations } from './destination.ts'
import { Poster } from './post.ts'
import { type Wanted, wishesOf } from './wanted.ts'
import { signedHeaders, signingKey } from './webhook-signature.ts'

export interface Webhook extends Wanted {
  /** http: or https:. A user and password in it are sent as basic authentication. */
  readonly url: string
  readonly secret: string
  /** How many events a request has at most, and how long the first waits for others. Default: each has its own. */
  readonly batch?: { readonly events: number; readonly milliseconds: number }
  /** `public` refuses inner addresses. Default `any`: the operator's own configuration may mean loopback. */
  readonly destinations?: Destinations
}

/** A webhook as a sink. Throws a sentence where the URL is no URL of HTTP. */
export function webhookSink(webhook: Webhook, limits: NotifyLimits, now: () => number = Date.now): Sink {
  const { name, secret, batch } = webhook
  const url = urlOf(webhook)
  const key = signingKey(secret)
  const { requestMilliseconds, answerOctets } = limits
  const poster = new Poster({ destinations: webhook.destinations ?? 'any', requestMilliseconds, answerOctets })
  const bodyOf = (events: readonly NotifyEvent[]) =>
    Buffer.from(JSON.stringify(batch === undefined ? events[0] : { events }))
  return {
    name: `webhook:${name}`,
    ...(batch && { batch }),
    ...wishesOf(webhook),
    async deliver(events, signal) {
      let taken = 0
      while (taken < events.length) {
        let count = batch === undefined ? 1 : roomFor(events.slice(taken), limits.batchOctets)
        for (; ; count = Math.ceil(count / 2)) {
          const sent = events.slice(taken, taken + count)
          const body = bodyOf(sent)
          const headers = () => signedHeaders(numbersOf(sent), body, key, now())
          const answer = await poster
            .post(url, () => ({ headers: headers(), body }), signal)
            .catch((error: unknown) => {
              throw new DeliveryFailed(reasonOf(error), null, taken)
            })
          const { status, retryAfterMilliseconds } = answer
          if (status >= 200 && status < 300) break
          if (status === 413 && count > 1) continue
          const what = `the target answered ${status}`
          if (status === 413 || (status === 422 && count === 1)) throw new DeliveryRefused(what, taken)
          if (status !== 422) throw new DeliveryFailed(what, retryAfterMilliseconds, taken)
        }
        taken += count
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

/** How many of the events, from the first, have room in one request; one at least. */
function roomFor(events: readonly NotifyEvent[], octets: number): number {
  let used = 0
  const over = events.findIndex(event => {
    used += Buffer.byteLength(JSON.stringify(event)) + 1
    return used > octets
  })
  return over === -1 ? events.length : Math.max(1, over)
}

/** `17`, or `17-42`. */
function numbersOf(events: readonly NotifyEvent[]): string {
  const [first, last] = [events[0]?.id, events.at(-1)?.id]
  return first === last ? `${first}` : `${first}-${last}`
}
