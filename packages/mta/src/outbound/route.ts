/** Which hosts take mail for a domain (RFC 5321 §5.1). */
import { isIP, isIPv4, isIPv6 } from 'node:net'
import { asciiDomain, type StatusCode } from '@lemonade/esmtp'

/** The part of `node:dns/promises`' Resolver that is used; tests bring their own. */
export interface Resolver {
  resolveMx(domain: string): Promise<readonly { readonly exchange: string; readonly priority: number }[]>
  resolve4(name: string): Promise<readonly string[]>
  resolve6(name: string): Promise<readonly string[]>
}

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
  readonly resolver: Resolver
  /** This server's own name: mail is not sent to hosts that are no better than it (RFC 5321 §5.1). */
  readonly hostname: string
  readonly hosts: number
  /** In [0, 1): spreads load over hosts of one preference. */
  readonly random: () => number
}

/** Hosts to try, the best first. Throws NoRoute. */
export async function routeTo(domain: string, options: RouteOptions): Promise<readonly Hop[]> {
  const literal = /^\[(?:IPv6:)?([^\]]+)\]$/i.exec(domain)?.[1]
  if (literal !== undefined) {
    if (isIP(literal) === 0) throw new NoRoute(true, '5.1.2', `${domain} is no address`)
    return [{ name: domain, address: literal }]
  }
  const ascii = asciiDomain(domain)
  if (ascii === '') throw new NoRoute(true, '5.1.2', `${domain} is no domain name`)
  const exchanges = await exchangesOf(ascii, options)
  const hops: Hop[] = []
  let temporary: string | null = null
  for (const name of exchanges.slice(0, options.hosts)) {
    try {
      for (const address of await addressesOf(name, options)) hops.push({ name, address })
    } catch (error) {
      temporary = codeOf(error)
    }
  }
  if (hops.length > 0) return hops
  if (temporary !== null)
    throw new NoRoute(false, '4.4.3', `the hosts of ${domain} could not be looked up: ${temporary}`)
  throw new NoRoute(true, '5.1.2', `no host of ${domain} has an address`)
}

/** The addresses of a smart host. Throws NoRoute. */
export async function routeToSmartHost(host: string, options: RouteOptions): Promise<readonly Hop[]> {
  try {
    const addresses = await addressesOf(host, options)
    if (addresses.length > 0) return addresses.map(address => ({ name: host, address }))
  } catch (error) {
    throw new NoRoute(false, '4.4.3', `${host} could not be looked up: ${codeOf(error)}`)
  }
  // The operator can mend this, so the mail waits for it.
  throw new NoRoute(false, '4.4.4', `${host} has no address`)
}

/** Names of the exchanges, the best preference first, equal ones in random order; the domain itself without any. */
async function exchangesOf(domain: string, { resolver, hostname, random }: RouteOptions): Promise<readonly string[]> {
  let found: readonly { readonly exchange: string; readonly priority: number }[]
  try {
    found = await resolver.resolveMx(domain)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENODATA') return [domain]
    // Some servers say "no such name" for a name without MX; its address decides.
    if (code === 'ENOTFOUND') return [domain]
    throw new NoRoute(false, '4.4.3', `the MX of ${domain} could not be looked up: ${code}`)
  }
  if (found.length === 0) return [domain]
  // RFC 7505 §3: a single "." means that there is no mail.
  const names = found.map(({ exchange, priority }) => ({ name: exchange.replace(/\.$/, '').toLowerCase(), priority }))
  if (names.every(({ name }) => name === '')) throw new NoRoute(true, '5.1.10', `${domain} takes no mail (null MX)`)
  const own = names.find(({ name }) => name === hostname.toLowerCase())?.priority ?? Number.POSITIVE_INFINITY
  const better = names.filter(({ name, priority }) => name !== '' && priority < own)
  if (better.length === 0) throw new NoRoute(true, '5.4.6', `mail for ${domain} loops back to this server`)
  return better
    .map(host => ({ ...host, order: random() }))
    .toSorted((a, b) => a.priority - b.priority || a.order - b.order)
    .map(({ name }) => name)
}

/** IPv4 first: many servers refuse IPv6 clients whose address has no name. Throws where a look-up may succeed later. */
async function addressesOf(name: string, { resolver, hosts }: RouteOptions): Promise<readonly string[]> {
  if (isIP(name) !== 0) return [name]
  const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
  const addresses = [
    ...(four.status === 'fulfilled' ? four.value.filter(isIPv4) : []),
    ...(six.status === 'fulfilled' ? six.value.filter(isIPv6) : []),
  ]
  if (addresses.length > 0) return addresses.slice(0, hosts)
  for (const answer of [four, six]) {
    if (answer.status === 'rejected' && !['ENOTFOUND', 'ENODATA'].includes(codeOf(answer.reason))) throw answer.reason
  }
  return []
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)
}
