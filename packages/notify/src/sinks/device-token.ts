/**
 * Devices of Delta Chat and of others that write `/private/devicetoken`: the token is sealed for a notification server,
 * which alone can read it and knows how to reach the device; this server posts the token there, and nothing else.
 */
import { BadTarget, type DeviceMethod, TargetGone } from '../sink.ts'
import { acceptedByGateway } from './accepted.ts'
import type { Destinations } from './destination.ts'
import { Poster } from './post.ts'

export interface DeviceTokens {
  /** The notification server, http: or https:, as the operator has set it. */
  readonly url: string
}

const tokenCharacters = 8_192

export function deviceTokenDevice(
  { url }: DeviceTokens,
  limits: { readonly requestMilliseconds: number; readonly answerOctets: number },
  destinations: Destinations,
): DeviceMethod {
  const target = new URL(url)
  const poster = new Poster({ ...limits, destinations, connections: 8 })
  const tokenOf = (token: unknown): string => {
    if (typeof token === 'string' && token.length <= tokenCharacters && /^[!-~]+$/.test(token)) return token
    throw new BadTarget('This is no device token.')
  }
  return {
    kind: 'devicetoken',
    // It cannot: it does not know this server, and its wake-ups say nothing.
    mustEcho: false,
    describe(token) {
      tokenOf(token)
      return target.host
    },
    async wake(token, _, signal) {
      const body = Buffer.from(tokenOf(token))
      const headers = { 'content-type': 'text/plain', 'user-agent': 'Lemonade' }
      const answer = await poster.post(target, () => ({ headers, body }), signal)
      // Only this says that the device is gone; another status may be the server's own trouble.
      if (answer.status === 410) throw new TargetGone(`the notification server answered ${answer.status}`)
      acceptedByGateway(answer)
    },
    close: () => poster.close(),
  }
}
