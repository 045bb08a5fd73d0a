/** Whether a host may be used, by the plan of TLS to it and by what came of a connection. */
import type { StatusCode } from '@lemonade/esmtp'
import type { TlsFault } from './fault.ts'
import type { Peer } from './peer.ts'
import type { TlsPlan } from './plan.ts'

/** For reports: what came of each check of the plan, in its order. */
export interface TlsResult {
  readonly faults: readonly (TlsFault | null)[]
  /** Of this server; '' where nobody connected. */
  readonly sendingAddress: string
  /** That answered, or was asked. */
  readonly receivingAddress: string
}

/** Why a host must not be used. */
export interface TlsRefusal {
  readonly text: string
  readonly permanent: boolean
  readonly status: NonNullable<StatusCode>
}

export interface TlsVerdict {
  readonly faults: readonly (TlsFault | null)[]
  /** Whether a message with REQUIRETLS may go this way, as far as TLS is concerned. */
  readonly meetsRequirement: boolean
  readonly refusal: TlsRefusal | null
}

/** Before anybody connects; `refusal` is null where it is worth it. */
export function verdictBefore(plan: TlsPlan): TlsVerdict {
  const faults = plan.checks.map(({ fault }) => fault)
  const { fault } = plan.requirement
  return { faults, meetsRequirement: fault === null, refusal: refusalFor(plan, faults, fault) }
}

/** Behind the handshake; `failed` is why there was none, or none that worked. */
export function verdictOn(plan: TlsPlan, peer: Peer | null, failed: TlsFault | null): TlsVerdict {
  const faults = plan.checks.map(check => failed ?? check.fault ?? check.judge(peer))
  const { requirement } = plan
  const missing = failed ?? requirement.fault ?? requirement.judge(peer)
  const refusal = refusalFor(plan, faults, missing)
  const isNeeded = refusal === null && failed !== null && plan.encrypts
  return { faults, meetsRequirement: missing === null, refusal: isNeeded ? refusalOf(plan, failed) : refusal }
}

function refusalFor(plan: TlsPlan, faults: readonly (TlsFault | null)[], missing: TlsFault | null): TlsRefusal | null {
  const broken = faults.find((fault, at) => fault !== null && plan.checks[at]?.enforced === true)
  const fault = broken ?? (plan.demand === 'required' ? missing : null)
  return fault ? refusalOf(plan, fault) : null
}

function refusalOf({ demand }: TlsPlan, { type, reason }: TlsFault): TlsRefusal {
  const text = `TLS to the server is not as it has to be: ${type} (${reason})`
  // What DNS does not tell now it may tell later.
  if (type === 'dnssec-invalid') return { text, permanent: false, status: '4.7.5' }
  // RFC 8689 §4.2.1: the sender is told at once.
  if (demand === 'required') return { text, permanent: true, status: '5.7.10' }
  return { text, permanent: false, status: type === 'starttls-not-supported' ? '4.7.4' : '4.7.5' }
}
