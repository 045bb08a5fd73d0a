/** What becomes of queue entries (RFC 5321 §4.5.4.1), and what senders are told of it (RFC 3461 §5.2). */
import type { Log } from '@lemonade/net'
import { type Deposit, type Instant, type QueueEntry, type Store, StoreError } from '@lemonade/store'
import { Dsn, type Notice } from '../dsn.ts'
import type { MtaLimits } from '../limits.ts'
import type { Outcome } from './client.ts'
import { nextAttempt } from './retry.ts'

export interface SettleOptions {
  readonly store: Store
  readonly hostname: string
  readonly limits: MtaLimits
  readonly log: Log
  readonly now: () => Instant
  readonly random: () => number
}

/** Writes down what became of entries, and tells senders what they asked to be told. */
export class Settlement {
  readonly #options: SettleOptions
  readonly #dsn: Dsn

  constructor(options: SettleOptions) {
    this.#options = options
    this.#dsn = new Dsn(options)
  }

  /** Never rejects: an entry that could not be settled stays leased and comes back. */
  async settle(entry: QueueEntry, outcome: Outcome, remote: string | null): Promise<void> {
    const { log, now } = this.#options
    const facts = { queue: entry.id, from: entry.reversePath, to: entry.recipient, remote }
    try {
      if (outcome.sent) {
        log.info({ ...facts, reply: outcome.reply }, 'message sent')
        await this.#sent(entry, outcome, remote)
      } else if (outcome.permanent || entry.expiresAt <= now()) {
        log.info({ ...facts, reply: outcome.reply, status: outcome.status }, 'message returned')
        await this.#failed(entry, outcome, remote)
      } else {
        log.info({ ...facts, reply: outcome.reply, attempts: entry.attempts + 1 }, 'message deferred')
        await this.#deferred(entry, outcome, remote)
      }
    } catch (error) {
      // Somebody removed it meanwhile.
      if (error instanceof StoreError && error.problem === 'no-such-queue-entry') return
      log.error({ ...facts, err: error }, 'a queue entry could not be settled')
    }
  }

  /** RFC 3461 §5.2.2: a server that does not take DSN parameters will not report success; so this one says "relayed". */
  async #sent(entry: QueueEntry, outcome: Outcome & { sent: true }, remote: string | null): Promise<void> {
    const { store } = this.#options
    if (outcome.reportsSuccess || !wants(entry, 'SUCCESS', false)) return store.queue.delivered(entry.id)
    await this.#end(entry, {
      ...this.#notice(entry, remote, false),
      action: 'relayed',
      status: '2.0.0',
      diagnostic: { type: 'smtp', text: outcome.reply },
    })
  }

  async #failed(entry: QueueEntry, outcome: Outcome & { sent: false }, remote: string | null): Promise<void> {
    if (!wants(entry, 'FAILURE', true)) {
      await this.#options.store.queue.failed(entry.id, null)
      return
    }
    const { ret } = entry.options
    const whole = ret === 'FULL' || (ret === undefined && entry.octets <= this.#options.limits.returnOctets)
    await this.#end(entry, {
      ...this.#notice(entry, remote, whole),
      action: 'failed',
      status: outcome.permanent ? outcome.status : '5.4.7',
      diagnostic: diagnosticOf(outcome.reply),
    })
  }

  async #deferred(entry: QueueEntry, outcome: Outcome & { sent: false }, remote: string | null): Promise<void> {
    const { store, limits, now, random } = this.#options
    const at = Math.min(nextAttempt(now(), entry.attempts + 1, limits, random), Math.max(entry.expiresAt, now() + 1000))
    const late = now() - entry.queuedAt >= limits.delayNoticeSeconds * 1000
    // Without NOTIFY a delay is told to those who sent it from here; strangers' servers do their own telling.
    if (!late || entry.options.delayTold === true || !wants(entry, 'DELAY', entry.account !== null)) {
      return store.queue.retryAt(entry.id, at, outcome.reply)
    }
    const notice = {
      ...this.#notice(entry, remote, false),
      action: 'delayed' as const,
      status: outcome.status,
      diagnostic: diagnosticOf(outcome.reply),
      retryUntil: entry.expiresAt,
    }
    await this.#deposit(notice, deposit => store.messages.deposit(deposit))
    await store.queue.retryAt(entry.id, at, outcome.reply, { ...entry.options, delayTold: true })
  }

  #end(entry: QueueEntry, notice: Notice): Promise<void> {
    return this.#deposit(notice, deposit => this.#options.store.queue.failed(entry.id, deposit))
  }

  async #deposit(notice: Notice, use: (deposit: Deposit) => Promise<unknown>): Promise<void> {
    const deposit = await this.#dsn.deposit(notice)
    try {
      await use(deposit)
    } catch (error) {
      await deposit.content.discard()
      throw error
    }
  }

  #notice(entry: QueueEntry, remote: string | null, whole: boolean) {
    const { contents } = this.#options.store
    return {
      arrival: { at: entry.queuedAt, reversePath: entry.reversePath, envid: entry.options.envid ?? null },
      recipient: entry.recipient,
      orcpt: entry.options.orcpt ?? null,
      remote,
      retryUntil: null,
      original: {
        whole,
        header: async () => (await contents.structure(entry.content)).bodyStart,
        read: (start: number, end: number | undefined) => contents.read(entry.content, start, end),
      },
    }
  }
}

/** Whether the sender wants to hear of it; nobody hears anything of a bounce (RFC 5321 §6.1). */
function wants(
  { reversePath, options }: QueueEntry,
  condition: 'SUCCESS' | 'FAILURE' | 'DELAY',
  unasked: boolean,
): boolean {
  if (reversePath === '') return false
  return options.notify === undefined ? unasked : options.notify.includes(condition)
}

function diagnosticOf(text: string): Notice['diagnostic'] {
  return { type: /^\d{3}[ -]/.test(text) ? 'smtp' : 'x-lemonade', text }
}
