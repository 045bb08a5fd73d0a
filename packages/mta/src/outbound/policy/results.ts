/** What came of TLS to the servers of other domains, for reports to them (RFC 8460 §4). */
import type { Log } from '@lemonade/net'
import type { Instant, Store } from '@lemonade/store'
import type { Hop } from '../route.ts'
import type { TlsFault } from './fault.ts'
import type { TlsPlan } from './plan.ts'
import type { TlsResult } from './verdict.ts'

const dayMilliseconds = 86_400_000

/** Days since 1970-01-01, in UTC. */
export function dayOf(at: Instant): number {
  return Math.floor(at / dayMilliseconds)
}

/** The midnight (UTC) that a day begins with. */
export function startOf(day: number): Instant {
  return day * dayMilliseconds
}

/** As reports have it (RFC 8460 §4.4), but for its count. */
export interface FailureDetail {
  readonly 'result-type': TlsFault['type']
  readonly 'sending-mta-ip'?: string
  readonly 'receiving-mx-hostname'?: string
  readonly 'receiving-ip'?: string
  readonly 'failure-reason-code'?: string
}

export class TlsResults {
  readonly #store: Store
  readonly #log: Log
  readonly #now: () => Instant
  readonly #writing = new Set<Promise<void>>()

  constructor(options: { readonly store: Store; readonly log: Log; readonly now: () => Instant }) {
    this.#store = options.store
    this.#log = options.log
    this.#now = options.now
  }

  /** Counts one session of a domain, for each policy that held; waits for nothing. */
  note(domain: string, plan: TlsPlan, hop: Hop, { faults, sendingAddress, receivingAddress }: TlsResult): void {
    // RFC 8460 §3: sessions that carry reports, and others to which no policy was applied, are not told of.
    if (plan.demand === 'optional') return
    for (const [at, { policy }] of plan.checks.entries()) {
      const fault = faults[at] ?? null
      if (policy === null) continue
      const detail: FailureDetail | null = fault && {
        'result-type': fault.type,
        ...(sendingAddress === '' ? {} : { 'sending-mta-ip': sendingAddress }),
        'receiving-mx-hostname': hop.name,
        ...(sendingAddress === '' ? {} : { 'receiving-ip': receivingAddress }),
        'failure-reason-code': fault.reason,
      }
      const summary = fault === null ? '' : JSON.stringify({ 'result-type': fault.type })
      const failure = detail === null ? '' : JSON.stringify(detail)
      const result = { day: dayOf(this.#now()), domain, policy: JSON.stringify(policy), failure, summary }
      this.#track(this.#store.tlsReports.note(result))
    }
  }

  /** Until all of them are written. */
  async settled(): Promise<void> {
    while (this.#writing.size > 0) await Promise.allSettled(this.#writing)
  }

  #track(writing: Promise<void>): void {
    const done = writing
      .catch(error => this.#log.error({ err: error }, 'a result of TLS could not be kept'))
      .finally(() => this.#writing.delete(done))
    this.#writing.add(done)
  }
}
