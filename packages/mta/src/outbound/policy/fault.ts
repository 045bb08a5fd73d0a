/** What can be wrong with TLS to another server, in the words of reports (RFC 8460 §4.3). */

/** `dane-required` is not among them: nobody here can ask for DANE where a domain does not have it. */
export type TlsFaultType =
  | 'starttls-not-supported'
  | 'certificate-host-mismatch'
  | 'certificate-expired'
  | 'certificate-not-trusted'
  | 'validation-failure'
  | 'tlsa-invalid'
  | 'dnssec-invalid'
  | 'sts-policy-fetch-error'
  | 'sts-policy-invalid'
  | 'sts-webpki-invalid'

export interface TlsFault {
  readonly type: TlsFaultType
  /** A code or a short text: failure-reason-code of RFC 8460 §4.4. */
  readonly reason: string
}
