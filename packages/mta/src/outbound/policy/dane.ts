/** Which TLSA records hold for a host (RFC 7672 §2.2.2, §2.2.3). */
import { isIP } from 'node:net'
import type { Dns, TlsaRecord } from '../../dns/record.ts'
import type { Hop } from '../route.ts'

export interface Tlsa {
  /** The TLSA base domain: what the server is to be called, and the first name that its certificate may have. */
  readonly base: string
  readonly records: readonly TlsaRecord[]
}

/** null where DANE does not apply. Throws DnsError where that is not known: the host must not be used then (§2.1.2). */
export async function tlsaFor(hop: Hop, port: number, resolver: Dns): Promise<Tlsa | null> {
  for (const base of await candidates(hop, resolver)) {
    const { records, secure } = await resolver.look(`_${port}._tcp.${base}`, 'TLSA')
    if (secure && records.length > 0) return { base, records }
  }
  return null
}

async function candidates({ name, canonicalName, secure }: Hop, resolver: Dns): Promise<readonly string[]> {
  if (isIP(name) !== 0 || name.startsWith('[')) return []
  if (secure) return canonicalName === name ? [name] : [canonicalName, name]
  // §2.2.2: unsigned zones have no TLSA records that count, and some of their servers cannot even say so.
  if (canonicalName === name) return []
  // "Insecure CNAME": the alias itself may be signed, though what it leads to is not.
  return (await resolver.look(name, 'CNAME')).secure ? [name] : []
}
