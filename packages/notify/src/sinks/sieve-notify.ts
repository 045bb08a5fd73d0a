/**
 * Notifications that Sieve scripts ask for by an http or https URI (RFC 5435, a method of our own): one POST each.
 *
 *     POST /told HTTP/1.1
 *     content-type: application/json
 *
 *     {"id":17,"type":"SieveNotify","timestamp":"2026-11-24T09:30:05.000Z","owner":"ned@example.org","importance":2,
 *      "from":null,"options":{},"message":"From: ann@example.org\nSubject: hello"}
 *
 * - What a user names must be a public address: no script reaches into the house.
 * - A target that does not answer with 2xx gets it again, a few times; then it is left out (RFC 5435 §3.8 wants no more).
 * - One that is slow holds up nobody: so many are under way at once. A server that dies in that moment has told them or
 *   not; all others are told after its restart.
 */
import { type Log, silentLog } from '@lemonade/net'
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import type { Sink } from '../sink.ts'
import type { Destinations } from './destination.ts'
import { Poster } from './post.ts'

/** The event by which a deposit tells of a notification. */
export const sieveNotify = 'vnd.lemonade.SieveNotify'

export interface SieveNotifyOptions {
  readonly destinations: Destinations
  readonly limits: NotifyLimits
  readonly log?: Log
}

export function sieveNotifySink({ destinations, limits, log = silentLog }: SieveNotifyOptions): Sink {
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()

  const tell = async (event: NotifyEvent, url: URL): Promise<void> => {
    const { requestMilliseconds, answerOctets, notificationAttempts } = limits
    const poster = new Poster({ url, destinations, requestMilliseconds, answerOctets })
    const body = Buffer.from(JSON.stringify(bodyOf(event)))
    const headers = { 'content-type': 'application/json', 'user-agent': 'Lemonade' }
    try {
      for (let attempt = 1; ; attempt++) {
        const failure = await poster
          .post(() => ({ headers, body }), closing.signal)
          .then(
            ({ status }) => (status >= 200 && status < 300 ? null : `answered ${status}`),
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          )
        const facts = { event: event.id, owner: event.data.user, host: url.host, attempt }
        if (failure === null) {
          log.info(facts, 'a script’s notification was posted')
          return
        }
        if (attempt >= notificationAttempts || closing.signal.aborted) {
          log.warn({ ...facts, reason: failure }, 'a script’s notification is left out')
          return
        }
      }
    } finally {
      poster.close()
    }
  }

  return {
    name: 'sieve-notify',
    async deliver(event) {
      const method = event.type === sieveNotify ? event.data['vnd.lemonade.method'] : undefined
      if (typeof method !== 'string' || !URL.canParse(method)) return
      if (underWay.size >= limits.notificationsUnderWay) await Promise.race(underWay)
      const told = tell(event, new URL(method)).finally(() => underWay.delete(told))
      underWay.add(told)
    },
    close: () => closing.abort(),
  }
}

function bodyOf({ id, timestamp, data }: NotifyEvent) {
  const of = (name: string) => data[`vnd.lemonade.${name}`] ?? null
  return {
    ...{ id, type: 'SieveNotify', timestamp, owner: data.user ?? null },
    ...{ importance: of('importance'), from: of('from'), options: of('options'), message: of('message') },
  }
}
