/**
 * Events as sinks see them: RFC 5423's types and parameters, typed, made of what the outbox holds.
 *
 * What RFC 5423 has no name for is sent as `vnd.lemonade.NAME` (RFC 5423 §6). Values are JSON: numbers as numbers,
 * `flagNames` as a list.
 */
import type { OutboxEvent } from '@lemonade/store'

/** Names of events (RFC 5423 §4). */
export const eventTypes = [
  'MessageAppend',
  'MessageExpire',
  'MessageExpunge',
  'MessageNew',
  'QuotaExceed',
  'QuotaWithin',
  'QuotaChange',
  'MessageRead',
  'MessageTrash',
  'FlagsSet',
  'FlagsClear',
  'Login',
  'Logout',
  'MailboxCreate',
  'MailboxDelete',
  'MailboxRename',
  'MailboxSubscribe',
  'MailboxUnSubscribe',
] as const
export type EventType = (typeof eventTypes)[number]

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
  /** Messages in the mailbox by then, or in all mailboxes of the user where the event is about a quota. */
  readonly messages?: number
  readonly modseq?: number
  readonly oldMailboxID?: string
  readonly pid?: number
  readonly process?: string
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
  octets: 'messageSize',
  uidNext: 'uidnext',
  usedMessages: 'messages',
}

const plain = new Set(
  [
    ['admin', 'bodyStructure', 'clientIP', 'clientPort', 'diskQuota', 'diskUsed', 'flagNames', 'maxMessages'],
    ['messageContent', 'messages', 'pid', 'process', 'serverDomain', 'serverPort', 'service', 'tags', 'user'],
  ].flat(),
)

const vendor: Readonly<Record<string, string>> = {
  count: 'eventMessages',
  mailboxId: 'mailboxObjectId',
  uidsCut: 'uidsetIncomplete',
}

export interface EventContext {
  /** The name of the account whose event it is; null where it has none any more. */
  readonly user: string | null
  readonly hostname: string
  /** RFC 5423 §5: labels of the subscription. */
  readonly tags?: readonly string[]
  /** Tell of \Seen and \Deleted as of other flags (RFC 5423 §4.2). */
  readonly plainFlags?: boolean
  /** Parameters that are told only where they are asked for. */
  readonly more?: Partial<EventParameters>
}

/** An outbox row as an event. */
export function eventOf(row: OutboxEvent, context: EventContext): NotifyEvent {
  const { mailbox, oldMailbox, uidValidity, uids, modSeq, owner, envelope: _, onlyFor: __, ...rest } = row.parameters
  const { user, hostname, tags = [], plainFlags = false } = context
  const whose = typeof owner === 'string' ? owner : user
  const server = `imap://${whose === null ? '' : `${encodeURIComponent(whose)}@`}${hostname}/`
  const mailboxID = typeof mailbox === 'string' ? mailboxUrl(server, mailbox, uidValidity) : null
  const isOfOne = typeof uids === 'string' && /^\d+$/.test(uids)
  const oldID = typeof oldMailbox === 'string' ? mailboxUrl(server, oldMailbox, null) : null
  const data: EventParameters = {
    uri: mailboxID !== null && isOfOne ? `${mailboxID}/;UID=${uids}` : (mailboxID ?? server),
    ...(user === null ? {} : { user }),
    serverFQDN: hostname,
    process: 'lemonade',
    ...(mailboxID === null ? {} : { mailboxID, 'vnd.lemonade.mailbox': mailbox }),
    // A copy is told as MessageAppend (§4.1): where it comes from has no name there.
    ...(oldID === null
      ? {}
      : row.type === 'MailboxRename'
        ? { oldMailboxID: oldID }
        : { 'vnd.lemonade.sourceMailboxID': oldID }),
    ...(typeof uids === 'string' ? { uidset: uids } : {}),
    // `modseq` is of one message (§5).
    ...(typeof modSeq === 'number' ? { [isOfOne ? 'modseq' : 'vnd.lemonade.modseq']: modSeq } : {}),
    ...(typeof owner === 'string' ? { 'vnd.lemonade.owner': owner } : {}),
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [parameterName(name), value])),
    ...(tags.length === 0 ? {} : { tags }),
    ...context.more,
  }
  const type = plainFlags && (row.type === 'MessageRead' || row.type === 'MessageTrash') ? 'FlagsSet' : row.type
  return { id: row.id, type, timestamp: new Date(row.at).toISOString(), data }
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
