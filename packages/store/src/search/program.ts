/**
 * What SEARCH asks, as data (RFC 3501 §6.4.4, RFC 7162 §3.1.5, RFC 8474 §5.3, RFC 8514 §4.3).
 *
 * Sequence numbers, `$` and \Recent are gone by the time a program comes here: the session turns them into UIDs.
 * Strings are Unicode; comparison of text is under i;unicode-casemap (RFC 5051).
 */
import type { AccountId, Instant, ModSeq, UidRanges } from '../model.ts'

/** A calendar day as days since 1970-01-01, with no time zone: both sides of a comparison are "as written". */
export type Day = number

/** `day` is the first day of the range for `since`, the day itself for `on`, the first day after for `before`. */
export type DayRelation = 'before' | 'on' | 'since'

/** What SORT can order by (RFC 5256 §3, RFC 5957 §4). */
export type SortBy = SortColumn | 'relevancy' | 'annotation'
export type SortColumn = 'arrival' | 'cc' | 'date' | 'display-from' | 'display-to' | 'from' | 'size' | 'subject' | 'to'

/** `reverse` turns this key alone: what is equal by all keys stays in the mailbox's order. */
export interface SortKey {
  readonly by: SortBy
  readonly reverse: boolean
  /** With 'annotation': which; 0 reads what is everybody's (RFC 5257 §4.9). */
  readonly annotation?: { readonly entry: string; readonly reader: AccountId }
}

/** How THREAD makes conversations of messages (RFC 5256 §3). */
export type ThreadAlgorithm = 'ordered-subject' | 'references' | 'refs'

/** Trees of messages, a node before its children: two parallel arrays, since a thread may be as deep as its mailbox is long. */
export interface Threads {
  /** 0 for a message that is not there, whose children belong together all the same. */
  readonly uids: Uint32Array
  /** 0 for the first message of a thread. */
  readonly depths: Uint32Array
}

export type SearchKey =
  | { readonly key: 'all' }
  | { readonly key: 'and' | 'or'; readonly of: readonly SearchKey[] }
  | { readonly key: 'not'; readonly of: SearchKey }
  /** Matches more or less what the other does (RFC 6203 §3). */
  | { readonly key: 'fuzzy'; readonly of: SearchKey }
  | { readonly key: 'uids'; readonly uids: UidRanges }
  /** A system flag with its backslash, or a keyword; case-insensitive. */
  | { readonly key: 'flag'; readonly flag: string }
  /** INTERNALDATE, disregarding time and time zone: the day in the server's zone, which is UTC. */
  | { readonly key: 'internal-date'; readonly is: DayRelation; readonly day: Day }
  /** INTERNALDATE to the millisecond; `since` takes the instant itself in, `before` leaves it out. */
  | { readonly key: 'arrival'; readonly is: 'before' | 'since'; readonly at: Instant }
  /** The Date field as its own zone has it; a message without a valid one matches nothing. */
  | { readonly key: 'sent-date'; readonly is: DayRelation; readonly day: Day }
  | { readonly key: 'save-date'; readonly is: DayRelation; readonly day: Day }
  | { readonly key: 'larger' | 'smaller'; readonly octets: number }
  /** A header field that contains the value; '' asks only whether the field is there. */
  | { readonly key: 'header'; readonly field: string; readonly value: string }
  | { readonly key: 'body' | 'text'; readonly value: string }
  /** An annotation that the reader may see, of an entry that matches a pattern, with the value in its own (RFC 5257 §4.8). */
  | {
      readonly key: 'annotation'
      readonly entry: string
      readonly of: 'priv' | 'shared' | 'both'
      readonly reader: AccountId
      readonly value: string
    }
  /** Mod-sequence equal or greater. */
  | { readonly key: 'mod-seq'; readonly modSeq: ModSeq }
  | { readonly key: 'email-id' | 'thread-id'; readonly id: string }
