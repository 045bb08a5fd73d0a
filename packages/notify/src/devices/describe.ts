/** What a device is told, and whether there is still something to tell: read when it is told, not when it happened. */
import type { Device, Store } from '@lemonade/store'
import { urlParameter } from '../included.ts'
import type { WakeContent } from './content.ts'
import { isNamed, type Preferences } from './preferences.ts'
import { type FoundMessage, findMessage, headingOf } from './sender.ts'

export interface Described {
  readonly payload: Readonly<Record<string, unknown>>
  readonly text: string
  /** Of the messages that it is about, those that nobody has seen. */
  readonly unread: number
  /** There is unread mail in the mailboxes of the device. */
  readonly isWaiting: boolean
  /** It tells that there is none any more. */
  readonly isCleared: boolean
}

/** Events about messages that are of no interest once they were seen. */
export const messageTypes: ReadonlySet<string> = new Set(['MessageAppend', 'MessageNew'])

export interface DescribeContext {
  readonly store: Store
  readonly hostname: string
  readonly now: () => number
}

export async function describe(
  context: DescribeContext,
  device: Device,
  content: WakeContent,
  preferences: Preferences,
): Promise<Described> {
  const { store } = context
  const messages: FoundMessage[] = []
  for (const named of content.messages) {
    const found = await findMessage(store, device.account, named)
    if (found !== null && !found.isSeen) messages.push(found)
  }
  const unread =
    preferences.messageWaiting || preferences.payload === 'summary' ? await unreadIn(store, device, preferences) : null
  const isWaiting = preferences.messageWaiting ? (unread ?? 0) > 0 : device.waiting
  const isCleared = preferences.messageWaiting && device.waiting && !isWaiting
  const told = {
    ...(content.modSeq === null ? {} : { modseq: content.modSeq }),
    ...(preferences.messageWaiting ? { waiting: isWaiting } : {}),
    ...(preferences.tags.length === 0 ? {} : { tags: preferences.tags }),
  }
  const common = { unread: messages.length, isWaiting, isCleared }
  if (preferences.payload === 'wake') {
    return { ...common, payload: told, text: isCleared ? 'There is no unread mail any more.' : sentence(content, null) }
  }
  const headings = await Promise.all(messages.map(message => summaryOf(context, device, message, preferences)))
  const newest = headings.at(-1)
  return {
    ...common,
    payload: { ...told, events: content.events, unread, messages: headings },
    text: isCleared
      ? 'There is no unread mail any more.'
      : sentence(content, newest === undefined ? null : `${newest.from}: ${newest.subject}`),
  }
}

async function summaryOf(
  context: DescribeContext,
  { account }: Device,
  message: FoundMessage,
  { urlSeconds }: Preferences,
) {
  const { store, hostname } = context
  const { from, subject } = await headingOf(store, message.content)
  const owner = encodeURIComponent((await store.accounts.get(account))?.name ?? '')
  const path = message.mailboxName.split('/').map(encodeURIComponent).join('/')
  const uri = `imap://${owner}@${hostname}/${path};UIDVALIDITY=${message.uidValidity}/;UID=${message.uid}`
  const authorized = urlSeconds === 0 ? {} : await urlParameter(context, account, message, urlSeconds, 'owner')
  return { from, subject, mailbox: message.mailboxName, uid: message.uid, uri: authorized['vnd.lemonade.url'] ?? uri }
}

function sentence({ events }: WakeContent, newest: string | null): string {
  const count = (events['MessageNew'] ?? 0) + (events['MessageAppend'] ?? 0)
  if (newest !== null) return count > 1 ? `${count} new messages, the last: ${newest}` : newest
  if (count > 0) return count > 1 ? `${count} new messages` : 'You have new mail.'
  return `Something has happened in your mail: ${Object.keys(events).join(', ')}`
}

async function unreadIn(
  store: Store,
  { account }: Device,
  { mailboxes, exceptMailboxes }: Preferences,
): Promise<number> {
  let unread = 0
  for (const mailbox of await store.mailboxes.list(account)) {
    if (!mailbox.selectable || !isNamed(mailbox.name, mailboxes) || isNamed(mailbox.name, exceptMailboxes)) continue
    unread += (await store.mailboxes.counts(mailbox.id)).unseen
  }
  return unread
}
