/** What bounds the store's inputs and its own appetite. */
export interface StoreLimits {
  /** Distinct keywords in use in a mailbox. */
  readonly keywordsPerMailbox: number
  readonly keywordOctets: number
  /** Combinations of flags, and keywords, that an account may have collected before unused ones are taken away at start. */
  readonly flagSetsUnswept: number
  readonly mailboxesPerAccount: number
  /** Of a full mailbox name, in UTF-8. */
  readonly mailboxNameOctets: number
  readonly mailboxDepth: number
  readonly subscriptionsPerAccount: number
  /** Metadata entries of a mailbox, or of the server, that are everybody's; and as many of each account. RFC 5464 §4.1 asks for 10. */
  readonly metadataEntries: number
  /** Of a metadata entry's value. RFC 5464 §4.1 asks for 1,024. */
  readonly metadataValueOctets: number
  /** Names and values of all metadata entries that an account answers for. */
  readonly metadataOctets: number
  /** Devices that an account may have registered. */
  readonly devicesPerAccount: number
  /** How long a device may take to echo what it was asked with. */
  readonly deviceEchoSeconds: number
  /** Annotations of a message that are everybody's; and as many of each account. RFC 5257 §4.1 asks for 10. */
  readonly annotationsPerMessage: number
  /** Of an annotation's value. RFC 5257 §4.1 asks for 1,024. */
  readonly annotationValueOctets: number
  /** Names and values of all annotations of a mailbox's messages. */
  readonly annotationOctetsPerMailbox: number
  /** Identifiers in the access control list of a mailbox (RFC 4314). */
  readonly rightsPerMailbox: number
  /** Octets that the mail of an account may have where no other limit was set for it; 0 for as many as there are. */
  readonly quotaOctets: number
  /** Messages that an account may have where no other limit was set for it; 0 for as many as there are. */
  readonly quotaMessages: number
  /** Aliases that lead to aliases. */
  readonly aliasDepth: number
  readonly aliasTargets: number
  /** Expunges that QRESYNC can tell of; older ones make a client compare everything. */
  readonly tombstonesPerMailbox: number
  /** Events kept while nobody has registered to read them. */
  readonly outboxEventsUnread: number
  /** Events kept for a sink that does not take them; past that the oldest are dropped, and told as lost. */
  readonly outboxEventsKept: number
  /** The last events, kept though every sink has taken them: for people who look. */
  readonly outboxEventsRecent: number
  /** Events that sinks have refused for good and nobody has looked at; past that the oldest are forgotten. */
  readonly deadLettersKept: number
  /** UIDs that one event of the outbox names; more are told as ranges, then cut. */
  readonly outboxUidRanges: number
  /** What an account's scripts remember for each purpose (RFC 5230 §4.2 asks for 1000); what ends first goes first. */
  readonly memoriesPerPurpose: number
  /** Rows in the memory of greylisting; past that those go first that would end first. */
  readonly greylistEntries: number
  /** Policies of MTA-STS that are kept (RFC 8461 §5.1); what nobody looked for for longest goes first. */
  readonly stsPolicies: number
  /** Outcomes of TLS with one domain that are told apart in a day (RFC 8460 §4). */
  readonly tlsResultsPerDomain: number
  /** The same with all domains together; past that new ones are not counted. */
  readonly tlsResultsPerDay: number
  /** Results of conversions that are kept for the next who asks; what nobody used for longest goes first. */
  readonly conversions: number
  /** Of all results of conversions that are kept. */
  readonly conversionOctets: number
}

export const storeLimits: StoreLimits = {
  keywordsPerMailbox: 200,
  keywordOctets: 128,
  flagSetsUnswept: 1000,
  mailboxesPerAccount: 10_000,
  mailboxNameOctets: 1000,
  mailboxDepth: 32,
  subscriptionsPerAccount: 20_000,
  metadataEntries: 500,
  metadataValueOctets: 65_536,
  metadataOctets: 16_777_216,
  devicesPerAccount: 50,
  deviceEchoSeconds: 3600,
  annotationsPerMessage: 50,
  annotationValueOctets: 65_536,
  annotationOctetsPerMailbox: 67_108_864,
  rightsPerMailbox: 1000,
  quotaOctets: 0,
  quotaMessages: 0,
  aliasDepth: 10,
  aliasTargets: 1000,
  tombstonesPerMailbox: 100_000,
  outboxEventsUnread: 10_000,
  outboxEventsKept: 1_000_000,
  outboxEventsRecent: 1_000,
  deadLettersKept: 10_000,
  outboxUidRanges: 1000,
  memoriesPerPurpose: 5000,
  greylistEntries: 100_000,
  stsPolicies: 20_000,
  tlsResultsPerDomain: 500,
  tlsResultsPerDay: 100_000,
  conversions: 10_000,
  conversionOctets: 1_073_741_824,
}
