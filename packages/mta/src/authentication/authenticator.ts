/** Who really sent a message: SPF, DKIM, DMARC and ARC of what comes from the Internet. */
import { Readable } from 'node:stream'
import { headerFields } from '@lemonade/mime'
import type { Log, Metrics } from '@lemonade/net'
import type { PreparedContent } from '@lemonade/store'
import type { AuthenticateResult } from 'mailauth'
import type { MtaLimits } from '../limits.ts'
import { lookups, type RecordResolver } from './lookups.ts'
import { plainAddress } from './networks.ts'
import { type DmarcPolicy, disposition } from './policy.ts'
import { failedField, resultsField } from './results-field.ts'

export interface AuthenticationOptions {
  /** How far a failed DMARC check may lead. */
  readonly policy: DmarcPolicy
  /** Default: the system's. */
  readonly resolver?: RecordResolver
}

/** What the envelope says of a message. */
export interface Sending {
  readonly clientAddress: string
  readonly hello: string
  readonly reversePath: string
  readonly utf8: boolean
}

export interface Authentication {
  /** The whole field (RFC 8601 §2.2). */
  readonly field: string
  readonly disposition: DmarcPolicy
  /** The author's domain, where DMARC knows one. */
  readonly author: string | null
  /** For the log: each method with what came of it. */
  readonly results: Readonly<Record<string, string>>
}

export class Authenticator {
  readonly #options: Required<AuthenticationOptions>
  readonly #hostname: string
  readonly #limits: MtaLimits
  readonly #log: Log
  readonly #metrics: Metrics

  constructor(
    options: AuthenticationOptions & { readonly resolver: RecordResolver },
    facts: { readonly hostname: string; readonly limits: MtaLimits; readonly log: Log; readonly metrics: Metrics },
  ) {
    this.#options = options
    this.#hostname = facts.hostname
    this.#limits = facts.limits
    this.#log = facts.log
    this.#metrics = facts.metrics
  }

  /** Whether the sender's domain names the client as one of its own (RFC 7208 §2.6.3). False where nobody can tell. */
  async isSender({ clientAddress, hello, reversePath }: Omit<Sending, 'utf8'>): Promise<boolean> {
    const { authenticationLookups, authenticationSeconds } = this.#limits
    const asking = lookups(this.#options.resolver, authenticationLookups, authenticationSeconds)
    try {
      const { spf } = await import('mailauth')
      const about = { ip: plainAddress(clientAddress), helo: hello, sender: reversePath, mta: this.#hostname }
      const { status } = await spf({ ...about, resolver: asking.resolve })
      return status.result === 'pass'
    } catch (error) {
      this.#log.error({ err: error }, 'SPF could not be checked')
      return false
    } finally {
      asking.end()
    }
  }

  /**
   * Checks a message, of which the first `skipped` octets are this server's own. Never fails for what DNS does or for
   * what the message holds: that is a result too. Throws StoreError.
   */
  async check(content: PreparedContent, skipped: number, sending: Sending): Promise<Authentication> {
    const { authenticationLookups, authenticationSeconds } = this.#limits
    const asking = lookups(this.#options.resolver, authenticationLookups, authenticationSeconds)
    const failed = { store: null as unknown }
    const input = Readable.from(this.#octets(content, skipped, failed), { objectMode: false })
    try {
      // It brings much that programs which take no mail in need not load.
      const { authenticate } = await import('mailauth')
      const result = await authenticate(input, {
        ip: plainAddress(sending.clientAddress),
        helo: sending.hello,
        sender: sending.reversePath,
        mta: this.#hostname,
        resolver: asking.resolve,
        disableBimi: true,
        strict: true,
      })
      return this.#told(result, resultsField(result.headers, sending.utf8))
    } catch (error) {
      if (failed.store !== null) throw failed.store
      this.#log.error({ err: error }, 'a message could not be authenticated')
      this.#count('dmarc', 'temperror')
      return { field: failedField(this.#hostname), disposition: 'none', author: null, results: { dmarc: 'temperror' } }
    } finally {
      asking.end()
      input.destroy()
    }
  }

  #told(result: AuthenticateResult, field: string): Authentication {
    const { dkim, spf, dmarc, arc } = result
    const results: Record<string, string> = {}
    for (const [method, { result: found }] of [
      ...dkim.results.map(({ status }) => ['dkim', status] as const),
      ...(spf === false ? [] : [['spf', spf.status] as const]),
      ...(dmarc === false ? [] : [['dmarc', dmarc.status] as const]),
      ...(arc === false ? [] : [['arc', arc.status] as const]),
    ]) {
      this.#count(method, found)
      results[method] = results[method] === undefined ? found : `${results[method]} ${found}`
    }
    const author = dmarc === false ? null : (dmarc.status.header?.from ?? null)
    return { field, disposition: disposition(result, this.#options.policy), author, results }
  }

  #count(method: string, result: string): void {
    this.#metrics
      .counter('lemonade_mta_authentication_total', 'Results of SPF, DKIM, DMARC and ARC', ['method', 'result'])
      .inc({ method, result })
  }

  /** The message as it was sent, with no more signatures than are checked (RFC 6376 §6.1). */
  async *#octets(content: PreparedContent, skipped: number, failed: { store: unknown }): AsyncGenerator<Buffer> {
    const { header } = content
    const surplus = headerFields(header)
      .filter(({ nameLower }) => nameLower === 'dkim-signature')
      .slice(this.#limits.authenticationSignatures)
    let from = skipped
    for (const { start, end } of surplus) {
      if (start > from) yield view(header.subarray(from, start))
      from = end
    }
    if (header.length > from) yield view(header.subarray(from))
    try {
      for await (const octets of content.read(header.length, content.octets)) yield view(octets)
    } catch (error) {
      failed.store = error
      throw error
    }
  }
}

function view(octets: Uint8Array): Buffer {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length)
}
