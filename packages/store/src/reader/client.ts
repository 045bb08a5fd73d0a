/** The caller's side of the reader thread: a promise a read. */
import type { Worker } from 'node:worker_threads'
import { StoreError } from '../problem.ts'
import { startWorker } from '../worker.ts'
import type { Answer, ReadCall, ReaderStart, Reads, Report, Request } from './message.ts'

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

export class Reader {
  readonly #worker: Worker
  readonly #onEnded: () => void
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #ended: Error | null = null
  #closed: (() => void) | null = null

  private constructor(worker: Worker, ended: () => void) {
    this.#worker = worker
    this.#onEnded = ended
  }

  /** Resolves when the thread stands. The database must have its schema. `ended` is called when it has ended by itself. */
  static start(options: ReaderStart, ended: () => void): Promise<Reader> {
    const worker = startWorker(new URL('./thread.ts', import.meta.url), options)
    const reader = new Reader(worker, ended)
    return new Promise((resolve, reject) => {
      worker.once('error', reject)
      worker.on('message', (report: Report) => {
        if (report.kind === 'ready') {
          worker.unref()
          resolve(reader)
        } else reader.#hear(report)
      })
      worker.on('error', error => reader.#end(error instanceof Error ? error : new Error(String(error))))
      worker.on('exit', () => reader.#end(new StoreError('busy', 'the reader has ended')))
    })
  }

  /** Rejects with the signal's reason where it is aborted; the thread then stops working on it. */
  read<K extends keyof Reads>(read: K, args: Reads[K]['args'], signal?: AbortSignal): Promise<Reads[K]['result']> {
    if (this.#ended !== null) return Promise.reject(this.#ended)
    if (signal?.aborted) return Promise.reject(signal.reason)
    return new Promise<Reads[K]['result']>((resolve, reject) => {
      const id = ++this.#lastId
      const abort = () => {
        this.#post({ kind: 'abort', id })
        this.#settle(id)?.reject(signal?.reason)
      }
      const ended = () => signal?.removeEventListener('abort', abort)
      this.#waiting.set(id, {
        resolve: result => {
          ended()
          resolve(result as Reads[K]['result'])
        },
        reject: error => {
          ended()
          reject(error)
        },
      })
      signal?.addEventListener('abort', abort)
      // A process must not end while somebody waits for an answer.
      if (this.#waiting.size === 1) this.#worker.ref()
      this.#post({ kind: 'read', id, read, args } as ReadCall)
    })
  }

  /** Gives up what is running and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended !== null) return
    this.#ended = new StoreError('busy', 'the store is closed')
    this.#worker.ref()
    await new Promise<void>(resolve => {
      this.#closed = resolve
      this.#post({ kind: 'close' })
    })
  }

  #post(request: Request): void {
    this.#worker.postMessage(request)
  }

  #hear(report: Report): void {
    if (report.kind === 'closed') this.#closed?.()
    else if (report.kind === 'answer') this.#answer(report)
  }

  #answer(answer: Answer): void {
    const waiting = this.#settle(answer.id)
    if (waiting === undefined) return
    if ('result' in answer) waiting.resolve(answer.result)
    else if ('problem' in answer) waiting.reject(new StoreError(answer.problem, answer.detail))
    else waiting.reject(answer.error)
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0 && this.#closed === null) this.#worker.unref()
    return waiting
  }

  #end(error: Error): void {
    if (this.#ended === null) this.#onEnded()
    this.#ended ??= error
    for (const { reject } of [...this.#waiting.values()]) reject(error)
    this.#waiting.clear()
    this.#closed?.()
  }
}
