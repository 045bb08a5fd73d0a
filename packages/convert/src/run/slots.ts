/** How many conversions run at a time, and whose turn it is: the account's that has fewest running. */
import { Failure } from './failure.ts'

export interface SlotLimits {
  readonly parallel: number
  readonly waiting: number
  readonly perAccount: number
}

interface Waiting {
  readonly account: string
  readonly start: () => void
  readonly fail: (error: unknown) => void
}

export class Slots {
  readonly #limits: SlotLimits
  readonly #running = new Map<string, number>()
  #runs = 0
  #queue: Waiting[] = []
  #isClosed = false

  constructor(limits: SlotLimits) {
    this.#limits = limits
  }

  get running(): number {
    return this.#runs
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Runs `work` once there is room. Rejects with a Failure where too many wait, with the signal's reason once it fires. */
  async run<T>(account: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#turn(account, signal)
    try {
      return await work()
    } finally {
      this.#leave(account)
    }
  }

  /** Fails all that waits, and whatever comes. */
  close(): void {
    this.#isClosed = true
    for (const each of this.#queue.splice(0)) each.fail(new Failure('closed'))
  }

  #turn(account: string, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    if (this.#isClosed) throw new Failure('closed')
    const ofAccount = this.#runningOf(account) + this.#queue.filter(each => each.account === account).length
    if (ofAccount >= this.#limits.perAccount) throw new Failure('busy')
    if (this.#runs < this.#limits.parallel) {
      this.#enter(account)
      return Promise.resolve()
    }
    if (this.#queue.length >= this.#limits.waiting) throw new Failure('busy')
    return new Promise((resolve, reject) => {
      const gone = () => {
        this.#queue = this.#queue.filter(each => each !== entry)
        entry.fail(signal?.reason)
      }
      const settle = <A extends readonly unknown[]>(how: (...args: A) => void) => {
        return (...args: A) => {
          signal?.removeEventListener('abort', gone)
          how(...args)
        }
      }
      const entry = { account, start: settle(resolve), fail: settle(reject) }
      signal?.addEventListener('abort', gone)
      this.#queue.push(entry)
    })
  }

  #runningOf(account: string): number {
    return this.#running.get(account) ?? 0
  }

  #enter(account: string): void {
    this.#runs++
    this.#running.set(account, this.#runningOf(account) + 1)
  }

  #leave(account: string): void {
    this.#runs--
    const left = this.#runningOf(account) - 1
    if (left === 0) this.#running.delete(account)
    else this.#running.set(account, left)
    const fewest = Math.min(...this.#queue.map(each => this.#runningOf(each.account)))
    const at = this.#queue.findIndex(each => this.#runningOf(each.account) === fewest)
    const [next] = at === -1 ? [] : this.#queue.splice(at, 1)
    if (next === undefined) return
    this.#enter(next.account)
    next.start()
  }
}
