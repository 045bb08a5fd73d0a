/** Which mailboxes a client means without naming each: filter-mailboxes (RFC 5465 §6, RFC 7377 §2.2). */
import { superiors } from '../core/list-entries.ts'
import type { Parsing } from '../parsing.ts'
import type { Parser } from '../wire/parser.ts'
import { delimiter, mailbox } from './mailbox.ts'

/** A name, and what decides whether a filter means it. */
export interface Subject {
  readonly name: string
  /** It is in the user's own namespace. */
  readonly isPersonal: boolean
  readonly isSubscribed: boolean
}

export interface MailboxFilter {
  matches(subject: Subject): boolean
  /** Names that were given one by one. */
  readonly named: ReadonlySet<string>
}

const none: ReadonlySet<string> = new Set()

/**
 * filter-mailboxes-other (RFC 5465 §8) whose first word was read; null where there is no such filter. Any mailbox may be
 * delivered to here, so inboxes are the personal ones (RFC 5465 §6.3). `count` is called for each name.
 */
export function filterMailboxes(word: string, p: Parser, at: Parsing, count: () => void): MailboxFilter | null {
  switch (word) {
    case 'INBOXES':
    case 'PERSONAL':
      return { matches: subject => subject.isPersonal, named: none }
    case 'SUBSCRIBED':
      return { matches: subject => subject.isSubscribed, named: none }
    case 'SUBTREE': {
      const named = oneOrMoreMailbox(p, at, count)
      return { named, matches: ({ name }) => named.has(name) || superiors(name).some(superior => named.has(superior)) }
    }
    case 'MAILBOXES': {
      const named = oneOrMoreMailbox(p, at, count)
      return { named, matches: ({ name }) => named.has(name) }
    }
    default:
      return null
  }
}

/** "subtree-one" SP one-or-more-mailbox, of which the word was read (RFC 7377 §4) */
export function subtreeOne(p: Parser, at: Parsing, count: () => void): MailboxFilter {
  const named = oneOrMoreMailbox(p, at, count)
  const above = (name: string) => name.slice(0, Math.max(0, name.lastIndexOf(delimiter)))
  return { named, matches: ({ name }) => named.has(name) || named.has(above(name)) }
}

/** SP (mailbox / "(" mailbox *(SP mailbox) ")") */
function oneOrMoreMailbox(p: Parser, at: Parsing, count: () => void): ReadonlySet<string> {
  p.sp()
  const one = () => {
    count()
    return mailbox(p, at)
  }
  return new Set(p.isNext('(') ? p.list1(one) : [one()])
}
