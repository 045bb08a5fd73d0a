/** What the domains need in DNS: records with what each is for, and the same as lines of a zone file (RFC 1035 §5). */
import { domainToASCII } from 'node:url'
import { type DnsData, type DnsType, dkimName, dkimRecord } from '@lemonade/mta'
import type { DkimKey } from '@lemonade/store'
import type { Config } from '../config/config.ts'
import type { ListenerName } from '../listeners.ts'
import { mtaStsId, mtaStsPolicy } from '../setup/mta-sts.ts'

/** The data of the types that are printed. */
type ZoneData = {
  readonly [T in Extract<DnsType, 'MX' | 'TXT' | 'SRV' | 'CNAME' | 'TLSA'>]: {
    readonly type: T
    readonly data: DnsData[T]
  }
}

export type ZoneRecord = ZoneData[keyof ZoneData] & {
  /** Absolute, in A-labels, without the dot behind. */
  readonly name: string
  readonly purpose: Purpose
  /** Mail works without it. */
  readonly optional?: boolean
  /** Printed as a comment: to be published only by those who know what it asks of them. */
  readonly cautious?: boolean
}

/** What a record is there for, which is also how it is compared with DNS. */
export type Purpose =
  | { readonly is: 'mail' | 'spf' | 'dmarc' | 'service' | 'alias' | 'tls-reports' | 'mta-sts' | 'dane' }
  | { readonly is: 'dkim'; readonly key: DkimKey }

export interface ZoneGroup {
  readonly comment: string
  readonly records: readonly ZoneRecord[]
}

export interface ZoneDomain {
  readonly name: string
  readonly keys: readonly DkimKey[]
}

/** SHA-256 of public keys that the server's certificate has now, or will have next. */
export interface CertificateKeys {
  readonly hashes: readonly Uint8Array[]
  /** Later certificates keep these keys, as those by ACME do. */
  readonly stay: boolean
}

type ZoneConfig = Pick<Config, 'hostname' | 'listen' | 'listensByDefault' | 'mta'>

/** Services that clients look up (RFC 6186 §3, RFC 8314 §5.1, RFC 5804 §1.8), with the ports that the world expects. */
const services: readonly { readonly name: string; readonly listener: ListenerName; readonly port: number }[] = [
  { name: '_imaps', listener: 'imaps', port: 993 },
  { name: '_imap', listener: 'imap', port: 143 },
  { name: '_submissions', listener: 'submissions', port: 465 },
  { name: '_submission', listener: 'submission', port: 587 },
  { name: '_sieve', listener: 'managesieve', port: 4190 },
]

/** Of all domains together. */
export function hostGroups(config: ZoneConfig, certificate: CertificateKeys | null): readonly ZoneGroup[] {
  if (certificate === null) return []
  const { hostname } = config
  const comment = certificate.stay
    ? `${hostname}: its certificate's key (RFC 7672), for zones that are signed with DNSSEC; others do not look at it`
    : `${hostname}: its certificate's key (RFC 7672). Publish this only in a zone signed with DNSSEC, and only if every later certificate keeps the key`
  const record = (hash: Uint8Array): ZoneRecord => ({
    name: `_25._tcp.${hostname}`,
    type: 'TLSA',
    // DANE-EE, SubjectPublicKeyInfo, SHA-256 (RFC 7672 §3.1.1).
    data: { usage: 3, selector: 1, matchingType: 1, data: hash },
    purpose: { is: 'dane' },
    optional: true,
    cautious: !certificate.stay,
  })
  return [{ comment, records: certificate.hashes.map(record) }]
}

/** Of one domain. */
export function domainGroups(config: ZoneConfig, { name, keys }: ZoneDomain): readonly ZoneGroup[] {
  // Zone files are ASCII.
  const domain = domainToASCII(name)
  const { hostname } = config
  const https = httpsPort(config)
  const text = (of: string, words: string, purpose: Purpose): ZoneRecord => ({
    ...{ name: of, type: 'TXT', data: [words], purpose },
  })
  const alias = (of: string): ZoneRecord => ({
    ...{ name: `${of}.${domain}`, type: 'CNAME', data: hostname, purpose: { is: 'alias' } },
  })
  return [
    {
      comment: `${domain}: where its mail goes (RFC 5321 §5.1), who sends it (RFC 7208), what others do with the rest (RFC 7489)`,
      records: [
        { name: domain, type: 'MX', data: { priority: 10, exchange: hostname }, purpose: { is: 'mail' } },
        text(domain, 'v=spf1 mx -all', { is: 'spf' }),
        text(`_dmarc.${domain}`, `v=DMARC1; p=none; rua=mailto:postmaster@${domain}`, { is: 'dmarc' }),
      ],
    },
    ...keyGroups(domain, keys),
    {
      comment: `${domain}: where mail programs find their server (RFC 6186, RFC 8314, RFC 5804)`,
      records: services.map(({ name: service, listener, port }) => {
        const [first] = config.listen[listener]
        const base = { name: `${service}._tcp.${domain}`, type: 'SRV', purpose: { is: 'service' } } as const
        // "." says that the service is not offered (RFC 6186 §3.4).
        if (first === undefined) return { ...base, data: { priority: 0, weight: 0, port: 0, target: '.' } }
        // The default ports need no privilege; whoever publishes them redirects the usual ones to them.
        const published = config.listensByDefault[listener] || first.port === 0 ? port : first.port
        return { ...base, data: { priority: 0, weight: 1, port: published, target: hostname } }
      }),
    },
    {
      comment: `${domain}: where they find the rest, by https`,
      records: [
        ...['autoconfig', 'autodiscover'].map(alias),
        {
          name: `_autodiscover._tcp.${domain}`,
          type: 'SRV',
          data: { priority: 0, weight: 1, port: https, target: hostname },
          purpose: { is: 'service' },
        },
      ],
    },
    {
      comment: `${domain}: where others report that TLS to this server fails (RFC 8460)`,
      records: [text(`_smtp._tls.${domain}`, `v=TLSRPTv1; rua=mailto:postmaster@${domain}`, { is: 'tls-reports' })],
    },
    ...stsGroups(config, domain, alias, text),
  ]
}

const keyStates: Readonly<Record<DkimKey['state'], string>> = {
  prepared: 'new, and mail is signed with it once it has been seen here',
  published: 'seen here; mail is signed with it before long',
  active: 'mail is signed with it',
  retired: 'an old one: leave it until it is printed no longer',
}

function keyGroups(domain: string, keys: readonly DkimKey[]): readonly ZoneGroup[] {
  return keys.map(key => ({
    comment: `${domain}: a key of its signatures (RFC 6376, RFC 8463); ${keyStates[key.state]}`,
    records: [
      {
        name: dkimName(key),
        type: 'TXT',
        data: [dkimRecord(key)],
        purpose: { is: 'dkim', key },
        optional: key.state === 'retired',
      },
    ],
  }))
}

/** Where https is; a web server in front has the usual port. */
function httpsPort({ listen }: Pick<Config, 'listen'>): number {
  return listen.https[0]?.port || 443
}

/** The id is new whenever the policy is (RFC 8461 §3.1). */
function stsGroups(
  { hostname, mta }: Pick<Config, 'hostname' | 'mta'>,
  domain: string,
  alias: (of: string) => ZoneRecord,
  text: (of: string, words: string, purpose: Purpose) => ZoneRecord,
): readonly ZoneGroup[] {
  if (mta.sts === 'none') return []
  const id = mtaStsId(mtaStsPolicy(hostname, mta.sts))
  return [
    {
      comment: `${domain}: that others send to it by TLS, by https at port 443 (RFC 8461); here the policy is "${mta.sts}"`,
      records: [alias('mta-sts'), text(`_mta-sts.${domain}`, `v=STSv1; id=${id}`, { is: 'mta-sts' })],
    },
  ]
}

/** All of them as a zone file. */
export function zoneText(hostname: string, groups: readonly ZoneGroup[]): string {
  const lines = [
    `; ${hostname}: the addresses of this machine; the reverse (PTR) records of both name it in turn.`,
    `; ${hostname}. A     <IPv4 address>`,
    `; ${hostname}. AAAA  <IPv6 address>`,
  ]
  let subject = hostname
  for (const { comment, records } of groups) {
    const about = comment.slice(0, comment.indexOf(':'))
    if (about !== subject) lines.push('')
    subject = about
    lines.push(`; ${comment}`, ...records.map(record => `${record.cautious === true ? '; ' : ''}${recordLine(record)}`))
  }
  return lines.join('\n')
}

/** A line of a zone file. */
export function recordLine(record: ZoneRecord): string {
  return `${record.name}. ${record.type} ${shownData(record)}`
}

/** The octets that one string of a TXT record holds (RFC 1035 §3.3.14). */
const stringOctets = 255

/** The right side of a line; what others have is shown the same way. */
export function shownData(record: ZoneData[keyof ZoneData]): string {
  switch (record.type) {
    case 'MX':
      return `${record.data.priority} ${absolute(record.data.exchange)}`
    case 'SRV': {
      const { priority, weight, port, target } = record.data
      return `${priority} ${weight} ${port} ${absolute(target)}`
    }
    case 'CNAME':
      return absolute(record.data)
    case 'TLSA': {
      const { usage, selector, matchingType, data } = record.data
      return `${usage} ${selector} ${matchingType} ${Buffer.from(data).toString('hex')}`
    }
    case 'TXT':
      return quoted(record.data.join(''))
  }
}

function absolute(name: string): string {
  return escaped(name.endsWith('.') ? name : `${name}.`)
}

/** RFC 1035 §5.1: what stands in somebody's DNS may be anything, and a terminal would do as it says. */
function escaped(text: string): string {
  const decimal = (octet: number) => `\\${String(octet).padStart(3, '0')}`
  return text.replace(/[^ -~]+/g, run => Array.from(Buffer.from(run), decimal).join(''))
}

function quoted(text: string): string {
  const strings = text.match(new RegExp(`.{1,${stringOctets}}`, 'gs')) ?? ['']
  return strings.map(each => `"${escaped(each.replace(/["\\]/g, '\\$&'))}"`).join(' ')
}
