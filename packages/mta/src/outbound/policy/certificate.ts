/** Certificates of servers: their names, and what OpenSSL says of them. */
import { X509Certificate } from 'node:crypto'
import type { TlsFault } from './fault.ts'

/**
 * Whether a certificate is for a name (RFC 6125 §6, RFC 8461 §4.2, RFC 7672 §3.2.3): `*` is a whole label, the first.
 * `subject`: whether a common name counts where there is no DNS-ID.
 */
export function isFor(certificate: X509Certificate, name: string, subject: 'never' | 'default'): boolean {
  try {
    const options = { subject, wildcards: true, partialWildcards: false, multiLabelWildcards: false } as const
    return certificate.checkHost(name, options) !== undefined
  } catch {
    // What is no host name has no certificate.
    return false
  }
}

/** The same of one in DER, as a fault. */
export function certificateFault(der: Uint8Array, name: string, subject: 'never' | 'default'): TlsFault | null {
  if (isFor(new X509Certificate(der), name, subject)) return null
  return { type: 'certificate-host-mismatch', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' }
}

/** What OpenSSL's verdict on a chain is in reports. */
export function chainFault(code: string): TlsFault {
  const isExpired = code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID'
  return { type: isExpired ? 'certificate-expired' : 'certificate-not-trusted', reason: code }
}
