/** Hashes of the public keys that the server's certificate has, for TLSA records (RFC 6698 §2.1). */
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { CertificateKeys } from '../dns/zone.ts'
import { localFiles } from './local.ts'

/** Of the certificate in use; null where there is none yet, or none that can be read. */
export function certificateKeys(config: Pick<Config, 'tls' | 'data'>): CertificateKeys | null {
  const { certificate } = config.tls ?? localFiles(config.data)
  try {
    return { hashes: [certificateKeyHash(readFileSync(certificate, 'utf8'))], stay: false }
  } catch {
    return null
  }
}

/** SHA-256 over SubjectPublicKeyInfo: selector 1, matching type 1. */
export function certificateKeyHash(pem: string): Uint8Array {
  return keyHash(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' }))
}

export function keyHash(spki: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(spki).digest())
}
