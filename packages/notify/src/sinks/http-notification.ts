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
import type { Destinations } from './destination.ts'
import { type NotificationMethod, notificationOf } from './notification.ts'
import { Poster } from './post.ts'

export interface HttpNotificationOptions {
  readonly destinations: Destinations
  readonly limits: NotifyLimits
  readonly log: Log
}

export function httpNotification({ destinations, limits, log }: HttpNotificationOptions): NotificationMethod {
  const { requestMilliseconds, answerOctets, notificationAttempts } = limits
  return async (event, url, signal) => {
    const poster = new Poster({ url, destinations, requestMilliseconds, answerOctets })
    const body = Buffer.from(JSON.stringify(notificationOf(event)))
    const headers = { 'content-type': 'application/json', 'user-agent': 'Lemonade' }
    try {
      for (let attempt = 1; ; attempt++) {
        const failure = await poster
          .post(() => ({ headers, body }), signal)
          .then(
            ({ status }) => (status >= 200 && status < 300 ? null : `answered ${status}`),
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          )
        const facts = { event: event.id, owner: event.data.user, host: url.host, attempt }
        if (failure === null) {
          log.info(facts, 'a script’s notification was posted')
          return
        }
        if (attempt >= notificationAttempts || signal.aborted) {
          log.warn({ ...facts, reason: failure }, 'a script’s notification is left out')
          return
        }
      }
    } finally {
      poster.close()
    }
  }
}
