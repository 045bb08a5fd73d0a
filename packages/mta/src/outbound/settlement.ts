/** What becomes of queue entries (RFC 5321 §4.5.4.1), and what senders are told of it (RFC 3461 §5.2). */
import type { Log } from '@lemonade/net'
import { type Deposit, type Instant, type QueueEntry, type Store, StoreError } from '@lemonade/store'
import { Dsn, type Notice } from '../dsn.ts'
import type { MtaLimits } from '../limits.ts'
import type { Outcome } from './client.ts'
import { triedUntil } from './deliver-by.ts'
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
      } else if (outcome.permanent || triedUntil(entry) <= now()) {
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

  /**
   * An entry as it may be tried now; null where its time has passed and it was returned (RFC 2852 §4.1.3). Of a time
   * that passed here the sender is told; of one that had passed before, only where there is more of a delay. Never
   * rejects.
   */
  async onTime(entry: QueueEntry): Promise<QueueEntry | null> {
    const { log, now } = this.#options
    const { by, byTold } = entry.options
    if (by === undefined || by.at > now()) return entry
    const late = { sent: false, permanent: false, status: '4.4.7', reply: entry.lastReply ?? timeIsUp } as const
    if (by.mode === 'return') {
      await this.settle(entry, late, null)
      return null
    }
    if (byTold === true || by.at <= entry.queuedAt) return entry
    try {
      return { ...entry, options: (await this.#tellLate(entry, late, null)) ?? entry.options }
    } catch (error) {
      log.error({ queue: entry.id, err: error }, 'a notification could not be made')
      return entry
    }
  }

  /** RFC 3461 §5.2.2: a server that does not take DSN parameters will not report success; so this one says "relayed". */
  async #sent(entry: QueueEntry, outcome: Outcome & { sent: true }, remote: string | null): Promise<void> {
    const { store } = this.#options
    const { relayed } = outcome
    const isAsked = relayed !== undefined && !wantsNothing(entry)
    const isOwed = !outcome.reportsSuccess && wants(entry, 'SUCCESS', false)
    if (!isAsked && !isOwed) return store.queue.delivered(entry.id)
    await this.#end(entry, {
      ...this.#notice(entry, remote, false),
      action: 'relayed',
      ...(isAsked ? { because: relayed } : {}),
      status: '2.0.0',
      diagnostic: { type: 'smtp', text: outcome.reply },
    })
  }

  async #failed(entry: QueueEntry, outcome: Outcome & { sent: false }, remote: string | null): Promise<void> {
    const told = this.#toldOfFailure(entry)
    if (told === null) {
      await this.#options.store.queue.failed(entry.id, null)
      return
    }
    const { ret, by, body } = entry.options
    const status = outcome.permanent ? outcome.status : '5.4.7'
    const isLate = status === '5.4.7' && by !== undefined && by.at <= this.#options.now()
    const isSmall = entry.octets <= this.#options.limits.returnOctets
    // What is binary cannot stand in a notification, which is text (RFC 3030 §3).
    const whole = body !== 'BINARYMIME' && (ret === 'FULL' || (ret === undefined && isSmall))
    const notice = this.#notice(entry, remote, whole)
    await this.#end(entry, {
      ...notice,
      arrival: { ...notice.arrival, reversePath: told },
      action: 'failed',
      ...(isLate ? { because: 'late' as const } : {}),
      status,
      diagnostic: diagnosticOf(outcome.reply),
    })
  }

  /**
   * Who hears of a message that cannot be delivered; null for nobody. Of a notification of this server itself it is the
   * postmaster, and of what the postmaster cannot be told it is the log.
   */
  #toldOfFailure(entry: QueueEntry): string | null {
    const { hostname, log } = this.#options
    if (wants(entry, 'FAILURE', true)) return entry.reversePath
    const postmaster = `postmaster@${hostname}`
    if (entry.reversePath !== '' || entry.options.notification !== true) return null
    if (entry.recipient !== postmaster) return postmaster
    log.error({ queue: entry.id }, 'a notification could not be delivered, not even to the postmaster')
    return null
  }

  async #deferred(entry: QueueEntry, outcome: Outcome & { sent: false }, remote: string | null): Promise<void> {
    const { store, limits, now, random } = this.#options
    const { by } = entry.options
    const at = Math.min(
      nextAttempt(now(), entry.attempts + 1, limits, random),
      Math.max(triedUntil(entry), now() + 1000),
      // When the time has come it is looked at again.
      by !== undefined && by.at > now() ? by.at : Number.POSITIVE_INFINITY,
    )
    const told = await this.#tellLate(entry, { ...outcome, status: '4.4.7' }, remote)
    if (told !== null) return store.queue.retryAt(entry.id, at, outcome.reply, told)
    const late = now() - (entry.options.release?.at ?? entry.queuedAt) >= limits.delayNoticeSeconds * 1000
    // Without NOTIFY a delay is told to those who sent it from here; strangers' servers do their own telling.
    if (!late || entry.options.delayTold === true || !wants(entry, 'DELAY', entry.account !== null)) {
      return store.queue.retryAt(entry.id, at, outcome.reply, entry.options)
    }
    await this.#tellDelay(entry, outcome, remote)
    await store.queue.retryAt(entry.id, at, outcome.reply, { ...entry.options, delayTold: true })
  }

  /** What the entry's options are once the sender knows that the time has passed; null where that is not to be told. */
  async #tellLate(
    entry: QueueEntry,
    outcome: Outcome & { sent: false },
    remote: string | null,
  ): Promise<QueueEntry['options'] | null> {
    const { by, byTold } = entry.options
    if (by?.mode !== 'notify' || by.at > this.#options.now() || byTold === true) return null
    if (!wants(entry, 'DELAY', true)) return null
    await this.#tellDelay(entry, outcome, remote, 'late')
    return { ...entry.options, byTold: true, delayTold: true }
  }

  async #tellDelay(
    entry: QueueEntry,
    outcome: Outcome & { sent: false },
    remote: string | null,
    because?: 'late',
  ): Promise<void> {
    const notice = {
      ...this.#notice(entry, remote, false),
      action: 'delayed' as const,
      ...(because === undefined ? {} : { because }),
      status: outcome.status,
      diagnostic: diagnosticOf(outcome.reply),
      retryUntil: triedUntil(entry),
    }
    await this.#deposit(notice, deposit => this.#options.store.messages.deposit(deposit))
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
      arrival: {
        at: entry.queuedAt,
        reversePath: entry.reversePath,
        envid: entry.options.envid ?? null,
        priority: entry.options.priority ?? 0,
        release: entry.options.release?.request,
        tls: entry.options.tls,
      },
      deliverBy: entry.options.by?.at ?? null,
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

const timeIsUp = 'the time for delivery has passed'

/** True where the sender must not be told anything (RFC 3461 §4.1, RFC 5321 §6.1). */
function wantsNothing({ reversePath, options }: QueueEntry): boolean {
  return reversePath === '' || options.notify?.includes('NEVER') === true
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
