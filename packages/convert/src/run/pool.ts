/**
 * Worker processes: some busy, some that wait for more of the account they have served, and spares that have seen
 * nothing yet. There are never more busy ones than slots, for who has no slot asks for no worker.
 */
import type { Log } from '@lemonade/net'
import type { ConvertLimits } from '../limits.ts'
import type { Confiner } from './confinement.ts'
import { WorkerProcess } from './worker-process.ts'

interface Idle {
  readonly worker: WorkerProcess
  readonly timer: NodeJS.Timeout | null
}

/** Whoever asks for one picture asks for the next: a new spare is not started at their cost. */
const calmMilliseconds = 1_000

export class Pool {
  readonly #confiner: Confiner
  readonly #limits: ConvertLimits
  readonly #directory: string
  readonly #log: Log
  #idle: Idle[] = []
  readonly #all = new Set<WorkerProcess>()
  #isClosed = false
  #warming: NodeJS.Timeout | null = null

  constructor(confiner: Confiner, limits: ConvertLimits, directory: string, log: Log) {
    this.#confiner = confiner
    this.#limits = limits
    this.#directory = directory
    this.#log = log
  }

  /** How many processes there are. */
  get size(): number {
    return this.#all.size
  }

  /** Has spares ready; settles once they are, and never rejects. */
  async warm(): Promise<void> {
    const missing = this.#limits.spares - this.#idle.filter(({ worker }) => worker.account === null).length
    if (this.#isClosed) return
    const started = Array.from({ length: Math.max(0, missing) }, () => this.#start())
    for (const worker of started) this.#keep(worker)
    await Promise.allSettled(started.map(worker => worker.ready))
  }

  /** Lends a worker that has seen no other account's content. It is given back, or ended where `use` fails. */
  async with<T>(account: string, use: (worker: WorkerProcess) => Promise<T>): Promise<T> {
    const worker = this.#take(account)
    worker.account = account
    try {
      await worker.ready
      return await use(worker)
    } finally {
      if (worker.hasEnded || worker.tasks >= this.#limits.conversionsPerWorker) this.#retire(worker)
      else this.#keep(worker)
      this.#warmSoon()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#warming !== null) clearTimeout(this.#warming)
    const all = [...this.#all]
    for (const worker of all) this.#retire(worker)
    await Promise.all(all.map(worker => worker.ended))
  }

  #warmSoon(): void {
    this.#warming ??= setTimeout(() => {
      this.#warming = null
      void this.warm()
    }, calmMilliseconds).unref()
  }

  #take(account: string): WorkerProcess {
    const has = (owner: string | null) => this.#idle.findIndex(({ worker }) => worker.account === owner)
    const at = has(account) === -1 ? has(null) : has(account)
    const [idle] = at === -1 ? [] : this.#idle.splice(at, 1)
    if (idle === undefined) {
      // Those of other accounts make room.
      while (this.#idle.length > 0 && this.#all.size >= this.#limits.parallel)
        this.#retire((this.#idle[0] as Idle).worker)
      return this.#start()
    }
    if (idle.timer !== null) clearTimeout(idle.timer)
    return idle.worker
  }

  #start(): WorkerProcess {
    const worker = new WorkerProcess(this.#confiner, this.#limits, this.#directory)
    this.#all.add(worker)
    void worker.ended.then(() => this.#retire(worker))
    worker.ready.catch((error: unknown) => {
      if (!this.#isClosed) this.#log.error({ err: error }, 'a worker process does not start')
    })
    return worker
  }

  #keep(worker: WorkerProcess): void {
    if (this.#isClosed || worker.hasEnded) {
      this.#retire(worker)
      return
    }
    const timer =
      worker.account === null ? null : setTimeout(() => this.#retire(worker), this.#limits.idleSeconds * 1000)
    timer?.unref()
    this.#idle.push({ worker, timer })
  }

  #retire(worker: WorkerProcess): void {
    for (const { timer } of this.#idle.filter(each => each.worker === worker)) if (timer !== null) clearTimeout(timer)
    this.#idle = this.#idle.filter(each => each.worker !== worker)
    this.#all.delete(worker)
    worker.kill()
  }
}
