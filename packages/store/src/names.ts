/** Mailbox names: '/' between levels, Net-Unicode (RFC 9051 §5.1), INBOX in any case (RFC 3501 §5.1). */
import type { StoreLimits } from './limits.ts'
import { StoreError } from './problem.ts'

const delimiter = '/'
/** Below this name a session finds the mailboxes of others (RFC 2342 §5), so nobody can have one of that name. */
export const otherUsers = 'Other Users'
// C0, DEL and C1 controls, line and paragraph separators, halves of surrogate pairs.
const forbidden = /[\p{Cc}\u2028\u2029\p{Cs}]/u

/** The form in which a name is stored and compared. */
export function canonicalName(name: string): string {
  const canonical = name.normalize('NFC')
  const [first = ''] = canonical.split(delimiter, 1)
  return first.toUpperCase() === 'INBOX' ? `INBOX${canonical.slice(first.length)}` : canonical
}

/** The canonical form of a name that is to be made. Throws bad-mailbox-name. */
export function newName(name: string, limits: StoreLimits): string {
  const canonical = canonicalName(name)
  const levels = canonical.split(delimiter)
  const bad =
    levels.includes('') ||
    levels.length > limits.mailboxDepth ||
    Buffer.byteLength(canonical) > limits.mailboxNameOctets ||
    forbidden.test(canonical)
  if (bad) throw new StoreError('bad-mailbox-name', JSON.stringify(name))
  return canonical
}

/** The same for the name of a mailbox: the names that stand for the mailboxes of others are taken. */
export function newMailboxName(name: string, limits: StoreLimits): string {
  const canonical = newName(name, limits)
  if (canonical === otherUsers || canonical.startsWith(inferiorPrefix(otherUsers))) {
    throw new StoreError('bad-mailbox-name', 'the mailboxes of others are there')
  }
  return canonical
}

/** 'a' and 'a/b' for 'a/b/c'. */
export function superiors(name: string): string[] {
  const levels = name.split(delimiter)
  return levels.slice(1).map((_, index) => levels.slice(0, index + 1).join(delimiter))
}

/** What each inferior's name begins with. */
export function inferiorPrefix(name: string): string {
  return name + delimiter
}

/** The first string after all that begin with the prefix: names of inferiors are [prefix, end). */
export function inferiorEnd(name: string): string {
  return name + String.fromCharCode(delimiter.charCodeAt(0) + 1)
}
