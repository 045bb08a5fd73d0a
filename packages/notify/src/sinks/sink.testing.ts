/** What tests of sinks and of device methods tell them. */
import type { NotifyEvent } from '../event.ts'
import { defaultNotifyLimits, type NotifyLimits } from '../limits.ts'
import type { DeviceWake } from '../sink.ts'

/** Little patience. */
export const quick: NotifyLimits = { ...defaultNotifyLimits, firstRetryMilliseconds: 1, requestMilliseconds: 5_000 }

export const signal = (): AbortSignal => AbortSignal.timeout(20_000)

export function eventOf(id: number, data: Partial<NotifyEvent['data']> = {}, type = 'MessageNew'): NotifyEvent {
  return {
    ...{ id, type, timestamp: '2026-11-24T09:30:05.000Z' },
    data: { uri: 'imap://ned%40example.org@localhost/INBOX;UIDVALIDITY=1/;UID=7', user: 'ned@example.org', ...data },
  }
}

export function wakeOf(wake: Partial<DeviceWake> = {}): DeviceWake {
  return {
    ...{ id: 17, account: 'ned@example.org', device: 'phone', topic: 'abc', urgency: 'normal', ttlSeconds: 3_600 },
    ...{ payload: { id: 17, type: 'wake' }, text: 'New mail for ned@example.org' },
    ...wake,
  }
}
