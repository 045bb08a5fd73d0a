/**
 * Notifications that Sieve scripts ask for by an http or https URI, a method of our own: one POST each.
 *
 *     POST /told HTTP/1.1
 *     content-type: application/json
 *
 *     {"id":17,"type":"SieveNotify","timestamp":"2026-11-24T09:30:05.000Z","owner":"ned@example.org","importance":2,
 *      "from":null,"options":{},"message":"From: ann@example.org\nSubject: hello"}
 *
 * A target that does not answer with 2xx gets it again, a few times; then it is left out (RFC 5435 §3.8 wants no more).
 */
import type { Log } from '@lemonade/net'
import type { NotifyLimits } from '../limits.ts'
import { DeliveryFailed } from '../sink.ts'
import { attempts, reasonOf } from './attempts.ts'
import type { Destinations } from './destination.ts'
import { type NotificationMethod, notificationOf } from './notification.ts'
import { type Answer, Poster } from './post.ts'

export interface HttpNotificationOptions {
  readonly destinations: Destinations
  readonly limits: NotifyLimits
  readonly log: Log
}

export function httpNotification({ destinations, limits, log }: HttpNotificationOptions): NotificationMethod {
  const { requestMilliseconds, answerOctets } = limits
  // Connections that nobody uses close by themselves, and hold up no process that ends.
  const poster = new Poster({ destinations, requestMilliseconds, answerOctets })
  return async (event, url, signal) => {
    const body = Buffer.from(JSON.stringify(notificationOf(event)))
    const headers = { 'content-type': 'application/json' }
    const facts = { event: event.id, owner: event.data.user, host: url.host }
    try {
      await attempts(async () => taken(await poster.post(url, () => ({ headers, body }), signal)), limits, signal)
      log.info(facts, 'a script’s notification was posted')
    } catch (error) {
      log.warn({ ...facts, reason: reasonOf(error) }, 'a script’s notification is left out')
    }
  }
}

/** Whatever else it says, the target is asked again: a script has no other way to learn of it. */
function taken({ status, retryAfterMilliseconds }: Answer): void {
  if (status < 200 || status > 299) throw new DeliveryFailed(`the target answered ${status}`, retryAfterMilliseconds)
}
