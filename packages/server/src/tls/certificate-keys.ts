/** Hashes of the public keys that the server's certificate has, for TLSA records (RFC 6698 §2.1). */
import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Config } from '../config/config.ts'
import type { CertificateKeys } from '../dns/zone.ts'
import { AcmeFiles } from './acme/files.ts'
import { localFiles } from './local.ts'

/** Of the certificate in use, and of the one that may come behind it; null where there is none that can be read. */
export function certificateKeys(config: Pick<Config, 'tls' | 'acme' | 'data'>): CertificateKeys | null {
  const acme = config.acme === null ? null : new AcmeFiles(config.data)
  try {
    if (acme !== null && acme.certificate !== null) {
      const next = acme.nextKey === null ? [] : [keyHash(spkiOf(createPublicKey(acme.nextKey)))]
      return { hashes: [certificateKeyHash(acme.certificate), ...next], stay: true }
    }
    const { certificate } = config.tls ?? localFiles(config.data)
    return { hashes: [certificateKeyHash(readFileSync(certificate, 'utf8'))], stay: false }
  } catch {
    return null
  }
}

/** SHA-256 over SubjectPublicKeyInfo: selector 1, matching type 1. */
export function certificateKeyHash(pem: string): Uint8Array {
  return keyHash(spkiOf(new X509Certificate(pem).publicKey))
}

/** SubjectPublicKeyInfo, DER. */
export function spkiOf(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' })
}

export function keyHash(spki: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(spki).digest())
}
