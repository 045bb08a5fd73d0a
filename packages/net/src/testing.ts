/** For tests of every package that speaks TLS: a certificate that nobody has to trust. Not part of the server. */
import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'
import { type TlsSource, tlsSource } from './tls.ts'

export interface TestTls {
  readonly source: TlsSource
  /** PEM of the self-signed certificate: give it to a client as `ca`. */
  readonly certificate: string
  readonly key: string
}

/** A fresh self-signed certificate for localhost, 127.0.0.1 and ::1, signed over the given digest. */
export function testTls(commonName = 'localhost', digest: 'sha1' | 'sha256' | 'sha512' = 'sha256'): TestTls {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  const made = forge.pki.createCertificate()
  made.publicKey = forge.pki.publicKeyFromPem(pair.publicKey)
  made.serialNumber = '01'
  made.validity.notBefore = new Date(Date.now() - 3_600_000)
  made.validity.notAfter = new Date(Date.now() + 86_400_000)
  const name = [{ name: 'commonName', value: commonName }]
  made.setSubject(name)
  made.setIssuer(name)
  const altNames = [
    { type: 2, value: 'localhost' },
    { type: 7, ip: '127.0.0.1' },
    { type: 7, ip: '::1' },
  ]
  made.setExtensions([
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames },
  ])
  made.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md[digest].create())
  const certificate = forge.pki.certificateToPem(made)
  return { source: tlsSource({ certificate, key: pair.privateKey }), certificate, key: pair.privateKey }
}
