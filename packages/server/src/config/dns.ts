/** The `[dns]` table: who is asked, and whom to believe that an answer is validated. */
import { DnsResolver, type DnssecTrust, dnsServer, dnssecTrusts, type MtaLimits, systemDnsServers } from '@lemonade/mta'
import type { Address } from '@lemonade/net'
import type { Table } from './table.ts'

export interface DnsConfig {
  /** null for the system's. */
  readonly servers: readonly Address[] | null
  readonly trust: DnssecTrust
}

export const dnsSettings = ['dns.servers', 'dns.trust_ad'] as const

export function dnsConfig(table: Table): DnsConfig {
  const found = { servers: servers(table), trust: table.choice('trust_ad', dnssecTrusts, 'loopback') }
  table.end()
  return found
}

function servers(table: Table): readonly Address[] | null {
  const value = table.take('servers')
  if (value === undefined) return null
  const texts = [value].flat()
  const found = texts.flatMap(text => (typeof text === 'string' ? (dnsServer(text) ?? []) : []))
  if (found.length === texts.length && found.length > 0) return found
  table.refuse('servers', value, 'a list of addresses like "127.0.0.1" or "[::1]:5353"')
  return null
}

export function openResolver({ servers, trust }: DnsConfig, limits: MtaLimits): DnsResolver {
  return new DnsResolver({ servers: servers ?? systemDnsServers(), trust, limits })
}
