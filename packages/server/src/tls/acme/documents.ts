/** What an order takes of certificates: the request for one (RFC 2986), and the one that answers tls-alpn-01 (RFC 8737 §3). */
import { createHash, randomBytes } from 'node:crypto'
import forge from 'node-forge'

/** A request for these names, PEM; `key` is RSA, PEM. */
export function certificateRequest(names: readonly string[], key: string): string {
  const { privateKey, publicKey } = keysOf(key)
  const request = forge.pki.createCertificationRequest()
  request.publicKey = publicKey
  // Names stand in subjectAltName alone (RFC 6125 §2.3).
  request.setSubject([])
  request.setAttributes([{ name: 'extensionRequest', extensions: [altNames(names)] }])
  request.sign(privateKey, forge.md.sha256.create())
  return forge.pki.certificationRequestToPem(request)
}

/** id-pe-acmeIdentifier (RFC 8737 §6.1) */
const acmeIdentifier = '1.3.6.1.5.5.7.1.31'
const hour = 3_600_000

/** A self-signed certificate for one name that holds the hash of the key authorization, PEM. */
export function challengeCertificate(name: string, keyAuthorization: string, key: string, now = Date.now()): string {
  const { privateKey, publicKey } = keysOf(key)
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`
  certificate.validity.notBefore = new Date(now - hour)
  certificate.validity.notAfter = new Date(now + 24 * hour)
  const subject = [{ name: 'commonName', value: 'challenge' }]
  certificate.setSubject(subject)
  certificate.setIssuer(subject)
  const digest = createHash('sha256').update(keyAuthorization).digest()
  // Authorization ::= OCTET STRING (SIZE (32))
  const value = Buffer.concat([Buffer.of(4, digest.length), digest]).toString('binary')
  certificate.setExtensions([altNames([name]), { id: acmeIdentifier, critical: true, value }])
  certificate.sign(privateKey, forge.md.sha256.create())
  return forge.pki.certificateToPem(certificate)
}

function altNames(names: readonly string[]) {
  return { name: 'subjectAltName', altNames: names.map(value => ({ type: 2, value })) }
}

function keysOf(pem: string): { privateKey: forge.pki.rsa.PrivateKey; publicKey: forge.pki.rsa.PublicKey } {
  const privateKey = forge.pki.privateKeyFromPem(pem)
  return { privateKey, publicKey: forge.pki.setRsaPublicKey(privateKey.n, privateKey.e) }
}
