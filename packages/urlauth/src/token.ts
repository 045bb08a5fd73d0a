/** The INTERNAL mechanism: tokens that prove that a URL was made here (RFC 4467 §2.4.1, §5, §6). */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** What INTERNAL is called; the case does not matter (RFC 4467 §9). */
export const internal = 'INTERNAL'

/**
 * Names the algorithm within the token, so that there may be another one day (RFC 4467 §2.4.1): HMAC-SHA-256 over the
 * rump URL as it is written.
 */
const algorithm = '01'

/** The URL with its authorization behind it (RFC 4467 §5). */
export function authorize(rump: string, key: Uint8Array): string {
  return `${rump}:${internal.toLowerCase()}:${token(rump, key)}`
}

/** Exactly what stands before ":" mechanism ":" token, octet for octet (RFC 4467 §6). */
export function rumpOf(authorized: string): string {
  return authorized.replace(/:[A-Za-z0-9.-]+:[0-9A-Fa-f]+$/, '')
}

/** Whether the token belongs to the rump URL and the key; without a key it takes as long to say no (RFC 4467 §6). */
export function isAuthorized(rump: string, given: string, key: Uint8Array | null): boolean {
  const expected = Buffer.from(token(rump, key ?? plausibleKey))
  const candidate = Buffer.from(given.toLowerCase())
  return candidate.length === expected.length && timingSafeEqual(candidate, expected) && key !== null
}

const plausibleKey = randomBytes(32)

function token(rump: string, key: Uint8Array): string {
  return algorithm + createHmac('sha256', key).update(rump, 'utf8').digest('hex')
}
