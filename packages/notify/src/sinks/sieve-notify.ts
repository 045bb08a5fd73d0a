/**
 * Notifications that Sieve scripts ask for (RFC 5435), each by the method that its URI names.
 *
 * - What a user names must be a public address: no script reaches into the house.
 * - One that is slow holds up nobody: so many are under way at once. A server that dies in that moment has told them or
 *   not; all others are told after its restart.
 */
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import type { Sink } from '../sink.ts'
import type { NotificationMethod } from './notification.ts'

/** The event by which a deposit tells of a notification. */
export const sieveNotify = 'vnd.lemonade.SieveNotify'

export interface SieveNotifyOptions {
  /** By the scheme of the URI, in lower case; events that name another are not for this sink. */
  readonly methods: Readonly<Record<string, NotificationMethod>>
  readonly limits: NotifyLimits
}

export function sieveNotifySink({ methods, limits }: SieveNotifyOptions): Sink {
  const underWay = new Set<Promise<void>>()
  const closing = new AbortController()
  return {
    name: 'sieve-notify',
    types: new Set([sieveNotify]),
    async deliver(events) {
      for (const event of events) {
        const uri = uriOf(event)
        const tell = uri === null ? undefined : methods[uri.protocol.slice(0, -1)]
        if (uri === null || tell === undefined) continue
        if (underWay.size >= limits.notificationsUnderWay) await Promise.race(underWay)
        const told = tell(event, uri, closing.signal).finally(() => underWay.delete(told))
        underWay.add(told)
      }
    },
    close: () => closing.abort(),
  }
}

function uriOf({ type, data }: NotifyEvent): URL | null {
  const method = type === sieveNotify ? data['vnd.lemonade.method'] : undefined
  return typeof method === 'string' ? URL.parse(method) : null
}
