/**
 * Policies of MTA-STS of the domains that mail goes to (RFC 8461 §5.1).
 *
 * - One that was fetched holds for its max_age, whatever becomes of DNS and of the policy host meanwhile.
 * - A record with another id has it fetched anew, at once; a fetch that fails is not repeated for a while.
 * - What is not known for sure is no policy: mail goes on as without one (RFC 8461 §3.3).
 */
import type { Log } from '@lemonade/net'
import type { Instant, Store, StsPolicy } from '@lemonade/store'
import { Cache } from '../../dns/cache.ts'
import { type Dns, DnsError } from '../../dns/record.ts'
import type { TlsFault } from './fault.ts'
import { fetchStsPolicy, StsFetchFailed, type StsFetchOptions } from './sts-fetch.ts'
import { parseStsPolicy, type StsRules } from './sts-policy.ts'
import { stsId } from './sts-record.ts'

export interface StsPoliciesOptions {
  readonly store: Store
  readonly resolver: Dns
  readonly fetch: StsFetchOptions
  /** Before a policy that could not be fetched is asked for again. */
  readonly retrySeconds: number
  /** How old a policy may be before it is fetched anew, used or not. */
  readonly refreshSeconds: number
  readonly log: Log
  readonly now: () => Instant
}

/** What holds for a domain, and what went wrong while it was looked for. */
export interface StsFinding {
  readonly rules: StsRules | null
  /** To be reported (RFC 8461 §6). */
  readonly fault: TlsFault | null
}

/** Failed fetches that are remembered. */
const failuresKept = 10_000
/** Policies that are fetched anew at a time. */
const refreshPage = 50

export class StsPolicies {
  readonly #options: StsPoliciesOptions
  readonly #failed: Cache<TlsFault>
  readonly #finding = new Map<string, Promise<StsFinding>>()

  constructor(options: StsPoliciesOptions) {
    this.#options = options
    this.#failed = new Cache(failuresKept, options.now)
  }

  /** Of a domain in ASCII and lower case. Never throws for what DNS or the policy host does. */
  find(domain: string): Promise<StsFinding> {
    const known = this.#finding.get(domain)
    if (known !== undefined) return known
    const finding = this.#find(domain).finally(() => this.#finding.delete(domain))
    this.#finding.set(domain, finding)
    return finding
  }

  /** Fetches anew what is old (RFC 8461 §10.2), and forgets what no longer holds. */
  async refresh(isOver: () => boolean): Promise<void> {
    const { store, refreshSeconds, now } = this.#options
    await store.stsPolicies.forgetExpired()
    for (;;) {
      const old = await store.stsPolicies.unchecked(now() - refreshSeconds * 1000, refreshPage)
      if (old.length === 0) return
      for (const kept of old) {
        if (isOver()) return
        await this.#refreshOne(kept)
      }
    }
  }

  async #refreshOne({ domain, id, policy }: StsPolicy): Promise<void> {
    const { store, log } = this.#options
    // Before the attempt: one that fails waits for its turn like the others.
    await store.stsPolicies.checked(domain)
    const announced = await this.#announced(domain)
    try {
      await this.#fetch(domain, announced ?? id)
    } catch (error) {
      if (!(error instanceof StsFetchFailed)) throw error
      // RFC 8461 §3.3: the operator hears of it, unless the policy says that there is to be none.
      const wanted = parseStsPolicy(policy)?.mode !== 'none'
      log[wanted ? 'warn' : 'debug']({ domain, reason: error.fault.reason }, 'an MTA-STS policy could not be renewed')
    }
  }

  async #find(domain: string): Promise<StsFinding> {
    const { store, now } = this.#options
    const row = await store.stsPolicies.find(domain)
    const kept = row !== null && row.expiresAt > now() ? row : null
    const rules = kept === null ? null : parseStsPolicy(kept.policy)
    const id = await this.#announced(domain)
    if (id === null || id === kept?.id) return { rules, fault: null }
    const failed = this.#failed.get(`${id} ${domain}`)
    if (failed !== undefined) return { rules, fault: failed }
    try {
      return { rules: await this.#fetch(domain, id), fault: null }
    } catch (error) {
      if (!(error instanceof StsFetchFailed)) throw error
      const { fault } = error
      this.#failed.set(`${id} ${domain}`, fault, this.#options.retrySeconds * 1000)
      this.#options.log.info({ domain, reason: fault.reason }, 'an MTA-STS policy could not be fetched')
      return { rules, fault }
    }
  }

  /** null too where DNS does not answer. */
  async #announced(domain: string): Promise<string | null> {
    try {
      return stsId((await this.#options.resolver.look(`_mta-sts.${domain}`, 'TXT')).records)
    } catch (error) {
      if (error instanceof DnsError) return null
      throw error
    }
  }

  /** Throws StsFetchFailed. */
  async #fetch(domain: string, id: string): Promise<StsRules> {
    const policy = await fetchStsPolicy(domain, this.#options.fetch)
    const rules = parseStsPolicy(policy)
    if (rules === null) throw new StsFetchFailed({ type: 'sts-policy-invalid', reason: 'the policy cannot be read' })
    await this.#options.store.stsPolicies.put({ domain, id, policy, maxAge: rules.maxAgeSeconds * 1000 })
    return rules
  }
}
