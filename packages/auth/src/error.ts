/** Why an authentication did not succeed; each protocol maps the reasons to its own answer. */

export type AuthReason =
  /** Unknown name, wrong secret, disabled account: one reason for all of them. */
  | 'invalid'
  /** The secret is right, and the identity to act as is another's. */
  | 'unauthorized'
  /** Too many failures lately; `retrySeconds` says when to come back. */
  | 'throttled'
  /** The exchange broke the mechanism's grammar, or a bound on its size. */
  | 'malformed'
  /** The mechanism is weaker than what this channel requires. */
  | 'too-weak'
  /** A secret must not cross this channel: TLS first. */
  | 'plaintext-refused'
  | 'unknown-mechanism'
  /** The client gave the exchange up. */
  | 'aborted'
  /** The server cannot tell now: its store does not answer, or too many verifications wait. */
  | 'unavailable'

const sentences: Readonly<Record<AuthReason, string>> = {
  invalid: 'Authentication failed',
  unauthorized: 'Nobody acts as somebody else here',
  throttled: 'Too many failed attempts, try again later',
  malformed: 'The authentication exchange is malformed',
  'too-weak': 'A stronger mechanism is required',
  'plaintext-refused': 'Log in only under TLS',
  'unknown-mechanism': 'This mechanism is not offered',
  aborted: 'Authentication aborted',
  unavailable: 'Authentication is not possible now, try again later',
}

export class AuthError extends Error {
  readonly reason: AuthReason
  /** Seconds to wait; 0 except for 'throttled'. */
  readonly retrySeconds: number

  /** `detail` is for the peer too: it may name a rule of the grammar, never an account. */
  constructor(reason: AuthReason, detail?: { readonly message?: string; readonly retrySeconds?: number }) {
    super(detail?.message ?? sentences[reason])
    this.name = 'AuthError'
    this.reason = reason
    this.retrySeconds = detail?.retrySeconds ?? 0
  }
}
