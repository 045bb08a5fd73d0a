/** Who may send as whom, and how much (RFC 6409 §6.1, §8.1). */
import { localForm, Refusal, type Reply, replies, reply } from '@lemonade/esmtp'
import type { Counter, Log, Metrics } from '@lemonade/net'
import { type Account, type Instant, type SendingLimits, type Store, StoreError } from '@lemonade/store'

/** By what right an account sends as an address; null: by none. */
export type SenderRight = 'own' | 'as' | 'on-behalf' | null

export interface SenderOptions {
  readonly store: Store
  readonly delimiter: string
  readonly limits: SendingLimits
  readonly metrics: Metrics
}

const groupClosed = reply(550, '5.7.1', 'The group takes no mail from you')
const tooManyAtOnce = reply(452, '4.5.3', 'More recipients than you may write to in an hour or a day')

export class Sender {
  readonly #options: SenderOptions
  readonly #account: Account
  readonly #log: Log
  readonly #limited: Counter

  constructor(account: Account, log: Log, options: SenderOptions) {
    this.#account = account
    this.#log = log
    this.#options = options
    const help = 'Messages and recipients that accounts were refused for having sent too much'
    this.#limited = options.metrics.counter('lemonade_submit_limited_total', help)
  }

  right(address: string): Promise<SenderRight> {
    const { store, delimiter } = this.#options
    return store.senders.right(this.#account.id, localForm(address), delimiter)
  }

  /** Throws Refusal where the reverse-path is nobody's whom the account may send as, or where it has sent enough. */
  async mayBegin(reversePath: string): Promise<void> {
    // The null reverse-path is for what must not be answered, such as a receipt (RFC 8098 §2).
    if (reversePath !== '' && (await this.right(reversePath)) === null) throw new Refusal(replies.notYourAddress)
    await this.#mayAdd(1)
  }

  /** Throws Refusal where an address here has nobody behind it, or a group that is closed; or where it is one too many. */
  async mayReach(address: string, recipients: number, reversePath: string, isOurs: boolean): Promise<void> {
    await this.#mayAdd(recipients)
    const { store, delimiter } = this.#options
    const name = localForm(address)
    if (!isOurs || /^postmaster(?:@|$)/i.test(name)) return
    const sender = { address: reversePath, account: this.#account.id, isTrusted: false }
    const route = await store.accounts.route(name, delimiter, sender)
    if (route === null) throw new Refusal(replies.noSuchRecipient)
    if (route.accounts.length + route.foreign.length === 0) throw new Refusal(groupClosed)
  }

  /** What a deposit counts. */
  spend(recipients: number): { account: Account['id']; recipients: number; limits: SendingLimits } {
    return { account: this.#account.id, recipients, limits: this.#options.limits }
  }

  /** The error as it is to be answered: another session has sent in the meantime. */
  async answered(error: unknown, recipients: number): Promise<unknown> {
    if (!(error instanceof StoreError) || error.problem !== 'sending-limit') return error
    return new Refusal(this.#enough((await this.#freeAt(recipients)) ?? Date.now()))
  }

  async #mayAdd(recipients: number): Promise<void> {
    const { recipientsPerHour, recipientsPerDay } = this.#options.limits
    const most = Math.min(recipientsPerHour || Number.POSITIVE_INFINITY, recipientsPerDay || Number.POSITIVE_INFINITY)
    if (recipients > most) throw new Refusal(tooManyAtOnce)
    const at = await this.#freeAt(recipients)
    if (at !== null) throw new Refusal(this.#enough(at))
  }

  #freeAt(recipients: number): Promise<Instant | null> {
    return this.#options.store.senders.freeAt(this.#account.id, { messages: 1, recipients }, this.#options.limits)
  }

  #enough(at: Instant): Reply {
    this.#limited.inc()
    const time = new Date(at).toISOString().replace(/:\d\d\.\d+Z$/, 'Z')
    this.#log.warn({ until: time }, 'an account has sent as much as it may')
    return reply(450, '4.7.1', `You have sent as much as you may in an hour or a day; again from ${time} on`)
  }
}
