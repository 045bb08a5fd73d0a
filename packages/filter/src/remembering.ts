/** What `duplicate` has the store remember (RFC 7352). */
import type { AccountId, Instant, NewMemory } from '@lemonade/store'
import type { Remembrance } from 'sieve.js'

export const duplicates = 'duplicate'

export function duplicateKey({ handle, id }: { readonly handle: string; readonly id: string }): string {
  return JSON.stringify([handle, id])
}

/** For the deposit that does what the script wants. */
export function memoryOf(account: AccountId, { handle, id, seconds, last }: Remembrance, now: Instant): NewMemory {
  return { account, purpose: duplicates, key: duplicateKey({ handle, id }), until: now + seconds * 1000, refresh: last }
}
