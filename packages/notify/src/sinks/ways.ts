/** The ways by which this server can notify: what the operator has set up, for scripts, for devices and for itself. */
import type { Log } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import type { NotifyLimits } from '../limits.ts'
import type { DeviceMethod, Sink } from '../sink.ts'
import { type Command, commandDevice, commandSink } from './command.ts'
import type { Destinations } from './destination.ts'
import { type DeviceTokens, deviceTokenDevice } from './device-token.ts'
import { type EmnGateway, emnDevice } from './emn.ts'
import { httpNotification } from './http-notification.ts'
import { mailDevice } from './mail.ts'
import { type Mqtt, mqttDevice, mqttSink } from './mqtt.ts'
import type { NotificationMethod } from './notification.ts'
import { type OperatorTarget, operatorSink } from './operator.ts'
import { PushService, type VapidKeys } from './push-service.ts'
import { Sms, type SmsGateway, smsDevice, smsNotification } from './sms.ts'
import { webPushNotification } from './web-push.ts'
import { webPushDevice } from './web-push-device.ts'
import { type Webhook, webhookSink } from './webhook.ts'
import { webhookDevice } from './webhook-device.ts'
import { xmppDevice, xmppNotification } from './xmpp.ts'
import { type XmppAccount, XmppSession } from './xmpp-session.ts'

/** What is set up. What is missing is offered to nobody. */
export interface Ways {
  /** What the users' targets may be. */
  readonly destinations: Destinations
  readonly webPush?: {
    readonly keys: VapidKeys
    /** A mailto or https URI of the operator, for push services (RFC 8292 §2.1). */
    readonly contact: string
  }
  readonly xmpp?: XmppAccount
  readonly sms?: SmsGateway
  readonly emn?: EmnGateway
  /** Who wakes devices that have left a token which it alone can read. */
  readonly deviceTokens?: DeviceTokens
  readonly mail?: { readonly delimiter: string; readonly queueSeconds: number }
  /** Programs that users may have run, by their names. */
  readonly commands?: ReadonlyMap<string, Command['command']>
}

/** Whom the operator has told of everything. */
export interface OperatorTargets {
  readonly webhooks?: readonly Webhook[]
  readonly mqtt?: readonly Mqtt[]
  readonly commands?: readonly Command[]
  /** By the kind of what they are told by; throws a sentence where that is not set up. */
  readonly others?: readonly (OperatorTarget & { readonly kind: 'xmpp' | 'sms' | 'emn' | 'mail' })[]
}

export interface OpenedWays {
  /** For scripts, by the scheme of the URI. */
  readonly methods: Readonly<Record<string, NotificationMethod>>
  readonly devices: readonly DeviceMethod[]
  readonly sinks: readonly Sink[]
  /** Releases connections; sinks have an end of their own. */
  close(): void
}

export interface WaysOptions {
  readonly store: Store
  readonly hostname: string
  readonly limits: NotifyLimits
  readonly log: Log
  readonly now: () => number
}

/** Throws a sentence where a target is none, or is to be told by a way that is not set up. */
export function openWays(ways: Ways, targets: OperatorTargets, options: WaysOptions): OpenedWays {
  const { store, hostname, limits, log, now } = options
  const { destinations } = ways
  const push = ways.webPush && new PushService({ ...ways.webPush, destinations, limits })
  const session = ways.xmpp && new XmppSession(ways.xmpp, limits.requestMilliseconds)
  const sms = ways.sms && new Sms(ways.sms, limits)
  const http = httpNotification({ destinations, limits, log })
  const devices: readonly DeviceMethod[] = [
    ...(push === undefined ? [] : [webPushDevice(push)]),
    webhookDevice({ destinations, limits, now }),
    mqttDevice({ destinations, limits }),
    ...(session === undefined ? [] : [xmppDevice(session)]),
    ...(sms === undefined ? [] : [smsDevice(sms)]),
    ...(ways.emn === undefined ? [] : [emnDevice(ways.emn, limits, now)]),
    ...(ways.deviceTokens === undefined ? [] : [deviceTokenDevice(ways.deviceTokens, limits, 'any')]),
    ...(ways.mail === undefined ? [] : [mailDevice({ ...ways.mail, store, hostname, now })]),
    ...(ways.commands === undefined ? [] : [commandDevice(ways.commands, limits)]),
  ]
  const methodOf = ({ kind, name }: { readonly kind: string; readonly name: string }) => {
    const found = devices.find(device => device.kind === kind)
    if (found === undefined) throw new Error(`"${name}" is to be told by ${kind}, which is not set up.`)
    return found
  }
  return {
    methods: {
      ...{ http, https: http },
      ...(push && { webpush: webPushNotification({ store, service: push, limits, log }) }),
      ...(session && { xmpp: xmppNotification({ session, limits, log }) }),
      ...(sms && { tel: smsNotification({ sms, limits, log }) }),
    },
    devices,
    sinks: [
      ...(targets.webhooks ?? []).map(webhook => webhookSink(webhook, limits, now)),
      ...(targets.mqtt ?? []).map(mqtt => mqttSink(mqtt, limits)),
      ...(targets.commands ?? []).map(command => commandSink(command, limits)),
      ...(targets.others ?? []).map(target => operatorSink(methodOf(target), target)),
    ],
    close() {
      for (const device of devices) device.close()
    },
  }
}
