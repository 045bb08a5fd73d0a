/**
 * The notification filters (NF, RFC 5442 §4): reads the outbox and decides which devices are to be woken for what.
 *
 * What it decides is in the store before its cursor moves, in one transaction. An event that it meets twice, after a
 * crash, wakes a device once more at most.
 */
import type { Log } from '@lemonade/net'
import type { AccountId, Device, DeviceWakeUp, EventId, OutboxEvent, Store } from '@lemonade/store'
import type { NotifyLimits } from '../limits.ts'
import { Wake } from '../wake.ts'
import { contentOf, type NamedMessage, withEvent } from './content.ts'
import { isNamed, type Preferences } from './preferences.ts'
import { findMessage, headingOf, isAmong } from './sender.ts'
import type { Standing, Standings } from './standing.ts'

/** The key of its cursor. */
export const plannerName = 'devices'

/** Asks a script of an account whether an event is to wake a device. */
export type FilterScript = (account: AccountId, script: string, event: OutboxEvent) => Promise<boolean>

export interface PlannerOptions {
  readonly store: Store
  readonly standings: Standings
  readonly limits: NotifyLimits
  readonly log: Log
  readonly now: () => number
  readonly script: FilterScript | null
  /** Wake-ups are ready. */
  readonly planned: () => void
}

/** Events after which more may be unread, and those after which less may be. */
const raises: ReadonlySet<string> = new Set(['MessageAppend', 'MessageNew', 'FlagsClear'])
const lowers: ReadonlySet<string> = new Set([
  ...['MessageRead', 'MessageExpunge', 'MessageExpire', 'MessageTrash', 'MailboxDelete', 'FlagsSet'],
])
const arrivals: ReadonlySet<string> = new Set(['MessageAppend', 'MessageNew'])

export class Planner {
  readonly #options: PlannerOptions
  readonly #wake = new Wake()
  readonly #stopping = new AbortController()
  readonly #unwatch: () => void
  readonly #done: Promise<void>
  #taken = 0 as EventId
  #marked = 0 as EventId
  #markedAt = Number.NEGATIVE_INFINITY

  constructor(options: PlannerOptions) {
    this.#options = options
    this.#unwatch = options.store.bus.watchTopic('outbox', () => this.#wake.ring())
    this.#done = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#done
    this.#unwatch()
  }

  async #run(): Promise<void> {
    const { store, limits, log } = this.#options
    const stopping = this.#stopping.signal
    let started = false
    while (!stopping.aborted) {
      try {
        if (!started) this.#taken = this.#marked = await store.outbox.cursor(plannerName)
        started = true
        const page = await store.outbox.after(this.#taken, limits.pageEvents)
        if (page.length > 0) await this.#plan(page)
        else await this.#wake.wait(this.#restMilliseconds(), stopping)
        if (performance.now() - this.#markedAt >= limits.cursorMilliseconds) await this.#mark()
      } catch (error) {
        if (stopping.aborted) break
        log.error({ err: error }, 'events cannot be filtered for devices')
        await new Wake().wait(limits.firstRetryMilliseconds, stopping)
      }
    }
    await this.#mark().catch((error: unknown) => log.warn({ err: error }, 'the cursor of devices stays behind'))
  }

  #restMilliseconds(): number {
    const { pollMilliseconds, cursorMilliseconds } = this.#options.limits
    return this.#taken === this.#marked ? pollMilliseconds : cursorMilliseconds
  }

  async #mark(): Promise<void> {
    if (this.#taken === this.#marked) return
    const taken = this.#taken
    await this.#options.store.outbox.advance(plannerName, taken)
    this.#noteMarked(taken)
  }

  #noteMarked(taken: EventId): void {
    this.#marked = taken
    this.#markedAt = performance.now()
  }

  async #plan(page: readonly OutboxEvent[]): Promise<void> {
    const { store, standings, planned } = this.#options
    const wakeUps = new Map<number, DeviceWakeUp>()
    for (const row of page) {
      const { onlyFor } = row.parameters
      if (row.account === null || (onlyFor !== undefined && onlyFor !== plannerName)) continue
      for (const standing of await standings.of(row.account)) await this.#consider(row, standing, wakeUps)
    }
    const last = page.at(-1)?.id ?? this.#taken
    if (wakeUps.size > 0) {
      await store.devices.prepare([...wakeUps.values()], plannerName, last)
      this.#noteMarked(last)
    }
    this.#taken = last
    if (wakeUps.size > 0) planned()
  }

  async #consider(row: OutboxEvent, standing: Standing, wakeUps: Map<number, DeviceWakeUp>): Promise<void> {
    const { store, now } = this.#options
    const { preferences } = standing
    if (!isOfMailbox(row, preferences)) return
    const isWanted = preferences.on && preferences.events.includes(row.type)
    const mayTurn = preferences.on && preferences.messageWaiting && (raises.has(row.type) || lowers.has(row.type))
    if (!isWanted && !mayTurn) return
    const device = await store.devices.get(standing.device.account, standing.device.name)
    if (device === null || device.id !== standing.device.id) return
    const turns = mayTurn && (device.waiting ? lowers.has(row.type) : raises.has(row.type))
    const message = arrivals.has(row.type) ? messageIn(row) : null
    const isVip = await this.#isVip(device, message, preferences)
    if (!turns && !(isWanted && (isVip || !preferences.onlyVip) && (await this.#passes(row, device, preferences))))
      return
    const before = wakeUps.get(device.id) ?? device.pending
    if (before !== null && before !== undefined && before.id >= row.id) return
    wakeUps.set(device.id, {
      device: device.id,
      id: row.id,
      content: { ...withEvent(before ? contentOf(before) : null, row, message, isVip) },
      // One that waits for its target to recover goes on waiting.
      dueAt: device.attempts > 0 ? (device.pending?.dueAt ?? now()) : now(),
      expiresAt: row.at + Math.max(preferences.ttlSeconds, leastTtlSeconds) * 1000,
    })
  }

  async #isVip(device: Device, message: NamedMessage | null, { vip }: Preferences): Promise<boolean> {
    if (vip.length === 0 || message === null) return false
    const { store } = this.#options
    const found = await findMessage(store, device.account, message)
    return found !== null && isAmong(vip, (await headingOf(store, found.content)).address)
  }

  /** A script that cannot be asked holds nothing back. */
  async #passes(row: OutboxEvent, device: Device, { script }: Preferences): Promise<boolean> {
    const ask = this.#options.script
    if (script === null || ask === null) return true
    try {
      return await ask(device.account, script, row)
    } catch (error) {
      this.#options.log.warn({ err: error, script, device: device.name }, 'a script of notifications has failed')
      return true
    }
  }
}

/** Even what is to be delivered at once or never may take a moment. */
const leastTtlSeconds = 60

function isOfMailbox({ parameters }: OutboxEvent, { mailboxes, exceptMailboxes }: Preferences): boolean {
  const { mailbox } = parameters
  if (typeof mailbox !== 'string') return true
  return isNamed(mailbox, mailboxes) && !isNamed(mailbox, exceptMailboxes)
}

function messageIn({ parameters }: OutboxEvent): NamedMessage | null {
  const { mailbox, uidValidity, uids } = parameters
  if (typeof mailbox !== 'string' || typeof uidValidity !== 'number' || typeof uids !== 'string') return null
  // Of several, the newest.
  const [uid] = /\d+$/.exec(uids) ?? []
  return uid === undefined ? null : { mailbox, uidValidity, uid: Number(uid) }
}
