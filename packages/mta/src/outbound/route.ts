/** Which hosts take mail for a domain (RFC 5321 §5.1). */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { asciiDomain, type StatusCode } from '@lemonade/esmtp'
import { type Dns, DnsError } from '../dns/record.ts'

/** A host that takes all mail that goes out. */
export interface SmartHost {
  readonly host: string
  readonly port: number
  readonly user?: string
  readonly password?: string
  /** Default: opportunistic. */
  readonly tls?: TlsMode
  /** PEM of the authority that signed its certificate, where the system does not know it. */
  readonly certificateAuthority?: string
}

/** `opportunistic` encrypts where it can; `required` and `implicit` encrypt and verify the certificate. */
export type TlsMode = 'never' | 'opportunistic' | 'required' | 'implicit'

/** A host and one of its addresses. */
export interface Hop {
  readonly name: string
  readonly address: string
  /** What the host's name is an alias of, or the name itself (RFC 7672 §2.2.2). */
  readonly canonicalName: string
  /** Whether all on the way from the name to its addresses is validated. */
  readonly secure: boolean
}

export interface Route {
  /** The domain, with what it is an alias of, as they would stand in a certificate; none for an address. */
  readonly domainNames: readonly string[]
  /** Whether that these are the domain's hosts is validated (RFC 7672 §2.2.1). */
  readonly secure: boolean
  /** The best first; at least one. */
  readonly hops: readonly Hop[]
}

/** Why there is no way; `permanent` ones are not tried again. */
export class NoRoute extends Error {
  readonly permanent: boolean
  readonly status: NonNullable<StatusCode>

  constructor(permanent: boolean, status: NonNullable<StatusCode>, text: string) {
    super(text)
    this.name = 'NoRoute'
    this.permanent = permanent
    this.status = status
  }
}

export interface RouteOptions {
  readonly resolver: Dns
  /** This server's own name: mail is not sent to hosts that are no better than it (RFC 5321 §5.1). */
  readonly hostname: string
  readonly hosts: number
  /** In [0, 1): spreads load over hosts of one preference. */
  readonly random: () => number
}

/** The way to a domain. Throws NoRoute. */
export async function routeTo(domain: string, options: RouteOptions): Promise<Route> {
  const literal = /^\[(?:IPv6:)?([^\]]+)\]$/i.exec(domain)?.[1]
  if (literal !== undefined) {
    if (isIP(literal) === 0) throw new NoRoute(true, '5.1.2', `${domain} is no address`)
    const hop = { name: domain, address: literal, canonicalName: domain, secure: false }
    return { domainNames: [], secure: false, hops: [hop] }
  }
  const ascii = asciiDomain(domain)
  if (ascii === '') throw new NoRoute(true, '5.1.2', `${domain} is no domain name`)
  const { names, secure, canonicalName } = await exchangesOf(ascii, options)
  const hops: Hop[] = []
  let temporary: string | null = null
  for (const name of names.slice(0, options.hosts)) {
    try {
      hops.push(...(await hopsOf(name, options)))
    } catch (error) {
      temporary = codeOf(error)
    }
  }
  if (hops.length > 0) return { domainNames: [...new Set([ascii, canonicalName])], secure, hops }
  if (temporary !== null)
    throw new NoRoute(false, '4.4.3', `the hosts of ${domain} could not be looked up: ${temporary}`)
  throw new NoRoute(true, '5.1.2', `no host of ${domain} has an address`)
}

/** The way to a smart host. Throws NoRoute. */
export async function routeToSmartHost(host: string, options: RouteOptions): Promise<Route> {
  let hops: readonly Hop[]
  try {
    hops = await hopsOf(host, options)
  } catch (error) {
    throw new NoRoute(false, '4.4.3', `${host} could not be looked up: ${codeOf(error)}`)
  }
  // The operator can mend this, so the mail waits for it.
  if (hops.length === 0) throw new NoRoute(false, '4.4.4', `${host} has no address`)
  return { domainNames: [host], secure: true, hops }
}

interface Exchanges {
  /** The best preference first, equal ones in random order; the domain itself without any. */
  readonly names: readonly string[]
  readonly secure: boolean
  readonly canonicalName: string
}

async function exchangesOf(domain: string, { resolver, hostname, random }: RouteOptions): Promise<Exchanges> {
  const found = await resolver.look(domain, 'MX').catch(error => {
    throw new NoRoute(false, '4.4.3', `the MX of ${domain} could not be looked up: ${codeOf(error)}`)
  })
  const { secure, name: canonicalName } = found
  // Some servers say "no such name" for a name without MX; its address decides.
  if (found.records.length === 0) return { names: [domain], secure, canonicalName }
  // RFC 7505 §3: a single "." means that there is no mail.
  const hosts = found.records.map(({ exchange, priority }) => ({
    name: exchange.replace(/\.$/, '').toLowerCase(),
    priority,
  }))
  if (hosts.every(({ name }) => name === '')) throw new NoRoute(true, '5.1.10', `${domain} takes no mail (null MX)`)
  const own = hosts.find(({ name }) => name === hostname.toLowerCase())?.priority ?? Number.POSITIVE_INFINITY
  const better = hosts.filter(({ name, priority }) => name !== '' && priority < own)
  if (better.length === 0) throw new NoRoute(true, '5.4.6', `mail for ${domain} loops back to this server`)
  const names = better
    .map(host => ({ ...host, order: random() }))
    .toSorted((a, b) => a.priority - b.priority || a.order - b.order)
    .map(({ name }) => name)
  return { names, secure, canonicalName }
}

/** IPv4 first: many servers refuse IPv6 clients whose address has no name. Throws where a look-up may succeed later. */
async function hopsOf(name: string, { resolver, hosts }: RouteOptions): Promise<readonly Hop[]> {
  if (isIP(name) !== 0) return [{ name, address: name, canonicalName: name, secure: false }]
  const [four, six] = await Promise.allSettled([resolver.look(name, 'A'), resolver.look(name, 'AAAA')])
  const hops: Hop[] = []
  for (const [found, isFitting] of [
    [four, isIPv4],
    [six, isIPv6],
  ] as const) {
    if (found.status === 'rejected') continue
    const { records, secure, name: canonicalName } = found.value
    for (const address of records) if (isFitting(address)) hops.push({ name, address, canonicalName, secure })
  }
  if (hops.length > 0) return hops.slice(0, hosts)
  for (const found of [four, six]) if (found.status === 'rejected') throw found.reason
  return []
}

function codeOf(error: unknown): string {
  return error instanceof DnsError ? error.code : String(error)
}
