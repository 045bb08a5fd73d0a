/**
 * The certificate authority of one installation and what it signs: made at the first start, so that TLS works before
 * anybody has ordered a certificate. Profile of RFC 5280 §4, keys from node:crypto, signatures by node-forge.
 */
import { generateKeyPair, randomBytes } from 'node:crypto'
import { isIP } from 'node:net'
import { promisify } from 'node:util'
import forge from 'node-forge'

const day = 86_400_000
/** An authority outlives the certificates it signs; clients have to be told of it by hand. */
const authorityDays = 3650
/** Apple's platforms refuse server certificates of more than 825 days, even from a local authority. */
const certificateDays = 398
/** Before now, for clients whose clock is late. */
const backdatedMilliseconds = 3_600_000
/** Every client that speaks TLS 1.2 verifies RSA; 2048 bits hold until 2030 (NIST SP 800-57). */
const modulusBits = 2048

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string
  readonly key: string
}

/** Makes the authority: a self-signed certificate that may sign certificates, and no further authorities. */
export async function makeAuthority(hostname: string, now: number): Promise<KeyPair> {
  const keys = await newKeys()
  const name = [
    { name: 'organizationName', value: 'Lemonade' },
    { name: 'commonName', value: `Lemonade local authority of ${hostname}`.slice(0, 64) },
  ]
  const certificate = blank(keys.publicKey, now, authorityDays)
  certificate.setSubject(name)
  certificate.setIssuer(name)
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: true, pathLenConstraint: 0 },
    { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
    { name: 'subjectKeyIdentifier' },
  ])
  certificate.sign(keys.privateKey, forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate), key: keys.pem }
}

/** Signs a server certificate for these names and addresses. Its PEM has the authority's certificate after its own. */
export async function signCertificate(authority: KeyPair, names: readonly string[], now: number): Promise<KeyPair> {
  const issuer = forge.pki.certificateFromPem(authority.certificate)
  const keys = await newKeys()
  const certificate = blank(keys.publicKey, now, certificateDays)
  certificate.setSubject([{ name: 'commonName', value: (names[0] ?? 'localhost').slice(0, 64) }])
  certificate.setIssuer(issuer.subject.attributes)
  certificate.setExtensions([
    { name: 'basicConstraints', critical: true, cA: false },
    { name: 'keyUsage', critical: true, digitalSignature: true, keyEncipherment: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: names.map(altName) },
    { name: 'subjectKeyIdentifier' },
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
  ])
  certificate.sign(forge.pki.privateKeyFromPem(authority.key), forge.md.sha256.create())
  return { certificate: forge.pki.certificateToPem(certificate) + authority.certificate, key: keys.pem }
}

/** GeneralName (RFC 5280 §4.2.1.6): iPAddress for an address, else dNSName. */
function altName(name: string): { type: number; ip?: string; value?: string } {
  return isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }
}

function blank(publicKey: forge.pki.rsa.PublicKey, now: number, days: number): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  // A positive number of 16 octets (RFC 5280 §4.1.2.2).
  certificate.serialNumber = `4${randomBytes(16).toString('hex').slice(1)}`
  certificate.validity.notBefore = new Date(now - backdatedMilliseconds)
  certificate.validity.notAfter = new Date(now + days * day)
  return certificate
}

async function newKeys(): Promise<{
  publicKey: forge.pki.rsa.PublicKey
  privateKey: forge.pki.rsa.PrivateKey
  pem: string
}> {
  const made = await promisify(generateKeyPair)('rsa', {
    modulusLength: modulusBits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  })
  return {
    publicKey: forge.pki.publicKeyFromPem(made.publicKey),
    privateKey: forge.pki.privateKeyFromPem(made.privateKey),
    pem: made.privateKey,
  }
}
