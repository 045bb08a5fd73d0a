/** Answers for as long as they are good, and no more of them than there is room for. */
export class Cache<V> {
  readonly #entries = new Map<string, { readonly value: V; readonly until: number }>()
  readonly #room: number
  readonly #now: () => number

  constructor(room: number, now: () => number) {
    this.#room = room
    this.#now = now
  }

  get(key: string): V | undefined {
    const found = this.#entries.get(key)
    if (found === undefined) return undefined
    if (found.until > this.#now()) return found.value
    this.#entries.delete(key)
    return undefined
  }

  /** Whoever came first goes first. */
  set(key: string, value: V, milliseconds: number): void {
    if (milliseconds <= 0 || this.#room === 0) return
    this.#entries.delete(key)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#room) break
      this.#entries.delete(oldest)
    }
    this.#entries.set(key, { value, until: this.#now() + milliseconds })
  }

  get size(): number {
    return this.#entries.size
  }
}
