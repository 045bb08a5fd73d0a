/** What a sink is told of a message only where it asks for that: large parameters, and those that say much (RFC 5423 §5). */
import type { AccountId, ContentId, MailboxId, Message, OutboxEvent, Store, Uid } from '@lemonade/store'
import { BadUrl, mint } from '@lemonade/urlauth'
import type { EventParameters } from './event.ts'
import type { Included } from './sink.ts'

export interface IncludedContext {
  readonly store: Store
  readonly hostname: string
  readonly now: () => number
}

const ofMessages: ReadonlySet<string> = new Set(['MessageAppend', 'MessageNew'])

/** A message that has gone by then is told without. */
export async function includedIn(
  context: IncludedContext,
  row: OutboxEvent,
  include: Included,
): Promise<Partial<EventParameters>> {
  if (!ofMessages.has(row.type)) return {}
  const { parameters } = include
  const { envelope } = row.parameters
  const found = await messageOf(context.store, row)
  return {
    ...(parameters.has('envelope') && typeof envelope === 'string' ? { envelope } : {}),
    ...(found !== null && parameters.has('bodyStructure') ? await bodyStructure(context.store, found) : {}),
    ...(found !== null && parameters.has('messageContent') && found.octets <= include.contentOctets
      ? contentParameter(await context.store.contents.readAll(found.content))
      : {}),
    ...(found !== null && parameters.has('url')
      ? await urlParameter(context, row.account, found, include.urlSeconds, 'authuser')
      : {}),
  }
}

interface Found {
  readonly mailbox: MailboxId
  readonly mailboxName: string
  readonly uidValidity: number
  readonly uid: Uid
  readonly content: ContentId
  readonly octets: number
}

/** The one message that an event is about; null where there are several, or it is not there any more. */
export async function messageOf(store: Store, { account, parameters }: OutboxEvent): Promise<Found | null> {
  const { mailbox: name, uidValidity, uids } = parameters
  if (account === null || typeof name !== 'string' || typeof uids !== 'string' || !/^\d+$/.test(uids)) return null
  const mailbox = await store.mailboxes.find(account, name)
  if (mailbox === null || mailbox.uidValidity !== uidValidity) return null
  const uid = Number(uids) as Uid
  const page: readonly Message[] = await store.messages.page(mailbox.id, [{ first: uid, last: uid }], 1)
  const [message] = page
  return message === undefined
    ? null
    : {
        ...{ mailbox: mailbox.id, mailboxName: mailbox.name, uidValidity: mailbox.uidValidity, uid },
        ...{ content: message.content, octets: message.octets },
      }
}

async function bodyStructure(store: Store, { mailbox, uid }: Found): Promise<Partial<EventParameters>> {
  const facts = await store.messages.facts(mailbox, [{ first: uid, last: uid }], ['bodyStructure'], 1)
  const octets = facts.get(uid)?.bodyStructure
  return octets === undefined ? {} : { bodyStructure: Buffer.from(octets).toString() }
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** As text where it is UTF-8, which nearly all is; else in base64, since JSON has no octets. */
function contentParameter(octets: Uint8Array): Partial<EventParameters> {
  try {
    return { messageContent: strictUtf8.decode(octets) }
  } catch {
    return { 'vnd.lemonade.messageContentBase64': Buffer.from(octets).toString('base64') }
  }
}

/**
 * A URL that opens the message until it expires (RFC 4467): for whoever is logged in, or for its owner alone. Nothing
 * where none can be made.
 */
export async function urlParameter(
  { store, hostname, now }: IncludedContext,
  account: AccountId | null,
  { mailboxName, uidValidity, uid }: Pick<Found, 'mailboxName' | 'uidValidity' | 'uid'>,
  seconds: number,
  access: 'authuser' | 'owner',
): Promise<Partial<EventParameters>> {
  const owner = account === null ? null : await store.accounts.get(account)
  if (owner === null) return {}
  const user = encodeURIComponent(owner.name)
  const mailbox = mailboxName.split('/').map(encodeURIComponent).join('/')
  const expire = new Date(now() + seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z')
  const who = access === 'owner' ? `user+${user}` : access
  const rump = `imap://${user}@${hostname}/${mailbox};UIDVALIDITY=${uidValidity}/;UID=${uid};EXPIRE=${expire};URLAUTH=${who}`
  try {
    return { 'vnd.lemonade.url': await mint({ store, hostname, now }, owner, rump, new Set()) }
  } catch (error) {
    if (error instanceof BadUrl) return {}
    throw error
  }
}
