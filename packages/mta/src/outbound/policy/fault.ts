/** What can be wrong with TLS to another server, in the words of reports (RFC 8460 §4.3). */

export const tlsFaultTypes = [
  'starttls-not-supported',
  'certificate-host-mismatch',
  'certificate-expired',
  'certificate-not-trusted',
  'validation-failure',
  'tlsa-invalid',
  'dnssec-invalid',
  'dane-required',
  'sts-policy-fetch-error',
  'sts-policy-invalid',
  'sts-webpki-invalid',
] as const
export type TlsFaultType = (typeof tlsFaultTypes)[number]

export interface TlsFault {
  readonly type: TlsFaultType
  /** A code or a short text: failure-reason-code of RFC 8460 §4.4. */
  readonly reason: string
}
