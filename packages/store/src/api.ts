/**
 * The message store as everybody else sees it: asynchronous and plain, so that a second engine can stand behind it.
 *
 * Every mutation resolves after its transaction is durable (WAL, synchronous=FULL) and rejects with `StoreError`
 * having changed nothing. Reads answer from one snapshot each. No SQL and no SQLite type crosses this border.
 */
import type {
  Account,
  AccountId,
  Alias,
  Changes,
  ContentId,
  Credential,
  DeliveryOptions,
  DkimKey,
  DkimKeyState,
  Domain,
  EventId,
  FlagSetId,
  Forward,
  Group,
  GroupSenders,
  Instant,
  Mailbox,
  MailboxCounts,
  MailboxId,
  MailSender,
  Message,
  MessageFacts,
  ModSeq,
  Origin,
  OutboxEvent,
  QueueEntry,
  QueueId,
  Right,
  Route,
  Script,
  SenderGrant,
  SpecialUse,
  StsPolicy,
  TlsReportState,
  TlsResult,
  Uid,
  UidRanges,
  WakeUp,
} from './model.ts'
import type { SearchKey, SortKey, ThreadAlgorithm, Threads } from './search/program.ts'

export interface Store {
  readonly directory: string
  readonly accounts: Accounts
  readonly domains: Domains
  readonly aliases: Aliases
  readonly groups: Groups
  readonly forwards: Forwards
  readonly senders: Senders
  readonly dkimKeys: DkimKeys
  readonly acl: Acl
  readonly quotas: Quotas
  readonly mailboxes: Mailboxes
  readonly urlKeys: UrlKeys
  readonly messages: Messages
  readonly contents: Contents
  readonly conversions: Conversions
  readonly flagSets: FlagSets
  readonly memory: Memory
  readonly greylist: Greylist
  readonly metadata: Metadata
  readonly annotations: Annotations
  readonly scripts: Scripts
  readonly stsPolicies: StsPolicies
  readonly tlsReports: TlsReports
  readonly queue: Queue
  readonly outbox: Outbox
  readonly devices: Devices
  readonly presence: Presence
  readonly secrets: Secrets
  readonly bus: Bus
  /** The same store, for who changes things on somebody's behalf: events tell of it. */
  by(origin: Origin): Store
  /** Audits the whole store: ropes, hashes, counters, orphans. Yields a sentence a finding; none means sound. */
  check(progress?: (done: number, total: number) => void): AsyncIterable<string>
  /** A consistent copy of `lemonade.db` into `file`, while others write. */
  backup(file: string, progress?: (done: number, total: number) => void): Promise<void>
  /** Takes away what nothing names any more, until nothing is left; a server's store does so by itself, bit by bit. */
  collect(): Promise<void>
  /** Lets queued writes commit, then closes. */
  close(): Promise<void>
}

/** Encrypts what a copy of the database must not tell, with the key in `DATA/secrets.key`. */
export interface Secrets {
  /** `purpose` names what the secret is and whose, as `dkim example.org`: it opens for that purpose only. */
  seal(plain: Uint8Array, purpose: string): Uint8Array
  /** Throws `damaged` for what was sealed for another purpose, or elsewhere, or has been changed. */
  open(sealed: Uint8Array, purpose: string): Uint8Array
  /** False for what should be sealed anew, since another key is in use by now. */
  isCurrent(sealed: Uint8Array): boolean
  /** Takes a new key into use; older ones go on opening what they have sealed. */
  rotate(): void
}

/** Wake-ups. Losing or doubling one costs nothing: listeners ask `changesSince`. */
export interface Bus {
  /** Calls back after each commit that changed the account; returns a function that ends it. */
  watch(account: AccountId, listener: (wakeUp: WakeUp) => void): () => void
  /** Wake-ups that are no account's: new queue rows, new outbox rows, rights that changed, devices and their preferences. */
  watchTopic(topic: 'queue' | 'outbox' | 'rights' | 'devices', listener: () => void): () => void
}

export interface Accounts {
  /**
   * Creates the account with INBOX and its special-use mailboxes; its domain becomes ours where it is not yet.
   * Throws account-exists, alias-exists, bad-address.
   */
  add(account: { name: string; displayName?: string }): Promise<Account>
  /** Removes it with all its mail: gone at once, its octets soon after. Throws no-such-account. */
  remove(account: AccountId): Promise<void>
  find(name: string): Promise<Account | null>
  get(account: AccountId): Promise<Account | null>
  list(): Promise<readonly Account[]>
  /** Throws no-such-account. */
  setAdministrator(account: AccountId, administrator: boolean): Promise<void>
  /** Sets or replaces the verifier under a label. */
  setCredential(account: AccountId, label: string, verifier: string): Promise<void>
  removeCredential(account: AccountId, label: string): Promise<boolean>
  credentials(account: AccountId): Promise<readonly Credential[]>
  noteCredentialUse(account: AccountId, label: string): Promise<void>
  /**
   * Where mail for an address goes, or null where the address is not ours or has nobody behind it.
   * `delimiter` separates user and detail (RFC 5233 §1), '' for none. Groups that do not take mail from the sender are
   * left out; with none, nobody is kept out. Throws alias-loop where it is too deep or comes to too many.
   */
  route(address: string, delimiter: string, sender?: MailSender): Promise<Route | null>
  /** True where the account may use the address as its own: its name, its subaddresses and aliases that lead to it. */
  owns(account: AccountId, address: string, delimiter: string): Promise<boolean>
}

export interface Domains {
  add(name: string): Promise<Domain>
  /** Throws domain-in-use while accounts or aliases are in it. */
  remove(name: string): Promise<void>
  list(): Promise<readonly Domain[]>
  has(name: string): Promise<boolean>
}

export interface Aliases {
  /** Throws alias-exists, account-exists, no-such-domain, bad-address, alias-loop. */
  add(address: string, targets: readonly string[]): Promise<Alias>
  remove(address: string): Promise<void>
  list(): Promise<readonly Alias[]>
}

/** Groups are aliases that know who may write to them. */
export interface Groups {
  /** Throws alias-exists, account-exists, no-such-domain, bad-address, alias-loop. */
  add(group: Group): Promise<Group>
  /** Throws no-such-alias, bad-address where nobody would be left, alias-loop. */
  change(
    address: string,
    change: { readonly add?: readonly string[]; readonly remove?: readonly string[]; readonly senders?: GroupSenders },
  ): Promise<Group>
  find(address: string): Promise<Group | null>
  list(): Promise<readonly Group[]>
  /** Throws no-such-alias. */
  remove(address: string): Promise<void>
}

export interface Forwards {
  get(account: AccountId): Promise<Forward | null>
  /** Null ends it. Throws no-such-account, bad-address, alias-loop. */
  set(account: AccountId, forward: Forward | null): Promise<Forward | null>
  /** What return paths of forwarded mail are signed with; made when it is first asked for, and where it cannot be opened. */
  secret(): Promise<Uint8Array>
}

/** How much an account may send in any hour and any day; 0 for as much as it wants. */
export interface SendingLimits {
  readonly messagesPerHour: number
  readonly recipientsPerHour: number
  readonly messagesPerDay: number
  readonly recipientsPerDay: number
}

export interface Senders {
  /** Throws no-such-account, no-such-domain, bad-address. */
  grant(account: AccountId, grant: SenderGrant): Promise<void>
  /** False where there was no such grant. */
  revoke(account: AccountId, address: string): Promise<boolean>
  grants(account: AccountId): Promise<readonly SenderGrant[]>
  /** By what right an account may send as an address; null: by none. Groups are nobody's own. */
  right(account: AccountId, address: string, delimiter: string): Promise<'own' | 'as' | 'on-behalf' | null>
  /** When so much more may be sent; null for now. Counted in steps of ten minutes. */
  freeAt(
    account: AccountId,
    more: { readonly messages: number; readonly recipients: number },
    limits: SendingLimits,
  ): Promise<Instant | null>
}

/** A key before it is kept. */
export interface NewDkimKey {
  readonly domain: string
  readonly selector: string
  readonly algorithm: DkimKey['algorithm']
  /** SubjectPublicKeyInfo and PKCS #8, both DER. */
  readonly publicKey: Uint8Array
  readonly privateKey: Uint8Array
}

/** Keys that mail of our domains is signed with (RFC 6376); they go with their domain. */
export interface DkimKeys {
  /** The oldest first; none for a domain that is not ours. */
  list(domain: string): Promise<readonly DkimKey[]>
  /** Keeps them all as `prepared`, or none and answers false where a selector is taken. Throws no-such-domain. */
  add(keys: readonly NewDkimKey[]): Promise<boolean>
  /** PKCS #8, DER; null where there is no such key. Throws `damaged` where it cannot be opened. */
  privateKey(key: Pick<DkimKey, 'domain' | 'selector'>): Promise<Uint8Array | null>
  /** Another of the same algorithm that is active retires when one becomes it. False where nothing was changed. */
  setState(key: Pick<DkimKey, 'domain' | 'selector'>, state: DkimKeyState): Promise<boolean>
  remove(key: Pick<DkimKey, 'domain' | 'selector'>): Promise<boolean>
  /** Seals those anew that an older key of `secrets` has sealed. */
  reseal(): Promise<void>
}

/** Policies of MTA-STS of other domains (RFC 8461). Domains are in ASCII and lower case. */
export interface StsPolicies {
  /** It may have expired. */
  find(domain: string): Promise<StsPolicy | null>
  /** Those that were last looked for at this time or before, the oldest first. */
  unchecked(since: Instant, limit: number): Promise<readonly StsPolicy[]>
  /** Keeps one that has just been fetched, for `maxAge` milliseconds. */
  put(policy: Pick<StsPolicy, 'domain' | 'id' | 'policy'> & { readonly maxAge: number }): Promise<void>
  /** Notes that it has just been looked for. */
  checked(domain: string): Promise<void>
  forgetExpired(): Promise<void>
}

/** Results of TLS on the way out, and the reports of them (RFC 8460). */
export interface TlsReports {
  /** Counts one session. `summary` stands for the failure where a domain has too many that differ. */
  note(result: Omit<TlsResult, 'sessions'> & { readonly summary: string }): Promise<void>
  results(day: number, domain: string): Promise<readonly TlsResult[]>
  /** Days and domains that there are results of, the oldest first; of one domain where it is given. */
  list(domain?: string): Promise<readonly TlsReportState[]>
  /** Of days before `before`, those whose report is to be made or tried again now. */
  due(before: number, now: Instant, limit: number): Promise<readonly TlsReportState[]>
  /** Says what became of a report; with it the message that carries it is kept. */
  settle(settled: Omit<TlsReportState, 'attempts'>, deposit: Deposit | null): Promise<void>
  /** Forgets days before this one. */
  forget(before: number): Promise<void>
}

/** One line of an access control list (RFC 4314 §2). */
export interface AclEntry {
  /** Null: anyone. */
  readonly account: AccountId | null
  /** The account's name; null: anyone. */
  readonly name: string | null
  /** The rights are taken away from it. */
  readonly negative: boolean
  readonly rights: ReadonlySet<Right>
}

export interface RightsChange extends Pick<AclEntry, 'account' | 'negative'> {
  readonly mode: 'add' | 'remove' | 'replace'
  readonly rights: Iterable<Right>
}

/** Rights to mailboxes (RFC 4314). The owner has all and stands in no list. */
export interface Acl {
  /** What an account may do with a mailbox, null being a stranger. Nothing where the mailbox is gone. */
  rights(mailbox: MailboxId, account: AccountId | null): Promise<ReadonlySet<Right>>
  /** All lines, those that take away last. Throws no-such-mailbox. */
  entries(mailbox: MailboxId): Promise<readonly AclEntry[]>
  /**
   * Changes a line; one without rights goes. Wakes the owner, the account, and the topic 'rights'. Throws
   * no-such-mailbox, no-such-account, owner-has-all, too-many-rights.
   */
  change(mailbox: MailboxId, change: RightsChange): Promise<void>
  /** The mailboxes of others to which an account has any right. */
  shared(account: AccountId): Promise<readonly { readonly mailbox: Mailbox; readonly rights: ReadonlySet<Right> }[]>
}

/** What an account may use, or uses (RFC 9208 §5.1, §5.2). Null: no limit. */
export interface Quota {
  readonly limits: { readonly octets: number | null; readonly messages: number | null }
  readonly used: { readonly octets: number; readonly messages: number }
  /** What was set for the account itself. */
  readonly own: QuotaLimits
}

/** Null: no limit. Left out: that of the configuration. */
export interface QuotaLimits {
  readonly octets?: number | null
  readonly messages?: number | null
}

/** Kept with each change, so that asking costs nothing. */
export interface Quotas {
  /** Throws no-such-account. */
  get(account: AccountId): Promise<Quota>
  /** Throws no-such-account. */
  set(account: AccountId, limits: QuotaLimits): Promise<Quota>
  /** Whether one more message of so many octets would be taken. Throws no-such-account. */
  hasRoom(account: AccountId, octets: number): Promise<boolean>
}

export interface Mailboxes {
  list(account: AccountId): Promise<readonly Mailbox[]>
  /** Every subscribed name, of existing mailboxes or not. */
  subscriptions(account: AccountId): Promise<readonly string[]>
  /** INBOX in any case. Null where there is none; a name that only has children comes with `selectable` false. */
  find(account: AccountId, name: string): Promise<Mailbox | null>
  get(mailbox: MailboxId): Promise<Mailbox | null>
  counts(mailbox: MailboxId): Promise<MailboxCounts>
  /**
   * What has happened in an account after a mod-sequence, in one answer: for those who watch many mailboxes at once.
   * With 0, all that is there. Throws no-such-account.
   */
  changedAfter(account: AccountId, modSeq: ModSeq): Promise<AccountChanges>
  /** Creates missing superiors too (RFC 3501 §6.3.3). Throws mailbox-exists, bad-mailbox-name. */
  create(account: AccountId, name: string, options?: { specialUse?: readonly SpecialUse[] }): Promise<Mailbox>
  /** Keeps the name where it has children (RFC 3501 §6.3.4), and keeps the subscription. Throws inbox-is-special, mailbox-has-children. */
  remove(account: AccountId, name: string): Promise<void>
  /** Renames inferiors too; INBOX's messages move and an empty INBOX stays (RFC 3501 §6.3.5). */
  rename(account: AccountId, from: string, to: string): Promise<Mailbox>
  subscribe(account: AccountId, name: string): Promise<void>
  unsubscribe(account: AccountId, name: string): Promise<void>
  /**
   * The UIDs from `first` on and below `next` that are \Recent to a session that asks now. With `claim` they are recent to
   * no other (SELECT, and what arrives in a selected mailbox); without it nothing changes (EXAMINE). RFC 3501 §2.3.2.
   */
  recent(mailbox: MailboxId, claim: boolean): Promise<RecentUids>
}

export interface AccountChanges {
  /** The account's, at the time of the answer. */
  readonly modSeq: ModSeq
  /** Mailboxes whose messages changed, or that were made. */
  readonly changed: readonly MailboxActivity[]
  /** All there is, where a name, a subscription or a right changed; else null. */
  readonly names: { readonly mailboxes: readonly Mailbox[]; readonly subscriptions: readonly string[] } | null
}

/** A mailbox with its numbers, and when it was last changed by what. */
export interface MailboxActivity {
  readonly mailbox: Mailbox
  readonly counts: MailboxCounts
  /** The last change of flags of any message, 0 for none. */
  readonly flagsModSeq: ModSeq
  /** The last change of annotations of any message, 0 for none (RFC 5257). */
  readonly annotationsModSeq: ModSeq
  /** RENAME INBOX made it (RFC 3501 §6.3.5). */
  readonly wasInbox: boolean
}

export interface RecentUids {
  readonly first: Uid
  readonly next: Uid
}

/** Mailbox access keys (RFC 4467 §2.2). A mailbox that is renamed or deleted has lost them, everybody's. */
export interface UrlKeys {
  /** The account's key for a mailbox, of its own or of another's; null where there is none. */
  find(account: AccountId, mailbox: MailboxId): Promise<Uint8Array | null>
  /** The same, made where there is none. Throws no-such-account, no-such-mailbox. */
  ensure(account: AccountId, mailbox: MailboxId): Promise<Uint8Array>
  /** Replaces it. Answers `resetAt`. Throws no-such-account, no-such-mailbox. */
  reset(account: AccountId, mailbox: MailboxId): Promise<ModSeq>
  /** Takes all keys of an account away. */
  removeAll(account: AccountId): Promise<void>
  /** When the key was last replaced, as a mod-sequence of the account; 0 where it never was. */
  resetAt(account: AccountId, mailbox: MailboxId): Promise<ModSeq>
}

/** One message to be added to a mailbox. */
export interface NewMessage {
  readonly content: PreparedContent
  readonly flags: readonly string[]
  /** Default: now. */
  readonly internalDate?: Instant
  /** What stands with it from its beginning, and whose the private values are (RFC 5257 §4.7). */
  readonly annotations?: { readonly account: AccountId; readonly values: readonly AnnotationValue[] }
}

export interface Appended {
  readonly mailbox: Mailbox
  readonly uids: readonly Uid[]
  readonly modSeq: ModSeq
  /** The mailbox's HIGHESTMODSEQ before. */
  readonly before: ModSeq
}

/** UIDs of sources and copies, in the order of the sources (RFC 4315 §3). */
export interface Copied {
  readonly target: Mailbox
  readonly from: readonly Uid[]
  readonly to: readonly Uid[]
  readonly modSeq: ModSeq
  /** The target's HIGHESTMODSEQ before. */
  readonly before: ModSeq
}

/** Whose annotations go with copies: an account's, and everybody's where it may set them there; or all there are (RFC 5257 §4.6). */
export type AnnotationsCarried = { readonly account: AccountId; readonly shared: boolean } | 'all'

/** Rights to flags, as letters: s for \Seen, t for \Deleted, w for all others (RFC 4314 §4). */
export type FlagRights = string

export interface FlagChange {
  readonly mode: 'add' | 'remove' | 'replace'
  readonly flags: readonly string[]
  /** Flags that none of these rights reach stay as they are: s, t and w (RFC 4314 §4). Default: all three. */
  readonly rights?: FlagRights
  /** Messages with a greater mod-sequence are left alone and reported (RFC 7162 §3.1.3). */
  readonly unchangedSince?: ModSeq
}

export interface FlagsStored {
  /** Messages whose flags really changed, with what they now are. Parallel arrays, by UID. */
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  /** What they were. */
  readonly oldFlagSets: Uint32Array
  readonly modSeq: ModSeq
  /** Left alone because of `unchangedSince`. */
  readonly modified: Uint32Array
}

export interface FactsPage<K extends keyof MessageFacts> extends ReadonlyMap<Uid, Pick<MessageFacts, K>> {
  /** The first UID that was not looked at because those before it came to too many octets; mostly null. */
  readonly next: Uid | null
}

export interface Messages {
  /** All or none, in order, with consecutive UIDs. Throws no-such-mailbox, bad-keyword, too-many-keywords, over-quota. */
  append(mailbox: MailboxId, messages: readonly NewMessage[]): Promise<Appended>
  /**
   * Appends to a mailbox and takes a message of this or another one away, in one step (RFC 8508 §3.4).
   * Throws as `append` does, and no-such-message where the other is gone.
   */
  replace(from: MailboxId, uid: Uid, mailbox: MailboxId, message: NewMessage): Promise<Appended>
  /**
   * The copies have those flags that the rights reach, and those annotations that are carried; by default, all. Throws
   * no-such-mailbox, over-quota.
   */
  copy(
    from: MailboxId,
    uids: UidRanges,
    to: MailboxId,
    rights?: FlagRights,
    carried?: AnnotationsCarried,
  ): Promise<Copied>
  move(
    from: MailboxId,
    uids: UidRanges,
    to: MailboxId,
    rights?: FlagRights,
    carried?: AnnotationsCarried,
  ): Promise<Copied>
  storeFlags(mailbox: MailboxId, uids: UidRanges, change: FlagChange): Promise<FlagsStored>
  /** Expunges those of the UIDs that carry \Deleted. Answers with what went; `before`: HIGHESTMODSEQ before. */
  expunge(mailbox: MailboxId, uids: UidRanges): Promise<{ uids: Uint32Array; modSeq: ModSeq; before: ModSeq }>
  /** One page: at most `limit` of the UIDs that exist, in order. */
  page(mailbox: MailboxId, uids: UidRanges, limit: number): Promise<readonly Message[]>
  /** Facts of a page of messages, of those that exist; only what is named is read, and no more than is good at once. */
  facts<K extends keyof MessageFacts>(
    mailbox: MailboxId,
    uids: UidRanges,
    want: readonly K[],
    limit: number,
  ): Promise<FactsPage<K>>
  /** The one synchronisation query (the design's second idea). With modSeq 0: all that is there. */
  changesSince(mailbox: MailboxId, modSeq: ModSeq): Promise<Changes>
  /** The shared, live table of a mailbox: loaded once, kept fresh for as long as somebody holds it. */
  index(mailbox: MailboxId): Promise<MailboxIndex>
  /**
   * UIDs that match, ascending. Long searches run away from the caller's thread. Rejects when aborted. `among`: only
   * these are looked at, for as much as they cost.
   */
  search(mailbox: MailboxId, program: SearchKey, signal?: AbortSignal, among?: UidRanges): Promise<Uint32Array>
  /** The same in the order of the keys; messages that all keys find equal stay in the mailbox's order (RFC 5256 §3). */
  sort(mailbox: MailboxId, program: SearchKey, keys: readonly SortKey[], signal?: AbortSignal): Promise<Uint32Array>
  /**
   * Those of the UIDs that are there, in the order of the keys, each with where it belongs in a list that is in that
   * order. A few in a long list cost a few looks at it; nobody may change it meanwhile.
   */
  place(mailbox: MailboxId, keys: readonly SortKey[], list: SortedList, uids: Uint32Array): Promise<readonly Placed[]>
  /**
   * How relevant each of the messages is to what is fuzzy in the program, 1 to 100 (RFC 6203 §4). The UIDs ascend.
   */
  relevancy(mailbox: MailboxId, program: SearchKey, uids: Uint32Array, signal?: AbortSignal): Promise<Uint8Array>
  /** The same as conversations (RFC 5256 §3). */
  thread(mailbox: MailboxId, program: SearchKey, algorithm: ThreadAlgorithm, signal?: AbortSignal): Promise<Threads>
  /** Delivers to several mailboxes and enqueues in one transaction: all or nothing. Throws over-quota. */
  deposit(deposit: Deposit): Promise<void>
}

/** UIDs of a mailbox in the order of some keys. It may still have messages that are gone. */
export interface SortedList {
  readonly length: number
  at(index: number): Uid
  has(uid: Uid): boolean
  /** -1 where it is not in the list. */
  indexOf(uid: Uid): number
}

export interface Placed {
  readonly uid: Uid
  /** How many of the list's messages come before it. */
  readonly index: number
}

/**
 * UID, flags and mod-sequence of every message of a mailbox in memory, shared between its sessions. A state never
 * changes for who holds it: a session that has not told its client yet goes on with the one it has. States share all
 * that is alike, so that a change costs little however large the mailbox is.
 */
export interface MailboxIndex {
  readonly mailbox: MailboxId
  /** The newest state learnt; call `refresh` to learn more. */
  readonly state: MailboxState
  /** Asks `changesSince` where the bus said that there is news; concurrent calls share one query. */
  refresh(): Promise<MailboxState>
  /** UIDs whose flags or mod-sequence changed, or that arrived, after `modSeq`: from memory, ascending. */
  changedAfter(modSeq: ModSeq): Uint32Array
  /** Where a message is in the newest state; -1 where it is gone. */
  position(uid: Uid): number
  release(): void
}

export interface MailboxState {
  readonly modSeq: ModSeq
  readonly uidNext: Uid
  readonly count: number
  readonly uids: UidList
  /** Of a position below `count`, as everything here that asks for one. */
  flagSetAt(position: number): FlagSetId
  modSeqAt(position: number): ModSeq
  /** All that lies together with a position, for those who look at one after the other. */
  stretch(position: number): Stretch
}

/** Rows [from, to) of parallel arrays; the first of the arrays has the position `start`. Not to be written to. */
export interface Stretch {
  readonly start: number
  readonly from: number
  readonly to: number
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  readonly modSeqs: Float64Array
}

/** Ascending UIDs; a list never changes. */
export interface UidList {
  readonly length: number
  /** Of two lists with the same root, one begins with the other. */
  readonly root: object
  at(position: number): Uid
  /** The first position whose UID is not smaller. */
  lowerBound(uid: number): number
  /** Not to be written to. */
  slice(from: number, to: number): Uint32Array
  /** Another list, without UIDs that ascend. */
  without(uids: Uint32Array): UidList
  /** Another list, with greater UIDs behind it. */
  concat(uids: Uint32Array): UidList
}

export interface FlagSets {
  /** The flags and keywords of an interned set, system flags first. Cached; synchronous after `load`. */
  flags(set: FlagSetId): readonly string[]
  /** Keywords in use in a mailbox, for SELECT's FLAGS response. */
  keywords(mailbox: MailboxId): Promise<readonly string[]>
  /** How many keywords may be in use in a mailbox. */
  readonly keywordsLimit: number
  /** True where a set holds the flag; keywords compare case-insensitively. */
  has(set: FlagSetId, flag: string): boolean
}

/** Content that is ready for a transaction: hashed, cut, compressed, parsed. Either appended or discarded. */
export interface PreparedContent {
  readonly octets: number
  /** Of the top-level header, for those who must look before they store (Sieve, the MTA). */
  readonly header: Uint8Array
  readonly structure: import('@lemonade/mime').Part
  /** True where NUL octets came in with it (RFC 3516 §3). */
  readonly holdsNul: boolean
  /** Octets of a range, before or after it is stored. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
  discard(): Promise<void>
}

export interface ContentWriter {
  /** Throws too-big past the limit it was opened with. */
  write(octets: Uint8Array): Promise<void>
  finish(): Promise<PreparedContent>
  abort(): Promise<void>
}

/** Octets [start, end) of stored content, as far as there are. */
export interface StoredRange {
  readonly content: ContentId
  readonly start: number
  readonly end: number
}
/** Octets [start, end) of prepared content, which stays as it is and must stay until the whole is stored. */
export interface PreparedRange {
  readonly prepared: PreparedContent
  readonly start: number
  readonly end: number
}
export type ContentPiece = PreparedContent | StoredRange | PreparedRange | Uint8Array

export interface Contents {
  /**
   * Takes a message in, in pieces of any size; memory does not grow with its size. With `ahead` a small one does not
   * wait in memory either, for those who prepare many.
   */
  writer(options: { readonly limitOctets: number; readonly ahead?: boolean }): ContentWriter
  /**
   * Joins pieces to new content, by their ropes: octets that are stored or prepared are not copied. Prepared content that
   * is a piece as a whole is used up, whether it succeeds or not. Throws no-such-message, too-big past the limit, damaged.
   */
  compose(pieces: readonly ContentPiece[], options: { readonly limitOctets: number }): Promise<PreparedContent>
  /** Already stored content as the start of a new transaction (forwarding, redirect), with octets put before it. */
  reuse(content: ContentId, prefix?: Uint8Array): Promise<PreparedContent>
  octets(content: ContentId): Promise<number>
  /** Streams octets [start, end), reading only the chunks it needs. Throws damaged where a hash does not match. */
  read(content: ContentId, start?: number, end?: number): AsyncIterable<Uint8Array>
  /** The same for small ranges, in one piece. */
  readAll(content: ContentId, start?: number, end?: number): Promise<Uint8Array>
  structure(content: ContentId): Promise<import('@lemonade/mime').Part>
  /**
   * The first words of a message (RFC 8970 §3.2), '' where it has none to show: made when it is first asked for, and
   * kept. With `lazy`, null where it was not made yet. Throws no-such-message, damaged.
   */
  preview(content: ContentId, lazy: boolean): Promise<string | null>
}

/** Results of conversions of stored octets, kept so that the next who asks for one has it at once (RFC 5259 §8.5). */
export interface Conversions {
  /** The result of a conversion, held; null where none is kept. `conversion` says all that the result depends on. */
  find(source: StoredRange, conversion: string): Promise<KeptConversion | null>
  /** Keeps a result, and holds it; the one there is, where another was faster. */
  keep(
    source: StoredRange,
    conversion: string,
    description: string,
    octets: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<KeptConversion>
}

/** A result that stays for as long as it is held. */
export interface KeptConversion {
  /** What was given with it. */
  readonly description: string
  readonly octets: number
  /** Octets [start, end), as far as there are. Throws damaged. */
  read(start?: number, end?: number): AsyncIterable<Uint8Array>
  /** It may go, once there are too many. */
  release(): void
}

/** What a script or a mail transaction decided, to be done in one transaction. */
export interface Deposit {
  readonly content: PreparedContent
  readonly deliveries: readonly {
    readonly account: AccountId
    /** Where this does not exist or cannot be selected, INBOX takes it, unless `create`. */
    readonly mailbox: string
    readonly create?: boolean
    /** Of a mailbox that is made. */
    readonly specialUse?: SpecialUse
    readonly flags?: readonly string[]
    readonly internalDate?: Instant
    /** The MAIL and RCPT lines of the final delivery, for who is told of it (RFC 5423 §5, envelope). */
    readonly envelope?: string
    /** Where it is not the deposit's: the same message as a script has edited it, or a message of the script's own. */
    readonly content?: PreparedContent
    /** Left out where this is remembered already; else remembered with it. */
    readonly once?: NewMemory
  }[]
  readonly enqueue: readonly NewQueueEntry[]
  /** Remembered with it. */
  readonly remember?: readonly NewMemory[]
  /** Events for the outbox, beside those of the deliveries. */
  readonly events?: readonly {
    readonly account: AccountId
    readonly type: string
    readonly parameters: Readonly<Record<string, unknown>>
  }[]
  /** Counts as one message of an account's. With it, throws sending-limit. */
  readonly spend?: { readonly account: AccountId; readonly recipients: number; readonly limits: SendingLimits }
  /** It is delivered though it go beyond a quota: what must be told. */
  readonly beyondQuota?: boolean
}

/** Something that an account's script remembers for a time. Of several rows of a deposit with one key, all or none count. */
export interface NewMemory {
  readonly account: AccountId
  /** Keys of one purpose are among themselves. */
  readonly purpose: string
  readonly key: string
  readonly until: Instant
  /** Moves the end of what is remembered already. */
  readonly refresh?: boolean
}

/** Who hands mail to whom, and from where: an address's network, not the address, since pools of servers share the work. */
export interface GreylistTriple {
  readonly network: string
  readonly sender: string
  readonly recipient: string
}

export interface GreylistRules {
  /** Before who has never come is let through. */
  readonly delayMilliseconds: number
  /** How long such a one may take to come back. */
  readonly windowMilliseconds: number
  /** How long who was let through is remembered. */
  readonly keptMilliseconds: number
  /** So many different triples let through, and a network may hand in whatever is of the sender's domain. */
  readonly passes: number
}

export interface GreylistAnswer {
  /** 0: let through. */
  readonly waitMilliseconds: number
  /** True where it was let through for its network. */
  readonly isKnown: boolean
}

/** The memory of greylisting (RFC 6647). */
export interface Greylist {
  /** Notes that a triple has come, and says whether it may pass. */
  seen(triple: GreylistTriple, rules: GreylistRules): Promise<GreylistAnswer>
}

export interface Memory {
  /** True while it is remembered. */
  has(account: AccountId, purpose: string, key: string): Promise<boolean>
  /** Forgets all of a purpose; answers with how much that was. */
  forget(account: AccountId, purpose: string): Promise<number>
}

export interface NewQueueEntry {
  readonly reversePath: string
  readonly recipient: string
  readonly account?: AccountId
  readonly expiresAt: Instant
  readonly notBefore?: Instant
  readonly options?: DeliveryOptions
  /** Where it is not the deposit's. */
  readonly content?: PreparedContent
  /** Left out where this is remembered already; else remembered with it. */
  readonly once?: NewMemory
}

/** What a message has under an entry, for one account and for everybody; null where there is nothing. */
export interface Annotation {
  readonly entry: string
  readonly priv: Uint8Array | null
  readonly shared: Uint8Array | null
}

/** A value to be set; null removes it. */
export interface AnnotationValue {
  readonly entry: string
  readonly shared: boolean
  readonly value: Uint8Array | null
}

export interface AnnotationChange {
  readonly account: AccountId
  readonly values: readonly AnnotationValue[]
  /** Messages with a greater mod-sequence are left alone and reported (RFC 7162 §3.1.3). */
  readonly unchangedSince?: ModSeq
}

export interface AnnotationsStored {
  /** Messages that really changed, by UID. */
  readonly uids: Uint32Array
  readonly modSeq: ModSeq
  /** Left alone because of `unchangedSince`. */
  readonly modified: Uint32Array
}

/** Entries with their last change, by UID and entry. */
export type AnnotationChanges = readonly { readonly uid: Uid; readonly entry: string; readonly modSeq: ModSeq }[]

/** RFC 5257. Whether entries are well-formed is the caller's business. */
export interface Annotations {
  readonly limits: { readonly valueOctets: number }
  /** What a message has that the account may see, by entry. */
  of(mailbox: MailboxId, uid: Uid, account: AccountId): Promise<readonly Annotation[]>
  /**
   * Sets and removes values, on all messages or on none. Throws no-such-mailbox, annotation-too-big,
   * too-many-annotations, over-quota.
   */
  set(mailbox: MailboxId, uids: UidRanges, change: AnnotationChange): Promise<AnnotationsStored>
  /** What changed after a mod-sequence that the account may see; a value that was removed as well. */
  changedAfter(mailbox: MailboxId, modSeq: ModSeq, account: AccountId): Promise<AnnotationChanges>
}

/** Whose metadata: of a mailbox, or of the server with null. What is private is the account's own. */
export interface MetadataOf {
  readonly mailbox: MailboxId | null
  readonly account: AccountId
}

/** How far below a name: not at all, to its children, or all the way (RFC 5464 §4.2.2). */
export type MetadataDepth = 0 | 1 | 'infinity'

export interface MetadataSize {
  /** As it was first spelt; names compare without regard to case. */
  readonly name: string
  readonly octets: number
}

export interface MetadataChange {
  /** Null: the server. */
  readonly mailbox: MailboxId | null
  readonly name: string
  readonly modSeq: ModSeq
}

export interface MetadataChanges {
  /** From where to ask the next time. */
  readonly modSeq: ModSeq
  /** Each entry once, with its last change; one that was removed as well. In the order of their mod-sequences. */
  readonly changes: readonly MetadataChange[]
}

/**
 * RFC 5464. Names begin with /private/ or /shared/; whether they are well-formed is the caller's business.
 *
 * Values below /private/vendor/lemonade/notify/ and of /private/devicetoken are sealed at rest. Those of the server that
 * are named KIND/NAME there register devices; what is set as /private/devicetoken, of INBOX or of the server, is kept as
 * a device as well, each value beside those before it.
 */
export interface Metadata {
  readonly limits: { readonly valueOctets: number }
  /** A value, or null where there is none. */
  get(of: MetadataOf, name: string): Promise<Uint8Array | null>
  /** The entry of that name and those below it, as far as there are; by name. */
  sizes(of: MetadataOf, name: string, depth?: MetadataDepth): Promise<readonly MetadataSize[]>
  /**
   * Sets entries, and removes those with null: all or none. Answers with the mod-sequences of the change: of the mailbox's
   * account, or of the server and the account; with nothing where nothing changed. `serverAccount` has only shared
   * entries. Throws no-such-mailbox, no-such-account, entry-too-big, too-many-entries, over-quota.
   */
  set(
    of: MetadataOf,
    entries: readonly { readonly name: string; readonly value: Uint8Array | null }[],
  ): Promise<readonly WakeUp[]>
  /**
   * What changed in an account's mailboxes and its private entries of the server, or with `serverAccount` in the shared
   * ones of the server, as far as `who` may know: shared entries and its own. By default, the account itself asks.
   */
  changedAfter(account: AccountId, modSeq: ModSeq, who?: AccountId): Promise<MetadataChanges>
  /** The mod-sequence of an account, or of the server, as it is now; 0 where there is none. */
  modSeq(account: AccountId): Promise<ModSeq>
}

export interface Scripts {
  list(account: AccountId): Promise<readonly Script[]>
  get(account: AccountId, name: string): Promise<string>
  active(account: AccountId): Promise<{ name: string; source: string } | null>
  /** Creates or replaces; keeps it active where it was. Throws too-many-scripts, too-big by the limits given. */
  put(account: AccountId, name: string, source: string, limits: { scripts: number; octets: number }): Promise<void>
  /** '' deactivates. */
  setActive(account: AccountId, name: string): Promise<void>
  /** Throws script-is-active, no-such-script. */
  remove(account: AccountId, name: string): Promise<void>
  rename(account: AccountId, from: string, to: string): Promise<void>
}

export interface QueueCounts {
  readonly entries: number
  /** When the oldest of them came in, or was to go out; null where there is none but for later. */
  readonly oldest: Instant | null
}

export interface QueueSize {
  readonly entries: number
  readonly octets: number
}

export interface Queue {
  list(): Promise<readonly QueueEntry[]>
  get(id: QueueId): Promise<QueueEntry | null>
  /** As of a few seconds ago, without looking at the entries. */
  counts(now: Instant): Promise<QueueCounts>
  /**
   * Takes up to `limit` due entries under a lease: nobody else gets them until it ends, a crash only delays them. Those
   * of a higher priority come first, but for what has waited much longer (RFC 6710 §5.1).
   */
  lease(now: Instant, leaseMilliseconds: number, limit: number): Promise<readonly QueueEntry[]>
  /** Ends all leases: for the one runner of a store when it starts, since nobody has anything in hand. */
  endLeases(): Promise<void>
  /** What of an account is not to go out before a time to come (RFC 4865), each recipient counting. */
  waitingFor(account: AccountId, now: Instant): Promise<QueueSize>
  /** When the next entry is due, or null. */
  nextDue(): Promise<Instant | null>
  delivered(id: QueueId): Promise<void>
  retryAt(id: QueueId, at: Instant, reply: string, options?: DeliveryOptions): Promise<void>
  /** Ends an entry for good and, in the same transaction, delivers or enqueues its DSN. */
  failed(id: QueueId, dsn: Deposit | null): Promise<void>
  /** For people: makes an entry due now, unless it is held. Throws no-such-queue-entry. */
  retryNow(id: QueueId): Promise<void>
  /** For people: keeps an entry where it is until it is released. Throws no-such-queue-entry. */
  hold(id: QueueId): Promise<void>
  /** For people: makes an entry due now, whoever held it back. Throws no-such-queue-entry. */
  release(id: QueueId): Promise<void>
  remove(id: QueueId): Promise<void>
}

/** What a user has registered to be woken by; see `Metadata`. */
export interface Device {
  /** Never reused; a registration that changes is another device. */
  readonly id: number
  readonly account: AccountId
  /** KIND/NAME, in lower case: the end of its entry's name. */
  readonly name: string
  readonly registeredAt: Instant
  /** Just registered; asked to echo; may be woken; cannot be woken. */
  readonly state: 'new' | 'asked' | 'ready' | 'refused'
  readonly askedAt: Instant | null
  /** What last went wrong with it, for people. */
  readonly problem: string | null
  /** It was told that there is unread mail, and not that there is none any more. */
  readonly waiting: boolean
  /** When it last took a wake-up. */
  readonly wokenAt: Instant | null
  /** How many wake-ups it might have had at once, then; null before the first. */
  readonly credit: { readonly left: number; readonly at: Instant } | null
  readonly pending: DeviceWakeUp | null
  /** How often that has failed. */
  readonly attempts: number
}

/** What a device is to be woken with. */
export interface DeviceWakeUp {
  readonly device: number
  /** The last event that it tells of. */
  readonly id: EventId
  /** Plain data, kept as JSON. */
  readonly content: Readonly<Record<string, unknown>>
  readonly dueAt: Instant
  readonly expiresAt: Instant
}

/**
 * Devices come and go with entries of the server's metadata, `/private/vendor/lemonade/notify/KIND/NAME`, whose values say
 * where they are; to write `…/validate/KIND/NAME` confirms one. Each has one wake-up waiting at most.
 */
export interface Devices {
  /** By name. */
  of(account: AccountId): Promise<readonly Device[]>
  get(account: AccountId, name: string): Promise<Device | null>
  /** Those that are not known to work yet. */
  unproved(): Promise<readonly Device[]>
  /** Those whose wake-ups are due, the first ones first. */
  due(now: Instant, limit: number): Promise<readonly Device[]>
  nextDue(): Promise<Instant | null>
  /** Throws no-such-device, wrong-echo. */
  confirm(account: AccountId, name: string, echo: Uint8Array): Promise<void>
  /** With a challenge, the device must echo it. */
  setState(
    device: number,
    state: Device['state'],
    more?: { readonly challenge?: Uint8Array; readonly problem?: string },
  ): Promise<void>
  /** Gives devices wake-ups, in the place of those that they have, and moves a sink's cursor with that. */
  prepare(wakeUps: readonly DeviceWakeUp[], sink: string, to: EventId): Promise<void>
  /** The wake-up was taken; a newer one stays. */
  woken(device: number, id: EventId, now: { readonly credit: number; readonly waiting: boolean }): Promise<void>
  /** The wake-up has to wait; with a problem, since an attempt has failed. */
  postpone(device: number, dueAt: Instant, problem: string | null): Promise<void>
  /** The wake-up is given up; a newer one stays. */
  drop(device: number, id: EventId, problem: string | null): Promise<void>
}

/** A session of an account. */
export interface PresentSession {
  readonly service: string
  /** The label of the password that it has logged in with, '' for the account's own. */
  readonly credential: string
  /** It is told of changes as they happen: in IDLE, or by NOTIFY. */
  readonly isListening: boolean
}

/** Who is connected to this process (RFC 5551 §5.3). */
export interface Presence {
  enter(
    account: AccountId,
    session: Omit<PresentSession, 'isListening'>,
  ): { listens(isListening: boolean): void; leave(): void }
  of(account: AccountId): readonly PresentSession[]
  /** Accounts with sessions. */
  accounts(): readonly AccountId[]
  /** Calls back when somebody comes, goes, or begins or ceases to listen; returns a function that ends it. */
  watch(listener: (account: AccountId) => void): () => void
}

/** An event that is to be told. */
export interface NewEvent {
  readonly type: string
  readonly account: AccountId | null
  readonly parameters: Readonly<Record<string, unknown>>
}

/** An event that a sink has refused for good. */
export interface DeadLetter {
  readonly id: number
  readonly at: Instant
  readonly sink: string
  readonly reason: string
  readonly event: OutboxEvent
}

export interface Outbox {
  /** Events after a number, in order, at most `limit`. */
  after(id: EventId, limit: number): Promise<readonly OutboxEvent[]>
  /** The number behind which are the last so many events; 0 where there are no more than those. */
  beforeLast(count: number): Promise<EventId>
  cursor(sink: string): Promise<EventId>
  /**
   * Moves the sink's cursor; rows that every registered sink is past are collected. So are those that a sink leaves
   * lying for too long (`outboxEventsKept`): numbers run without gaps, so it sees how many it has missed.
   */
  advance(sink: string, to: EventId): Promise<void>
  /** Declares which sinks there are; without any, events are kept only up to a bound. */
  register(sinks: readonly string[]): Promise<void>
  /** Writes events that no change of the store goes with, such as a login. */
  tell(events: readonly NewEvent[]): Promise<void>
  /** The registered sinks, how far each is, and the time of the first event that it has not taken. */
  sinks(): Promise<readonly { readonly name: string; readonly cursor: EventId; readonly waitsSince: Instant | null }[]>
  /** Makes an event that a sink has refused for good a dead letter, and moves the sink's cursor past it. */
  bury(sink: string, event: EventId, reason: string): Promise<void>
  /** Dead letters after a number, the oldest first, at most `limit`. */
  deadLetters(after: number, limit: number): Promise<readonly DeadLetter[]>
  /**
   * Tells dead letters anew, null for all: as events with numbers of their own and a parameter `replayOf`, which are for
   * the sink named by `onlyFor` alone. Answers with how many there were.
   */
  replay(ids: readonly number[] | null): Promise<number>
  /** Forgets dead letters, null for all. */
  discard(ids: readonly number[] | null): Promise<number>
}
