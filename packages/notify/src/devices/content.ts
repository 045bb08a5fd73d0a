/** What waits for a device: not a history, but what it is about, so that what is told is true when it is told. */
import type { DeviceWakeUp, OutboxEvent } from '@lemonade/store'

export interface NamedMessage {
  readonly mailbox: string
  readonly uidValidity: number
  readonly uid: number
}

export interface WakeContent {
  /** How many events of which type. */
  readonly events: Readonly<Record<string, number>>
  /** Of new messages, the last few. */
  readonly messages: readonly NamedMessage[]
  /** One of them is from somebody important. */
  readonly isVip: boolean
  /** When the first of the events happened. */
  readonly since: number
  readonly modSeq: number | null
  /** It was asked for by hand: nothing holds it back. */
  readonly isTest: boolean
}

/** Messages that one wake-up names; of more, the newest. */
export const namedMessages = 5

export const nothing: WakeContent = {
  ...{ events: {}, messages: [], isVip: false, since: 0, modSeq: null, isTest: false },
}

export function contentOf({ content }: Pick<DeviceWakeUp, 'content'>): WakeContent {
  return { ...nothing, ...content }
}

/** What waits, and one event more. */
export function withEvent(
  before: WakeContent | null,
  row: OutboxEvent,
  message: NamedMessage | null,
  isVip: boolean,
): WakeContent {
  const { events, messages, since } = before ?? { ...nothing, since: row.at }
  const { modSeq } = row.parameters
  return {
    events: { ...events, [row.type]: (events[row.type] ?? 0) + 1 },
    messages: [...messages, ...(message === null ? [] : [message])].slice(-namedMessages),
    isVip: isVip || (before?.isVip ?? false),
    since,
    modSeq: typeof modSeq === 'number' ? modSeq : (before?.modSeq ?? null),
    isTest: before?.isTest ?? false,
  }
}
