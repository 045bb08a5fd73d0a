/**
 * Devices that are woken by a POST of their own: a server of the user's, or a gateway to a phone that is no browser.
 *
 *     {"url":"https://home.example.net/wake","secret":"s3cret"}
 *
 * The request is signed as those to webhooks are. What it says is the wake-up's payload, as JSON.
 */
import type { NotifyLimits } from '../limits.ts'
import { BadTarget, DeliveryRefused, type DeviceMethod } from '../sink.ts'
import { accepted } from './accepted.ts'
import type { Destinations } from './destination.ts'
import { Poster } from './post.ts'
import { signedHeaders, signingKey } from './webhook-signature.ts'

export interface WebhookDeviceOptions {
  /** Only with `any` without TLS. */
  readonly destinations: Destinations
  readonly limits: NotifyLimits
  readonly now: () => number
}

/** The longest URL and secret that may be registered, in characters. */
export const targetCharacters = 2_000

export function webhookDevice({ destinations, limits, now }: WebhookDeviceOptions): DeviceMethod {
  const { requestMilliseconds, answerOctets } = limits
  const poster = new Poster({ destinations, requestMilliseconds, answerOctets })
  return {
    kind: 'webhook',
    mustEcho: true,
    describe: target => targetOf(target).url.host,
    async wake(target, { id, payload }, signal) {
      const { url, secret } = targetOf(target)
      if (url.protocol !== 'https:' && destinations !== 'any') throw new DeliveryRefused('the target has no TLS')
      const body = Buffer.from(JSON.stringify(payload))
      accepted(
        await poster.post(
          url,
          () => ({ headers: signedHeaders(String(id), body, signingKey(secret), now()), body }),
          signal,
        ),
      )
    },
    close: () => poster.close(),
  }
}

function targetOf(target: unknown): { readonly url: URL; readonly secret: string } {
  const { url: text, secret } = (target ?? {}) as { readonly url?: unknown; readonly secret?: unknown }
  const url = typeof text === 'string' && text.length <= targetCharacters ? URL.parse(text) : null
  if (url === null || !/^https?:$/.test(url.protocol)) throw new BadTarget('The "url" must begin with https://.')
  if (url.username !== '' || url.password !== '') throw new BadTarget('The "url" must not hold a user or a password.')
  if (typeof secret !== 'string' || secret === '' || secret.length > targetCharacters) {
    throw new BadTarget('The "secret" must be a text that is not empty.')
  }
  return { url, secret }
}
