/**
 * Carries the outbox to one sink: in order, at least once, as many events at a time as the sink takes.
 *
 * Invariants: the next events are not touched before the sink has taken these; the cursor never passes an event that
 * the sink has not taken, but for one that it refuses for good, which becomes a dead letter in the transaction that
 * moves the cursor past it; any other failure is repeated for as long as it takes. A sink that is down holds back itself
 * and nobody else. Where the store has given up keeping events for it, that is counted and logged.
 */
import type { Counter, Gauge, Histogram, Log } from '@lemonade/net'
import type { EventId, OutboxEvent, Store } from '@lemonade/store'
import type { AccountNames } from './account-names.ts'
import { eventOf, type NotifyEvent } from './event.ts'
import { includedIn } from './included.ts'
import type { NotifyLimits } from './limits.ts'
import { DeliveryFailed, DeliveryRefused, type Sink } from './sink.ts'
import { Wake } from './wake.ts'

export interface CourierOptions {
  readonly store: Store
  readonly sink: Sink
  readonly names: AccountNames
  readonly hostname: string
  readonly limits: NotifyLimits
  readonly log: Log
  readonly metrics: CourierMetrics
  readonly now: () => number
  /** 0 to 1, for the jitter. */
  readonly random: () => number
}

export interface CourierMetrics {
  readonly delivered: Counter
  readonly failures: Counter
  readonly lost: Counter
  readonly refused: Counter
  readonly failing: Gauge
  readonly latency: Histogram
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
  /** The last event that the sink is done with, and how far the store knows that. */
  #taken = 0 as EventId
  #marked = 0 as EventId
  #markedAt = Number.NEGATIVE_INFINITY
  /** Under way beside the deliveries, which do not wait for it. */
  #marking: Promise<void> | null = null

  constructor(options: CourierOptions) {
    this.#options = options
    this.#unwatch = options.store.bus.watchTopic('outbox', () => this.#wake.ring())
    this.#done = this.#run()
  }

  /** Lets what is under way arrive, for at most this long; marks what has arrived. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping.abort()
    const timer = setTimeout(() => this.#leaving.abort(), graceMilliseconds)
    await this.#done
    clearTimeout(timer)
    this.#unwatch()
    this.#options.sink.close()
  }

  async #run(): Promise<void> {
    const { store, sink, log } = this.#options
    const stopping = this.#stopping.signal
    let started = false
    let failures = 0
    while (!stopping.aborted) {
      try {
        if (!started) {
          this.#taken = this.#marked = await store.outbox.cursor(sink.name)
          started = true
        }
        const page = await this.#page()
        if (page.length === 0) await this.#rest()
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

  /** What comes next; where the sink would rather take more at once, after a moment in which more may come. */
  async #page(): Promise<readonly OutboxEvent[]> {
    const { store, sink, limits } = this.#options
    const { events = 1, milliseconds = 0 } = sink.batch ?? {}
    const size = Math.max(limits.pageEvents, events)
    const page = await store.outbox.after(this.#taken, size)
    const wanted = page.filter(row => this.#wants(row)).length
    if (wanted === 0 || wanted >= events || page.length >= size || milliseconds === 0) return page
    await new Wake().wait(milliseconds, this.#stopping.signal)
    return store.outbox.after(this.#taken, size)
  }

  #wants({ type, parameters }: OutboxEvent): boolean {
    const { name, types } = this.#options.sink
    // A dead letter that is replayed is for the sink that refused it.
    if ((parameters['onlyFor'] ?? name) !== name) return false
    return types?.has(type) ?? true
  }

  /** Until there may be news. The cursor is marked before long, not after each event: that would be a write each. */
  async #rest(): Promise<void> {
    const { pollMilliseconds, cursorMilliseconds } = this.#options.limits
    const isBehind = this.#taken !== this.#marked
    const due = Math.max(0, this.#markedAt + cursorMilliseconds - performance.now())
    await this.#wake.wait(isBehind ? Math.min(due, pollMilliseconds) : pollMilliseconds, this.#stopping.signal)
    this.#markWhenDue()
  }

  async #deliverAll(page: readonly OutboxEvent[]): Promise<void> {
    const most = this.#options.sink.batch?.events ?? 1
    let batch: OutboxEvent[] = []
    for (const [at, row] of page.entries()) {
      this.#noteLost(row.id - (page[at - 1]?.id ?? this.#taken) - 1)
      if (this.#wants(row)) batch.push(row)
      if (batch.length < most && at < page.length - 1) continue
      if (batch.length > 0 && !(await this.#deliver(batch))) return
      this.#taken = row.id
      batch = []
      this.#markWhenDue()
    }
  }

  /** Numbers run without gaps: what is missing was dropped while the sink took nothing. */
  #noteLost(events: number): void {
    if (events === 0) return
    const { sink, log, metrics } = this.#options
    metrics.lost.inc({ sink: sink.name }, events)
    log.error({ sink: sink.name, after: this.#taken, events }, 'events were dropped that the sink had not taken')
  }

  /** Tries until the sink is done with the events; false where it is time to stop. */
  async #deliver(rows: readonly OutboxEvent[]): Promise<boolean> {
    const { sink, log, metrics } = this.#options
    let waiting = rows
    let events = await Promise.all(rows.map(row => this.#event(row)))
    for (let failures = 0; !this.#stopping.signal.aborted; ) {
      for (const row of waiting) metrics.latency.observe(this.#age(row), { sink: sink.name })
      try {
        await sink.deliver(events, this.#leaving.signal)
        if (failures > 0) log.info({ sink: sink.name, event: waiting[0]?.id, failures }, 'the sink takes events again')
        metrics.failing.set(0, { sink: sink.name })
        metrics.delivered.inc({ sink: sink.name }, waiting.length)
        return true
      } catch (error) {
        const taken = error instanceof DeliveryFailed ? Math.min(error.taken, waiting.length) : 0
        const isRefused = error instanceof DeliveryRefused && taken < waiting.length
        this.#took(waiting.slice(0, taken))
        if (isRefused) await this.#bury(waiting[taken] as OutboxEvent, error.message)
        const done = taken + Number(isRefused)
        waiting = waiting.slice(done)
        events = events.slice(done)
        if (waiting.length === 0) return true
        if (done > 0) failures = 0
        if (isRefused) continue
        if (this.#leaving.signal.aborted) return false
        failures++
        await this.#failed(waiting[0] as OutboxEvent, failures, error)
      }
    }
    return false
  }

  #took(rows: readonly OutboxEvent[]): void {
    const last = rows.at(-1)
    if (last === undefined) return
    this.#taken = last.id
    this.#options.metrics.delivered.inc({ sink: this.#options.sink.name }, rows.length)
  }

  async #event(row: OutboxEvent): Promise<NotifyEvent> {
    const { store, sink, names, hostname, now } = this.#options
    const { include, tags, plainFlags } = sink
    const user = row.account === null ? null : await names.of(row.account)
    const more = include === undefined ? {} : await includedIn({ store, hostname, now }, row, include)
    return eventOf(row, {
      ...{ user, hostname, more },
      ...(tags === undefined ? {} : { tags }),
      ...(plainFlags === undefined ? {} : { plainFlags }),
    })
  }

  /** Seconds since it was committed. */
  #age(row: OutboxEvent): number {
    return Math.max(0, this.#options.now() - row.at) / 1000
  }

  async #bury(row: OutboxEvent, reason: string): Promise<void> {
    const { store, sink, log, metrics } = this.#options
    await store.outbox.bury(sink.name, row.id, reason)
    this.#taken = this.#marked = row.id
    this.#markedAt = performance.now()
    metrics.refused.inc({ sink: sink.name })
    log.error({ sink: sink.name, event: row.id, reason }, 'the sink refuses an event for good: it is a dead letter')
  }

  async #failed(row: OutboxEvent, failures: number, error: unknown): Promise<void> {
    const { sink, log, metrics } = this.#options
    metrics.failures.inc({ sink: sink.name })
    metrics.failing.set(1, { sink: sink.name })
    const reason = error instanceof Error ? error.message : String(error)
    log.warn({ sink: sink.name, event: row.id, failures, reason }, 'the sink did not take an event')
    // The wait may be long: what arrived before must not be sent again if the server dies in it.
    await this.#mark()
    await this.#pause(failures - 1, error instanceof DeliveryFailed ? error.retryAfterMilliseconds : null)
  }

  /** Beside what is delivered meanwhile: a commit may take longer than an event may wait. */
  #markWhenDue(): void {
    const { limits, sink, log } = this.#options
    if (this.#marking !== null || this.#taken === this.#marked) return
    if (performance.now() - this.#markedAt < limits.cursorMilliseconds) return
    this.#marking = this.#advance()
      .catch((error: unknown) => log.error({ err: error, sink: sink.name }, 'the cursor cannot be marked'))
      .finally(() => {
        this.#marking = null
      })
  }

  /** Resolves once the store knows what the sink is done with. */
  async #mark(): Promise<void> {
    await this.#marking
    if (this.#taken !== this.#marked) await this.#advance()
  }

  async #advance(): Promise<void> {
    const taken = this.#taken
    // Also after a failure the next attempt has its time.
    this.#markedAt = performance.now()
    await this.#options.store.outbox.advance(this.#options.sink.name, taken)
    // A dead letter may have marked more meanwhile.
    if (taken > this.#marked) this.#marked = taken
  }

  /** Doubles from failure to failure, with half of it left to chance so that targets are not hit by all at once. */
  async #pause(failures: number, asked: number | null): Promise<void> {
    const { firstRetryMilliseconds, lastRetryMilliseconds } = this.#options.limits
    const doubled = Math.min(lastRetryMilliseconds, firstRetryMilliseconds * 2 ** Math.min(failures, 30))
    const wait = Math.min(lastRetryMilliseconds, Math.max(doubled * (0.5 + this.#options.random() / 2), asked ?? 0))
    await new Wake().wait(wait, this.#stopping.signal)
  }
}
