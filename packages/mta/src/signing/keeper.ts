/**
 * Takes keys through their lives (RFC 6376 §3.6.1, §8.6): a new one signs when its record has been in DNS for a while, an
 * old one's record is asked for until the mail that it signed has arrived.
 *
 *     prepared ──record seen──▶ published ──time passes──▶ active ──another is──▶ retired ──time passes──▶ gone
 */
import type { Log } from '@lemonade/net'
import type { DkimKey, Instant, Store } from '@lemonade/store'
import { type Dns, DnsError } from '../dns/record.ts'
import type { MtaLimits } from '../limits.ts'
import { dkimAlgorithms, dkimName, ensureDkimKeys, isRecordOf, isWaiting, makeDkimKeys } from './key.ts'

export interface KeeperOptions {
  readonly store: Store
  readonly dns: Dns
  /** A key that has signed for so long is to be replaced; 0 for never. */
  readonly rotateDays: number
  readonly limits: Pick<MtaLimits, 'keyLookSeconds' | 'keyPublishedSeconds' | 'keyRetiredSeconds'>
  readonly log: Log
  readonly now: () => Instant
}

const day = 86_400_000
/** A server that has just started has better things to do. */
const firstLookMilliseconds = 5_000

export class KeyKeeper {
  readonly #options: KeeperOptions
  #timer: NodeJS.Timeout | null = null
  #tending: Promise<void> = Promise.resolve()

  constructor(options: KeeperOptions) {
    this.#options = options
  }

  start(): void {
    this.#wait(firstLookMilliseconds)
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#tending
  }

  #wait(milliseconds: number): void {
    this.#timer = setTimeout(() => {
      this.#tending = this.tend().then(() => {
        if (this.#timer !== null) this.#wait(this.#options.limits.keyLookSeconds * 1000)
      })
    }, milliseconds)
    this.#timer.unref()
  }

  /** Looks at all keys of all domains once. Never rejects. */
  async tend(): Promise<void> {
    const { store, log } = this.#options
    try {
      await store.dkimKeys.reseal()
    } catch (error) {
      log.error({ err: error }, 'a key for signing mail cannot be opened; lemonade domain rotate-key makes another')
    }
    try {
      for (const { name } of await store.domains.list()) await this.#tendDomain(name)
    } catch (error) {
      log.error({ err: error }, 'the keys for signing mail could not be looked at')
    }
  }

  async #tendDomain(domain: string): Promise<void> {
    const { store, log, now } = this.#options
    // What is no domain in DNS has no records in it.
    if (!domain.includes('.')) return
    try {
      const keys = await ensureDkimKeys(store, domain, now())
      for (const algorithm of dkimAlgorithms) {
        const own = keys.filter(key => key.algorithm === algorithm)
        for (const key of own) await this.#tendKey(key, own)
        await this.#rotate(domain, algorithm, own)
      }
    } catch (error) {
      log.error({ err: error, domain }, 'the keys for signing mail could not be looked at')
    }
  }

  async #tendKey(key: DkimKey, own: readonly DkimKey[]): Promise<void> {
    const { store, limits, log, now } = this.#options
    const { domain, selector, state } = key
    const age = now() - key.since
    if (state === 'active') return
    if (state === 'retired') {
      if (age < limits.keyRetiredSeconds * 1000) return
      await store.dkimKeys.remove(key)
      log.info({ domain, selector }, 'key removed; its record may be taken out of DNS')
      return
    }
    const isThere = await this.#isInDns(key)
    if (isThere === null) return
    if (!isThere) {
      if (state === 'prepared') return
      await store.dkimKeys.setState(key, 'prepared')
      log.warn({ domain, selector }, 'the record of a key is in DNS no longer')
      return
    }
    // Where nothing is signed yet, a signature that somebody cannot verify is no worse than none.
    const isFirst = !own.some(other => other.state === 'active')
    const isSeen = state === 'published' && age >= limits.keyPublishedSeconds * 1000
    if (!isFirst && !isSeen) {
      if (state === 'prepared') {
        await store.dkimKeys.setState(key, 'published')
        log.info({ domain, selector }, 'the record of a key is in DNS')
      }
      return
    }
    await store.dkimKeys.setState(key, 'active')
    log.info({ domain, selector }, 'mail is signed with a new key')
  }

  async #rotate(domain: string, algorithm: DkimKey['algorithm'], own: readonly DkimKey[]): Promise<void> {
    const { store, rotateDays, log, now } = this.#options
    const active = own.find(({ state }) => state === 'active')
    const isDue = rotateDays > 0 && active !== undefined && now() - active.since >= rotateDays * day
    if (!isDue || own.some(isWaiting)) return
    await makeDkimKeys(store, domain, [algorithm], now())
    log.info({ domain, algorithm }, 'a new key waits for its record in DNS; lemonade dns prints it')
  }

  /** null where DNS does not say. */
  async #isInDns(key: DkimKey): Promise<boolean | null> {
    try {
      const { records } = await this.#options.dns.look(dkimName(key), 'TXT')
      return records.some(record => isRecordOf(record.join(''), key))
    } catch (error) {
      if (!(error instanceof DnsError)) throw error
      this.#options.log.debug(
        { domain: key.domain, error: error.message },
        'the record of a key could not be looked up',
      )
      return null
    }
  }
}
