import { defaultEsmtpLimits, type EsmtpLimits } from '@lemonade/esmtp'

/** Every bound of a submission. */
export interface SubmitLimits extends EsmtpLimits {
  /** Of a message's header, which is looked at before it is passed on. */
  readonly headerOctets: number
  /** How long a message is tried before it comes back (RFC 5321 §4.5.4.1 asks for 4 to 5 days). */
  readonly queueSeconds: number
}

export const defaultSubmitLimits: SubmitLimits = {
  ...defaultEsmtpLimits,
  headerOctets: 1_048_576,
  queueSeconds: 432_000,
}
