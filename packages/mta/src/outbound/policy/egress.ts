/** TLS on the way out, all of it: what is known of other domains' wishes, what holds for a host, what came of it. */
import type { Log } from '@lemonade/net'
import type { Instant, Store } from '@lemonade/store'
import type { Dns } from '../../dns/record.ts'
import type { MtaLimits } from '../../limits.ts'
import { HostFailed } from '../connect.ts'
import type { Hop, Route } from '../route.ts'
import { planFor, type TlsDemand, type TlsPlan } from './plan.ts'
import { dayOf, TlsResults } from './results.ts'
import { StsPolicies } from './sts-policies.ts'
import type { TlsResult } from './verdict.ts'

export interface EgressTlsOptions {
  readonly store: Store
  readonly resolver: Dns
  /** PEM; of whom servers' certificates must be, where the system's list does not do. */
  readonly certificateAuthority?: string
  /** Of hosts of policies: 443, but for tests. */
  readonly policyPort: number
  readonly limits: MtaLimits
  readonly log: Log
  readonly now: () => Instant
}

/** How often policies that have become old are looked for. */
const refreshMilliseconds = 3_600_000

export class EgressTls {
  readonly certificateAuthority: string | undefined
  readonly results: TlsResults
  readonly #options: EgressTlsOptions
  readonly #sts: StsPolicies
  #timer: NodeJS.Timeout | null = null
  #refreshing: Promise<void> = Promise.resolve()
  readonly #ending = new AbortController()

  constructor(options: EgressTlsOptions) {
    const { store, resolver, certificateAuthority, policyPort, limits, log, now } = options
    const { stsFetchSeconds, stsPolicyOctets, stsRetrySeconds, stsRefreshSeconds } = limits
    this.#options = options
    this.certificateAuthority = certificateAuthority
    this.results = new TlsResults({ store, log, now })
    const fetch = {
      ...{ resolver, seconds: stsFetchSeconds, octets: stsPolicyOctets, port: policyPort, signal: this.#ending.signal },
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    }
    const ages = { retrySeconds: stsRetrySeconds, refreshSeconds: stsRefreshSeconds }
    this.#sts = new StsPolicies({ store, resolver, fetch, ...ages, log, now })
  }

  start(): void {
    this.#refresh()
    this.#timer = setInterval(() => this.#refresh(), refreshMilliseconds)
    this.#timer.unref()
  }

  /** Gives up what it waits for. */
  end(): void {
    this.#ending.abort()
  }

  async stop(): Promise<void> {
    this.end()
    if (this.#timer !== null) clearInterval(this.#timer)
    await this.#refreshing
    await this.results.settled()
  }

  /** Throws HostFailed where it was told to end: what is not known then must not pass for "no policy". */
  async planFor(route: Route, hop: Hop, port: number, demand: TlsDemand): Promise<TlsPlan> {
    const { resolver, now } = this.#options
    const plan = await planFor(route, hop, { resolver, port, demand, now, sts: domain => this.#sts.find(domain) })
    if (this.#ending.signal.aborted) throw new HostFailed('the server is stopping', false)
    return plan
  }

  note({ domainNames: [domain] }: Route, plan: TlsPlan, hop: Hop, result: TlsResult | null): void {
    if (domain !== undefined && result !== null) this.results.note(domain, plan, hop, result)
  }

  /** Renews policies, and forgets results of days that are long over. */
  #refresh(): void {
    const { store, limits, log, now } = this.#options
    this.#refreshing = this.#refreshing
      .then(() => store.tlsReports.forget(dayOf(now()) - limits.tlsResultsKeptDays))
      .then(() => this.#sts.refresh(() => this.#ending.signal.aborted))
      .catch(error => log.error({ err: error }, 'policies of MTA-STS could not be renewed'))
  }
}
