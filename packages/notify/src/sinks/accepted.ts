/** What the answer to an HTTP request says of a target that a user has registered. */
import { DeliveryFailed, DeliveryRefused, TargetGone } from '../sink.ts'
import type { Answer } from './post.ts'

/**
 * Returns for 2xx. Throws `TargetGone` for 404 and 410; `DeliveryFailed` for 408, 425, 429 and 5xx, with what Retry-After
 * asks for; `DeliveryRefused` for the rest, redirects too.
 */
export function accepted({ status, retryAfterMilliseconds }: Answer): void {
  if (status >= 200 && status < 300) return
  const what = `the target answered ${status}`
  if (status === 404 || status === 410) throw new TargetGone(what)
  if (status >= 500 || [408, 425, 429].includes(status)) throw new DeliveryFailed(what, retryAfterMilliseconds)
  throw new DeliveryRefused(what)
}

/**
 * The same for a gateway of the operator's, whose answers say nothing of the device: only what it finds wrong with the
 * request (400, 422) is refused, all else may be mended.
 */
export function acceptedByGateway({ status, retryAfterMilliseconds }: Answer): void {
  if (status >= 200 && status < 300) return
  const what = `the gateway answered ${status}`
  if (status === 400 || status === 422) throw new DeliveryRefused(what)
  throw new DeliveryFailed(what, retryAfterMilliseconds)
}
