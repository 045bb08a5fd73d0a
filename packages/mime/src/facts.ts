/** What is computed once, when a message is taken in, so that no FETCH, SORT or THREAD must read it again. */
import type { Address, AddressList } from './address.ts'
import { baseSubject } from './base-subject.ts'
import { bodyStructure } from './bodystructure.ts'
import { sortKey } from './collation.ts'
import { parseDate } from './date.ts'
import { type AddressLists, addressLists, envelope } from './envelope.ts'
import type { FieldValues } from './header.ts'
import { messageIdOf, referencesOf } from './message-id.ts'
import { type OctetString, textOf } from './octets.ts'
import { isMultipart, type Part, parameter } from './tree.ts'
import { decodeWords } from './words.ts'

/** Needs nothing but headers. */
export interface Facts extends HeaderFacts {
  /** BODYSTRUCTURE: the `body` production with its extension data. */
  readonly bodyStructure: Uint8Array
  /** BODY: the same without. */
  readonly body: Uint8Array
  /** True where a part is to be saved rather than shown: by its disposition, or because it is no text and has a name. */
  readonly hasAttachment: boolean
}

/** What the message's own header says. */
export interface HeaderFacts {
  /** The IMAP `envelope` production, as octets (RFC 3501 §9). */
  readonly envelope: Uint8Array
  /** Normalised, without angle brackets (RFC 5256 §3). */
  readonly messageId: string | null
  /** Ancestors, oldest first: References, else the first of In-Reply-To (RFC 5256 §3). */
  readonly references: readonly string[]
  /** Milliseconds since the epoch, of a valid Date field. */
  readonly sentAt: number | null
  /** Days since 1970-01-01 of the date as it is written, in its own zone: what SENTON compares. */
  readonly sentDay: number | null
  /** Unfolded and decoded; '' where there is none. */
  readonly subject: string
  /** RFC 5256 §2.1, in the letters of the subject. */
  readonly baseSubject: string
  readonly isReplyOrForward: boolean
  readonly sort: SortKeys
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

export function headerFacts(fields: FieldValues): HeaderFacts {
  const date = parseDate(textOf(fields.get('date')?.[0] ?? ('' as OctetString)))
  const subject = decodeWords(textOf(fields.get('subject')?.[0] ?? ('' as OctetString)))
  const { base, isReplyOrForward } = baseSubject(subject)
  const lists = addressLists(fields)
  return {
    envelope: envelope(fields, lists),
    messageId: messageIdOf(fields),
    references: referencesOf(fields),
    sentAt: date?.at ?? null,
    sentDay: date?.day ?? null,
    subject,
    baseSubject: base,
    isReplyOrForward,
    sort: sortKeys(lists),
  }
}

export function factsOfTree(header: HeaderFacts, structure: Part): Facts {
  return {
    ...header,
    bodyStructure: bodyStructure(structure, { extensible: true }),
    body: bodyStructure(structure, { extensible: false }),
    hasAttachment: hasAttachment(structure),
  }
}

function sortKeys(lists: AddressLists): SortKeys {
  const from = firstAddress(lists.from)
  const to = firstAddress(lists.to)
  const cc = firstAddress(lists.cc)
  return {
    from: key(from?.mailbox),
    to: key(to?.mailbox),
    cc: key(cc?.mailbox),
    displayFrom: key(display(from)),
    displayTo: key(display(to)),
  }
}

function key(octets: string | undefined): string {
  return octets === undefined ? '' : sortKey(octets)
}

/** The first address structure of the envelope: where that is a group's start, its mailbox is the group's name. */
function firstAddress(list: AddressList): Pick<Address, 'name' | 'mailbox' | 'host'> | undefined {
  const first = list[0]
  if (first === undefined) return undefined
  const address = 'group' in first ? { name: '', mailbox: first.group, host: '' } : first
  return {
    name: decodeWords(textOf(address.name as OctetString)),
    mailbox: textOf(address.mailbox as OctetString),
    host: textOf(address.host as OctetString),
  }
}

/** RFC 5957 §3. */
function display(address: Pick<Address, 'name' | 'mailbox' | 'host'> | undefined): string | undefined {
  if (address === undefined || address.name !== '') return address?.name
  return address.host === '' ? address.mailbox : `${address.mailbox}@${address.host}`
}

function hasAttachment(part: Part): boolean {
  if (isMultipart(part)) return part.parts.some(hasAttachment)
  const { disposition } = part
  if (disposition?.type === 'attachment') return true
  if (part.type === 'text' || disposition?.type === 'inline') return false
  return (parameter(disposition?.params ?? [], 'filename') ?? parameter(part.params, 'name')) !== undefined
}
