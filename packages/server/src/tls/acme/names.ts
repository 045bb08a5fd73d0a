/** Names that the certificate is for: the host's, and those of each domain by which programs find their settings. */
import { domainToASCII } from 'node:url'
import { type Dns, DnsError } from '@lemonade/mta'

/** RFC 8461 §3.3; Mozilla's and Outlook's. */
const services = ['mta-sts', 'autoconfig', 'autodiscover'] as const

export interface NameOptions {
  readonly hostname: string
  readonly domains: readonly string[]
  /** Whether the pages that have those names are served here. */
  readonly hasPages: boolean
  readonly dns: Dns
  /** Of one certificate; the host's comes first, so it is always in. */
  readonly limit: number
  /** Names that the certificate has now: where DNS does not answer they stay. */
  readonly present: readonly string[]
}

/**
 * One name that does not lead here would fail the whole order, so a name is asked for once DNS has it. Without an answer
 * nothing changes.
 */
export async function certificateNames(options: NameOptions): Promise<readonly string[]> {
  const { hostname, hasPages, limit } = options
  if (!hasPages) return [hostname]
  const wanted = options.domains
    .map(domain => domainToASCII(domain))
    .filter(domain => domain.includes('.'))
    .flatMap(domain => services.map(service => `${service}.${domain}`))
  const here = await addressesOf(hostname, options.dns)
  const found = [hostname]
  for (const name of wanted) {
    if (found.length >= limit) break
    if (found.includes(name)) continue
    const there = here === null ? null : await addressesOf(name, options.dns)
    const leadsHere = there !== null && here !== null && there.length > 0 && there.every(each => here.includes(each))
    if (there === null ? options.present.includes(name) : leadsHere) found.push(name)
  }
  return found
}

/** Null where DNS does not say. */
async function addressesOf(name: string, dns: Dns): Promise<readonly string[] | null> {
  try {
    return [...(await dns.look(name, 'A')).records, ...(await dns.look(name, 'AAAA')).records]
  } catch (error) {
    if (!(error instanceof DnsError)) throw error
    return null
  }
}
