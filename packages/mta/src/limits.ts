import { defaultEsmtpLimits, type EsmtpLimits } from '@lemonade/esmtp'

/** Every bound of the MTA: those of its conversations, of delivery, and of the way out. */
export interface MtaLimits extends EsmtpLimits {
  /** Received fields of a message; one with more is in a loop (RFC 5321 §6.3 asks for at least 100). */
  readonly hops: number
  /** Received fields by this server itself. */
  readonly ownHops: number
  /** For one DNS server to answer one question. */
  readonly dnsSeconds: number
  /** Rounds that a question makes over all DNS servers. */
  readonly dnsRounds: number
  /** Answers of DNS that are kept. */
  readonly dnsAnswersKept: number
  /** Longest time that such an answer is kept, whatever its TTL. */
  readonly dnsKeptSeconds: number
  /** DNS questions that SPF, DKIM, DMARC and ARC of one message may ask together. */
  readonly authenticationLookups: number
  /** How long they may wait for DNS together; what has no answer then is a temperror. */
  readonly authenticationSeconds: number
  /** DKIM signatures of a message that are checked (RFC 6376 §6.1); those behind them are not looked at. */
  readonly authenticationSignatures: number
  /** How long a filter may take for a message, waiting for its turn included. */
  readonly filterSeconds: number
  /** Larger messages are shown to no filter. */
  readonly filterOctets: number
  /** Messages that one filter examines at a time. */
  readonly filterChecks: number
  /** A message with a longer header goes out without a DKIM signature. */
  readonly signedHeaderOctets: number
  /** Between two looks at the records that DKIM keys have in DNS. */
  readonly keyLookSeconds: number
  /** How long the record of a new DKIM key has been seen before mail is signed with it. */
  readonly keyPublishedSeconds: number
  /** How long the record of an old DKIM key is still asked for. */
  readonly keyRetiredSeconds: number
  /** Messages that one address, not of this machine, may bring in a minute; 0 for as many as it wants. */
  readonly messagesPerMinute: number
  /** How long a return path of forwarded mail leads back to its sender. */
  readonly returnPathDays: number
  /** How long a list in DNS may take to answer. */
  readonly listSeconds: number
  /** How long one that does not answer is not asked. */
  readonly listRestSeconds: number
  /** How long who has never come before has to wait (RFC 6647 §4). */
  readonly greylistSeconds: number
  /** How long it may then take to come back. */
  readonly greylistWindowSeconds: number
  /** How long who has come back is remembered. */
  readonly greylistKeptSeconds: number
  /** Recipients and senders that a network has come back for, before all mail of the sender's domain is taken from it. */
  readonly greylistPasses: number
  /** Compiled Sieve scripts that are kept. */
  readonly scriptsKept: number
  /** Transactions under way at a time, to all destinations. */
  readonly outboundConnections: number
  /** Of those, to one destination. */
  readonly outboundPerDestination: number
  /** Messages on one connection, before another is made. */
  readonly outboundPerConnection: number
  /** How long a connection is kept for what comes next; 0 for not at all. */
  readonly outboundIdleSeconds: number
  /** Queue entries taken at a time. */
  readonly outboundEntries: number
  /** Recipients of one transaction (RFC 5321 §4.5.3.1.8). */
  readonly outboundRecipients: number
  /** Of a piece of a message that goes by BDAT (RFC 3030 §2). */
  readonly outboundChunkOctets: number
  /** Hosts, and addresses of each, that one attempt tries. */
  readonly outboundHosts: number
  /** To reach a host, with greeting and TLS. */
  readonly connectSeconds: number
  /** For each reply (RFC 5321 §4.5.3.2 asks for 300 and, behind the data, 600). */
  readonly replySeconds: number
  /** A whole attempt, connection and message. */
  readonly attemptSeconds: number
  /** Before the second attempt; each later one waits twice as long (RFC 5321 §4.5.4.1). */
  readonly firstRetrySeconds: number
  readonly longestRetrySeconds: number
  /** For a policy of MTA-STS to be fetched (RFC 8461 §3.3). */
  readonly stsFetchSeconds: number
  /** Of such a policy. */
  readonly stsPolicyOctets: number
  /** Before a policy that could not be fetched is asked for again (RFC 8461 §3.3 asks for 300). */
  readonly stsRetrySeconds: number
  /** How old a policy may become before it is fetched anew (RFC 8461 §3.3 suggests a day). */
  readonly stsRefreshSeconds: number
  /** For the server that takes reports of a domain to answer (RFC 8460 §5.4). */
  readonly tlsReportSeconds: number
  /** Days for which results of TLS are kept, whether they were reported or not. */
  readonly tlsResultsKeptDays: number
  /** How long a message is tried (RFC 5321 §4.5.4.1 asks for 4 to 5 days). */
  readonly queueSeconds: number
  /** Before the sender is told of a delay. */
  readonly delayNoticeSeconds: number
  /** A bounce returns the whole of a message up to this size, where RET does not ask for the header. */
  readonly returnOctets: number
}

export const defaultMtaLimits: MtaLimits = {
  ...defaultEsmtpLimits,
  // Programs that send spam seldom wait for a greeting; mail servers have minutes (RFC 5321 §4.5.3.2.1).
  greetingSeconds: 2,
  hops: 100,
  ownHops: 10,
  dnsSeconds: 3,
  dnsRounds: 3,
  dnsAnswersKept: 10_000,
  dnsKeptSeconds: 3600,
  authenticationLookups: 150,
  authenticationSeconds: 20,
  authenticationSignatures: 10,
  filterSeconds: 30,
  filterOctets: 26_214_400,
  filterChecks: 20,
  signedHeaderOctets: 1_048_576,
  keyLookSeconds: 900,
  keyPublishedSeconds: 86_400,
  // Mail waits for five days in a queue, and its readers may be away for longer.
  keyRetiredSeconds: 1_209_600,
  messagesPerMinute: 300,
  returnPathDays: 21,
  listSeconds: 5,
  listRestSeconds: 60,
  greylistSeconds: 300,
  greylistWindowSeconds: 172_800,
  greylistKeptSeconds: 3_110_400,
  greylistPasses: 5,
  scriptsKept: 1000,
  outboundConnections: 50,
  outboundPerDestination: 20,
  outboundPerConnection: 100,
  outboundIdleSeconds: 5,
  outboundEntries: 5000,
  outboundRecipients: 100,
  outboundChunkOctets: 262_144,
  outboundHosts: 10,
  connectSeconds: 30,
  replySeconds: 600,
  attemptSeconds: 1800,
  firstRetrySeconds: 60,
  longestRetrySeconds: 14_400,
  stsFetchSeconds: 60,
  stsPolicyOctets: 65_536,
  stsRetrySeconds: 300,
  stsRefreshSeconds: 86_400,
  tlsReportSeconds: 60,
  tlsResultsKeptDays: 30,
  queueSeconds: 432_000,
  delayNoticeSeconds: 14_400,
  returnOctets: 1_048_576,
}
