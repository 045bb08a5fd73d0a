/**
 * webpush, a method of our own: wakes the owner's registered devices (RFC 8030). The URI names one of them, or with "*"
 * all: `webpush:phone`, `webpush:*`.
 */
import { type NotifyMethod, percentDecoded } from './method.ts'

/** The device's name, '*' for all; null for what is no such URI. */
export function parseWebPush(uri: string): string | null {
  const name = percentDecoded(/^webpush:([!$&'()*+,;=:@A-Za-z0-9._~%-]{1,300})$/i.exec(uri)?.[1] ?? '')
  return name === null || name === '' || /\p{Cc}/u.test(name) ? null : name
}

export const webPush: NotifyMethod = {
  check: uri => (parseWebPush(uri) === null ? 'This is no webpush URI of a device, such as "webpush:phone".' : null),
  fcc: true,
}
