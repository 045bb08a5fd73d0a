/**
 * Keeps the server in certificates by ACME: orders the first one, one for more names, and the next one when a third of
 * the life of the present one is left. What fails is tried again later and later; until it works the old one stays.
 */
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { type Dns, DnsError } from '@lemonade/mta'
import type { Counter, Log, Metrics } from '@lemonade/net'
import type { AcmeConfig } from '../../config/tls.ts'
import type { ServerLimits } from '../../limits.ts'
import { messageOf } from '../../problem.ts'
import { keyHash, spkiOf } from '../certificate-keys.ts'
import type { Challenges } from './challenges.ts'
import type { AcmeFiles } from './files.ts'
import { certificateNames } from './names.ts'
import { NamesRefused, newKey, orderCertificate } from './order.ts'

export interface CertificateKeeperOptions {
  readonly acme: AcmeConfig
  readonly authority: string | null
  readonly files: AcmeFiles
  readonly challenges: Challenges
  readonly hostname: string
  /** Of the server, at the moment. */
  domains(): Promise<readonly string[]>
  readonly hasPages: boolean
  readonly dns: Dns
  readonly limits: Pick<ServerLimits, 'certificateNames' | 'certificateLookSeconds' | 'certificateRetrySeconds'>
  readonly log: Log
  readonly metrics: Metrics
  /** Called when there is a new certificate. */
  onChange(): void
  readonly now?: () => number
  /** In [0, 1): servers that began together do not renew together. */
  readonly random?: () => number
  readonly pollMilliseconds?: number
}

/** A renewal comes up to this much of a life earlier than it must. */
const jitter = 0.02
/** A record is everywhere when it has been there for so long. */
const publishedMilliseconds = 86_400_000
/** For how long a name is left out that the authority has refused. */
const refusedMilliseconds = 86_400_000
/** Attempts that fail double the wait this often. */
const doublings = 7

export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions
  readonly #now: () => number
  readonly #random: () => number
  readonly #orders: Counter
  /** Spread of this server's renewals. */
  readonly #early: number
  #failures = 0
  /** Names that are not asked for until then. */
  readonly #refused = new Map<string, number>()
  /** Since when DNS has the record of the next key, as far as this process knows. */
  #nextSeenAt: number | null = null
  #timer: NodeJS.Timeout | null = null
  #stopped = false

  constructor(options: CertificateKeeperOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#random = options.random ?? Math.random
    this.#early = this.#random() * jitter
    const { metrics } = options
    this.#orders = metrics.counter('lemonade_certificate_orders_total', 'Orders of certificates by ACME, by outcome', [
      'outcome',
    ])
  }

  /** To be called when the listeners are open, since the authority comes to them. */
  start(): void {
    this.#wait(0)
  }

  /** What is under way with an authority may take minutes, and is left to itself. */
  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #wait(milliseconds: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.look().then(next => this.#wait(next))
    }, milliseconds)
    this.#timer.unref()
  }

  /** Looks once, and orders what is needed; answers with the milliseconds until the next look. Never rejects. */
  async look(): Promise<number> {
    const { log, limits } = this.#options
    try {
      const present = this.#present()
      const names = await this.#names(present)
      const records = await this.#look()
      const why = this.#reason(present, names, records)
      if (why !== null) {
        await this.#order(names, await this.#key(present, records), why)
        this.#orders.inc({ outcome: 'issued' })
      }
      this.#failures = 0
      return limits.certificateLookSeconds * 1000
    } catch (error) {
      if (this.#stopped) return 0
      if (error instanceof NamesRefused) this.#leaveOut(error.names)
      const wait =
        limits.certificateRetrySeconds * 2 ** Math.min(this.#failures, doublings) * (0.75 + this.#random() / 2)
      this.#failures++
      this.#orders.inc({ outcome: 'failed' })
      const facts = { error: messageOf(error), failures: this.#failures, retrySeconds: Math.round(wait) }
      log.error(facts, 'no certificate was issued; the old one stays in use')
      return wait * 1000
    }
  }

  #present(): X509Certificate | null {
    const pem = this.#options.files.certificate
    if (pem === null) return null
    try {
      return new X509Certificate(pem)
    } catch {
      // Damaged: another takes its place.
      return null
    }
  }

  async #names(present: X509Certificate | null): Promise<readonly string[]> {
    const { hostname, hasPages, dns, domains, limits } = this.#options
    const options = { hostname, hasPages, dns, limit: limits.certificateNames }
    const names = await certificateNames({ ...options, domains: await domains(), present: namesOf(present) })
    return names.filter(name => (this.#refused.get(name) ?? 0) <= this.#now())
  }

  /**
   * One name that the authority does not find here must not cost all others their certificate. Where it does not find the
   * host itself, the fault is not the names'.
   */
  #leaveOut(names: readonly string[]): void {
    for (const [name, until] of this.#refused) if (until <= this.#now()) this.#refused.delete(name)
    if (names.includes(this.#options.hostname)) return
    for (const name of names) this.#refused.set(name, this.#now() + refusedMilliseconds)
  }

  /** Why another one is needed; null where none is. Names that are too many do no harm until then. */
  #reason(present: X509Certificate | null, names: readonly string[], records: KeyRecords): string | null {
    if (present === null) return 'there is none yet'
    const had = namesOf(present)
    const added = names.filter(name => !had.includes(name))
    if (added.length > 0) return `it is to be for ${added.join(', ')}, too`
    if (records.next && !records.current) return 'DNS has a TLSA record of the next key alone'
    const [from, to] = [present.validFromDate.getTime(), present.validToDate.getTime()]
    const due = to - (to - from) * (1 / 3 + this.#early)
    return this.#now() >= due ? `it ends at ${present.validToDate.toISOString()}` : null
  }

  async #order(names: readonly string[], key: string, why: string): Promise<void> {
    const { acme, authority, files, challenges, log, onChange, pollMilliseconds } = this.#options
    log.info({ names, why }, 'certificate ordered')
    const accountKey = files.accountKey(acme.directory) ?? (await newKey())
    files.setAccountKey(acme.directory, accountKey)
    const poll = pollMilliseconds === undefined ? {} : { pollMilliseconds }
    const chain = await orderCertificate({ acme, authority, accountKey, names, key, challenges, ...poll })
    const issued = new X509Certificate(chain)
    if (!issued.checkPrivateKey(createPrivateKey(key))) throw new Error('the certificate is for another key')
    const lacking = names.filter(name => issued.checkHost(name) === undefined)
    if (lacking.length > 0) throw new Error(`the certificate is not for ${lacking.join(', ')}`)
    files.certificate = `${key.trimEnd()}\n${chain}`
    if (key === files.nextKey || files.nextKey === null) {
      files.nextKey = await newKey()
      this.#nextSeenAt = null
    }
    log.info({ names, until: issued.validToDate.toISOString() }, 'certificate issued')
    onChange()
  }

  /** Which key DNS knows by TLSA, looked at often, since what is in DNS only now is not everywhere yet. */
  async #look(): Promise<KeyRecords> {
    const { certificate, nextKey } = this.#options.files
    const published = await this.#publishedKeys()
    if (published === null) return { none: false, current: false, next: false }
    const has = (pem: string | null) => pem !== null && published.some(hash => isHashOf(hash, pem))
    const next = has(nextKey)
    if (next) this.#nextSeenAt ??= this.#now()
    else this.#nextSeenAt = null
    return { none: published.length === 0, current: has(certificate), next }
  }

  /**
   * The present key stays while DNS knows it, for mail would stay away with another (RFC 7672 §8.1); the next one has its
   * turn when its record has been there for a day, when it is the only one that DNS knows, or when DNS knows none.
   */
  async #key(present: X509Certificate | null, records: KeyRecords): Promise<string> {
    const { files } = this.#options
    const next = files.nextKey ?? (await newKey())
    const pem = files.certificate
    if (present === null || pem === null) return next
    const isSeen = this.#nextSeenAt !== null && this.#now() - this.#nextSeenAt >= publishedMilliseconds
    const turns = records.none || (records.next && (isSeen || !records.current))
    return turns ? next : createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString()
  }

  /** Hashes that DNS has; null where it does not say. */
  async #publishedKeys(): Promise<readonly Uint8Array[] | null> {
    const { dns, hostname } = this.#options
    try {
      const { records } = await dns.look(`_25._tcp.${hostname}`, 'TLSA')
      return records.map(({ data }) => data)
    } catch (error) {
      if (!(error instanceof DnsError)) throw error
      return null
    }
  }
}

/** Of the TLSA records of the host; all false where DNS does not say, or has other keys. */
interface KeyRecords {
  readonly none: boolean
  readonly current: boolean
  readonly next: boolean
}

function isHashOf(hash: Uint8Array, pem: string): boolean {
  return Buffer.from(keyHash(spkiOf(createPublicKey(pem)))).equals(hash)
}

/** subjectAltName (RFC 5280 §4.2.1.6) */
function namesOf(certificate: X509Certificate | null): readonly string[] {
  const text = certificate?.subjectAltName ?? ''
  return text.split(', ').flatMap(each => (each.startsWith('DNS:') ? [each.slice(4).toLowerCase()] : []))
}
