/**
 * Notifications that Sieve scripts ask for by a webpush URI, a method of our own: `webpush:phone` for one device of the
 * owner's, `webpush:*` for all (RFC 8030). What is pushed is the JSON that http URIs get.
 *
 * A message that is too long for a push is cut. A push service that is busy or down gets it again, a few times, no later
 * than a request may take; a device that it knows no longer (404, 410) is forgotten (RFC 8030 §7.3).
 */
import type { Log } from '@lemonade/net'
import type { Account, Store } from '@lemonade/store'
import type { NotifyEvent } from '../event.ts'
import type { NotifyLimits } from '../limits.ts'
import { TargetGone } from '../sink.ts'
import { attempts, reasonOf } from './attempts.ts'
import { type Notification, type NotificationMethod, notificationOf } from './notification.ts'
import { forgetDevice, type PushDevice, pushDevices } from './push-devices.ts'
import { type PushService, payloadOctets } from './push-service.ts'

export interface WebPushOptions {
  readonly store: Store
  readonly service: PushService
  readonly limits: NotifyLimits
  readonly log: Log
}

/** How long a push service keeps a push for a device that is away, and what it wakes it for (RFC 8030 §5.2, §5.3). */
const byImportance = {
  1: { ttlSeconds: 7 * 86_400, urgency: 'high' },
  2: { ttlSeconds: 86_400, urgency: 'normal' },
  3: { ttlSeconds: 4 * 3_600, urgency: 'low' },
} as const

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
  { store, service, limits, log }: WebPushOptions,
  signal: AbortSignal,
): Promise<void> {
  const { name, target } = device
  const facts = { event: event.id, owner: account.name, device: name, host: target?.endpoint.host }
  const leaveOut = (reason: string) => log.warn({ ...facts, reason }, 'a script’s notification is left out')
  if (target === null) return leaveOut('the device is no push subscription')
  const notification = notificationOf(event)
  const how = byImportance[notification.importance as keyof typeof byImportance] ?? byImportance[2]
  const message = { payload: payloadOf(notification), ...how }
  try {
    await attempts(() => service.push(target, message, signal), limits, signal)
    log.info(facts, 'a script’s notification was pushed')
  } catch (error) {
    if (!(error instanceof TargetGone)) return leaveOut(reasonOf(error))
    await forgetDevice(store, account, device)
    log.info({ ...facts, reason: error.message }, 'a device is forgotten: its push service knows it no longer')
  }
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
