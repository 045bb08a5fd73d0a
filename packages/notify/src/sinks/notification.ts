/** What the ways by which a script's notification leaves have in common (RFC 5435). */
import type { NotifyEvent } from '../event.ts'

/** Tells of one notification; settles when that is done or given up, and logs which. Gives up when the signal says so. */
export type NotificationMethod = (event: NotifyEvent, uri: URL, signal: AbortSignal) => Promise<void>

/** What a notification says, as JSON has it. */
export interface Notification {
  readonly id: number
  readonly type: 'SieveNotify'
  readonly timestamp: string
  readonly owner: string | null
  /** 1 is the most important (RFC 5435 §3.4). */
  readonly importance: unknown
  readonly from: unknown
  readonly options: unknown
  readonly message: unknown
}

export function notificationOf({ id, timestamp, data }: NotifyEvent): Notification {
  const of = (name: string) => data[`vnd.lemonade.${name}`] ?? null
  return {
    ...{ id, type: 'SieveNotify', timestamp, owner: data.user ?? null },
    ...{ importance: of('importance'), from: of('from'), options: of('options'), message: of('message') },
  }
}
