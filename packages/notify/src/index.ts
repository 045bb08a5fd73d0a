/**
 * The notification emitter: carries the outbox's events (RFC 5423) to each sink, in order, at least once, across
 * crashes. Nothing is emitted from memory: what is sent has been committed with the change that it tells of.
 */
import { type Log, type Metrics, noMetrics, silentLog } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { AccountNames } from './account-names.ts'
import { Courier } from './courier.ts'
import { startWaking } from './devices/index.ts'
import { type FilterScript, plannerName } from './devices/planner.ts'
import { defaultNotifyLimits, type NotifyLimits } from './limits.ts'
import type { DeviceMethod, Sink } from './sink.ts'
import { sieveNotifySink } from './sinks/sieve-notify.ts'
import { type OperatorTargets, openWays, type Ways } from './sinks/ways.ts'
import type { Webhook } from './sinks/webhook.ts'

export { isDeviceName, notifyEntryProblem } from './devices/entries.ts'
export type { FilterScript } from './devices/planner.ts'
export { BadPreferences, type Preferences, preferencesIn } from './devices/preferences.ts'
export { notifyFolder } from './devices/standing.ts'
export { type EventParameters, type EventType, eventTypes, type NotifyEvent } from './event.ts'
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
export type { Command } from './sinks/command.ts'
export { type Destinations, isPublicAddress } from './sinks/destination.ts'
export type { EmnGateway } from './sinks/emn.ts'
export { isTopicTemplate, type Mqtt, topicFields } from './sinks/mqtt.ts'
export type { OperatorTarget } from './sinks/operator.ts'
export { areVapidKeys, makeVapidKeys, type VapidKeys } from './sinks/push-service.ts'
export type { SmsGateway } from './sinks/sms.ts'
export type { Wanted } from './sinks/wanted.ts'
export type { OperatorTargets, Ways } from './sinks/ways.ts'
export type { Webhook } from './sinks/webhook.ts'
export { type SignedRequest, verifyWebhook } from './sinks/webhook-signature.ts'
export type { XmppAccount } from './sinks/xmpp-session.ts'

export interface NotifyOptions {
  readonly store: Store
  readonly webhooks: readonly Webhook[]
  /** What the operator has told by other means than webhooks. */
  readonly targets?: Omit<OperatorTargets, 'webhooks'>
  /** How scripts and devices notify; default: not at all. */
  readonly ways?: Ways
  /** Further ways to wake devices. */
  readonly devices?: readonly DeviceMethod[]
  /** Asks a script of an account whether an event is to wake a device. */
  readonly filterScript?: FilterScript
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
  const ways = openWays(
    options.ways ?? { destinations: 'public' },
    { ...options.targets, webhooks },
    { store, hostname: options.hostname ?? 'localhost', limits, log, now: options.clock ?? Date.now },
  )
  const scripts = options.ways === undefined ? [] : [sieveNotifySink({ methods: ways.methods, limits })]
  const sinks = [...ways.sinks, ...scripts, ...(options.sinks ?? [])]
  const twice = sinks.find((sink, i) => sinks.findIndex(other => other.name === sink.name) !== i)
  if (twice !== undefined) throw new Error(`Two notification sinks are named "${twice.name}".`)
  const methods = [...ways.devices, ...(options.devices ?? [])]
  const wakes = options.ways !== undefined || options.devices !== undefined
  await store.outbox.register([...sinks.map(sink => sink.name), ...(wakes ? [plannerName] : [])])
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
  const woken = metrics.counter('lemonade_notify_wake_ups_total', 'Wake-ups of devices', ['kind', 'outcome'])
  const waking = wakes
    ? startWaking({
        ...{ store, methods, names, limits, log, script: options.filterScript ?? null },
        ...{ hostname: options.hostname ?? 'localhost', now: options.clock ?? Date.now },
        random: options.random ?? Math.random,
        count(kind, outcome, seconds) {
          woken.inc({ kind, outcome })
          if (outcome === 'sent') counters.latency.observe(seconds, { sink: `device:${kind}` })
        },
      })
    : null
  return {
    async stop(graceMilliseconds) {
      await Promise.all([...couriers, ...(waking === null ? [] : [waking])].map(each => each.stop(graceMilliseconds)))
      ways.close()
    },
  }
}
