/**
 * What a target of notifications is. There are two kinds (RFC 5551 §5.4, §5.5):
 *
 * - A **sink** is another server of the operator's. It is told of every event that it wants, in order, at least once, and
 *   has a cursor of its own in the outbox: what it has not taken waits for it. Repetitions are known by their number.
 * - A **device method** reaches what a user has registered: a phone, a browser, an address. A device is woken, not told a
 *   history: what waits for it collapses to the latest state, has a time to live, and is held back for as long as the
 *   account is told in-band.
 */
import type { NotifyEvent } from './event.ts'

/** Parameters that RFC 5423 §5 leaves to choice, since they are large or say much. */
export const optionalParameters = ['bodyStructure', 'envelope', 'messageContent', 'url'] as const
export type OptionalParameter = (typeof optionalParameters)[number]

export interface Included {
  readonly parameters: ReadonlySet<OptionalParameter>
  /** Larger messages are not told as messageContent; `url` leads to them. */
  readonly contentOctets: number
  /** How long a URL of the message opens it without a login (RFC 4467). */
  readonly urlSeconds: number
}

export interface Sink {
  /** The key of its cursor in the store: unlike any other sink's, and the same after a restart. */
  readonly name: string
  /** How many events it takes at once, and how long the first of them may wait for others. Default: one by one. */
  readonly batch?: { readonly events: number; readonly milliseconds: number }
  /** Types of the events that it wants, default all; others are passed over. */
  readonly types?: ReadonlySet<string>
  /** What it is told beyond what is always said. Default: nothing. */
  readonly include?: Included
  /** Labels that go with each event (RFC 5423 §5). */
  readonly tags?: readonly string[]
  /** It wants to hear of \Seen and \Deleted as of other flags, by FlagsSet (RFC 5423 §4.2). */
  readonly plainFlags?: boolean
  /**
   * Resolves once the target has taken the events for good; throws `DeliveryFailed` or anything else where it has not, and
   * is then called again with those that it has not taken, and `DeliveryRefused` where it never will. Never called twice
   * at a time. Gives up when the signal says so.
   */
  deliver(events: readonly NotifyEvent[], signal: AbortSignal): Promise<void>
  /** Releases connections. */
  close(): void
}

/** How soon a push must wake its device (RFC 8030 §5.3). */
export type Urgency = 'very-low' | 'low' | 'normal' | 'high'

/** What a device is woken with: the latest state. */
export interface DeviceWake {
  /** Of the last event that it tells of. Rises from wake-up to wake-up; one that comes again has its number again. */
  readonly id: number
  readonly account: string
  /** The device's name. */
  readonly device: string
  /** One that is still under way and has the same topic is replaced: at most 32 of A-Z a-z 0-9 - _ (RFC 8030 §5.4). */
  readonly topic: string
  readonly urgency: Urgency
  readonly ttlSeconds: number
  /** What programs read, as JSON. */
  readonly payload: Readonly<Record<string, unknown>>
  /** The same for people, one line without control characters. */
  readonly text: string
}

export interface DeviceMethod {
  /** How registrations name it: lower case letters and digits. */
  readonly kind: string
  /** Whether a registration must echo what a first wake-up tells it before it is used. */
  readonly mustEcho: boolean
  /** Where a registration leads, for lists and logs, without its secrets. Throws `BadTarget` where it is none. */
  describe(target: unknown): string
  /** Resolves once the wake-up was taken. Throws `TargetGone`, `DeliveryRefused`, `DeliveryFailed` or anything else. */
  wake(target: unknown, wake: DeviceWake, signal: AbortSignal): Promise<void>
  /** Releases connections. */
  close(): void
}

/** A target did not take an event, or a wake-up, now. */
export class DeliveryFailed extends Error {
  /** How long the target asks to be left alone; null where it did not say. */
  readonly retryAfterMilliseconds: number | null
  /** How many of a batch, from its beginning, it has taken for good. */
  readonly taken: number

  constructor(message: string, retryAfterMilliseconds: number | null = null, taken = 0) {
    super(message)
    this.name = 'DeliveryFailed'
    this.retryAfterMilliseconds = retryAfterMilliseconds
    this.taken = taken
  }
}

/** A target will never take the event behind those taken: it becomes a dead letter, and the next one's turn comes. */
export class DeliveryRefused extends DeliveryFailed {
  constructor(message: string, taken = 0) {
    super(message, null, taken)
    this.name = 'DeliveryRefused'
  }
}

/** What a device was registered with leads nowhere any more: the device is forgotten. */
export class TargetGone extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'TargetGone'
  }
}

/** What was registered is no target; the message is a sentence for who registered it. */
export class BadTarget extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadTarget'
  }
}
