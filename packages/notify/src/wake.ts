/** A bell that is remembered: a ring that nobody waited for ends the next wait at once. */
export class Wake {
  #rung = false
  #ring: (() => void) | null = null

  ring(): void {
    this.#rung = true
    this.#ring?.()
  }

  /** Until the bell rings, the time is over or the signal aborts. */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>(resolve => {
        const end = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', end)
          resolve()
        }
        const timer = setTimeout(end, milliseconds)
        this.#ring = end
        signal.addEventListener('abort', end)
      })
      this.#ring = null
    }
    this.#rung = false
  }
}
