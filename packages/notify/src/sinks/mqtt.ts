/**
 * Events and wake-ups published to MQTT brokers, as JSON, with QoS 1: at least once.
 *
 * A topic of the operator's is a template: `lemonade/{user}/{type}`. What stands in braces is replaced by the event's
 * parameter of that name, with `/`, `+`, `#` and `%` written as their percent-encodings so that it is one level.
 */
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, DeliveryFailed, DeliveryRefused, type DeviceMethod, type Sink } from '../sink.ts'
import { reasonOf } from './attempts.ts'
import type { Destinations } from './destination.ts'
import { type MqttBroker, MqttConnection } from './mqtt-connection.ts'
import { type Wanted, wishesOf } from './wanted.ts'

export interface Mqtt extends Wanted {
  /** `mqtt://HOST:PORT` or `mqtts://HOST:PORT`. */
  readonly url: string
  readonly user?: string
  readonly password?: string
  /** PEM of what the broker's certificate must descend from; default: the system's list. */
  readonly certificateAuthority?: string
  /** Default: `lemonade/{user}/{type}`. */
  readonly topic?: string
}

/** What a topic may name in braces. */
export const topicFields = ['user', 'type', 'mailbox'] as const
type TopicField = (typeof topicFields)[number]

/** Messages under way at a time: the broker takes them in order. */
const window = 64

/** Throws a sentence where the URL is none or the topic has a wildcard or an unknown field. */
export function mqttSink(mqtt: Mqtt, limits: NotifyLimits): Sink {
  const { name, url, topic = 'lemonade/{user}/{type}', user, password, certificateAuthority } = mqtt
  const broker = {
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
  }
  const parsed = urlOf(url)
  if (parsed === null) throw new Error(`The URL of "${name}" must begin with mqtt:// or mqtts://.`)
  if (!isTopicTemplate(topic)) throw new Error(`The topic of "${name}" must have no wildcards.`)
  const connection = new MqttConnection({ ...broker, url: parsed, destinations: 'any' }, limits.requestMilliseconds)
  return {
    name: `mqtt:${name}`,
    batch: { events: window, milliseconds: 0 },
    ...wishesOf(mqtt),
    async deliver(events, signal) {
      const published = await Promise.allSettled(
        events.map(event => connection.publish(topicOf(topic, event), Buffer.from(JSON.stringify(event)), signal)),
      )
      const taken = published.findIndex(({ status }) => status === 'rejected')
      const failed = published[taken]
      if (failed?.status !== 'rejected') return
      throw new DeliveryFailed(reasonOf(failed.reason), null, taken)
    },
    close: () => connection.close(),
  }
}

/** A topic name without wildcards (MQTT 3.1.1 §4.7), of at most this many octets. */
const topicOctets = 1_000
const isTopicName = (topic: string) =>
  topic !== '' && !/[\p{Cc}\p{Cs}+#]/u.test(topic) && Buffer.byteLength(topic) <= topicOctets

export function isTopicTemplate(topic: string): boolean {
  const fields = [...topic.matchAll(/\{([^{}]*)\}/g)].map(match => match[1])
  return isTopicName(topic) && fields.every(field => topicFields.includes(field as TopicField))
}

/** A template filled in; parameters that the event lacks are `-`. */
export function topicOf(template: string, { type, data }: NotifyEvent): string {
  const values: Record<TopicField, unknown> = { type, user: data.user, mailbox: data['vnd.lemonade.mailbox'] }
  return template.replace(/\{(\w+)\}/g, (_, field: TopicField) => {
    const value = values[field]
    return typeof value === 'string' && value !== '' ? level(value) : '-'
  })
}

function level(value: string): string {
  return value
    .toWellFormed()
    .replace(/[/+#%\p{Cc}]/gu, character => encodeURIComponent(character))
    .slice(0, topicOctets / 4)
}

/** The target is `{"url":"mqtts://broker.example.net","topic":"ned/mail","user":"ned","password":"…"}`. */
export function mqttDevice({
  destinations,
  limits,
}: {
  destinations: Destinations
  limits: NotifyLimits
}): DeviceMethod {
  return {
    kind: 'mqtt',
    mustEcho: true,
    describe: target => targetOf(target).url.host,
    async wake(target, { payload }, signal) {
      const { topic, ...broker } = targetOf(target)
      if (broker.url.protocol !== 'mqtts:' && destinations !== 'any') throw new DeliveryRefused('the broker has no TLS')
      const connection = new MqttConnection({ ...broker, destinations }, limits.requestMilliseconds)
      try {
        await connection.publish(topic, Buffer.from(JSON.stringify(payload)), signal)
      } finally {
        connection.close()
      }
    },
    close() {
      // Each wake-up has a connection of its own.
    },
  }
}

const textCharacters = 1_000

function targetOf(target: unknown): Omit<MqttBroker, 'destinations'> & { readonly topic: string } {
  const { url, topic, user, password } = (target ?? {}) as Readonly<Record<string, unknown>>
  const parsed = typeof url === 'string' && url.length <= textCharacters ? urlOf(url) : null
  if (parsed === null) throw new BadTarget('The "url" must be like "mqtts://broker.example.net".')
  if (typeof topic !== 'string' || !isTopicName(topic)) throw new BadTarget('The "topic" must have no wildcards.')
  for (const [name, value] of Object.entries({ user, password })) {
    if (value === undefined || (typeof value === 'string' && value.length <= textCharacters)) continue
    throw new BadTarget(`The "${name}" must be a text.`)
  }
  return {
    ...{ url: parsed, topic },
    ...(typeof user === 'string' ? { user } : {}),
    ...(typeof password === 'string' ? { password } : {}),
  }
}

function urlOf(text: string): URL | null {
  const url = URL.parse(text)
  return url !== null && /^mqtts?:$/.test(url.protocol) && url.hostname !== '' && url.username === '' ? url : null
}
