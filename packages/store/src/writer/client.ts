/** The caller's side of the writer thread: a promise a job, kept after COMMIT. */
import type { Worker } from 'node:worker_threads'
import type { Instant, Origin, WakeUp } from '../model.ts'
import { StoreError } from '../problem.ts'
import { startWorker } from '../worker.ts'
import type { Job, Topic } from './job.ts'
import type { Answer, Call, Report, Request, WriterStart } from './message.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: Error): void
}

/** What the writer's client tells the rest of the process after a commit, before it keeps any promise. */
export interface CommitListener {
  committed(wakeUps: readonly WakeUp[], topics: readonly Topic[], jobs: number): void
  /** Another process has committed something. */
  foreign(): void
  /** The thread has died: nothing will be written any more. */
  died?(error: Error): void
}

/** What the parts of the store need of the writer. */
export interface Writer {
  /** Runs a job; resolves when what it did is durable, rejects when it did nothing. */
  run<A, R>(job: Job<A, R>, args: A): Promise<R>
}

export class WriterClient implements Writer {
  readonly #worker: Worker
  readonly #clock: () => Instant
  readonly #listener: CommitListener
  readonly #waiting = new Map<number, Waiting>()
  #unsent: Call[] = []
  #lastId = 0
  #ended: Error | null = null
  #closed: (() => void) | null = null

  private constructor(worker: Worker, clock: () => Instant, listener: CommitListener) {
    this.#worker = worker
    this.#clock = clock
    this.#listener = listener
  }

  /** Resolves when the thread has opened the database. */
  static start(options: WriterStart, clock: () => Instant, listener: CommitListener): Promise<WriterClient> {
    const worker = startWorker(new URL('./thread.ts', import.meta.url), options)
    const writer = new WriterClient(worker, clock, listener)
    return new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.on('message', (report: Report) => {
        if (report.kind !== 'ready') return writer.#hear(report)
        // From here on it keeps the process only while somebody waits for an answer.
        worker.unref()
        resolve(writer)
      })
      worker.on('error', error => writer.#end(error instanceof Error ? error : new Error(String(error))))
      worker.on('exit', () => writer.#end(new StoreError('busy', 'the writer has ended')))
    })
  }

  run<A, R>(job: Job<A, R>, args: A): Promise<R> {
    return this.#run(job, args, null)
  }

  /** The same writer, for who does things on somebody's behalf. */
  by(origin: Origin): Writer {
    return { run: (job, args) => this.#run(job, args, origin) }
  }

  #run<A, R>(job: Job<A, R>, args: A, origin: Origin | null): Promise<R> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    return new Promise<R>((resolve, reject) => {
      const id = ++this.#lastId
      this.#waiting.set(id, { resolve: result => resolve(result as R), reject })
      // A process must not end while somebody waits for an answer.
      if (this.#waiting.size === 1) this.#worker.ref()
      // Jobs of one turn of the event loop travel together.
      if (this.#unsent.length === 0) queueMicrotask(() => this.#send())
      this.#unsent.push({ id, job: job.name, args, now: this.#clock(), origin })
    })
  }

  /** Lets everything that waits commit, then ends the thread. */
  async close(): Promise<void> {
    if (this.#ended !== null) return
    this.#send()
    this.#ended = new StoreError('busy', 'the store is closed')
    this.#worker.ref()
    await new Promise<void>(resolve => {
      this.#closed = resolve
      this.#post({ kind: 'close' })
    })
  }

  #send(): void {
    const calls = this.#unsent
    if (calls.length === 0) return
    this.#unsent = []
    try {
      this.#post({ kind: 'run', calls })
    } catch {
      // One of them cannot cross threads. That is our own mistake, and none of the others'.
      for (const call of calls) this.#sendAlone(call)
    }
  }

  #sendAlone(call: Call): void {
    try {
      this.#post({ kind: 'run', calls: [call] })
    } catch (error) {
      this.#answer({ id: call.id, error: error as Error })
    }
  }

  #post(request: Request): void {
    this.#worker.postMessage(request)
  }

  #hear(report: Report): void {
    switch (report.kind) {
      case 'committed':
        this.#listener.committed(report.wakeUps, report.topics, report.answers.length)
        for (const answer of report.answers) this.#answer(answer)
        return
      case 'foreign':
        this.#listener.foreign()
        return
      case 'closed':
        this.#closed?.()
        return
    }
  }

  #answer(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id)
    if (waiting === undefined) return
    this.#waiting.delete(answer.id)
    if (this.#waiting.size === 0 && this.#closed === null) this.#worker.unref()
    if ('result' in answer) waiting.resolve(answer.result)
    else if ('problem' in answer) waiting.reject(new StoreError(answer.problem, answer.detail))
    else waiting.reject(answer.error)
  }

  #end(error: Error): void {
    if (this.#ended === null) this.#listener.died?.(error)
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
    this.#closed?.()
  }
}
