/** What a message lacks to be sent (RFC 5322 §3.6, RFC 6409 §8): a draft in a mailbox need not have it. */
import { headerFields } from '@lemonade/mime'
import type { Account, Instant, PreparedContent, Store } from '@lemonade/store'
import { dateTime, mailbox } from './header.ts'

/** The message with the fields that it must have, by rope; `content` stays as it is. */
export async function completed(
  store: Store,
  content: PreparedContent,
  { owner, at, hostname }: { readonly owner: Account; readonly at: Instant; readonly hostname: string },
): Promise<PreparedContent> {
  const names = new Set(headerFields(content.header).map(({ nameLower }) => nameLower.trimEnd()))
  const fields: string[] = []
  if (!names.has('date')) fields.push(`Date: ${dateTime(at)}`)
  if (!names.has('from')) fields.push(`From: ${mailbox(owner.displayName, owner.name)}`)
  if (!names.has('message-id')) fields.push(`Message-ID: <redirect.${crypto.randomUUID()}@${hostname}>`)
  const prefix = Buffer.from(fields.map(field => `${field}\r\n`).join(''))
  return store.contents.compose([prefix, { prepared: content, start: 0, end: content.octets }], {
    limitOctets: prefix.length + content.octets,
  })
}
