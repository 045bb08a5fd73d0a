/**
 * What TLS to one host has to be, before anybody connects to it.
 *
 * - DANE goes before MTA-STS where all of it is validated (RFC 8461 §2); where the way to the host is not, both hold.
 * - A check that is not enforced is only reported.
 */
import { isIP } from 'node:net'
import type { Instant } from '@lemonade/store'
import { type Dns, DnsError } from '../../dns/record.ts'
import type { Hop, Route } from '../route.ts'
import { chainFault, isFor } from './certificate.ts'
import { tlsaFor } from './dane.ts'
import type { TlsFault } from './fault.ts'
import type { Peer } from './peer.ts'
import type { StsFinding } from './sts-policies.ts'
import { isAllowedMx, type StsRules } from './sts-policy.ts'
import { daneFault, tlsaText, usableRecords } from './tlsa.ts'

/**
 * What a message asks for: `policy` is what the other domain asks for, `required` is more (RFC 8689 §4.2.1), `optional` is
 * nothing (RFC 8689 §4.2.2).
 */
export type TlsDemand = 'policy' | 'required' | 'optional'

/** As reports have it (RFC 8460 §4.4). */
export interface AppliedPolicy {
  readonly 'policy-type': 'tlsa' | 'sts' | 'no-policy-found'
  readonly 'policy-string'?: readonly string[]
  readonly 'policy-domain': string
  readonly 'mx-host'?: readonly string[]
}

export interface TlsCheck {
  /** null for what only the message asks for. */
  readonly policy: AppliedPolicy | null
  /** Where it fails, the host is not used. */
  readonly enforced: boolean
  /** What is wrong before anybody connects. */
  readonly fault: TlsFault | null
  /** null where the server showed no certificate. */
  judge(peer: Peer | null): TlsFault | null
}

export interface TlsPlan {
  /** Without TLS the host is not used. */
  readonly encrypts: boolean
  /** For SNI; null for the host's own name. */
  readonly serverName: string | null
  readonly checks: readonly TlsCheck[]
  /** What a message with REQUIRETLS asks for on its way through (RFC 8689 §2). */
  readonly requirement: Pick<TlsCheck, 'fault' | 'judge'>
  readonly demand: TlsDemand
}

export interface PlanOptions {
  readonly resolver: Dns
  readonly port: number
  readonly demand: TlsDemand
  readonly now: () => Instant
  /** The domain's policy of MTA-STS; asked for where it counts. */
  sts(domain: string): Promise<StsFinding>
}

export async function planFor(route: Route, hop: Hop, options: PlanOptions): Promise<TlsPlan> {
  const { demand } = options
  const dane = await daneCheck(route, hop, options)
  const sts = dane?.isWhole === true ? null : await stsCheck(route, hop, options)
  const found = [dane?.check, ...(sts?.checks ?? [])].filter(check => check !== undefined)
  const [domain = hop.name] = route.domainNames
  const none = { 'policy-type': 'no-policy-found', 'policy-domain': domain } as const
  const checks = found.length === 0 ? [{ policy: none, enforced: false, fault: null, judge: () => null }] : found
  const mustEncrypt = dane !== null || checks.some(({ enforced }) => enforced)
  return {
    encrypts: demand === 'required' || (demand === 'policy' && mustEncrypt),
    serverName: dane?.serverName ?? null,
    checks: demand === 'optional' ? checks.map(check => ({ ...check, enforced: false })) : checks,
    requirement: requirement(route, hop, dane, sts?.rules ?? null),
    demand,
  }
}

interface Dane {
  readonly check: TlsCheck
  readonly serverName: string | null
  /** The host is authenticated, and that it is the domain's. */
  readonly isWhole: boolean
  /** Some records are usable: the server is authenticated. */
  readonly authenticates: boolean
}

async function daneCheck(route: Route, hop: Hop, { resolver, port, now }: PlanOptions): Promise<Dane | null> {
  try {
    const tlsa = await tlsaFor(hop, port, resolver)
    if (tlsa === null) return null
    const { base, records } = tlsa
    const usable = usableRecords(records)
    const policy = {
      'policy-type': 'tlsa',
      'policy-string': records.map(tlsaText),
      'policy-domain': base,
    } as const
    // RFC 7672 §3.2.2: the domain's own names only where nobody could have led here by false MX records.
    const names = route.secure ? [base, ...route.domainNames] : [base]
    const authenticates = usable.length > 0
    const judge = authenticates
      ? (peer: Peer | null) => (peer === null ? noCertificate : daneFault(peer, usable, names, now()))
      : () => ({ type: 'tlsa-invalid', reason: 'no TLSA record is usable' }) as const
    // §2.2: unusable records ask for encryption, and for no more.
    const check = { policy, enforced: authenticates, fault: null, judge }
    return { check, serverName: base, isWhole: authenticates && route.secure, authenticates }
  } catch (error) {
    if (!(error instanceof DnsError)) throw error
    const policy = { 'policy-type': 'tlsa', 'policy-string': [], 'policy-domain': hop.name } as const
    const fault = { type: 'dnssec-invalid', reason: error.code } as const
    const check = { policy, enforced: true, fault, judge: () => fault }
    return { check, serverName: null, isWhole: true, authenticates: false }
  }
}

interface Sts {
  readonly checks: readonly TlsCheck[]
  readonly rules: StsRules | null
}

async function stsCheck({ domainNames }: Route, hop: Hop, { sts }: PlanOptions): Promise<Sts> {
  const [domain] = domainNames
  if (domain === undefined || isIP(domain) !== 0) return { checks: [], rules: null }
  const { rules, fault } = await sts(domain)
  const policy = {
    'policy-type': 'sts',
    'policy-string': rules?.lines ?? [],
    'policy-domain': domain,
    ...(rules === null || rules.mx.length === 0 ? {} : { 'mx-host': rules.mx }),
  } as const
  // RFC 8461 §6: that it could not be fetched is reported, whatever the session comes to.
  const fetching =
    fault === null || rules?.mode === 'none' ? [] : [{ policy, enforced: false, fault, judge: () => fault }]
  if (rules === null || rules.mode === 'none') return { checks: fetching, rules: null }
  const isAllowed = isAllowedMx(hop.name, rules)
  const check = {
    policy,
    enforced: rules.mode === 'enforce',
    fault: isAllowed
      ? null
      : ({ type: 'validation-failure', reason: `the policy does not allow ${hop.name}` } as const),
    judge: (peer: Peer | null) => pkixFault(peer, hop.name, 'never'),
  }
  return { checks: [check, ...fetching], rules }
}

const noCertificate = { type: 'certificate-not-trusted', reason: 'no certificate' } as const

/** RFC 8461 §4.2, RFC 6125. */
function pkixFault(peer: Peer | null, name: string, subject: 'never' | 'default'): TlsFault | null {
  if (peer === null) return noCertificate
  if (peer.chainFault !== null) return chainFault(peer.chainFault)
  if (isFor(peer.certificate, name, subject)) return null
  return { type: 'certificate-host-mismatch', reason: 'ERR_TLS_CERT_ALTNAME_INVALID' }
}

/** RFC 8689 §2: who the domain's host is must be known for sure, and that it is this one. */
function requirement(route: Route, hop: Hop, dane: Dane | null, rules: StsRules | null): TlsPlan['requirement'] {
  const isOwn = route.domainNames.includes(hop.name)
  const isKnown = isOwn || route.secure || (rules !== null && isAllowedMx(hop.name, rules))
  const fault = isKnown ? null : ({ type: 'validation-failure', reason: 'the MX records are not validated' } as const)
  const judge =
    dane?.authenticates === true ? dane.check.judge : (peer: Peer | null) => pkixFault(peer, hop.name, 'default')
  return { fault, judge }
}
