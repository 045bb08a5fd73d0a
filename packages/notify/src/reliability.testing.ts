/** What the reliability test and the process that it kills agree on. */
import type { Webhook } from './index.ts'

export const reliabilityLimits = {
  firstRetryMilliseconds: 5,
  lastRetryMilliseconds: 50,
  cursorMilliseconds: 50,
  pollMilliseconds: 500,
}

export function targetsOf(one: string, many: string): readonly Webhook[] {
  return [
    { name: 'one', url: one, secret: 's', batch: { events: 20, milliseconds: 2 } },
    { name: 'many', url: many, secret: 's', batch: { events: 200, milliseconds: 20 } },
  ]
}
