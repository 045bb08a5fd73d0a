import { defaultEsmtpLimits, type EsmtpLimits } from '@lemonade/esmtp'

/** Every bound of a submission. */
export interface SubmitLimits extends EsmtpLimits {
  /** Messages that an account may send in any hour; 0 for as many as it wants. */
  readonly messagesPerHour: number
  /** Their recipients. */
  readonly recipientsPerHour: number
  /** The same in any 24 hours. */
  readonly messagesPerDay: number
  readonly recipientsPerDay: number
  /** Of a message's header, which is looked at before it is passed on. */
  readonly headerOctets: number
  /** URLs of one message (RFC 4468 §3). */
  readonly urls: number
  /** Without a word from another IMAP server that a URL names, in seconds. */
  readonly urlConnectSeconds: number
  /** For all that a URL of another IMAP server names to come, in seconds. */
  readonly urlSeconds: number
  /** How long a message is tried before it comes back (RFC 5321 §4.5.4.1 asks for 4 to 5 days). */
  readonly queueSeconds: number
  /** For how long a message is held at most that is to go out later (RFC 4865 §3); 0 for not at all. */
  readonly futureReleaseSeconds: number
  /** Messages of an account that wait to go out later, each recipient counting (RFC 4865 §6). */
  readonly futureReleaseEntries: number
  /** Octets of those. */
  readonly futureReleaseOctets: number
  /** The highest priority that an account may ask for which is no administrator's (RFC 6710 §4.1). */
  readonly priority: number
}

export const defaultSubmitLimits: SubmitLimits = {
  ...defaultEsmtpLimits,
  // A URL may have 8,192 characters.
  commandOctets: 8_448,
  messagesPerHour: 600,
  recipientsPerHour: 3000,
  messagesPerDay: 3000,
  recipientsPerDay: 10_000,
  headerOctets: 1_048_576,
  urls: 1000,
  urlConnectSeconds: 30,
  urlSeconds: 600,
  queueSeconds: 432_000,
  futureReleaseSeconds: 31_536_000,
  futureReleaseEntries: 1000,
  futureReleaseOctets: 1_073_741_824,
  priority: 4,
}
