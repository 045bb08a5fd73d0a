import type { MimeLimits } from './limits.ts'
import { MessageParser } from './parse.ts'
import type { Part } from './tree.ts'

/** What is computed once, when a message is taken in. It needs nothing but headers. */
export interface Facts {
  /** The IMAP `envelope` production, as octets (RFC 3501 §9). */
  readonly envelope: Uint8Array
  /** BODYSTRUCTURE: the `body` production with its extension data. */
  readonly bodyStructure: Uint8Array
  /** BODY: the same without. */
  readonly body: Uint8Array
  /** Normalised, without angle brackets (RFC 5256 §3). */
  readonly messageId: string | null
  /** Ancestors, oldest first: References, else the first of In-Reply-To (RFC 5256 §3). */
  readonly references: readonly string[]
  /** Milliseconds since the epoch, of a valid Date field. */
  readonly sentAt: number | null
  /** Days since 1970-01-01 of the date as it is written, in its own zone: what SENTON compares. */
  readonly sentDay: number | null
  /** Unfolded and decoded. */
  readonly subject: string
  readonly baseSubject: string
  readonly isReplyOrForward: boolean
  readonly sort: SortKeys
  readonly hasAttachment: boolean
}

/** Keys under i;unicode-casemap; compare them with `compareKeys`. '' where there is no address. */
export interface SortKeys {
  /** addr-mailbox of the first address (RFC 5256 §3). */
  readonly from: string
  readonly to: string
  readonly cc: string
  /** RFC 5957 §3. */
  readonly displayFrom: string
  readonly displayTo: string
}

export interface ParsedMessage {
  readonly structure: Part
  /** The header of the message, as far as `limits.headerOctets` goes. */
  readonly header: Uint8Array
  /** Of the whole message. */
  readonly octets: number
  readonly facts: Facts
}

/** All facts of a message that is in memory; never throws. */
export function factsOf(octets: Uint8Array, limits?: MimeLimits): ParsedMessage {
  const parser = new MessageParser(limits)
  parser.write(octets)
  return parser.end()
}
