/** What a server has shown of itself in a handshake. */
import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

export interface Peer {
  readonly certificate: X509Certificate
  /** The rest of what it has shown, in its order; no more of it than is looked at. */
  readonly others: readonly X509Certificate[]
  /** OpenSSL's code for what is wrong with the chain, names aside; null where it leads to a trusted root. */
  readonly chainFault: string | null
}

/** Certificates of a server that are looked at: more than any chain needs. */
const mostCertificates = 10

/** null where the server has no certificate. */
export function peerOf(socket: TLSSocket): Peer | null {
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) return null
  const others: X509Certificate[] = []
  const seen = new Set([certificate.fingerprint256])
  for (let next = certificate.issuerCertificate; next !== undefined; next = next.issuerCertificate) {
    if (seen.has(next.fingerprint256) || others.length === mostCertificates) break
    seen.add(next.fingerprint256)
    others.push(new X509Certificate(next.raw))
  }
  const { authorized, authorizationError } = socket
  return { certificate, others, chainFault: authorized ? null : codeOf(authorizationError) }
}

/** Node's types call it an error; it is the code. */
function codeOf(error: unknown): string {
  if (typeof error === 'string') return error
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
}
