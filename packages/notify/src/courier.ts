/**
 * Carries the outbox to one sink: in order, one event at a time, at least once.
 *
 * Invariants: the next event is not touched before the sink has taken this one; the cursor never passes an event that
 * the sink has not taken; a failure is repeated for as long as it takes, never skipped. A sink that is down holds back
 * itself and nobody else. Where the store has given up keeping events for it, that is counted and logged.
 */
import type { Counter, Gauge, Log } from '@lemonade/net'
import type { EventId, OutboxEvent, Store } from '@lemonade/store'
import type { AccountNames } from './account-names.ts'
import { eventOf } from './event.ts'
import type { NotifyLimits } from './limits.ts'
import { DeliveryFailed, type Sink } from './sink.ts'
import { Wake } from './wake.ts'

export interface CourierOptions {
  readonly store: Store
  readonly sink: Sink
  readonly names: AccountNames
  readonly hostname: string
  readonly limits: NotifyLimits
  readonly log: Log
  readonly metrics: {
    readonly delivered: Counter
    readonly failures: Counter
    readonly lost: Counter
    readonly failing: Gauge
  }
  /** 0 to 1, for the jitter. */
  readonly random: () => number
}

export class Courier {
  readonly #options: CourierOptions
  readonly #wake = new Wake()
  /** Aborted: start nothing new. */
  readonly #stopping = new AbortController()
  /** Aborted: leave what is under way. */
  readonly #leaving = new AbortController()
  readonly #unwatch: () => void
  readonly #done: Promise<void>
  /** The last event that the sink has taken, and how far the store knows that. */
  #taken = 0 as EventId
  #marked = 0 as EventId
  #markedAt = 0

  constructor(options: CourierOptions) {
    this.#options = options
    this.#unwatch = options.store.bus.watchTopic('outbox', () => this.#wake.ring())
    this.#done = this.#run()
  }

  /** Lets the event under way arrive, for at most this long; marks what has arrived. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping.abort()
    const timer = setTimeout(() => this.#leaving.abort(), graceMilliseconds)
    await this.#done
    clearTimeout(timer)
    this.#unwatch()
    this.#options.sink.close()
  }

  async #run(): Promise<void> {
    const { store, sink, limits, log } = this.#options
    const stopping = this.#stopping.signal
    let started = false
    let failures = 0
    while (!stopping.aborted) {
      try {
        if (!started) {
          this.#taken = this.#marked = await store.outbox.cursor(sink.name)
          started = true
        }
        const page = await store.outbox.after(this.#taken, limits.pageEvents)
        if (page.length === 0) await this.#wake.wait(limits.pollMilliseconds, stopping)
        else await this.#deliverAll(page)
        failures = 0
      } catch (error) {
        if (stopping.aborted) break
        log.error({ err: error, sink: sink.name }, 'the outbox cannot be read or marked')
        await this.#pause(failures++, null)
      }
    }
    await this.#mark().catch((error: unknown) => log.warn({ err: error, sink: sink.name }, 'the cursor stays behind'))
  }

  async #deliverAll(page: readonly OutboxEvent[]): Promise<void> {
    for (const row of page) {
      this.#noteLost(row.id - this.#taken - 1)
      if (!(await this.#deliver(row))) break
      this.#taken = row.id
      this.#options.metrics.delivered.inc({ sink: this.#options.sink.name })
      if (performance.now() - this.#markedAt >= this.#options.limits.cursorMilliseconds) await this.#mark()
    }
    await this.#mark()
  }

  /** Numbers run without gaps: what is missing was dropped while the sink took nothing. */
  #noteLost(events: number): void {
    if (events === 0) return
    const { sink, log, metrics } = this.#options
    metrics.lost.inc({ sink: sink.name }, events)
    log.error({ sink: sink.name, after: this.#taken, events }, 'events were dropped that the sink had not taken')
  }

  /** Tries until the sink has taken the event; false where it is time to stop. */
  async #deliver(row: OutboxEvent): Promise<boolean> {
    const { sink, names, hostname, log, metrics } = this.#options
    const user = row.account === null ? null : await names.of(row.account)
    const event = eventOf(row, user, hostname)
    for (let failures = 0; !this.#stopping.signal.aborted; failures++) {
      try {
        await sink.deliver(event, this.#leaving.signal)
        if (failures > 0) log.info({ sink: sink.name, event: row.id, failures }, 'the sink takes events again')
        metrics.failing.set(0, { sink: sink.name })
        return true
      } catch (error) {
        if (this.#leaving.signal.aborted) return false
        metrics.failures.inc({ sink: sink.name })
        metrics.failing.set(1, { sink: sink.name })
        const reason = error instanceof Error ? error.message : String(error)
        log.warn({ sink: sink.name, event: row.id, failures: failures + 1, reason }, 'the sink did not take an event')
        // The wait may be long: what arrived before must not be sent again if the server dies in it.
        await this.#mark()
        await this.#pause(failures, error instanceof DeliveryFailed ? error.retryAfterMilliseconds : null)
      }
    }
    return false
  }

  async #mark(): Promise<void> {
    if (this.#taken === this.#marked) return
    await this.#options.store.outbox.advance(this.#options.sink.name, this.#taken)
    this.#marked = this.#taken
    this.#markedAt = performance.now()
  }

  /** Doubles from failure to failure, with half of it left to chance so that targets are not hit by all at once. */
  async #pause(failures: number, asked: number | null): Promise<void> {
    const { firstRetryMilliseconds, lastRetryMilliseconds } = this.#options.limits
    const doubled = Math.min(lastRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(failures, 30))
    const wait = Math.min(lastRetryMilliseconds, Math.max(doubled * (0.5 + this.#options.random() / 2), asked ?? 0))
    await new Wake().wait(wait, this.#stopping.signal)
  }
}
