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
import { httpNotification } from './sinks/http-notification.ts'
import { PushService, type VapidKeys } from './sinks/push-service.ts'
import { sieveNotifySink } from './sinks/sieve-notify.ts'
import { webPushNotification } from './sinks/web-push.ts'
import { type Webhook, webhookSink } from './sinks/webhook.ts'

export type { EventParameters, EventType, NotifyEvent } from './event.ts'
export { defaultNotifyLimits, type NotifyLimits } from './limits.ts'
export {
  BadTarget,
  DeliveryFailed,
  DeliveryRefused,
  type DeviceMethod,
  type DeviceWake,
  type OptionalParameter,
  optionalParameters,
  type Sink,
  TargetGone,
  type Urgency,
} from './sink.ts'
export type { Destinations } from './sinks/destination.ts'
export { areVapidKeys, makeVapidKeys, type VapidKeys } from './sinks/push-service.ts'
export type { Wanted, Webhook } from './sinks/webhook.ts'
export { type SignedRequest, verifyWebhook } from './sinks/webhook-signature.ts'

/** How notifications of Sieve scripts go out: posted by HTTP, and by Web Push where there are keys. */
export interface SieveNotifications {
  /** What the users' targets may be. */
  readonly destinations: Destinations
  readonly webPush?: {
    readonly keys: VapidKeys
    /** A mailto or https URI of the operator, for push services (RFC 8292 §2.1). */
    readonly contact: string
  }
}

export interface NotifyOptions {
  readonly store: Store
  readonly webhooks: readonly Webhook[]
  /** Notifications of Sieve scripts; default: none are sent. */
  readonly sieveNotifications?: SieveNotifications
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

const latencyBuckets = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 10, 60, 600, 3600]

/** Starts to emit. Throws where two sinks have one name or a webhook's URL is none. */
export async function startNotify(options: NotifyOptions): Promise<Notify> {
  const { store, webhooks } = options
  const limits = { ...defaultNotifyLimits, ...options.limits }
  const metrics = options.metrics ?? noMetrics
  const log = options.log ?? silentLog
  const scripts =
    options.sieveNotifications === undefined ? [] : [sieveSink(options.sieveNotifications, store, limits, log)]
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
    refused: metrics.counter('lemonade_notify_dead_letters_total', 'Events that a sink has refused for good', ['sink']),
    latency: metrics.histogram(
      'lemonade_notify_latency_seconds',
      'From the commit of an event to its hand-over to a sink, each attempt',
      ['sink'],
      latencyBuckets,
    ),
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
        log,
        metrics: counters,
        now: options.clock ?? Date.now,
        random: options.random ?? Math.random,
      }),
  )
  return {
    async stop(graceMilliseconds) {
      await Promise.all(couriers.map(courier => courier.stop(graceMilliseconds)))
    },
  }
}

function sieveSink({ destinations, webPush }: SieveNotifications, store: Store, limits: NotifyLimits, log: Log): Sink {
  const http = httpNotification({ destinations, limits, log })
  const pushed = webPush && {
    webpush: webPushNotification({
      store,
      service: new PushService({ ...webPush, destinations, limits }),
      limits,
      log,
    }),
  }
  return sieveNotifySink({ methods: { http, https: http, ...pushed }, limits })
}
