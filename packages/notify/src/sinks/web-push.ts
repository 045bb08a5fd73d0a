/**
 * Notifications that Sieve scripts ask for by a webpush URI, a method of our own: `webpush:phone` for one device of the
 * owner's, `webpush:*` for all (RFC 8030). What is pushed is the JSON that http URIs get, encrypted for the device
 * (RFC 8291) and signed with the server's key (RFC 8292).
 *
 * A message that is too long for a push is cut. A push service that is busy or down gets it again, a few times, no later
 * than a request may take; a device that it knows no longer (404, 410) is forgotten (RFC 8030 §7.3).
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '@lemonade/net'
import type { Account, Store } from '@lemonade/store'
import webPush from 'web-push'
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import type { Destinations } from './destination.ts'
import { type Notification, type NotificationMethod, notificationOf } from './notification.ts'
import { type Answer, Poster } from './post.ts'
import { forgetDevice, type PushDevice, type PushTarget, pushDevices } from './push-devices.ts'

/** The pair by which push services know this server again, base64url (RFC 8292 §3.2). */
export interface VapidKeys {
  readonly publicKey: string
  readonly privateKey: string
}

/** Makes a pair. It must be kept: devices subscribe for its public key, and hear of no other. */
export function makeVapidKeys(): VapidKeys {
  return webPush.generateVAPIDKeys()
}

/** True for what can sign. */
export function areVapidKeys({ publicKey, privateKey }: VapidKeys): boolean {
  try {
    webPush.getVapidHeaders('https://push.example', 'mailto:postmaster@example.org', publicKey, privateKey, 'aes128gcm')
    return true
  } catch {
    return false
  }
}

export interface WebPushOptions {
  readonly store: Store
  readonly keys: VapidKeys
  /** A mailto or https URI of the operator, for the push service's (RFC 8292 §2.1). */
  readonly contact: string
  /** Only with `any` a push service may be reached without TLS. */
  readonly destinations: Destinations
  readonly limits: NotifyLimits
  readonly log: Log
}

/** How long a push service keeps a push for a device that is away, and what it wakes it for (RFC 8030 §5.2, §5.3). */
const byImportance = {
  1: { ttl: 7 * 86_400, urgency: 'high' },
  2: { ttl: 86_400, urgency: 'normal' },
  3: { ttl: 4 * 3_600, urgency: 'low' },
} as const

/** Octets that every push service takes are 4,096 (RFC 8030 §7.2); the header and the tag take 103 (RFC 8291 §4). */
export const payloadOctets = 3_993

export function webPushNotification(options: WebPushOptions): NotificationMethod {
  const { store, limits, log } = options
  return async (event, { pathname }, signal) => {
    const owner = event.data.user
    const facts = { event: event.id, owner }
    try {
      const account = owner === undefined ? null : await store.accounts.find(owner)
      const devices =
        account === null ? [] : await pushDevices(store, account, decodeURIComponent(pathname), limits.pushDevices)
      if (account === null || devices.length === 0) log.info(facts, 'a script’s notification is for no device')
      else await Promise.all(devices.map(device => push(event, account, device, options, signal)))
    } catch (error) {
      log.warn({ ...facts, reason: String(error) }, 'a script’s notification is left out')
    }
  }
}

async function push(
  event: NotifyEvent,
  account: Account,
  device: PushDevice,
  options: WebPushOptions,
  signal: AbortSignal,
): Promise<void> {
  const { store, destinations, log } = options
  const { name, target } = device
  const facts = { event: event.id, owner: account.name, device: name, host: target?.endpoint.host }
  const leaveOut = (reason: string) => log.warn({ ...facts, reason }, 'a script’s notification is left out')
  if (target === null) return leaveOut('the device is no push subscription')
  if (target.endpoint.protocol !== 'https:' && destinations !== 'any') return leaveOut('the push service has no TLS')
  const outcome = await pushed(event, target, options, signal)
  if (typeof outcome === 'string') return leaveOut(outcome)
  if (outcome >= 200 && outcome < 300) return log.info(facts, 'a script’s notification was pushed')
  if (outcome !== 404 && outcome !== 410) return leaveOut(`answered ${outcome}`)
  await forgetDevice(store, account, device)
  log.info({ ...facts, status: outcome }, 'a device is forgotten: its push service knows it no longer')
}

/** The last answer's status, or why there was none. */
async function pushed(
  event: NotifyEvent,
  { endpoint, publicKey, authSecret }: PushTarget,
  { keys, contact, destinations, limits }: WebPushOptions,
  signal: AbortSignal,
): Promise<number | string> {
  const { requestMilliseconds, answerOctets, notificationAttempts, firstRetryMilliseconds } = limits
  const notification = notificationOf(event)
  const { ttl, urgency } = byImportance[notification.importance as keyof typeof byImportance] ?? byImportance[2]
  const poster = new Poster({ url: endpoint, destinations, requestMilliseconds, answerOctets })
  const request = () => ({
    headers: {
      ...{ ttl: `${ttl}`, urgency, 'content-encoding': 'aes128gcm', 'content-type': 'application/octet-stream' },
      authorization: signature(endpoint, contact, keys),
      'user-agent': 'Lemonade',
    },
    // A push is encrypted with a key of its own, each time.
    body: webPush.encrypt(publicKey, authSecret, payloadOf(notification), 'aes128gcm').cipherText,
  })
  try {
    for (let attempt = 1; ; attempt++) {
      const answer = await poster.post(request, signal).catch((error: unknown) => messageOf(error))
      const pause = pauseAfter(answer, firstRetryMilliseconds * 2 ** (attempt - 1))
      if (pause === null || pause > requestMilliseconds || attempt >= notificationAttempts || signal.aborted) {
        return typeof answer === 'string' ? answer : answer.status
      }
      await delay(pause, undefined, { signal })
    }
  } catch (error) {
    return messageOf(error)
  } finally {
    poster.close()
  }
}

/** Null where another attempt would be answered as this one was (RFC 8030 §8.4 for 429). */
function pauseAfter(answer: Answer | string, patience: number): number | null {
  if (typeof answer === 'string') return patience
  const { status, retryAfterMilliseconds } = answer
  return status === 429 || status >= 500 ? (retryAfterMilliseconds ?? patience) : null
}

/** Valid for this push service and half a day (RFC 8292 §2). */
function signature({ origin }: URL, contact: string, { publicKey, privateKey }: VapidKeys): string {
  return webPush.getVapidHeaders(origin, contact, publicKey, privateKey, 'aes128gcm').Authorization
}

/** As much of the message as there is room for; of the rest, what makes it too long goes. */
export function payloadOf(notification: Notification): Buffer {
  const whole = Buffer.from(JSON.stringify(notification))
  if (whole.length <= payloadOctets) return whole
  const bare = { ...notification, message: '' }
  const frame = Buffer.byteLength(JSON.stringify(bare)) <= payloadOctets ? bare : { ...bare, options: {}, from: null }
  const characters = [...String(notification.message ?? '')]
  const cut = (length: number) =>
    Buffer.from(JSON.stringify({ ...frame, message: characters.slice(0, length).join('') }))
  let [fits, over] = [0, Math.min(characters.length, payloadOctets) + 1]
  while (over - fits > 1) {
    const middle = (fits + over) >> 1
    if (cut(middle).length <= payloadOctets) fits = middle
    else over = middle
  }
  return cut(fits)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
