/**
 * The indexes of a process: one a mailbox, shared by all who hold it, and kept for a while when nobody does, since who
 * leaves a mailbox mostly comes back.
 */
import type { FlagsStored, MailboxIndex } from './api.ts'
import type { LocalBus } from './bus.ts'
import type { Connection } from './connection.ts'
import { LiveIndex } from './mailbox-index.ts'
import type { State } from './mailbox-state.ts'
import type { FlagSetId, MailboxId, ModSeq, UidRanges } from './model.ts'
import { rangesOf } from './uid-ranges.ts'

/** Messages, in all, of mailboxes that are kept though nobody holds them: 16 octets each. */
const keptMessages = 2_000_000

interface Held {
  holders: number
  readonly index: Promise<LiveIndex>
}

export class MailboxIndexes {
  readonly #reader: Connection
  readonly #bus: LocalBus
  readonly #limit: number
  readonly #held = new Map<MailboxId, Held>()
  /** Those that nobody holds, the one that was left first in front, and how many messages each had. */
  readonly #kept = new Map<MailboxId, { readonly index: LiveIndex; readonly messages: number }>()
  #keptMessages = 0

  constructor(reader: Connection, bus: LocalBus, limit = keptMessages) {
    this.#reader = reader
    this.#bus = bus
    this.#limit = limit
  }

  async hold(mailbox: MailboxId): Promise<MailboxIndex> {
    const held = this.#held.get(mailbox) ?? { holders: 0, index: this.#take(mailbox) }
    held.holders++
    this.#held.set(mailbox, held)
    let released = false
    const release = (index: LiveIndex | null) => {
      if (released) return
      released = true
      if (--held.holders > 0 || this.#held.get(mailbox) !== held) return
      this.#held.delete(mailbox)
      if (index !== null) this.#keep(index)
    }
    try {
      const index = await held.index
      await index.refresh()
      return index.handle(() => release(index))
    } catch (error) {
      release(null)
      throw error
    }
  }

  /** Tells of flags that were just stored, so that what follows `before` need not be asked for. */
  async stored(mailbox: MailboxId, before: ModSeq, stored: FlagsStored): Promise<void> {
    const index = await this.#held.get(mailbox)?.index
    index?.stored(before, stored)
  }

  /** The newest state of a mailbox that is in memory; null of one that is not. */
  async state(mailbox: MailboxId): Promise<State | null> {
    const index = (await this.#held.get(mailbox)?.index) ?? this.#kept.get(mailbox)?.index
    return index === undefined ? null : index.refresh()
  }

  /**
   * Those of the UIDs whose flag set passes, where the mailbox is in memory, so that the writer need not look through a
   * million rows for a few. Of another mailbox, all that was asked.
   */
  async narrow(mailbox: MailboxId, ranges: UidRanges, passes: (set: FlagSetId) => boolean): Promise<UidRanges> {
    const state = await this.state(mailbox)
    return state === null ? ranges : narrowed(state, ranges, passes)
  }

  #take(mailbox: MailboxId): Promise<LiveIndex> {
    const kept = this.#kept.get(mailbox)
    if (kept === undefined) return LiveIndex.load(this.#reader, this.#bus, mailbox)
    this.#forget(mailbox)
    return Promise.resolve(kept.index)
  }

  #keep(index: LiveIndex): void {
    const messages = index.state.count
    this.#kept.set(index.mailbox, { index, messages })
    this.#keptMessages += messages
    for (const mailbox of this.#kept.keys()) {
      if (this.#keptMessages <= this.#limit) break
      this.#forget(mailbox)
    }
  }

  #forget(mailbox: MailboxId): void {
    this.#keptMessages -= this.#kept.get(mailbox)?.messages ?? 0
    this.#kept.delete(mailbox)
  }
}

function narrowed(state: State, ranges: UidRanges, passes: (set: FlagSetId) => boolean): UidRanges {
  const known: (boolean | undefined)[] = []
  const found: number[] = []
  for (const { first, last } of ranges) {
    const stretches = state.stretches(state.uids.lowerBound(first), state.uids.lowerBound(last + 1))
    for (const { uids, flagSets, from, to } of stretches) {
      for (let at = from; at < to; at++) {
        const set = flagSets[at] as FlagSetId
        known[set] ??= passes(set)
        if (known[set]) found.push(uids[at] as number)
      }
    }
  }
  return rangesOf(found)
}
