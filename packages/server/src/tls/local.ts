/** The local authority's files in `DATA/tls`: made where missing, the certificate renewed in time. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Config } from '../config/config.ts'
import { writeAtomically } from '../files.ts'
import type { KeyPair } from './authority.ts'

/** A certificate is signed anew when less of its life is left. */
const renewMilliseconds = 30 * 86_400_000

export interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** Where the local authority keeps its files. `authority` is the one that clients are told to trust. */
export function localFiles(data: string): TlsFiles & { readonly authority: string; readonly authorityKey: string } {
  const folder = join(data, 'tls')
  return {
    authority: join(folder, 'ca.pem'),
    authorityKey: join(folder, 'ca.key'),
    certificate: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
  }
}

/** What the certificate is for: the host name, this machine's own names, and every address that is listened on. */
export function certificateNames(config: Pick<Config, 'hostname' | 'listen'>): readonly string[] {
  const addresses = Object.values(config.listen)
    .flat()
    .map(({ host }) => host)
    .filter(host => isIP(host) !== 0 && !/^[0.:]*$/.test(host))
  return [...new Set([config.hostname, 'localhost', '127.0.0.1', '::1', ...addresses])]
}

/** Makes or renews what needs it. True where something was made. */
export async function ensureLocalCertificate(
  config: Pick<Config, 'data' | 'hostname' | 'listen'>,
  now: number,
): Promise<boolean> {
  const files = localFiles(config.data)
  const names = certificateNames(config)
  const authority = readPair(files.authority, files.authorityKey, now + renewMilliseconds)
  const certificate = readPair(files.certificate, files.key, now + renewMilliseconds)
  if (authority !== null && certificate !== null && isFor(certificate, authority, names)) return false
  // Most starts make nothing, and are quicker without the library for it.
  const { makeAuthority, signCertificate } = await import('./authority.ts')
  mkdirSync(join(config.data, 'tls'), { recursive: true, mode: 0o700 })
  const signer = authority ?? (await makeAuthority(config.hostname, now))
  if (authority === null) writePair(files.authority, files.authorityKey, signer)
  writePair(files.certificate, files.key, await signCertificate(signer, names, now))
  return true
}

/** A pair of files that belong together and are valid at that time, else null. */
function readPair(certificate: string, key: string, until: number): KeyPair | null {
  if (!existsSync(certificate) || !existsSync(key)) return null
  const pair = { certificate: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
  try {
    const found = new X509Certificate(pair.certificate)
    const isPair = found.checkPrivateKey(createPrivateKey(pair.key))
    return isPair && found.validToDate.getTime() > until ? pair : null
  } catch {
    // Damaged: a new one takes its place.
    return null
  }
}

function isFor(certificate: KeyPair, authority: KeyPair, names: readonly string[]): boolean {
  const leaf = new X509Certificate(certificate.certificate)
  const signed = leaf.verify(new X509Certificate(authority.certificate).publicKey)
  return signed && names.every(name => (isIP(name) === 0 ? leaf.checkHost(name) : leaf.checkIP(name)) !== undefined)
}

/** The key first: a crash between the two leaves a pair that does not match, which the next start replaces. */
function writePair(certificate: string, key: string, pair: KeyPair): void {
  writeAtomically(key, pair.key, 0o600)
  writeAtomically(certificate, pair.certificate)
}
