/** The nouns of the store: branded numbers, and the plain readonly records that cross its border. */

declare const kind: unique symbol
type Is<T, K extends string> = T & { readonly [kind]: K }

export type AccountId = Is<number, 'AccountId'>
/** The server itself, where an account could stand: it has a mod-sequence and can be watched. */
export const serverAccount = 0 as AccountId
export type MailboxId = Is<number, 'MailboxId'>
/** Names immutable content (a rope and what was computed of it); copies of a message share it. */
export type ContentId = Is<number, 'ContentId'>
/** Never reused within a UIDVALIDITY (RFC 3501 §2.3.1.1). 1 to 2^32 - 1. */
export type Uid = Is<number, 'Uid'>
/** One counter an account; stays below 2^53 (RFC 7162 §3.1). */
export type ModSeq = Is<number, 'ModSeq'>
/** An interned combination of flags and keywords; `FlagSets` tells what it holds. Equal id, equal flags. */
export type FlagSetId = Is<number, 'FlagSetId'>
export type ScriptId = Is<number, 'ScriptId'>
export type QueueId = Is<number, 'QueueId'>
/** Running number of an event in the outbox. */
export type EventId = Is<number, 'EventId'>

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number

/** An inclusive range of UIDs. A list of them is sorted, disjoint and not adjacent. */
export interface UidRange {
  readonly first: Uid
  readonly last: Uid
}
export type UidRanges = readonly UidRange[]

/** The five settable system flags (RFC 3501 §2.3.2), spelled as the RFC does. \Recent is the session's business. */
export const systemFlags = ['\\Answered', '\\Flagged', '\\Deleted', '\\Seen', '\\Draft'] as const
export type SystemFlag = (typeof systemFlags)[number]

/** `name` is an address, case-folded; `id` never changes, the name may. */
export interface Account {
  readonly id: AccountId
  readonly name: string
  readonly displayName: string
  readonly createdAt: Instant
  readonly disabled: boolean
  /** Whether it may do to other accounts what only administrators may. */
  readonly administrator: boolean
  /** The highest mod-sequence that any change in the account has had. */
  readonly modSeq: ModSeq
}

/** What a SASL mechanism needs to verify a secret; never the secret. */
export interface Credential {
  /** '' is the account's own password; any other name is an app password's. */
  readonly label: string
  readonly createdAt: Instant
  readonly lastUsedAt: Instant | null
  /** By mechanism family; opaque to the store. */
  readonly verifier: string
}

export interface Domain {
  readonly name: string
  readonly createdAt: Instant
}

/**
 * A new key is `prepared`; `published` once its record has been seen in DNS; `active` while mail is signed with it;
 * `retired` while mail that it signed may still be under way.
 */
export type DkimKeyState = 'prepared' | 'published' | 'active' | 'retired'

/** A key that mail of a domain is signed with, without its secret half (RFC 6376 §3.1, RFC 8463). */
export interface DkimKey {
  readonly domain: string
  readonly selector: string
  readonly algorithm: 'rsa' | 'ed25519'
  readonly state: DkimKeyState
  /** When it came into its state. */
  readonly since: Instant
  readonly madeAt: Instant
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

/** `address` delivers to each of `targets`: local account names or foreign addresses. '@domain' catches all. */
export interface Alias {
  readonly address: string
  readonly targets: readonly string[]
}

/** Who may write to a group; `local`: everybody with an account here. */
export const groupSenders = ['anyone', 'members', 'local'] as const
export type GroupSenders = (typeof groupSenders)[number]

/** `address` delivers to each of `members`: accounts here, addresses elsewhere, aliases or other groups. */
export interface Group {
  readonly address: string
  readonly members: readonly string[]
  readonly senders: GroupSenders
}

/** Where mail for an account goes on to. */
export interface Forward {
  readonly targets: readonly string[]
  /** It is delivered to the account as well. */
  readonly keeps: boolean
}

/** Who writes, as far as that is known. */
export interface MailSender {
  /** The reverse-path; '' is the null one. */
  readonly address: string
  /** Who has logged in to send it; null where nobody has. */
  readonly account: AccountId | null
  /** Whoever brings it is believed what it says of its sender. */
  readonly isTrusted: boolean
}

/** An address that an account may send as though it is another's; '@domain' stands for each of a domain. */
export interface SenderGrant {
  readonly address: string
  /** The message says who sent it (RFC 5322 §3.6.2). */
  readonly onBehalf: boolean
}

/** Where mail for a local address goes. */
export interface Route {
  readonly accounts: readonly Account[]
  /** Addresses elsewhere that an alias, a group or an account that forwards names. */
  readonly foreign: readonly string[]
  /** Groups on the way that do not take mail from its sender; nobody else is behind them. */
  readonly closed: readonly string[]
  /** The part after the recipient delimiter, or null. */
  readonly detail: string | null
}

/** Special-use attributes (RFC 6154 §2). */
export type SpecialUse = '\\All' | '\\Archive' | '\\Drafts' | '\\Flagged' | '\\Junk' | '\\Sent' | '\\Trash'

/** The right to do something with a mailbox (RFC 4314 §2.1, RFC 5257 §3.4), in the order in which rights are told. */
export const rights = ['l', 'r', 's', 'w', 'i', 'p', 'k', 'x', 't', 'e', 'a', 'n'] as const
export type Right = (typeof rights)[number]

export interface Mailbox {
  readonly id: MailboxId
  readonly account: AccountId
  /** The name of its account. */
  readonly owner: string
  /** Full name in Unicode with '/' as the hierarchy delimiter; 'INBOX' in upper case for the inbox. */
  readonly name: string
  /** False for a name that exists only because it has children (\Noselect). */
  readonly selectable: boolean
  readonly subscribed: boolean
  readonly specialUse: readonly SpecialUse[]
  readonly uidValidity: number
  readonly uidNext: Uid
  /** The highest mod-sequence of any change in this mailbox, expunges included (RFC 7162 §3.1.2.1). */
  readonly highestModSeq: ModSeq
  /** RFC 8474 §4.1; survives RENAME. */
  readonly mailboxId: string
  readonly createdAt: Instant
}

/** A subscription may name a mailbox that does not exist (RFC 3501 §6.3.6, §6.3.9). */
export interface Subscription {
  readonly name: string
}

/** STATUS and SELECT numbers; every one is kept, none is counted at the time of asking. */
export interface MailboxCounts {
  readonly messages: number
  readonly unseen: number
  readonly deleted: number
  readonly octets: number
  /** Of those that are \Deleted. */
  readonly deletedOctets: number
  readonly recent: number
}

/** What stands with a message row. */
export interface Message {
  readonly uid: Uid
  readonly content: ContentId
  readonly flagSet: FlagSetId
  readonly modSeq: ModSeq
  readonly internalDate: Instant
  /** RFC 8514. */
  readonly saveDate: Instant
  /** RFC822.SIZE. */
  readonly octets: number
  /** RFC 8474 §5. */
  readonly emailId: string
  readonly threadId: string
}

/** What was computed once at ingest and is stored ready to send. */
export interface MessageFacts {
  /** The IMAP `envelope` production (RFC 3501 §9), as octets. */
  readonly envelope: Uint8Array
  /** The extensible form, `BODYSTRUCTURE`. */
  readonly bodyStructure: Uint8Array
  /** The MIME tree with octet offsets; `mime`'s own type. */
  readonly structure: import('@lemonade/mime').Part
  /** All octets of a small message that is sound, as far as a page has room; others are undefined, and read by themselves. */
  readonly whole: Uint8Array | undefined
}

/** The answer of `changesSince`: all that happened in a mailbox after a mod-sequence. */
export interface Changes {
  /** The mailbox's HIGHESTMODSEQ at the time of the answer. */
  readonly modSeq: ModSeq
  readonly uidNext: Uid
  /** Messages that are there and changed or arrived after it, by UID. Parallel arrays. */
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  readonly modSeqs: Float64Array
  /** UIDs expunged after it, in order. */
  readonly expunged: Uint32Array
  /** True where tombstones that far back are gone: the caller must compare with all that is there. */
  readonly incomplete: boolean
}

/** "Account A is at mod-sequence M", and nothing more (the design's third idea). */
export interface WakeUp {
  readonly account: AccountId
  readonly modSeq: ModSeq
}

export interface Script {
  readonly name: string
  readonly active: boolean
  readonly octets: number
}

/** Who changes something, and by which way: what events of access protocols tell with each change (RFC 5423 §5). */
export interface Origin {
  /** Such as imap, smtp, lmtp, managesieve, http, admincli. */
  readonly service: string
  /** The authorization identity. */
  readonly user?: string
  /** The authentication identity, where it is another. */
  readonly admin?: string
  readonly clientIP?: string
  readonly clientPort?: number
  readonly serverPort?: number
}

/** An event of RFC 5423 as the outbox holds it. */
export interface OutboxEvent {
  readonly id: EventId
  readonly at: Instant
  readonly account: AccountId | null
  /** RFC 5423 §4's name, such as MessageNew. */
  readonly type: string
  readonly parameters: Readonly<Record<string, unknown>>
}

/** One recipient of a message on its way out. */
export interface QueueEntry {
  readonly id: QueueId
  readonly content: ContentId
  readonly octets: number
  readonly account: AccountId | null
  /** '' is the null reverse-path. */
  readonly reversePath: string
  readonly recipient: string
  readonly queuedAt: Instant
  readonly nextAttemptAt: Instant
  readonly expiresAt: Instant
  readonly attempts: number
  /** The last reply or error, for people and for the DSN; null before the first attempt. */
  readonly lastReply: string | null
  /** Somebody who runs the server holds it back. */
  readonly held: boolean
  readonly options: DeliveryOptions
}

/** A time before which a message is not to go out (RFC 4865), with the request as its sender made it. */
export interface FutureRelease {
  readonly at: Instant
  /** orig-hold-param-value (RFC 4865 §5.1.2). */
  readonly request: string
}

/** A time limit of delivery, and what is to be done when it has passed (RFC 2852 §4). */
export interface DeliverBy {
  readonly at: Instant
  /** The sender is told and it is tried further, or it comes back. */
  readonly mode: 'notify' | 'return'
  /** True where each relay is to be told of. */
  readonly trace: boolean
}

/** ESMTP parameters that travel with a recipient (RFC 3461, RFC 6531, RFC 6152, RFC 2852). */
/** What another domain last said of TLS to its servers (RFC 8461). */
export interface StsPolicy {
  readonly domain: string
  /** Of the TXT record that announced it (RFC 8461 §3.1). */
  readonly id: string
  /** Its text, as it was fetched (RFC 8461 §3.2). */
  readonly policy: string
  readonly fetchedAt: Instant
  readonly expiresAt: Instant
  /** When it was last looked for, with or without success. */
  readonly checkedAt: Instant
}

/** Sessions of one UTC day that went alike (RFC 8460 §4). */
export interface TlsResult {
  /** Days since 1970-01-01. */
  readonly day: number
  readonly domain: string
  /** JSON that says which policy was applied. */
  readonly policy: string
  /** JSON that says what failed; '' for success. */
  readonly failure: string
  readonly sessions: number
}

export interface TlsReportState {
  readonly day: number
  readonly domain: string
  /** `collected`: nobody has looked at it yet; `unwanted`: the domain asks for no reports. */
  readonly state: 'collected' | 'waiting' | 'sent' | 'unwanted' | 'failed'
  readonly attempts: number
  readonly nextAt: Instant
  /** Where it went, or why it did not. */
  readonly detail: string
}

export interface DeliveryOptions {
  readonly notify?: readonly ('NEVER' | 'SUCCESS' | 'FAILURE' | 'DELAY')[]
  readonly orcpt?: string
  readonly ret?: 'FULL' | 'HDRS'
  readonly envid?: string
  readonly smtpUtf8?: boolean
  readonly body?: '7BIT' | '8BITMIME' | 'BINARYMIME'
  /** -9 to 9, the higher the sooner; default 0 (RFC 6710 §3). */
  readonly priority?: number
  readonly release?: FutureRelease
  /** True for a notification of this server itself: where it cannot be delivered, the postmaster is told. */
  readonly notification?: boolean
  /** True once a delayed DSN has been sent. */
  readonly delayTold?: boolean
  readonly by?: DeliverBy
  /** The recipient is an account that a group or an alias has led to: nothing leads on from it. */
  readonly direct?: boolean
  /** True once the sender has been told that the time limit has passed. */
  readonly byTold?: boolean
  /** `required`: by REQUIRETLS (RFC 8689 §4.2.1); `optional`: whatever other domains ask for (RFC 8689 §4.2.2). */
  readonly tls?: 'required' | 'optional'
  /** True for what an account has written that had logged in, or this server itself: it may be signed for its domain. */
  readonly authored?: boolean
}
