/**
 * The contract of an IMAP extension: a value whose optional fields are all the places where it may take part.
 *
 * The base protocol (`core/`) is made of the same values. `registry.ts` merges them; shared code asks the merged tables
 * and never which extension is there. Two owners of one name refuse to start.
 */
import type {
  AccountId,
  Appended,
  Copied,
  FlagChange,
  FlagSetId,
  FlagsStored,
  Instant,
  Mailbox,
  MailboxCounts,
  MailboxId,
  Message,
  MessageFacts,
  ModSeq,
  NewMessage,
  PreparedContent,
  SearchKey,
  SortBy,
  SortKey,
  SpecialUse,
  ThreadAlgorithm,
  Uid,
  UidRanges,
} from '@lemonade/store'
import type { Found, Named } from '@lemonade/urlauth'
import type { Access } from './access.ts'
import type { Dialect } from './dialect.ts'
import type { WrittenName } from './grammar/mailbox.ts'
import type { SearchProgram } from './grammar/search-program.ts'
import type { ImapLimits } from './limits.ts'
import type { Parsing } from './parsing.ts'
import type { Code, Response, Status, Tagged } from './response.ts'
import type { Session } from './session.ts'
import type { Interest, View } from './view.ts'
import type { NumberSet, Seq } from './wire/number-set.ts'
import type { Parser } from './wire/parser.ts'
import type { Writer } from './wire/writer.ts'

/** RFC 3501 §3. Logout is no state here: the connection ends. */
export type State = 'not-authenticated' | 'authenticated' | 'selected'

export interface Extension {
  /** Where it is specified. */
  readonly rfc: number
  /** Its capabilities; a function where they depend on the session. */
  readonly advertise?: string | readonly string[] | ((session: Session) => readonly string[])
  /** What ENABLE understands (RFC 5161 §3.1). With more than one, it announces once the first is enabled. */
  readonly enable?: Enable | readonly Enable[]
  /** Letters of rights to a mailbox beside the standard ones (RFC 4314 §2.1). */
  readonly rights?: string
  /** Throws what keeps a command of this state from being read any further. */
  readonly admit?: (session: Session, command: string) => void
  /** By name in upper case. A row with `messages` also gets its UID twin; a name with 'UID ' is only that. */
  readonly commands?: Readonly<Record<string, Command>>
  readonly selectParams?: Readonly<Record<string, SelectParam>>
  /** Said with every successful SELECT and EXAMINE. */
  readonly selectData?: (session: Session, view: View) => Iterable<Response>
  readonly createParams?: Readonly<Record<string, CreateParam>>
  /** A code for the tagged OK of CREATE. */
  readonly createCode?: (mailbox: Mailbox) => Code | undefined
  /** What a message to be appended may be made of, by its first word; '{' and '~{' for literals. */
  readonly appendData?: Readonly<Record<string, AppendData>>
  readonly appendOptions?: Readonly<Record<string, AppendOption>>
  /** What becomes of the content of a message that is appended; uses up what it takes. */
  readonly appendContent?: (session: Session, content: PreparedContent) => Promise<PreparedContent>
  /**
   * Hears of messages that the session has put into a mailbox, and of flags that it has changed, once that is safe. The
   * command waits for it, and ends as it would without.
   */
  readonly happened?: (session: Session, happening: Happening) => Promise<void>
  /** A code for the tagged OK of APPEND, and of COPY; MOVE tells the latter untagged. */
  readonly appendCode?: (appended: Appended) => Code | undefined
  readonly copyCode?: (copied: Copied) => Code | undefined
  /** By the name in front of "[", in upper case. Reads what follows the name. */
  readonly fetchItems?: Readonly<Record<string, (p: Parser, at: Parsing) => FetchItem>>
  readonly fetchModifiers?: Readonly<Record<string, FetchModifier>>
  /** What STORE may change beside flags, by the item's name. */
  readonly storeItems?: Readonly<Record<string, StoreItem>>
  readonly storeModifiers?: Readonly<Record<string, StoreModifier>>
  /** Reads what follows the key's name. */
  readonly searchKeys?: Readonly<Record<string, (p: Parser, at: SearchParsing) => SearchTerm>>
  readonly searchReturns?: Readonly<Record<string, SearchReturn>>
  readonly sortKeys?: Readonly<Record<string, SortBy | ((p: Parser, at: Parsing) => SortCriterion)>>
  readonly threadAlgorithms?: Readonly<Record<string, ThreadAlgorithm>>
  readonly statusItems?: Readonly<Record<string, StatusItem>>
  readonly listSelects?: Readonly<Record<string, ListSelect>>
  readonly listReturns?: Readonly<Record<string, ListReturn>>
  /** Attributes that LIST gives without being asked. */
  readonly listAttributes?: (entry: ListEntry, list: ListContext) => Iterable<string>
  /** How and what a session is told of changes. */
  readonly announce?: Announce | readonly Announce[]
  /** Metadata entries that it computes, or has a say in before they are set (RFC 5464 §4.1). */
  readonly metadataRules?: readonly MetadataRule[]
  /** What may be asked of the data of a URL beside the data alone, in the order in which it is answered. */
  readonly urlFetchItems?: Readonly<Record<string, UrlFetchItem>>
  /** Layers between the protocol and the socket, by name. */
  readonly streams?: Readonly<Record<string, () => StreamLayer>>
  /** Signs that stand for a set of messages wherever one may stand, such as "$". */
  readonly savedSets?: Readonly<Record<string, (session: Session) => UidRanges>>
  /** Said again and again while a command runs and has said nothing yet. */
  readonly meanwhile?: Meanwhile
  /** How a text that people read is said to this client (RFC 5255 §3.2). */
  readonly say?: (session: Session, text: string) => string
  /** Switches of the grammar that belong to no command. */
  readonly grammar?: Grammar
  /** Response codes it may send; others are refused before they reach the wire. */
  readonly codes?: readonly string[]
}

export interface Grammar {
  /** `{n+}` (RFC 7888 §4). */
  readonly nonSyncLiterals?: boolean
  /** AUTHENTICATE with an initial response (RFC 4959 §3). */
  readonly initialResponse?: boolean
  /** More than one message in APPEND (RFC 3502 §6.3.11). */
  readonly multiAppend?: boolean
  /** SORT with return options (RFC 5267 §3). */
  readonly extendedSort?: boolean
}

export interface Meanwhile {
  seconds(limits: ImapLimits): number
  response(tag: string): Status
}

export interface Enable {
  readonly name: string
  readonly implies?: readonly string[]
  /** Said when it becomes enabled, by ENABLE or by a row's `enables`. */
  readonly run?: (session: Session) => Iterable<Response>
}

/** A command of the table. `A` is what its parser makes and its handler takes. */
export interface CommandRow<A> {
  readonly states: readonly State[]
  /**
   * 'set': its first argument is a set of messages, which the dispatcher reads. 'numbers': its answer or its other
   * arguments have message numbers. Either gets a UID twin; the form without UID holds EXPUNGE back (RFC 3501 §7.4.1).
   */
  readonly messages?: 'set' | 'numbers'
  /** It tells expunges even so (RFC 6851 §3.3). */
  readonly expunges?: true
  /** Nothing may be read or told beside it: the connection itself changes or speaks otherwise. */
  readonly alone?: true
  /** It changes the selected mailbox, so it is refused after EXAMINE. */
  readonly changes?: true
  /** It leaves the selected mailbox, so nothing is told about that at its end. */
  readonly deselects?: true
  /** Its literals may be large: its parser asks for each. */
  readonly streams?: true
  parse(p: Parser, at: Parsing): A | Promise<A>
  /** Yields what it has to say and returns how it ends; a promise where the end is all there is. */
  run(session: Session, argument: A, call: Call): AsyncGenerator<Response, Tagged, void> | Promise<Tagged>
}
export type Command = CommandRow<unknown>

/** One use of a command. */
export interface Call {
  readonly tag: string
  readonly byUid: boolean
  /** For `messages: 'set'`: the set as written, and what it means in the view. */
  readonly set: NumberSet<Seq | Uid>
  readonly uids: UidRanges
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

/** Types a command's row. */
export function command<A>(row: CommandRow<A>): Command {
  return row as unknown as Command
}

export function extension(value: Extension): Extension {
  return value
}

/** Rows whose use enables an extension, such as CONDSTORE (RFC 7162 §3.1). */
export interface Enabling {
  readonly enables?: string
}

export interface SelectParam extends Enabling {
  /** What the client must have enabled before: BAD otherwise, and nothing is changed. */
  readonly requires?: string
  parse?(p: Parser, at: Parsing): unknown
  /** Runs after the mailbox was described and before the tagged OK. */
  run?(session: Session, argument: unknown, view: View): AsyncIterable<Response> | undefined
}

export interface CreateParam {
  parse(p: Parser): { readonly specialUse?: readonly SpecialUse[] }
}

export interface AppendData {
  /** It may also be a part of a message that is put together (RFC 6855 §4, cat-part). */
  readonly isPart?: true
  parse(p: Parser, at: Parsing): Promise<(session: Session) => Promise<PreparedContent>>
}

/** Its maker may ask who appends, and where to. */
export interface AppendOption {
  parse(p: Parser, at: Parsing): AppendChange | Promise<AppendChange>
}
export type AppendChange = (message: NewMessage, session: Session, to: Access) => NewMessage

/** A message as FETCH sees it. One object serves a whole page: nobody may keep it. */
export interface FetchMessage {
  seq: Seq
  uid: Uid
  flagSet: FlagSetId
  modSeq: ModSeq
  recent: boolean
  /** There where an item `needs` 'row'. */
  row: Message
  /** There where an item needs them. */
  facts: Partial<MessageFacts>
  /** Messages that were shown otherwise than they are, by UID; who does that adds to it (RFC 6858 §3). */
  readonly surrogates: Uid[]
}

export interface FetchItem extends Enabling {
  readonly name: string
  /** How it is answered, where the name does not tell it from others of its kind: `BODY[1]<0>`. */
  readonly section?: string
  readonly needs?: readonly ('row' | keyof MessageFacts)[]
  /** Fetching it sets \Seen (RFC 3501 §6.4.5). */
  readonly seen?: boolean
  /** Throws `No` where a message cannot be answered for: it is left out, and the command ends so. */
  check?(message: FetchMessage): void
  /** Writes name and value. */
  write?(w: Writer, message: FetchMessage, session: Session): void
  /** The same for what must be read from the store; yields what `w` holds before pieces of its own. */
  stream?(w: Writer, message: FetchMessage, session: Session): AsyncGenerator<Uint8Array, void, void>
}

/** What a FETCH is about to do. */
export interface FetchPlan {
  readonly uids: UidRanges
  readonly items: readonly FetchItem[]
}

export interface FetchModifier extends Enabling {
  parse(p: Parser): unknown
  /** Other modifiers that must stand beside it. */
  readonly needs?: readonly string[]
  /** What the client must have enabled before: BAD otherwise. */
  readonly requires?: string
  /** Only UID FETCH has it. */
  readonly byUid?: true
  /** It plans before the others, wherever it stands. */
  readonly first?: true
  plan?(plan: FetchPlan, argument: unknown, session: Session): FetchPlan
  /** Said before the messages are. `beside` has the arguments of all modifiers, by name. */
  run?(session: Session, argument: unknown, call: Call, beside: ReadonlyMap<string, unknown>): AsyncIterable<Response>
}

export interface StoreItem {
  parse(p: Parser, at: Parsing): unknown
  run(
    session: Session,
    argument: unknown,
    modifiers: StoreModifiers,
    call: Call,
  ): AsyncGenerator<Response, Tagged, void>
}

export interface StoreModifiers {
  /** What the modifiers make of a change of flags. */
  change(change: FlagChange): FlagChange
  /** What they have to say about its outcome in the tagged response. */
  code(session: Session, stored: FlagsStored, call: Call): Code | undefined
}

export interface StoreModifier extends Enabling {
  parse(p: Parser): unknown
  change(change: FlagChange, argument: unknown): FlagChange
  code?(session: Session, stored: FlagsStored, call: Call): Code | undefined
}

/** What a session's SORT orders by, from the first to the last or the other way round. */
export type SortCriterion = (session: Session) => Omit<SortKey, 'reverse'>

/** What a search key's parser may ask for. */
export interface SearchParsing {
  /** Another search-key, one level deeper. */
  key(p: Parser): SearchTerm
  /** An astring in the search's charset. */
  text(p: Parser): string
  readonly charset: string
  readonly parsing: Parsing
  /** Names of the stored criteria that the key is part of, the outermost first. */
  readonly within: readonly string[]
  /** What reads criteria that are stored under a name, in UTF-8, in the place of the key. Throws `Bad` where they are none. */
  stored(name: string): (octets: Uint8Array) => SearchTerm
}

export interface SearchTerm extends Enabling {
  /** Looks up what it stands for, before `program` is asked. Throws `No`. */
  prepare?(session: Session): Promise<void>
  /** The store's program for it, once the view is known. */
  program(at: SearchContext): SearchKey
  /** Something that SEARCH says of a result that is not empty, such as the greatest mod-sequence. */
  readonly says?: { readonly name: string; value(view: View, uids: Uint32Array): string }
  /** Messages for which the answer may be another at `to` than it was at `from`, though nothing happened to them. */
  readonly moves?: (from: Instant, to: Instant) => SearchKey
  /** The answer for a message may change without anything that tells so: results cannot be kept up to date. */
  readonly isUntold?: true
  /** Some messages match it better than others, which can be asked for. */
  readonly isScored?: true
}

export interface SearchContext {
  readonly session: Session
  /** Of the mailbox that is searched. */
  readonly view: View
  readonly now: Instant
}

/** A result of SEARCH or SORT, in the command's order. `numbers` are sequence numbers, or UIDs of the form with UID. */
export interface SearchResult {
  readonly uids: Uint32Array
  readonly numbers: Uint32Array
}

export interface SearchReturn {
  parse?(p: Parser, at: Parsing): unknown
  /** Before anything is searched. Throws what keeps the command from being run. */
  check?(session: Session, call: Call): void
  /** Options that may not stand beside it. */
  readonly excludes?: readonly string[]
  /**
   * Which messages of the result it tells of, as UIDs; without it, the option has no say in that. What all options name
   * together is what `says` speaks of and what SAVE keeps (RFC 4731 §3.2, RFC 5182 §2.4).
   */
  names?(result: SearchResult, argument: unknown): Uint32Array
  /** What it must know before it writes: given to `write` in the argument's place. Throws what ends the command. */
  prepare?(session: Session, search: SearchDone, argument: unknown, call: Call): Promise<unknown>
  /** Its part of the ESEARCH response, with a space before it (RFC 4731 §3.1). */
  write?(w: Writer, result: SearchResult, argument: unknown): void
  /** The same for what may be long; what `w` holds may be sent whenever it yields. */
  stream?(w: Writer, result: SearchResult, argument: unknown): Iterable<void>
  /** Done after the response with the result and with what the options name, as UIDs that ascend. */
  run?(
    session: Session,
    search: SearchDone,
    argument: unknown,
    call: Call,
  ): AsyncIterable<Response> | Iterable<Response>
  /** The command ends in NO. */
  refused?(session: Session): void
  /** No ESEARCH response is sent where all options are silent (RFC 5182 §2.1). */
  readonly silent?: boolean
  /** It speaks of the selected mailbox: beside others it is left out, or not allowed (RFC 7377 §2.2). */
  readonly selectedOnly?: 'left-out' | 'not-beside-others'
}

/** A search that was answered. */
export interface SearchDone {
  readonly result: SearchResult
  readonly named: Uint32Array
  readonly criteria: SearchProgram
  /** What the result is sorted by; null in mailbox order. */
  readonly order: readonly SortKey[] | null
  readonly mailbox: MailboxId
  readonly program: SearchKey
  /** When it was searched. */
  readonly now: Instant
}

export interface StatusItem extends Enabling {
  value(session: Session, mailbox: Mailbox, counts: MailboxCounts): number | string | Promise<number | string>
}

/** A name that LIST answers with. */
export interface ListEntry {
  readonly name: string
  /** Null where no mailbox has the name: it is subscribed to, or above one that is listed (\NonExistent, RFC 5258 §3). */
  readonly access: Access | null
  readonly hasChildren: boolean
  /** It meets the selection options itself, and is not there for its inferiors alone (RFC 5258 §3.5). */
  readonly isSelected: boolean
}

/** One use of LIST. */
export interface ListContext {
  readonly session: Session
  readonly selects: ReadonlySet<string>
  /** Those that selection options imply are among them. */
  readonly returns: ReadonlySet<string>
  /** Names that are subscribed to, of mailboxes that exist or not. */
  subscribed(): Promise<ReadonlySet<string>>
}

/** A selection option; one that neither has `names` nor `modifies` stands by itself and takes nothing away. */
export interface ListSelect {
  parse?(p: Parser, at: Parsing): unknown
  /** Return options that it implies (RFC 5258 §9.3). */
  readonly implies?: readonly string[]
  /** list-select-base-opt: the names that meet it, whether mailboxes have them or not. */
  names?(mailboxes: readonly Access[], list: ListContext, argument: unknown): Promise<Iterable<string>>
  /** list-select-mod-opt: it may not stand without an option that has `names` (RFC 5258 §6). */
  readonly modifies?: true
  /** Names above those that are selected are listed too, with CHILDINFO (RFC 5258 §3.1). */
  readonly recursive?: true
}

export interface ListReturn {
  parse?(p: Parser, at: Parsing): unknown
  /** What it adds for one entry, asked for before the entry's LIST response is written. */
  add(entry: ListEntry, list: ListContext, argument: unknown): ListAddition | Promise<ListAddition>
}

export interface ListAddition {
  readonly attributes?: Iterable<string>
  readonly items?: readonly ListItem[]
  /** Responses that follow the LIST response; only what is selected and exists has any (RFC 5819 §3). */
  readonly after?: Iterable<Response> | AsyncIterable<Response>
}

/** mbox-list-extended-item (RFC 5258 §6). */
export interface ListItem {
  readonly tag: string
  /** Writes the tagged-ext-val. */
  write(w: Writer): void
}

/** Some metadata entries of mailboxes or of the server, by their names in lower case. `of` is null for the server. */
export interface MetadataRule {
  applies(name: string, of: Mailbox | null): boolean
  /** The value where it is computed, not stored; null where there is none now. */
  read?(session: Session, of: Mailbox | null, name: string): Promise<Uint8Array | null>
  /** Names of computed entries, for those who ask for all below a name. */
  names?(session: Session, of: Mailbox | null): readonly string[]
  /** Throws `No` or `Bad` where a client may not set that value; null removes the entry. */
  check?(session: Session, of: Mailbox | null, name: string, value: Uint8Array | null): Promise<void> | void
}

export interface Announce {
  /** 'enabled': once the client has enabled the extension's `enable`. */
  readonly when: 'always' | 'enabled'
  /** Said before expunges are told: the numbers are those that the messages have until then. */
  readonly leaving?: (session: Session, uids: Uint32Array, numbers: readonly Seq[]) => AsyncIterable<Response>
  /** Words expunges in EXPUNGE's place. */
  readonly expunged?: (session: Session, uids: Uint32Array) => Iterable<Response>
  /** Items that go along in every FETCH response the client did not ask for. */
  readonly flagItems?: readonly FetchItem[] | ((session: Session) => readonly FetchItem[])
  /** STORE with .SILENT is answered all the same, with `flagItems`. */
  readonly tellsSilent?: boolean
  /** The beginning of a FETCH response in place of `* n FETCH`. */
  readonly fetchStart?: (w: Writer, seq: Seq, uid: Uid) => void
  /** Said when SELECT or EXAMINE leaves a mailbox (RFC 7162 §3.2.11). */
  readonly deselected?: (session: Session) => Iterable<Response>
  /** What is said, and may be said, in another way. */
  readonly dialect?: Partial<Dialect>
  /** Said when a command has ended well that named mailboxes; `names` are in the command's order. */
  readonly named?: (session: Session, command: string, names: readonly WrittenName[]) => AsyncIterable<Response>
  /**
   * Whether the session is told of changes while no command runs (RFC 5465 §3.1), and whether expunges are among them.
   * Null: no.
   */
  readonly unsolicited?: (session: Session) => 'with-expunges' | 'without-expunges' | null
  /** What it wants to hear of the selected mailbox, as long as it is not everything (RFC 5465 §3.1). */
  readonly interest?: (session: Session) => Interest | null
  /** Accounts, beside the session's own and that of the selected mailbox, whose changes wake it. */
  readonly watches?: (session: Session) => Iterable<AccountId>
  /** Hears what the session has done itself, and need not be told of as of what others do. */
  readonly did?: (session: Session, deed: Deed) => void
  /** What to say of messages that arrived, as parts of one FETCH response for each (RFC 5465 §5.2). */
  readonly arrivals?: (session: Session, uids: Uint32Array) => Iterable<ArrivalItems> | AsyncIterable<ArrivalItems>
  /** Said whenever the session may be told something, whatever is selected. */
  readonly beside?: (session: Session) => AsyncIterable<Response>
  /** A code for the end of a command, when all that may be told was: on its OK, or on one of its own. */
  readonly completed?: (session: Session) => Code | undefined
  /** More to say when the view has learnt of changes, after the base responses. */
  readonly told?: (session: Session, told: Told) => AsyncIterable<Response>
}

/** Items for messages that arrived. */
export interface ArrivalItems {
  readonly uids: Uint32Array
  readonly items: readonly FetchItem[]
  /** Before what other extensions have to say of the arrival (RFC 5465 §7); else after it (RFC 5465 §5.2). */
  readonly first?: boolean
}

/** What a session has done to messages of a mailbox, on purpose of the client. */
export type Happening =
  | { readonly kind: 'append' | 'copy'; readonly mailbox: MailboxId; readonly uids: readonly Uid[] }
  | { readonly kind: 'flags'; readonly mailbox: MailboxId; readonly stored: FlagsStored }

/** Something that a session has done itself; told of when it is done. */
export type Deed =
  /** Messages of a mailbox came, changed or went. `before` and `modSeq`: its HIGHESTMODSEQ before and after. */
  | {
      readonly kind: 'messages'
      readonly mailbox: MailboxId
      readonly before: ModSeq
      readonly modSeq: ModSeq
      /** Those that are new. */
      readonly uids?: readonly Uid[]
    }
  /** A name of the session's own became one of a mailbox, or is none any more. */
  | { readonly kind: 'name'; readonly name: string; readonly exists: boolean }
  | { readonly kind: 'subscription'; readonly name: string; readonly isSubscribed: boolean }
  /** Metadata entries were set or removed by the change with this mod-sequence. */
  | { readonly kind: 'metadata'; readonly account: AccountId; readonly modSeq: ModSeq }

/** What a view has just told. UIDs ascend. */
export interface Told {
  readonly expunged: Uint32Array
  readonly arrived: Uint32Array
  readonly changed: Uint32Array
}

/** What a URL has turned out to name. */
export interface UrlData {
  readonly found: Found
  readonly named: Named
  /** What an item has put in the place of a part's octets. */
  readonly instead?: UrlSubstitute
}

/** Data that stands for what a URL names: without transfer encoding, and with the URL's ;PARTIAL= applied. */
export interface UrlSubstitute {
  /** nstring / literal8; yields what `w` holds before pieces of its own. */
  write(w: Writer): AsyncGenerator<Uint8Array, void, void>
  writeStructure(w: Writer): void
}

export interface UrlFetchItem {
  /** Items that may not stand beside it. */
  readonly excludes?: readonly string[]
  /** What follows its name. */
  parse?(p: Parser, at: Parsing): unknown
  /** Puts something in the place of the data before any item is answered, or says why not: that is all then. */
  replace?(
    session: Session,
    data: UrlData,
    argument: unknown,
    signal: AbortSignal,
  ): Promise<UrlSubstitute | ((w: Writer) => void)>
  /** Writes its value; yields what `w` holds before pieces of its own. `beside` has all that is asked for. */
  stream?(
    w: Writer,
    session: Session,
    data: UrlData,
    beside: ReadonlyMap<string, unknown>,
  ): AsyncGenerator<Uint8Array, void, void>
}

/** Sits between the protocol and the socket, such as DEFLATE. */
export interface StreamLayer {
  /**
   * What the peer's octets mean, piece by piece as it is asked for: no piece is large, however much they stand for.
   * Throws `Bye` where they mean nothing.
   */
  decode(octets: Uint8Array): AsyncGenerator<Uint8Array, void, void>
  /** What to send; flushed, so that the peer can read all of it at once. `last`: nothing follows in this layer. */
  encode(octets: Uint8Array, last: boolean): Promise<Uint8Array>
  /** The peer's octets that were not decoded yet: they came after the layer's end. */
  takeBack(): Uint8Array
  close(): void
}
