import type { Instant } from '@lemonade/store'
import type { MtaLimits } from '../limits.ts'

/**
 * When the next attempt is due (RFC 5321 §4.5.4.1): twice as long as the time before, up to a bound, and up to a fifth
 * more or less, so that what failed together does not come back together. `attempts` are those made so far, from 1.
 */
export function nextAttempt(
  now: Instant,
  attempts: number,
  limits: Pick<MtaLimits, 'firstRetrySeconds' | 'longestRetrySeconds'>,
  random: () => number,
): Instant {
  const seconds = Math.min(limits.firstRetrySeconds * 2 ** Math.min(attempts - 1, 30), limits.longestRetrySeconds)
  return now + Math.round(seconds * 1000 * (0.8 + 0.4 * random()))
}
