/** Lists of addresses in DNS: is a client's in one, and what is that worth (RFC 5782). */
import type { BlockList } from 'node:net'
import { isIPv4, isIPv6 } from 'node:net'
import { listedField, ownField } from '@lemonade/filter'
import type { Log, Metrics } from '@lemonade/net'
import type { RecordResolver } from '../authentication/lookups.ts'
import { networks, plainAddress } from '../authentication/networks.ts'
import type { MtaLimits } from '../limits.ts'

export interface ListZone {
  readonly zone: string
  /** What being in it adds; below zero for a list of the good. */
  readonly weight: number
  /** Answers that count; default: all that a list gives for an address (RFC 5782 §2.1). */
  readonly codes?: BlockList
}

export interface Listing {
  /** The weights of the lists that a client is in, together. */
  readonly score: number
  /** Names of the lists with what they answered. */
  readonly found: readonly { readonly zone: string; readonly weight: number; readonly code: string }[]
}

export interface ListingsOptions {
  readonly zones: readonly ListZone[]
  /** Keeps answers for as long as they are good for. */
  readonly resolver: RecordResolver
  readonly limits: Pick<MtaLimits, 'listSeconds' | 'listRestSeconds'>
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
}

/** What lists answer with; anything else comes from a domain that is no list any more. */
const anyCode = networks(['127.0.0.0/8']) as BlockList
/** With these, lists say that they do not answer us, not that somebody is listed. */
const refusals = networks(['127.255.255.0/24']) as BlockList

export const notListed: Listing = { score: 0, found: [] }

export class Listings {
  readonly #options: ListingsOptions
  /** Until when a list that did not answer is not asked. */
  readonly #resting = new Map<string, number>()

  constructor(options: ListingsOptions) {
    this.#options = options
  }

  /** Asks all lists at once. Never rejects: a list that does not answer in time says nothing. */
  async of(address: string): Promise<Listing> {
    const name = reversed(plainAddress(address))
    if (name === null) return notListed
    const answers = await Promise.all(this.#options.zones.map(zone => this.#ask(zone, name)))
    const found = answers.filter(answer => answer !== null)
    return { score: found.reduce((sum, { weight }) => sum + weight, 0), found }
  }

  async #ask(list: ListZone, name: string): Promise<Listing['found'][number] | null> {
    const { zone, weight, codes = anyCode } = list
    const { metrics, limits, now, log } = this.#options
    const count = (result: string) =>
      metrics
        .counter('lemonade_mta_dnsbl_total', 'Clients looked up in DNS lists', ['zone', 'result'])
        .inc({ zone, result })
    if ((this.#resting.get(zone) ?? 0) > now()) {
      count('resting')
      return null
    }
    try {
      const answer = await this.#addresses(`${name}.${zone}`)
      const refused = answer.find(code => refusals.check(code))
      if (refused !== undefined) throw new Error(`it refuses to answer, with ${refused}`)
      const code = answer.find(each => anyCode.check(each) && codes.check(each))
      count(code === undefined ? 'clear' : 'listed')
      return code === undefined ? null : { zone, weight, code }
    } catch (error) {
      count('failed')
      this.#resting.set(zone, now() + limits.listRestSeconds * 1000)
      log.warn({ err: error, zone }, 'a DNS list does not answer; it is left out for a while')
      return null
    }
  }

  /** Addresses of a name, none where there is no such name. Rejects where nobody knows. */
  async #addresses(name: string): Promise<readonly string[]> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(
      () => reject(new Error('it does not answer in time')),
      this.#options.limits.listSeconds * 1000,
    )
    const asked = this.#options.resolver.resolve(name, 'A')
    asked.catch(() => {})
    try {
      const found = await Promise.race([asked, late])
      return Array.isArray(found) ? found.filter(each => typeof each === 'string' && isIPv4(each)) : []
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA'))
        return []
      throw error
    } finally {
      clearTimeout(timer)
    }
  }
}

/** RFC 5782 §2.1, §2.4: octets or nibbles of an address, the last first; null for what is no address. */
export function reversed(address: string): string | null {
  if (isIPv4(address)) return address.split('.').reverse().join('.')
  if (!isIPv6(address)) return null
  return [
    ...groups(address)
      .map(group => group.toString(16).padStart(4, '0'))
      .join(''),
  ]
    .reverse()
    .join('.')
}

/** The eight numbers of an IPv6 address. */
export function groups(address: string): readonly number[] {
  // A URL writes it without the dots of an IPv4 address at its end.
  const [before = '', after] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::')
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map(group => Number.parseInt(group, 16)))
  const [head, tail] = [numbers(before), numbers(after ?? '')]
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => 0), ...tail]
}

/** The field that tells of it, '' for a client that is in no list. */
export function listedFieldOf({ score, found }: Listing): string {
  if (found.length === 0) return ''
  return ownField(listedField, [String(score), ...found.map(({ zone, code }) => `${zone}=${code}`)].join(' '))
}
