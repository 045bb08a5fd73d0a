/** From a URL to the octets that it names: a range of stored content, so that nothing needs to be copied. */
import { sectionRange, selectFields } from '@lemonade/mime'
import type { ContentId, Contents, Mailbox, Store, StoredRange, Uid } from '@lemonade/store'
import { BadUrl } from './bad-url.ts'
import { parseSection, type SectionSpec } from './section.ts'
import type { ImapUrl, PartialRange } from './url.ts'

/** For whom and where a URL is to be resolved. */
export interface Place {
  readonly store: Pick<Store, 'messages' | 'contents'>
  /** The mailbox of a name, where the one who asks may read it. */
  mailbox(name: string): Promise<Mailbox | null>
}

/** A message that a URL names, and what it wants of it. */
export interface Found {
  readonly content: ContentId
  /** Of the whole message. */
  readonly octets: number
  readonly section: SectionSpec
  readonly partial: PartialRange | null
}

/** A range of stored content; or octets that stand nowhere in one piece, such as some fields of a header. */
export type Named = StoredRange | { readonly octets: Uint8Array }

/**
 * The octets that FETCH BODY.PEEK would give for the message or part (RFC 4469 §3). Neither server nor authorization
 * are looked at. Throws `BadUrl`.
 */
export async function resolve(place: Place, url: ImapUrl): Promise<Named> {
  const named = await octetsOf(place.store.contents, await find(place, url))
  if (named === null) throw new BadUrl('There is no such part')
  return named
}

/** The message. Throws `BadUrl`. */
export async function find(place: Place, url: ImapUrl): Promise<Found> {
  if (url.mailbox === null || url.uid === null) throw new BadUrl('The URL names no message')
  const section = parseSection(url.section ?? '')
  const mailbox = await place.mailbox(url.mailbox.normalize('NFC'))
  if (mailbox === null || !mailbox.selectable) throw new BadUrl('There is no such mailbox')
  if (url.uidValidity !== null && url.uidValidity !== mailbox.uidValidity)
    throw new BadUrl('The mailbox is not the one that the URL meant')
  const uid = url.uid as Uid
  const [message] = await place.store.messages.page(mailbox.id, [{ first: uid, last: uid }], 1)
  if (message === undefined) throw new BadUrl('There is no such message')
  return { content: message.content, octets: message.octets, section, partial: url.partial }
}

/** What is wanted of the message, or null where it has no such part. */
export async function octetsOf(contents: Contents, found: Found): Promise<Named | null> {
  const { content, section, partial } = found
  if (section.path.length === 0 && section.text === null)
    return slice({ content, start: 0, end: found.octets }, partial)
  const text = section.text === 'HEADER.FIELDS' || section.text === 'HEADER.FIELDS.NOT' ? 'HEADER' : section.text
  const range = sectionRange(await contents.structure(content), section.path, text)
  if (range === null) return null
  if (section.fields.length === 0) return slice({ content, ...range }, partial)
  const header = await contents.readAll(content, range.start, range.end)
  const octets = selectFields(header, section.fields, section.text === 'HEADER.FIELDS.NOT')
  const { start, end } = slice({ content, start: 0, end: octets.length }, partial)
  return { octets: octets.subarray(start, end) }
}

/** What goes beyond the end is cut off, as in FETCH (RFC 3501 §6.4.5). */
function slice({ content, start, end }: StoredRange, partial: PartialRange | null): StoredRange {
  if (partial === null) return { content, start, end }
  const from = Math.min(start + partial.offset, end)
  return { content, start: from, end: partial.octets === null ? end : Math.min(from + partial.octets, end) }
}
