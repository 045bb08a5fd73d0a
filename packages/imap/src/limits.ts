/** What one client may cost. Octets unless the name says otherwise; every name is a key of `[limits]`, in snake_case. */
export interface ImapLimits {
  /** Connections at once. */
  readonly imapConnections: number
  /** Connections at once from one address. */
  readonly imapConnectionsPerAddress: number
  /** Sessions at once of one account. */
  readonly imapSessionsPerAccount: number
  /** One command line without its literals. RFC 7162 §4 asks for at least 8,192. */
  readonly imapLineOctets: number
  /** One literal, and a whole command, before login. */
  readonly imapLiteralOctetsBeforeLogin: number
  /** One literal of a command after login, except a message that is appended. */
  readonly imapLiteralOctets: number
  /** One literal that the client does not wait with; with 4,096 or less the server offers LITERAL-, which means 4,096, and with more LITERAL+. */
  readonly imapNonSyncLiteralOctets: number
  /** A whole command with its literals, except a message that is appended. */
  readonly imapCommandOctets: number
  /** How much that is over another limit is read and dropped, before the connection is given up. */
  readonly imapSkipOctets: number
  /** A message that is appended. */
  readonly imapAppendOctets: number
  /** Parts of one message that CATENATE puts together. */
  readonly imapCatenateParts: number
  /** Messages of one APPEND. */
  readonly imapAppendMessages: number
  /** URLs of one GENURLAUTH or URLFETCH. */
  readonly imapUrls: number
  /** Ranges in one set of message numbers. */
  readonly imapSetRanges: number
  /** Items of one FETCH. */
  readonly imapFetchItems: number
  /** Names in one section's header list, and flags in one flag list. */
  readonly imapListItems: number
  /** Parentheses, NOT and OR within one another in SEARCH. */
  readonly imapSearchNesting: number
  /** Keys of one SEARCH. */
  readonly imapSearchKeys: number
  /** Mailboxes that one ESEARCH searches (RFC 7377 §2.4). */
  readonly imapSearchMailboxes: number
  /** Named filters within one another (RFC 5466 §3.1 asks for 3). */
  readonly imapFilterNesting: number
  /** Criteria of one SORT. */
  readonly imapSortKeys: number
  /** Searches of the selected mailbox whose results are kept up to date at once. One always is. */
  readonly imapContexts: number
  /** Messages in their results together, in one session; a single one may have more. 28 octets each at most. */
  readonly imapContextMessages: number
  /** Seconds between looks at what changes by time alone in results that are kept up to date, such as YOUNGER. */
  readonly imapContextSeconds: number
  /** A mailbox name, as Unicode characters. */
  readonly imapMailboxName: number
  /** The name of a metadata entry. */
  readonly imapMetadataName: number
  /** Groups of events and mailbox names in one NOTIFY. */
  readonly imapNotifyNames: number
  /** Mailboxes that one NOTIFY may watch. */
  readonly imapNotifyMailboxes: number
  /** News of NOTIFY that waits for a client to read it, before it is told that there is too much. */
  readonly imapNotifyPending: number
  /** The name of an annotation's entry. */
  readonly imapAnnotationName: number
  /** Messages of one CONVERT (RFC 5259 §8.5). */
  readonly imapConvertMessages: number
  /** Body parts and headers of a message that one CONVERT converts. */
  readonly imapConvertParts: number
  /** Results of conversions that a session holds on to, so that it may fetch them in pieces (RFC 5259 §8.3); at least 8. */
  readonly imapConversionsHeld: number
  /** Wildcards in one LIST pattern. */
  readonly imapListWildcards: number
  /** Patterns of one LIST. */
  readonly imapListPatterns: number
  /** Commands in a row that get BAD. */
  readonly imapBadCommands: number
  /** Failed logins of one connection. */
  readonly imapLoginAttempts: number
  /** How often one connection may be given to another user by UNAUTHENTICATE; 0 turns that off (RFC 8437 §8). */
  readonly imapUnauthentications: number
  /** Seconds that a client waits for a command's first response before it is told that the server is at it (RFC 9585 §4). */
  readonly imapProgressSeconds: number
  /** Seconds without login. */
  readonly imapLoginSeconds: number
  /** Seconds without a word from the client after login. RFC 3501 §5.4 asks for at least 30 minutes. */
  readonly imapIdleSeconds: number
  /** Seconds without a word from a client that listens, in IDLE or under NOTIFY. One that is gone is found before that. */
  readonly imapListenSeconds: number
  /** Seconds after which a client that listens is probed; one that is gone is found some ten seconds later. */
  readonly imapProbeSeconds: number
}

export const defaultImapLimits: ImapLimits = {
  imapConnections: 10_000,
  imapConnectionsPerAddress: 200,
  imapSessionsPerAccount: 100,
  imapLineOctets: 65_536,
  imapLiteralOctetsBeforeLogin: 4_096,
  imapLiteralOctets: 1_048_576,
  imapNonSyncLiteralOctets: 104_857_600,
  imapCommandOctets: 2_097_152,
  imapSkipOctets: 16_777_216,
  imapAppendOctets: 104_857_600,
  imapCatenateParts: 1_000,
  imapAppendMessages: 1_000,
  imapUrls: 1_000,
  imapSetRanges: 20_000,
  imapFetchItems: 200,
  imapListItems: 1_000,
  imapSearchNesting: 50,
  imapSearchKeys: 2_000,
  imapSearchMailboxes: 1_000,
  imapFilterNesting: 10,
  imapSortKeys: 20,
  imapContexts: 20,
  imapContextMessages: 2_000_000,
  imapContextSeconds: 60,
  imapMailboxName: 500,
  imapMetadataName: 500,
  imapNotifyNames: 1_000,
  imapNotifyMailboxes: 20_000,
  imapNotifyPending: 1_000,
  imapAnnotationName: 500,
  imapConvertMessages: 200,
  imapConvertParts: 100,
  imapConversionsHeld: 64,
  imapListWildcards: 30,
  imapListPatterns: 100,
  imapBadCommands: 20,
  imapLoginAttempts: 10,
  imapUnauthentications: 1_000,
  imapProgressSeconds: 12,
  imapLoginSeconds: 120,
  imapIdleSeconds: 2_100,
  imapListenSeconds: 86_400,
  imapProbeSeconds: 40,
}

/** What LITERAL- allows (RFC 7888 §5). */
export const literalMinusOctets = 4_096

/** How long a literal may be that the client does not wait with. */
export function nonSyncOctets({ imapNonSyncLiteralOctets }: ImapLimits): number {
  return Math.max(imapNonSyncLiteralOctets, literalMinusOctets)
}
