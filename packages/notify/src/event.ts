/**
 * Events as sinks see them: RFC 5423's types and parameters, typed, made of what the outbox holds.
 *
 * What RFC 5423 has no name for is sent as `vnd.lemonade.NAME` (RFC 5423 §6). Values are JSON: numbers as numbers,
 * `flagNames` as a list.
 */
import type { OutboxEvent } from '@lemonade/store'

/** Names of events (RFC 5423 §4). */
export type EventType =
  | 'MessageAppend'
  | 'MessageExpire'
  | 'MessageExpunge'
  | 'MessageNew'
  | 'QuotaExceed'
  | 'QuotaWithin'
  | 'QuotaChange'
  | 'MessageRead'
  | 'MessageTrash'
  | 'FlagsSet'
  | 'FlagsClear'
  | 'Login'
  | 'Logout'
  | 'MailboxCreate'
  | 'MailboxDelete'
  | 'MailboxRename'
  | 'MailboxSubscribe'
  | 'MailboxUnSubscribe'

/** Parameters of events (RFC 5423 §5) that this server may send, each only where it is known. */
export interface EventParameters {
  readonly admin?: string
  readonly bodyStructure?: string
  readonly clientIP?: string
  readonly clientPort?: number
  /** Kilobytes of 1024 octets. */
  readonly diskQuota?: number
  readonly diskUsed?: number
  readonly envelope?: string
  readonly flagNames?: readonly string[]
  /** IMAP URL of the mailbox; after a MailboxRename of its new name. */
  readonly mailboxID?: string
  readonly maxMessages?: number
  readonly messageContent?: string
  /** Octets. */
  readonly messageSize?: number
  /** Messages in the mailbox, or in all mailboxes of the user where the event is about a quota. */
  readonly messages?: number
  readonly modseq?: number
  readonly oldMailboxID?: string
  readonly serverDomain?: string
  readonly serverFQDN?: string
  readonly serverPort?: number
  readonly service?: string
  readonly tags?: readonly string[]
  readonly uidnext?: number
  /** An IMAP sequence-set of UIDs. */
  readonly uidset?: string
  /** IMAP URL (RFC 5092) of the server, of the mailbox or, where the event is about one, of the message. */
  readonly uri: string
  readonly user?: string
  readonly [vendor: `vnd.lemonade.${string}`]: unknown
}

/** One event on its way to a sink. */
export interface NotifyEvent {
  /** Rises from event to event and is never reused: receivers tell repetitions by it. */
  readonly id: number
  /** One of `EventType`, or a name that a later version of the store writes. */
  readonly type: EventType | (string & {})
  /** RFC 3339, in UTC. */
  readonly timestamp: string
  readonly data: EventParameters
}

/** What the outbox calls differently than RFC 5423 does. */
const renamed: Readonly<Record<string, string>> = {
  modSeq: 'modseq',
  octets: 'messageSize',
  uidNext: 'uidnext',
  usedMessages: 'messages',
}

const plain = new Set(
  [
    ['admin', 'bodyStructure', 'clientIP', 'clientPort', 'diskQuota', 'diskUsed', 'envelope', 'flagNames'],
    ['maxMessages', 'messageContent', 'serverDomain', 'serverFQDN', 'serverPort', 'service', 'tags'],
  ].flat(),
)

/** In the outbox `messages` counts those of the event, which RFC 5423 does not name. */
const vendor: Readonly<Record<string, string>> = {
  messages: 'eventMessages',
  mailboxId: 'mailboxObjectId',
  uidsCut: 'uidsetIncomplete',
}

/** An outbox row as an event. `user` is the account's name, null where it has none any more. */
export function eventOf(row: OutboxEvent, user: string | null, hostname: string): NotifyEvent {
  const { mailbox, oldMailbox, uidValidity, uids, ...rest } = row.parameters
  const server = `imap://${user === null ? '' : `${encodeURIComponent(user)}@`}${hostname}/`
  const mailboxID = typeof mailbox === 'string' ? mailboxUrl(server, mailbox, uidValidity) : null
  const single = mailboxID !== null && typeof uids === 'string' && /^\d+$/.test(uids)
  const data: EventParameters = {
    uri: single ? `${mailboxID}/;UID=${uids}` : (mailboxID ?? server),
    ...(user === null ? {} : { user }),
    ...(mailboxID === null ? {} : { mailboxID, 'vnd.lemonade.mailbox': mailbox }),
    ...(typeof oldMailbox === 'string' ? { oldMailboxID: mailboxUrl(server, oldMailbox, null) } : {}),
    ...(typeof uids === 'string' ? { uidset: uids } : {}),
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [parameterName(name), value])),
  }
  return { id: row.id, type: row.type, timestamp: new Date(row.at).toISOString(), data }
}

function parameterName(name: string): string {
  return renamed[name] ?? (plain.has(name) ? name : `vnd.lemonade.${vendor[name] ?? name}`)
}

function mailboxUrl(server: string, mailbox: string, uidValidity: unknown): string {
  return `${server}${encodeMailbox(mailbox)}${typeof uidValidity === 'number' ? `;UIDVALIDITY=${uidValidity}` : ''}`
}

/** enc-mailbox = 1*bchar: UTF-8, percent-encoded but for the hierarchy's slashes (RFC 5092 §7). */
function encodeMailbox(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/')
}
