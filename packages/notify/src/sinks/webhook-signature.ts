/**
 * Who sent a request, and that nobody has changed it, after the conventions of Standard Webhooks (standardwebhooks.com):
 *
 *     webhook-id: 17
 *     webhook-timestamp: 1764000000
 *     webhook-signature: v1,BASE64
 *
 * The signature is `v1,` and the base64 of HMAC-SHA-256, keyed with the secret, over `ID.TIMESTAMP.BODY`: the two fields
 * and the body's octets, joined by full stops. A secret that begins with `whsec_` is the base64 of the key behind that; any
 * other is the key itself, as UTF-8. The timestamp, in seconds, is that of the attempt: a receiver refuses one that is more
 * than five minutes off, and so an old request that is played again.
 *
 * To verify in JavaScript (`verifyWebhook` does the same):
 *
 *     const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest()
 *     const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
 *     const good = given.length === expected.length && timingSafeEqual(given, expected)
 */
import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto'

/** The key that a secret stands for: made once, since that takes longer than a signature. */
export function signingKey(secret: string): KeyObject {
  return createSecretKey(secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret))
}

/** The header of a request with a JSON body. */
export function signedHeaders(id: string, body: Uint8Array, key: KeyObject, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000))
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature(id, timestamp, body, key).toString('base64')}`,
  }
}

function signature(id: string, timestamp: string, body: Uint8Array, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}

/** The fields of a request that a receiver verifies. */
export interface SignedRequest {
  readonly id: string
  readonly timestamp: string
  readonly signature: string
  readonly body: Uint8Array
}

const toleranceSeconds = 300

/** Whether a request was made by who knows the secret, within five minutes of now. Compares in constant time. */
export function verifyWebhook(request: SignedRequest, secret: string, now: number = Date.now()): boolean {
  if (!/^\d+$/.test(request.timestamp)) return false
  if (Math.abs(now / 1000 - Number(request.timestamp)) > toleranceSeconds) return false
  const expected = signature(request.id, request.timestamp, request.body, signingKey(secret))
  return request.signature.split(' ').some(entry => {
    if (!entry.startsWith('v1,')) return false
    const given = Buffer.from(entry.slice(3), 'base64')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}
