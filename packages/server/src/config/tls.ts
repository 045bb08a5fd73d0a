/** The `[tls]` table: whose certificate the server has, its own authority's, one from files, or one by ACME. */
import { resolve } from 'node:path'
import { isSecretSet, secretOf } from './secret.ts'
import type { Table } from './table.ts'

/** How control of a name is shown: by a page at port 80 (RFC 8555 §8.3), or by TLS at port 443 (RFC 8737). */
export const acmeChallenges = ['http-01', 'tls-alpn-01'] as const
export type AcmeChallenge = (typeof acmeChallenges)[number]

export interface AcmeConfig {
  /** URL of its directory (RFC 8555 §7.1.1). */
  readonly directory: string
  /** Whom the authority may write to; '' for nobody. */
  readonly contact: string
  readonly challenge: AcmeChallenge
  /** A PEM file with what the ACME server's own certificate must descend from; null for the system's list. */
  readonly authorityFile: string | null
  /** An account that the authority knows already (RFC 8555 §7.3.4). */
  readonly binding: { readonly keyId: string; readonly key: string } | null
}

export interface TlsConfig {
  /** Configured certificate files, absolute; null where there are none. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  readonly acme: AcmeConfig | null
}

export const tlsSettings: readonly string[] = [
  'tls.certificate',
  'tls.key',
  'tls.acme',
  'tls.acme_contact',
  'tls.acme_challenge',
  'tls.acme_authority',
  'tls.acme_key_id',
  'tls.acme_key',
  'tls.acme_key_file',
]

/** Authorities that go by a name. */
const directories: Readonly<Record<string, string>> = {
  letsencrypt: 'https://acme-v02.api.letsencrypt.org/directory',
  'letsencrypt-staging': 'https://acme-staging-v02.api.letsencrypt.org/directory',
}

export function tlsConfig(table: Table, directory: string): TlsConfig {
  const path = (name: string) => table.string(name, '', 'the path of a PEM file', value => value !== '')
  const [certificate, key] = [path('certificate'), path('key')]
  const acme = acmeConfig(table, directory, path('acme_authority'))
  table.end()
  if (certificate === '' && key === '') return { tls: null, acme }
  if (certificate === '') table.report('tls.key is set without tls.certificate; set both or neither')
  if (key === '') table.report('tls.certificate is set without tls.key; set both or neither')
  if (acme !== null) table.report('tls.certificate and tls.acme are both set; set one of them')
  return { tls: { certificate: resolve(directory, certificate), key: resolve(directory, key) }, acme }
}

function acmeConfig(table: Table, directory: string, authority: string): AcmeConfig | null {
  const allowed = `the https:// URL of a directory, or ${Object.keys(directories).join(', ')}`
  const where = table.string('acme', '', allowed, value => value in directories || isHttps(value))
  const contact = table.string('acme_contact', '', 'a mail address', value => /^[^\s@,?]+@[^\s@,?]+$/.test(value))
  const challenge = table.choice('acme_challenge', acmeChallenges, 'http-01')
  const keyId = table.string('acme_key_id', '')
  const hasKey = isSecretSet(table, 'acme_key')
  const key = secretOf(table, 'acme_key', directory)
  if ((keyId === '') === hasKey) table.report('tls.acme_key_id and tls.acme_key belong together; set both or neither')
  if (where === '') return null
  return {
    directory: directories[where] ?? where,
    contact,
    challenge,
    authorityFile: authority === '' ? null : resolve(directory, authority),
    binding: keyId === '' || key === '' ? null : { keyId, key },
  }
}

function isHttps(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === 'https:'
}
