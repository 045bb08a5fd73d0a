/**
 * The notification emitter: carries the outbox's events (RFC 5423) to each sink, in order, at least once, across
 * crashes. Nothing is emitted from memory: what is sent has been committed with the change that it tells of.
 */
import { type Log, type Metrics, noMetrics, silentLog } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { AccountNames } from './account-names.ts'
import { Courier } from './courier.ts'
import { defaultNotifyLimits, type NotifyLimits } from './limits.ts'
import type { Sink } from './sink.ts'
import type { Destinations } from './sinks/destination.ts'
import { sieveNotifySink } from './sinks/sieve-notify.ts'
import { type Webhook, webhookSink } from './sinks/webhook.ts'

export type { EventParameters, EventType, NotifyEvent } from './event.ts'
export { defaultNotifyLimits, type NotifyLimits } from './limits.ts'
export { DeliveryFailed, type Sink } from './sink.ts'
export type { Destinations } from './sinks/destination.ts'
export { type SignedRequest, verifyWebhook, type Webhook } from './sinks/webhook.ts'

export interface NotifyOptions {
  readonly store: Store
  readonly webhooks: readonly Webhook[]
  /** Where Sieve scripts may have notifications posted to; default: none are posted. */
  readonly sieveNotifications?: Destinations
  /** Further targets. */
  readonly sinks?: readonly Sink[]
  /** The host of the IMAP URLs in events. Default: localhost. */
  readonly hostname?: string
  readonly limits?: Partial<NotifyLimits>
  readonly log?: Log
  readonly metrics?: Metrics
  readonly clock?: () => number
  /** 0 to 1, for the jitter of retries. */
  readonly random?: () => number
}

export interface Notify {
  /** Lets requests under way end, for at most this long; marks what has arrived. */
  stop(graceMilliseconds: number): Promise<void>
}

/** Starts to emit. Throws where two sinks have one name or a webhook's URL is none. */
export async function startNotify(options: NotifyOptions): Promise<Notify> {
  const { store, webhooks } = options
  const limits = { ...defaultNotifyLimits, ...options.limits }
  const metrics = options.metrics ?? noMetrics
  const { sieveNotifications: destinations, log } = options
  const scripts = destinations === undefined ? [] : [sieveNotifySink({ destinations, limits, ...(log && { log }) })]
  const hooks = webhooks.map(webhook => webhookSink(webhook, limits, options.clock))
  const sinks = [...hooks, ...scripts, ...(options.sinks ?? [])]
  const twice = sinks.find((sink, i) => sinks.findIndex(other => other.name === sink.name) !== i)
  if (twice !== undefined) throw new Error(`Two notification sinks are named "${twice.name}".`)
  await store.outbox.register(sinks.map(sink => sink.name))
  const names = new AccountNames(store, limits.accountNames)
  const counters = {
    delivered: metrics.counter('lemonade_notify_events_total', 'Events that a sink has taken', ['sink']),
    failures: metrics.counter('lemonade_notify_failures_total', 'Attempts that a sink did not take', ['sink']),
    lost: metrics.counter('lemonade_notify_lost_total', 'Events dropped before a sink took them', ['sink']),
    failing: metrics.gauge('lemonade_notify_failing', '1 while a sink does not take events', ['sink']),
  }
  const couriers = sinks.map(
    sink =>
      new Courier({
        store,
        sink,
        names,
        hostname: options.hostname ?? 'localhost',
        limits,
        log: options.log ?? silentLog,
        metrics: counters,
        random: options.random ?? Math.random,
      }),
  )
  return {
    async stop(graceMilliseconds) {
      await Promise.all(couriers.map(courier => courier.stop(graceMilliseconds)))
    },
  }
}
