/** What the configuration says of IMAP URLs: who may fetch them for others, and from which other servers. */
import { resolve } from 'node:path'
import type { ImapServer } from '@lemonade/submit'
import type { Table } from './table.ts'

export interface UrlConfig {
  /** Names of accounts that act for an application, by its name (RFC 4467 §3, RFC 5593 §3.3). */
  readonly applications: ReadonlyMap<string, ReadonlySet<string>>
  /** Other servers, whose URLs submission resolves (RFC 4468 §3.3); their certificate authorities are files. */
  readonly imapServers: readonly ImapServerConfig[]
}

export interface ImapServerConfig extends Omit<ImapServer, 'certificateAuthority'> {
  readonly certificateAuthorityFile: string | null
}

/** Their dotted names, as `settings` has them. */
export const urlSettings = [
  'url_application.name',
  'url_application.accounts',
  'imap_server.host',
  'imap_server.address',
  'imap_server.tls',
  'imap_server.user',
  'imap_server.password',
  'imap_server.certificate_authority',
] as const

export function urlApplications(tables: readonly Table[]): UrlConfig['applications'] {
  const found = new Map<string, ReadonlySet<string>>()
  for (const table of tables) {
    const allowed = 'letters and digits, such as "submit" or "stream"'
    const name = table.string('name', '', allowed, value => /^[A-Za-z0-9]{1,64}$/.test(value)).toLowerCase()
    const accounts = table.take('accounts')
    const isList = Array.isArray(accounts) && accounts.every(one => typeof one === 'string' && one.includes('@'))
    if (!isList) table.refuse('accounts', accounts ?? null, 'a list of the names of accounts')
    if (name === '') missing(table, 'name')
    if (['anonymous', 'authuser', 'user'].includes(name))
      table.report(`${table.name('name')} is "${name}", which is no application`)
    if (found.has(name)) table.report(`${table.name('name')} is "${name}", as another one's`)
    table.end()
    found.set(name, new Set(isList ? accounts.map(one => one.toLowerCase()) : []))
  }
  return found
}

export function imapServers(
  tables: readonly Table[],
  directory: string,
  endpoint: (table: Table, key: string, text: string) => ImapServer['address'] | null,
  isHost: (text: string) => boolean,
): UrlConfig['imapServers'] {
  const found: ImapServerConfig[] = []
  for (const table of tables) {
    const host = table.string('host', '', 'a host name like "imap.example.net"', isHost).toLowerCase()
    const tls = table.choice('tls', ['starttls', 'implicit'], 'starttls')
    const text = table.string('address', '', '"HOST:PORT"')
    const user = table.string('user', '')
    const password = table.string('password', '')
    const authority = table.string('certificate_authority', '', 'the path of a PEM file', value => value !== '')
    const address = text === '' ? { host, port: tls === 'implicit' ? 993 : 143 } : endpoint(table, 'address', text)
    for (const [key, value] of Object.entries({ host, user, password })) if (value === '') missing(table, key)
    if (host !== '' && found.some(other => other.host === host))
      table.report(`${table.name('host')} is "${host}", as another one's`)
    table.end()
    const certificateAuthorityFile = authority === '' ? null : resolve(directory, authority)
    if (address !== null) found.push({ host, address, tls, user, password, certificateAuthorityFile })
  }
  return found
}

function missing(table: Table, key: string): void {
  if (table.take(key) === undefined) table.report(`${table.name(key)} is missing`)
}
