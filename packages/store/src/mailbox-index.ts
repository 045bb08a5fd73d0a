/**
 * The table of a mailbox in memory: UIDs, flag sets and mod-sequences, shared between all sessions that have it selected.
 *
 * - A state never changes for who holds it. Arrivals grow behind its `count`; changed flags and expunges make new arrays.
 * - It is loaded once, in slices, and kept fresh by `changesSince`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FlagsStored, MailboxIndex, MailboxState } from './api.ts'
import type { LocalBus } from './bus.ts'
import { changesSince, parallel } from './changes.ts'
import type { Connection } from './connection.ts'
import { mailboxById } from './mailbox-row.ts'
import type { Changes, MailboxId, ModSeq, Uid } from './model.ts'
import { StoreError } from './problem.ts'

/** Rows read in one go while a mailbox is loaded: a few milliseconds' worth. */
const sliceRows = 20_000

export class LiveIndex {
  readonly mailbox: MailboxId
  readonly #reader: Connection
  readonly #bus: LocalBus
  #state: MailboxState
  #heard: number

  private constructor(reader: Connection, bus: LocalBus, mailbox: MailboxId, state: MailboxState, heard: number) {
    this.#reader = reader
    this.#bus = bus
    this.mailbox = mailbox
    this.#state = state
    this.#heard = heard
  }

  static async load(reader: Connection, bus: LocalBus, mailbox: MailboxId): Promise<LiveIndex> {
    const heard = bus.heard
    const row = mailboxById(reader, mailbox)
    if (row === null || row.selectable === 0) throw new StoreError('no-such-mailbox', `mailbox ${mailbox}`)
    // Nothing from UIDNEXT on: what another process brings meanwhile must arrive once, by the query below.
    const select = reader.raw<[number, number, number]>(
      'SELECT uid, flag_set, modseq FROM messages WHERE mailbox_id = ? AND uid > ? AND uid < ? ORDER BY uid LIMIT ?',
    )
    let table = new Table(1024)
    for (let after = 0; ; await nextTurn()) {
      const rows = select.all(mailbox, after, row.uid_next, sliceRows)
      const { uids, flagSets, modSeqs } = parallel(rows)
      table = table.append(uids, flagSets, modSeqs)
      if (rows.length < sliceRows) break
      after = uids[uids.length - 1] as number
    }
    // What has happened since the first slice is learnt by the same query as everything later.
    const state = table.state(row.highest_modseq as ModSeq, row.uid_next as Uid)
    return new LiveIndex(reader, bus, mailbox, state, heard)
  }

  get state(): MailboxState {
    return this.#state
  }

  async refresh(): Promise<MailboxState> {
    const heard = this.#bus.heard
    if (heard !== this.#heard) {
      const changes = changesSince(this.#reader, this.mailbox, this.#state.modSeq)
      this.#state = applied(this.#state, changes)
      this.#heard = heard
    }
    return this.#state
  }

  /** Takes over flags that were stored, where nothing but what is known had happened before. */
  stored(before: ModSeq, { uids, flagSets, modSeq }: FlagsStored): void {
    const { modSeq: known, uidNext } = this.#state
    if (known !== before || uids.length === 0) return
    const modSeqs = new Float64Array(uids.length).fill(modSeq)
    const expunged = new Uint32Array(0)
    this.#state = applied(this.#state, { modSeq, uidNext, uids, flagSets, modSeqs, expunged, incomplete: false })
  }

  changedAfter(modSeq: ModSeq): Uint32Array {
    const { count, uids, modSeqs } = this.#state
    const changed: number[] = []
    for (let index = 0; index < count; index++) {
      if ((modSeqs[index] as number) > modSeq) changed.push(uids[index] as number)
    }
    return Uint32Array.from(changed)
  }

  handle(release: () => void): MailboxIndex {
    const live = this
    return {
      mailbox: this.mailbox,
      get state() {
        return live.#state
      },
      refresh: () => live.refresh(),
      changedAfter: modSeq => live.changedAfter(modSeq),
      position: uid => find(live.#state.uids, live.#state.count, uid),
      release,
    }
  }
}

/** The state after changes: the same arrays wherever they may stay. */
export function applied(state: MailboxState, changes: Changes): MailboxState {
  if (changes.incomplete) {
    return new Table(0).append(changes.uids, changes.flagSets, changes.modSeqs).state(changes.modSeq, changes.uidNext)
  }
  let table = new Table(state)
  const last = state.count === 0 ? 0 : (state.uids[state.count - 1] as number)
  const arrivals = lowerBound(changes.uids, changes.uids.length, last + 1)
  if (arrivals > 0) table = table.change(changes.uids, changes.flagSets, changes.modSeqs, arrivals)
  // Told as expunged, and perhaps never known.
  if (changes.expunged.length > 0) table = table.without(changes.expunged)
  if (arrivals < changes.uids.length) {
    table = table.append(
      changes.uids.subarray(arrivals),
      changes.flagSets.subarray(arrivals),
      changes.modSeqs.subarray(arrivals),
    )
  }
  return table.state(changes.modSeq, changes.uidNext)
}

class Table {
  readonly count: number
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  readonly modSeqs: Float64Array

  constructor(of: number | Pick<MailboxState, 'count' | 'uids' | 'flagSets' | 'modSeqs'>) {
    const { count, uids, flagSets, modSeqs } =
      typeof of === 'number'
        ? { count: 0, uids: new Uint32Array(of), flagSets: new Uint32Array(of), modSeqs: new Float64Array(of) }
        : of
    this.count = count
    this.uids = uids
    this.flagSets = flagSets
    this.modSeqs = modSeqs
  }

  /** Rows behind the last: nobody who holds a state looks there. */
  append(uids: Uint32Array, flagSets: Uint32Array, modSeqs: Float64Array): Table {
    const count = this.count + uids.length
    const grown =
      count <= this.uids.length ? this : this.#withRoom(Math.max(count, this.count + (this.count >> 2) + 64))
    grown.uids.set(uids, this.count)
    grown.flagSets.set(flagSets, this.count)
    grown.modSeqs.set(modSeqs, this.count)
    return new Table({ count, uids: grown.uids, flagSets: grown.flagSets, modSeqs: grown.modSeqs })
  }

  /** New flags and mod-sequences for the first `changes` of some UIDs; those that are not there are left out. */
  change(uids: Uint32Array, flagSets: Uint32Array, modSeqs: Float64Array, changes: number): Table {
    const table = new Table({ ...this, flagSets: this.flagSets.slice(), modSeqs: this.modSeqs.slice() })
    let at = 0
    for (let index = 0; index < changes; index++) {
      const uid = uids[index] as number
      at = changes > 64 ? advance(this.uids, this.count, uid, at) : lowerBound(this.uids, this.count, uid)
      if (at >= this.count || this.uids[at] !== uid) continue
      table.flagSets[at] = flagSets[index] as number
      table.modSeqs[at] = modSeqs[index] as number
    }
    return table
  }

  /** What stands between two that are gone moves as one piece. */
  without(expunged: Uint32Array): Table {
    const { uids, flagSets, modSeqs } = new Table(this.uids.length)
    let count = 0
    const take = (from: number, to: number) => {
      if (from === to) return
      uids.set(this.uids.subarray(from, to), count)
      flagSets.set(this.flagSets.subarray(from, to), count)
      modSeqs.set(this.modSeqs.subarray(from, to), count)
      count += to - from
    }
    let from = 0
    for (const uid of expunged) {
      const at = lowerBound(this.uids, this.count, uid, from)
      if (at === this.count || this.uids[at] !== uid) continue
      take(from, at)
      from = at + 1
    }
    take(from, this.count)
    return new Table({ count, uids, flagSets, modSeqs })
  }

  state(modSeq: ModSeq, uidNext: Uid): MailboxState {
    const { count, uids, flagSets, modSeqs } = this
    return { modSeq, uidNext, count, uids, flagSets, modSeqs }
  }

  #withRoom(rows: number): Table {
    const grown = new Table(rows)
    grown.uids.set(this.uids.subarray(0, this.count))
    grown.flagSets.set(this.flagSets.subarray(0, this.count))
    grown.modSeqs.set(this.modSeqs.subarray(0, this.count))
    return grown
  }
}

/** Where a UID is, or -1. */
function find(uids: Uint32Array, count: number, uid: number): number {
  const at = lowerBound(uids, count, uid)
  return at < count && uids[at] === uid ? at : -1
}

/** The first position whose UID is not smaller. */
export function lowerBound(uids: Uint32Array, count: number, uid: number, from = 0): number {
  let low = from
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((uids[middle] as number) < uid) low = middle + 1
    else high = middle
  }
  return low
}

/** The same from a position on, for one UID after the other. */
function advance(uids: Uint32Array, count: number, uid: number, from: number): number {
  let at = from
  while (at < count && (uids[at] as number) < uid) at++
  return at
}
