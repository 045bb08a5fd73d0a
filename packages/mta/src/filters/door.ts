/** Whether a client from outside may hand in mail at all, before any of it has come: lists in DNS, and greylisting. */
import { domainOf, Refusal, reply, type Session } from '@lemonade/esmtp'
import type { Authenticator } from '../authentication/authenticator.ts'
import type { Greylisting } from './greylisting.ts'
import { type Listing, type Listings, notListed } from './listing.ts'

export interface DoorOptions {
  /** null where none are asked. */
  readonly listings: Listings | null
  /** From which score of lists on recipients are refused; 0: never. */
  readonly refuseFrom: number
  /** From which score on mail goes to Junk; 0: never. */
  readonly junkFrom: number
  readonly greylisting: Greylisting | null
  /** Knows SPF; null where nothing is authenticated. */
  readonly authenticator: Pick<Authenticator, 'isSender'> | null
}

/** One client, for as long as it stays. */
export class Visitor {
  readonly #session: Session
  readonly #options: DoorOptions
  #listing: Promise<Listing> | null = null
  #sender: { readonly reversePath: string; readonly passes: Promise<boolean> } | null = null

  constructor(session: Session, options: DoorOptions) {
    this.#session = session
    this.#options = options
  }

  /** Asks the lists, once; so that the answer may be there when it is wanted. */
  listing(): Promise<Listing> {
    this.#listing ??= this.#options.listings?.of(this.#session.remote.host) ?? Promise.resolve(notListed)
    return this.#listing
  }

  isSuspect({ score }: Listing): boolean {
    return reaches(score, this.#options.junkFrom)
  }

  /** Throws Refusal. */
  async mayReach(recipient: string, reversePath: string): Promise<void> {
    const { refuseFrom, greylisting } = this.#options
    const listing = await this.listing()
    // Who is listed by mistake must be able to say so (RFC 5321 §4.5.1).
    if (reaches(listing.score, refuseFrom) && !isPostmaster(recipient)) {
      const zones = listing.found.filter(({ weight }) => weight > 0).map(({ zone }) => zone)
      throw new Refusal(
        reply(550, '5.7.1', `Your address ${this.#session.remote.host} is listed by ${zones.join(', ')}`),
      )
    }
    // Those of a list of the good, and those whom the sender's domain names as its own, need not show patience.
    if (greylisting === null || listing.score < 0 || (await this.#isSender(reversePath))) return
    await greylisting.check(this.#session.remote.host, reversePath, recipient)
  }

  #isSender(reversePath: string): Promise<boolean> {
    if (this.#sender?.reversePath !== reversePath) {
      const { remote, hello } = this.#session
      const sending = { clientAddress: remote.host, hello: hello?.name ?? '', reversePath }
      const passes = this.#options.authenticator?.isSender(sending) ?? Promise.resolve(false)
      this.#sender = { reversePath, passes }
    }
    return this.#sender.passes
  }
}

function reaches(score: number, threshold: number): boolean {
  return threshold > 0 && score >= threshold
}

function isPostmaster(recipient: string): boolean {
  return /^postmaster$/i.test(domainOf(recipient) === '' ? recipient : recipient.slice(0, recipient.lastIndexOf('@')))
}
