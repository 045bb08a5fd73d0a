/** SASL messages are UTF-8. */
import { AuthError } from '../error.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws 'malformed' where the octets are not UTF-8. */
export function textOf(octets: Uint8Array): string {
  try {
    return decoder.decode(octets)
  } catch {
    throw new AuthError('malformed', { message: 'The response is not UTF-8' })
  }
}

export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
