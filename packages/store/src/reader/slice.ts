/**
 * Long reads that take turns on one thread. A read is a generator that yields every few milliseconds at most; it goes
 * on until its slice is over, then the next one has its turn, and between turns the thread hears its messages.
 */

export interface SliceOptions {
  /** How long a read may go on before the next has its turn. */
  readonly milliseconds: number
  /** Reads that take turns; others wait for one of them to end. */
  readonly atOnce: number
  readonly now: () => number
}

export const sliceOptions: SliceOptions = { milliseconds: 8, atOnce: 8, now: () => performance.now() }

interface Read {
  readonly begin: () => Generator<void, unknown>
  steps: Generator<void, unknown> | null
  resolve(result: unknown): void
  reject(error: unknown): void
}

export class Slices {
  readonly #options: SliceOptions
  /** Whose turn it is comes first. */
  readonly #turns: Read[] = []
  readonly #waiting: Read[] = []
  #scheduled = false

  constructor(options: SliceOptions = sliceOptions) {
    this.#options = options
  }

  /** Runs a read to its end. With an aborted signal, ends it at the next turn and rejects with the signal's reason. */
  run<T>(begin: () => Generator<void, T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason)
        return
      }
      const abort = () => this.#abort(read, signal?.reason)
      const settle = () => signal?.removeEventListener('abort', abort)
      const read: Read = {
        begin,
        steps: null,
        resolve: result => {
          settle()
          resolve(result as T)
        },
        reject: error => {
          settle()
          reject(error)
        },
      }
      signal?.addEventListener('abort', abort)
      this.#waiting.push(read)
      this.#schedule()
    })
  }

  #abort(read: Read, reason: unknown): void {
    for (const list of [this.#turns, this.#waiting]) {
      const at = list.indexOf(read)
      if (at !== -1) list.splice(at, 1)
    }
    // Lets the read give back what it holds.
    read.steps?.return(undefined)
    read.reject(reason)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#turns.length + this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#turn()
      this.#schedule()
    })
  }

  #turn(): void {
    while (this.#turns.length < this.#options.atOnce && this.#waiting.length > 0) {
      this.#turns.push(this.#waiting.shift() as Read)
    }
    const read = this.#turns.shift()
    if (read === undefined) return
    const until = this.#options.now() + this.#options.milliseconds
    try {
      read.steps ??= read.begin()
      do {
        const step = read.steps.next()
        if (step.done) {
          read.resolve(step.value)
          return
        }
      } while (this.#options.now() < until)
    } catch (error) {
      read.reject(error)
      return
    }
    this.#turns.push(read)
  }
}
