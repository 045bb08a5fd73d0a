import { defaultEsmtpLimits, type EsmtpLimits } from '@lemonade/esmtp'

/** Every bound of a submission. */
export interface SubmitLimits extends EsmtpLimits {
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
}

export const defaultSubmitLimits: SubmitLimits = {
  ...defaultEsmtpLimits,
  // A URL may have 8,192 characters.
  commandOctets: 8_448,
  headerOctets: 1_048_576,
  urls: 1000,
  urlConnectSeconds: 30,
  urlSeconds: 600,
  queueSeconds: 432_000,
}
