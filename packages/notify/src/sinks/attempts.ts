/** How often a notification of a script is tried: it is worth little when it is late (RFC 5435 §3.8). */
import { setTimeout as delay } from 'node:timers/promises'
import type { NotifyLimits } from '../limits.ts'
import { DeliveryFailed, DeliveryRefused, TargetGone } from '../sink.ts'
import { ForbiddenDestination } from './destination.ts'

/**
 * Calls `once` until it succeeds, a few times; each pause is twice as long as the one before, or what the target asks for
 * where that is no longer than a request may take. Throws what was thrown last; at once what says that no other attempt
 * can end differently.
 */
export async function attempts<T>(once: () => Promise<T>, limits: NotifyLimits, signal: AbortSignal): Promise<T> {
  const { notificationAttempts, firstRetryMilliseconds, requestMilliseconds } = limits
  for (let attempt = 1; ; attempt++) {
    try {
      return await once()
    } catch (error) {
      const asked = error instanceof DeliveryFailed ? error.retryAfterMilliseconds : null
      const pause = asked ?? firstRetryMilliseconds * 2 ** (attempt - 1)
      if (isFinal(error) || attempt >= notificationAttempts || pause > requestMilliseconds || signal.aborted)
        throw error
      await delay(pause, undefined, { signal })
    }
  }
}

/** True where another attempt would end as this one did. */
export function isFinal(error: unknown): boolean {
  return error instanceof DeliveryRefused || error instanceof TargetGone || error instanceof ForbiddenDestination
}

/** What to say of a failure in the log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
