/** Waits for something to happen in an account (the design's third idea: a wake-up says no more than that). */
import type { AccountId, Bus } from '@lemonade/store'

export class Wake {
  #next = Promise.withResolvers<void>()
  readonly #unwatch: () => void

  constructor(bus: Bus, account: AccountId) {
    this.#unwatch = bus.watch(account, () => this.up())
  }

  /** Resolves at the first change since `reset`. */
  get next(): Promise<void> {
    return this.#next.promise
  }

  up(): void {
    this.#next.resolve()
  }

  reset(): void {
    this.#next = Promise.withResolvers()
  }

  close(): void {
    this.#unwatch()
  }
}
