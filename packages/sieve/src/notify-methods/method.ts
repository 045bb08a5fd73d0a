/** A way of telling somebody (RFC 5435 §3.2), by the scheme of its URI. */
import type { SieveMessage } from '../message.ts'

export interface NotifyMethod {
  /** A sentence about what is wrong with a URI of the scheme, or null. */
  check(uri: string): string | null
  /** The same for `:from`; without it, anything goes. */
  checkFrom?(from: string): string | null
  /** Whether a copy of what is sent can be filed (RFC 8580 §6.1). */
  readonly fcc: boolean
  /** True for a message that nobody must be told of in this way, to break loops (RFC 5436 §2.7). */
  isUntold?(message: SieveMessage): boolean
}

/** scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) (RFC 3986 §3.1), in lower case; null where there is none. */
export function schemeOf(uri: string): string | null {
  return /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? null
}

/** Percent-encoded octets as UTF-8 (RFC 3986 §2.1); null where they are none. */
export function percentDecoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}
