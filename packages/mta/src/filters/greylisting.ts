/** Greylisting: who has never come before is asked to come again (RFC 6647). */
import { isIPv4 } from 'node:net'
import { localForm, Refusal, reply } from '@lemonade/esmtp'
import type { Metrics } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { plainAddress } from '../authentication/networks.ts'
import type { MtaLimits } from '../limits.ts'
import { groups } from './listing.ts'

export interface GreylistingOptions {
  readonly store: Pick<Store, 'greylist'>
  readonly limits: Pick<
    MtaLimits,
    'greylistSeconds' | 'greylistWindowSeconds' | 'greylistKeptSeconds' | 'greylistPasses'
  >
  readonly metrics: Metrics
}

export class Greylisting {
  readonly #options: GreylistingOptions

  constructor(options: GreylistingOptions) {
    this.#options = options
  }

  /** Throws Refusal where it has to wait. */
  async check(clientAddress: string, reversePath: string, recipient: string): Promise<void> {
    const { store, limits, metrics } = this.#options
    const triple = {
      network: networkOf(clientAddress),
      sender: localForm(reversePath),
      recipient: localForm(recipient),
    }
    const { waitMilliseconds, isKnown } = await store.greylist.seen(triple, {
      delayMilliseconds: limits.greylistSeconds * 1000,
      windowMilliseconds: limits.greylistWindowSeconds * 1000,
      keptMilliseconds: limits.greylistKeptSeconds * 1000,
      passes: limits.greylistPasses,
    })
    const result = waitMilliseconds > 0 ? 'deferred' : isKnown ? 'known' : 'passed'
    metrics
      .counter('lemonade_mta_greylist_total', 'Recipients that greylisting has decided on', ['result'])
      .inc({ result })
    if (waitMilliseconds === 0) return
    const seconds = Math.ceil(waitMilliseconds / 1000)
    throw new Refusal(reply(451, '4.7.1', `Greylisted, try again in ${seconds} seconds`))
  }
}

/** Neighbours that share the work of sending: an IPv4 /24, an IPv6 /64. */
export function networkOf(address: string): string {
  const plain = plainAddress(address)
  if (isIPv4(plain)) return `${plain.split('.').slice(0, 3).join('.')}.0/24`
  return `${groups(plain)
    .slice(0, 4)
    .map(group => group.toString(16))
    .join(':')}::/64`
}
