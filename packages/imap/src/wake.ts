/** Waits for something to happen that a session may have to hear of (the design's third idea: a wake-up says no more than that). */
import type { AccountId } from '@lemonade/store'
import type { Session } from './session.ts'

export class Wake {
  readonly #session: Session
  #next = Promise.withResolvers<void>()
  readonly #up = () => this.#next.resolve()
  readonly #watched = new Map<AccountId, () => void>()

  constructor(session: Session) {
    this.#session = session
    session.wakes.add(this.#up)
    this.#watch()
  }

  /** Resolves at the first change since `reset`; at once where there is more to watch than there was then. */
  async heard(): Promise<void> {
    if (this.#watch()) return
    // Who listens need not speak; who is told something and does not read it must not have that patience.
    this.#session.listens(true)
    await this.#next.promise
    this.#session.listens(false)
  }

  up(): void {
    this.#up()
  }

  reset(): void {
    this.#next = Promise.withResolvers()
  }

  close(): void {
    this.#session.wakes.delete(this.#up)
    for (const unwatch of this.#watched.values()) unwatch()
    this.#watched.clear()
  }

  /** Watches the session's account, that of its mailbox, and what extensions name; true where one of them is new. */
  #watch(): boolean {
    const { store, account, selected, announcers } = this.#session
    const wanted = new Set([account, ...(selected === null ? [] : [selected.mailbox.account])])
    for (const announcer of announcers) for (const one of announcer.watches?.(this.#session) ?? []) wanted.add(one)
    for (const [id, unwatch] of this.#watched) {
      if (wanted.has(id)) continue
      unwatch()
      this.#watched.delete(id)
    }
    const before = this.#watched.size
    for (const id of wanted)
      if (!this.#watched.has(id))
        this.#watched.set(
          id,
          store.bus.watch(id, () => this.up()),
        )
    return this.#watched.size > before
  }
}
