/** From whom a message is and what about: of its header, for people. */
import { decodedText, headerEnd, headerFields, mailboxes, parseAddressList } from '@lemonade/mime'
import type { AccountId, ContentId, MailboxId, Store, Uid } from '@lemonade/store'
import type { NamedMessage } from './content.ts'

export interface Heading {
  /** A name where there is one, else the address. */
  readonly from: string
  /** In lower case; '' where there is none. */
  readonly address: string
  readonly subject: string
}

export interface FoundMessage {
  readonly mailboxId: MailboxId
  readonly mailboxName: string
  readonly uidValidity: number
  readonly uid: Uid
  readonly content: ContentId
  readonly isSeen: boolean
}

/** Octets of a header that are looked at. */
const headingOctets = 65_536
const shownCharacters = 200

export async function headingOf(store: Store, content: ContentId): Promise<Heading> {
  const octets = await store.contents.readAll(content, 0, headingOctets)
  const header = octets.subarray(0, headerEnd(octets))
  const fields = headerFields(header)
  const value = (name: string) => {
    const field = fields.find(each => each.nameLower === name)
    return field === undefined ? '' : decodedText(header, field)
  }
  const [first] = mailboxes(parseAddressList(value('from')))
  const address = first === undefined ? '' : `${first.mailbox}@${first.host}`.toLowerCase()
  return { from: shown(first?.name || address), address, subject: shown(value('subject')) }
}

function shown(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim()
  return [...line].slice(0, shownCharacters).join('')
}

/** Whether a list of addresses and of domains behind an `@` has this one. */
export function isAmong(list: readonly string[], address: string): boolean {
  const domain = address.slice(address.lastIndexOf('@'))
  return address !== '' && list.some(each => [address, domain].includes(each.toLowerCase()))
}

/** A message as it is now; null where it is gone. */
export async function findMessage(
  store: Store,
  account: AccountId,
  { mailbox: name, uidValidity, uid }: NamedMessage,
): Promise<FoundMessage | null> {
  const mailbox = await store.mailboxes.find(account, name)
  if (mailbox === null || mailbox.uidValidity !== uidValidity) return null
  const [message] = await store.messages.page(mailbox.id, [{ first: uid as Uid, last: uid as Uid }], 1)
  if (message === undefined) return null
  const isSeen = store.flagSets.has(message.flagSet, '\\Seen')
  return {
    ...{ mailboxId: mailbox.id, mailboxName: mailbox.name, uidValidity, uid: message.uid },
    ...{ content: message.content, isSeen },
  }
}
