/** What a target of notifications is: webhook now, web push, XMPP, MQTT and mail as modules of the same shape. */
import type { NotifyEvent } from './event.ts'

export interface Sink {
  /** The key of its cursor in the store: unlike any other sink's, and the same after a restart. */
  readonly name: string
  /**
   * Resolves once the target has taken the event for good; throws `DeliveryFailed` or anything else where it has not, and
   * is then called again with the same event. Never called twice at a time. Gives up when the signal says so.
   */
  deliver(event: NotifyEvent, signal: AbortSignal): Promise<void>
  /** Releases connections. */
  close(): void
}

/** A target did not take an event. */
export class DeliveryFailed extends Error {
  /** How long the target asks to be left alone; null where it did not say. */
  readonly retryAfterMilliseconds: number | null

  constructor(message: string, retryAfterMilliseconds: number | null = null) {
    super(message)
    this.name = 'DeliveryFailed'
    this.retryAfterMilliseconds = retryAfterMilliseconds
  }
}
