/**
 * The table of a mailbox in memory, shared between all sessions that have it selected: loaded once, in slices, and kept
 * fresh by `changesSince`.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FlagsStored, MailboxIndex } from './api.ts'
import type { LocalBus } from './bus.ts'
import { changesSince, parallel } from './changes.ts'
import type { Connection } from './connection.ts'
import { mailboxById } from './mailbox-row.ts'
import { State } from './mailbox-state.ts'
import type { MailboxId, ModSeq, Uid } from './model.ts'
import { StoreError } from './problem.ts'

/** Rows read in one go while a mailbox is loaded: a few milliseconds' worth. */
const sliceRows = 20_000

export class LiveIndex {
  readonly mailbox: MailboxId
  readonly #reader: Connection
  readonly #bus: LocalBus
  #state: State
  #heard: number

  private constructor(reader: Connection, bus: LocalBus, mailbox: MailboxId, state: State, heard: number) {
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
    // What has happened since the first slice is learnt by the same query as everything later.
    let state = State.empty(row.highest_modseq as ModSeq, row.uid_next as Uid)
    for (let after = 0; ; await nextTurn()) {
      const rows = select.all(mailbox, after, row.uid_next, sliceRows)
      const { uids, flagSets, modSeqs } = parallel(rows)
      state = state.grown({ uids, flagSets, modSeqs })
      if (rows.length < sliceRows) break
      after = uids[uids.length - 1] as number
    }
    return new LiveIndex(reader, bus, mailbox, state, heard)
  }

  get state(): State {
    return this.#state
  }

  async refresh(): Promise<State> {
    const heard = this.#bus.heard
    if (heard !== this.#heard) {
      const changes = changesSince(this.#reader, this.mailbox, this.#state.modSeq)
      this.#state = this.#state.after(changes)
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
    this.#state = this.#state.after({ modSeq, uidNext, uids, flagSets, modSeqs, expunged, incomplete: false })
  }

  handle(release: () => void): MailboxIndex {
    const live = this
    return {
      mailbox: this.mailbox,
      get state() {
        return live.#state
      },
      refresh: () => live.refresh(),
      changedAfter: modSeq => live.#state.changedAfter(modSeq),
      position: uid => live.#state.position(uid),
      release,
    }
  }
}
