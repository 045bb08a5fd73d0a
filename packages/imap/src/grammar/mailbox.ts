/** mailbox = "INBOX" / astring (RFC 3501 §9), as the store's Unicode names. */
import { otherUsers } from '@lemonade/store'
import type { Parsing } from '../parsing.ts'
import { No } from '../problem.ts'
import { Bad } from '../wire/bad.ts'
import type { Parser } from '../wire/parser.ts'
import { decodeUtf7 } from '../wire/utf7.ts'

/** The hierarchy delimiter of every mailbox of this server. */
export const delimiter = '/'

/** A mailbox name, and the form in which the client wrote it. */
export interface WrittenName {
  readonly name: string
  readonly written: string
}

/** Reads a mailbox name; INBOX, alone or as a superior, in any case. */
export function mailbox(p: Parser, at: Pick<Parsing, 'limits' | 'utf8'> & Partial<Pick<Parsing, 'names'>>): string {
  const written = p.astring()
  const name = mailboxName(written, at)
  at.names?.push({ name, written })
  return name
}

/**
 * What a name on the wire means: UTF-8 where that is enabled, or where it can be nothing else (RFC 6855 §3). Throws `Bad`
 * where it is not modified UTF-7, `No` where it is too long.
 */
export function mailboxName(text: string, at: Pick<Parsing, 'limits' | 'utf8'>): string {
  const name = at.utf8 || !isAscii(text) ? text.normalize('NFC') : decodeUtf7(text)
  if (name === null) throw new Bad('The mailbox name is not modified UTF-7')
  if (name.length > at.limits.imapMailboxName) throw new No('The mailbox name is too long', 'LIMIT')
  return canonical(name)
}

/** The spelling of a name in which it is known: INBOX in upper case, the names of other users in lower case. */
/** Modified UTF-7 is. */
export function isAscii(text: string): boolean {
  return !/[^\x20-\x7e]/.test(text)
}

function canonical(name: string): string {
  const [, other, rest] = /^(Other Users\/[^@]*@[^/]*\/)(.+)$/.exec(name) ?? []
  if (other !== undefined && rest !== undefined)
    return otherUsers + other.slice(otherUsers.length).toLowerCase() + inbox(rest)
  return inbox(name)
}

function inbox(name: string): string {
  return /^inbox(\/|$)/i.test(name) ? `INBOX${name.slice(5)}` : name
}
