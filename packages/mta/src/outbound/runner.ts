/**
 * Empties the queue: takes what is due, delivers what is for accounts here, sends the rest.
 *
 * - It waits for the bus and for the time of the next due entry, and for nothing else.
 * - What it has in hand is leased and listed in `#inHand`, so that nothing is sent twice at a time.
 * - A destination that cannot be reached fails once, for all that waits for it.
 */
import { domainOf, localForm } from '@lemonade/esmtp'
import type { Counter, Log, Metrics } from '@lemonade/net'
import type { Instant, QueueEntry, QueueId, Store } from '@lemonade/store'
import type { Deliverer } from '../deposit.ts'
import type { Dns } from '../dns/record.ts'
import type { OverQuota } from '../full.ts'
import type { MtaLimits } from '../limits.ts'
import type { Signer } from '../signing/signer.ts'
import { type Batch, batches, lineUp } from './batch.ts'
import { ConnectionLost } from './channel.ts'
import { type Client, HostFailed, type Outcome } from './client.ts'
import { Connections } from './connections.ts'
import { deliverHere } from './here.ts'
import { fitting } from './hop-limits.ts'
import type { EgressTls } from './policy/egress.ts'
import { NoRoute, type SmartHost } from './route.ts'
import { Settlement } from './settlement.ts'
import { transmit } from './transmit.ts'
import { type OutboundRoute, type Way, wayOf } from './ways.ts'

export interface RunnerOptions {
  readonly store: Store
  readonly deliverer: Deliverer
  readonly hostname: string
  readonly overQuota: OverQuota
  readonly limits: MtaLimits
  readonly resolver: Dns
  readonly smartHost: SmartHost | null
  readonly routes: readonly OutboundRoute[]
  readonly egressTls: EgressTls
  readonly signer: Signer | null
  /** Of other servers: 25, but for tests. */
  readonly port: number
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => Instant
  readonly random: () => number
}

interface Destination {
  readonly way: Way
  readonly line: Batch[]
  workers: number
}

/** Longer than any attempt; a crash ends it early, since the next start releases all leases. */
const leaseSpare = 2
/** setTimeout counts no further. */
const longestTimer = 2 ** 31 - 1
const afterErrorMilliseconds = 10_000
/** So that others come to the store in between. */
const leasedAtOnce = 500

export class Runner {
  readonly #options: RunnerOptions
  readonly #settlement: Settlement
  readonly #outcomes: Counter
  readonly #inHand = new Set<QueueId>()
  readonly #destinations = new Map<string, Destination>()
  readonly #connections: Connections
  readonly #working = new Set<Promise<void>>()
  #workers = 0
  #pumping = false
  #again = false
  /** The hand was full: there may be more that is due. */
  #full = false
  #stopping = false
  #timer: NodeJS.Timeout | null = null
  #unwatch: () => void = () => {}

  constructor(options: RunnerOptions) {
    this.#options = options
    this.#settlement = new Settlement(options)
    this.#connections = new Connections(options)
    this.#outcomes = options.metrics.counter('lemonade_mta_outbound_total', 'Attempts to send, by outcome', ['outcome'])
  }

  async start(): Promise<void> {
    const { store } = this.#options
    // Leases that another process left behind: there is one runner, so nobody has those entries in hand.
    await store.queue.endLeases()
    this.#unwatch = store.bus.watchTopic('queue', () => this.#wake())
    this.#wake()
  }

  /** Lets transactions end for at most this long; what has not begun stays in the queue. */
  async stop(graceMilliseconds: number): Promise<void> {
    this.#stopping = true
    this.#unwatch()
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const { line } of this.#destinations.values()) line.length = 0
    this.#connections.stop()
    const deadline = setTimeout(() => this.#connections.cut(), graceMilliseconds)
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
    clearTimeout(deadline)
  }

  #wake(): void {
    if (this.#stopping) return
    this.#again = true
    if (!this.#pumping) this.#track(this.#pump())
  }

  #track(work: Promise<void>): void {
    this.#working.add(work)
    work.finally(() => this.#working.delete(work))
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#again && !this.#stopping) {
        this.#again = false
        const room = this.#room
        this.#full = room === 0
        if (room > 0 && (await this.#take(Math.min(room, leasedAtOnce)))) this.#again = true
      }
      // With a full hand, whoever is done with something wakes us.
      if (!this.#full) await this.#armTimer()
    } catch (error) {
      this.#options.log.error({ err: error }, 'the queue could not be read')
      this.#setTimer(afterErrorMilliseconds)
    } finally {
      this.#pumping = false
      if (this.#again) this.#wake()
    }
  }

  /** True where there may be more. */
  async #take(room: number): Promise<boolean> {
    const { store, hostname, limits, now } = this.#options
    const leaseMilliseconds = limits.attemptSeconds * leaseSpare * 1000
    const leased = await store.queue.lease(now(), leaseMilliseconds, room)
    const fresh = await this.#onTime(leased.filter(({ id }) => !this.#inHand.has(id)))
    for (const { id } of fresh) this.#inHand.add(id)
    const away: QueueEntry[] = []
    for (const entry of fresh) {
      const domain = localForm(domainOf(entry.recipient)).toLowerCase()
      if (domain === hostname || (await store.domains.has(domain))) this.#track(this.#deliver(entry))
      else away.push(entry)
    }
    const { smartHost, routes } = this.#options
    for (const batch of batches(away, entry => wayOf(entry, routes, smartHost), limits.outboundRecipients)) {
      const { way } = batch
      const destination = this.#destinations.get(way.name) ?? { way, line: [], workers: 0 }
      this.#destinations.set(way.name, destination)
      lineUp(destination.line, batch)
    }
    this.#staff()
    return leased.length === room
  }

  /** Those that may still be tried; their time may have passed while they waited. */
  async #onTime(entries: readonly QueueEntry[]): Promise<QueueEntry[]> {
    const found: QueueEntry[] = []
    for (const each of entries) {
      const entry = await this.#settlement.onTime(each)
      if (entry === null) this.#putDown([each])
      else found.push(entry)
    }
    return found
  }

  async #armTimer(): Promise<void> {
    const due = await this.#options.store.queue.nextDue()
    if (due !== null) this.#setTimer(Math.max(0, due - this.#options.now()))
  }

  #setTimer(milliseconds: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = this.#stopping ? null : setTimeout(() => this.#wake(), Math.min(milliseconds + 1, longestTimer))
  }

  async #deliver(entry: QueueEntry): Promise<void> {
    const outcome = await deliverHere(entry, this.#options)
    if (outcome === null) this.#outcomes.inc({ outcome: 'here' })
    else await this.#settle(entry, outcome, null)
    this.#putDown([entry])
  }

  /** Gives lines as many workers as they may have. */
  #staff(): void {
    const { outboundConnections, outboundPerDestination } = this.#options.limits
    for (const destination of this.#destinations.values()) {
      while (
        destination.line.length > destination.workers &&
        destination.workers < outboundPerDestination &&
        this.#workers < outboundConnections
      ) {
        destination.workers++
        this.#workers++
        this.#track(this.#work(destination))
      }
    }
  }

  /** One connection after the other, for one destination. */
  async #work(destination: Destination): Promise<void> {
    const { way, line } = destination
    const hand: Hand = { client: null, left: [], settling: Promise.resolve() }
    for (let batch = line.shift(); batch !== undefined; batch = line.shift()) {
      hand.left = batch.entries
      try {
        await this.#send(way, hand)
      } catch (error) {
        const outcome = failureOf(error)
        if (outcome === null) this.#options.log.error({ err: error, destination: way.name }, 'an attempt failed')
        const others = outcome === null ? [] : line.splice(0).flatMap(({ entries }) => entries)
        await this.#settleAll([...hand.left, ...others], outcome ?? localError)
      }
    }
    await hand.settling
    if (hand.client !== null) this.#connections.give(way, hand.client)
    destination.workers--
    this.#workers--
    if (destination.workers === 0 && line.length === 0) this.#destinations.delete(way.name)
    this.#staff()
  }

  /** Sends what is left, in as many transactions as the server wants (RFC 9422). Throws NoRoute, HostFailed. */
  async #send(way: Way, hand: Hand): Promise<void> {
    hand.left = await this.#onTime(hand.left)
    while (hand.left.length > 0) {
      hand.client ??= await this.#connections.take(way)
      const { client } = hand
      const part = this.#connections.hasRoom(client) ? fitting(hand.left, client.limits, client.domains) : []
      if (part.length > 0 && (await this.#transmit(client, part, hand))) {
        hand.left = hand.left.filter(entry => !part.includes(entry))
      } else {
        hand.client = null
        this.#connections.drop(client)
      }
    }
  }

  /**
   * One transaction. False where the connection had gone before it began. Its outcomes are written down while the next one
   * begins, and before that sends its message: a crash leaves no more than one message of a connection in doubt.
   */
  async #transmit(client: Client, entries: readonly QueueEntry[], hand: Hand): Promise<boolean> {
    const { store, limits, signer, now } = this.#options
    const late = setTimeout(() => client.cut(), limits.attemptSeconds * 1000)
    try {
      const outcomes = await transmit(client, entries, store, signer, now, () => hand.settling)
      hand.settling = hand.settling.then(() => this.#settleTransaction(client, entries, outcomes))
      return true
    } catch (error) {
      if (error instanceof ConnectionLost) return false
      throw error
    } finally {
      clearTimeout(late)
    }
  }

  async #settleTransaction(
    { hop }: Client,
    entries: readonly QueueEntry[],
    outcomes: ReadonlyMap<QueueEntry, Outcome>,
  ): Promise<void> {
    await Promise.all(entries.map(entry => this.#settle(entry, outcomes.get(entry) ?? localError, hop.name)))
    this.#putDown(entries)
  }

  async #settleAll(entries: readonly QueueEntry[], outcome: Outcome): Promise<void> {
    for (const entry of entries) await this.#settle(entry, outcome, null)
    this.#putDown(entries)
  }

  async #settle(entry: QueueEntry, outcome: Outcome, remote: string | null): Promise<void> {
    // What was cut off is as it was before: the next start takes it up again.
    if (this.#stopping && !outcome.sent && !outcome.permanent) return
    this.#outcomes.inc({ outcome: outcome.sent ? 'sent' : outcome.permanent ? 'refused' : 'deferred' })
    await this.#settlement.settle(entry, outcome, remote)
  }

  #putDown(entries: readonly QueueEntry[]): void {
    for (const { id } of entries) this.#inHand.delete(id)
    if (this.#full && this.#room > 0) this.#wake()
  }

  /** How many entries may be taken; none where it would be a few only, each with a transaction of the store. */
  get #room(): number {
    const { outboundEntries } = this.#options.limits
    const room = outboundEntries - this.#inHand.size
    return room < outboundEntries / 10 ? 0 : room
  }
}

/** What a worker has. */
interface Hand {
  client: Client | null
  /** Of its batch, what has no outcome yet. */
  left: readonly QueueEntry[]
  /** Outcomes of the message before are being written down. */
  settling: Promise<void>
}

const localError: Outcome = { sent: false, permanent: false, status: '4.3.0', reply: 'local error' }

/** What a failed route or connection means for all that waits for it; null where it is our own bug. */
function failureOf(error: unknown): Outcome | null {
  if (error instanceof NoRoute) {
    return { sent: false, permanent: error.permanent, status: error.status, reply: error.message }
  }
  if (!(error instanceof HostFailed)) return null
  const { permanent, status, message } = error
  return { sent: false, permanent, status: status ?? (permanent ? '5.3.2' : '4.4.1'), reply: message }
}
