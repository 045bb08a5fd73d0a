/** From a URL to the octets that it names: a range of stored content, so that nothing needs to be copied. */
import { sectionRange, selectFields } from '@lemonade/mime'
import type { Mailbox, Store, StoredRange, Uid } from '@lemonade/store'
import { BadUrl } from './bad-url.ts'
import { parseSection } from './section.ts'
import type { ImapUrl, PartialRange } from './url.ts'

/** For whom and where a URL is to be resolved. */
export interface Place {
  readonly store: Pick<Store, 'messages' | 'contents'>
  /** The mailbox of a name, where the one who asks may read it. */
  mailbox(name: string): Promise<Mailbox | null>
}

/** A range of stored content; or octets that stand nowhere in one piece, such as some fields of a header. */
export type Named = StoredRange | { readonly octets: Uint8Array }

/**
 * The octets that FETCH BODY.PEEK would give for the message or part (RFC 4469 §3). Neither server nor authorization
 * are looked at. Throws `BadUrl`.
 */
export async function resolve(place: Place, url: ImapUrl): Promise<Named> {
  if (url.mailbox === null || url.uid === null) throw new BadUrl('The URL names no message')
  const spec = parseSection(url.section ?? '')
  const mailbox = await place.mailbox(url.mailbox.normalize('NFC'))
  if (mailbox === null || !mailbox.selectable) throw new BadUrl('There is no such mailbox')
  if (url.uidValidity !== null && url.uidValidity !== mailbox.uidValidity)
    throw new BadUrl('The mailbox is not the one that the URL meant')
  const uid = url.uid as Uid
  const { messages, contents } = place.store
  const [message] = await messages.page(mailbox.id, [{ first: uid, last: uid }], 1)
  if (message === undefined) throw new BadUrl('There is no such message')
  const { content } = message
  if (url.section === null) return slice({ content, start: 0, end: message.octets }, url.partial)
  const text = spec.text === 'HEADER.FIELDS' || spec.text === 'HEADER.FIELDS.NOT' ? 'HEADER' : spec.text
  const range = sectionRange(await contents.structure(content), spec.path, text)
  if (range === null) throw new BadUrl('There is no such part')
  if (spec.fields.length === 0) return slice({ content, ...range }, url.partial)
  const header = await contents.readAll(content, range.start, range.end)
  const octets = selectFields(header, spec.fields, spec.text === 'HEADER.FIELDS.NOT')
  const { start, end } = slice({ content, start: 0, end: octets.length }, url.partial)
  return { octets: octets.subarray(start, end) }
}

/** What goes beyond the end is cut off, as in FETCH (RFC 3501 §6.4.5). */
function slice({ content, start, end }: StoredRange, partial: PartialRange | null): StoredRange {
  if (partial === null) return { content, start, end }
  const from = Math.min(start + partial.offset, end)
  return { content, start: from, end: partial.octets === null ? end : Math.min(from + partial.octets, end) }
}
