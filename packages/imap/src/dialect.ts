/** How a client has asked to be spoken to. What shared code says in more than one way, it says as this tells it. */
import type { Code } from './response.ts'

export interface Dialect {
  /** Strings and mailbox names go to and fro as UTF-8 (RFC 6855 §3, RFC 9051 §5.1). */
  readonly utf8: boolean
  /** Numbers of octets may have 63 bits (RFC 9051 §9, number64). */
  readonly wideNumbers: boolean
  /** RECENT and \Recent are told (RFC 3501 §7.3.2, §2.3.2). */
  readonly recent: boolean
  /** The number of the first unseen message is told when a mailbox is selected (RFC 3501 §7.1). */
  readonly unseen: boolean
  /** Return options of a SEARCH that has none; null where that is answered with SEARCH (RFC 3501 §7.2.5). */
  readonly searchReturns: readonly string[] | null
  /** Parameters of BODYSTRUCTURE have their values in UTF-8, not in RFC 2231's form (RFC 9051 §7.5.2). */
  readonly decodedParameters: boolean
  /** SEARCH may name a charset (RFC 6855 §3). */
  readonly searchCharset: boolean
  /** Null where commands may name messages by their numbers; else the code of the BAD that answers them. */
  readonly numbersRefused: Code | null
  /** FETCH responses that must name the UID have an item for it; false where they begin with it. */
  readonly uidItem: boolean
}

/** What every client understands: RFC 3501. */
export const rev1: Dialect = {
  utf8: false,
  wideNumbers: false,
  recent: true,
  unseen: true,
  searchReturns: null,
  decodedParameters: false,
  searchCharset: true,
  numbersRefused: null,
  uidItem: true,
}
