/**
 * Keeps the text index up to date in the background: the reader thread prepares batches, the writer takes them in.
 *
 * - It waits until nothing has been committed for a moment, and never longer than `patience`, so that deliveries and
 *   commands come first.
 * - While others write, it rests after each batch for as long as the batch took.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Reader } from '../reader/client.ts'
import type { Writer } from '../writer/client.ts'
import { forgetTexts, indexTexts } from './index-jobs.ts'

export interface IndexerOptions {
  /** How long nothing must have been committed before it begins. */
  readonly quietMilliseconds: number
  /** After this long it begins anyway. */
  readonly patienceMilliseconds: number
  /** How often it looks without being told: collecting content wakes nobody. */
  readonly lookMilliseconds: number
}

export const indexerOptions: IndexerOptions = {
  quietMilliseconds: 150,
  patienceMilliseconds: 2000,
  lookMilliseconds: 60_000,
}

export class Indexer {
  readonly #reader: () => Promise<Reader>
  readonly #writer: Writer
  readonly #options: IndexerOptions
  readonly #stopped = new AbortController()
  readonly #failed: (error: unknown) => void
  readonly #look: NodeJS.Timeout
  #timer: NodeJS.Timeout | null = null
  /** When the commit came that it waits since. */
  #since = 0
  /** Commits of others since the last batch. */
  #news = false
  #round: Promise<void> | null = null

  constructor(
    reader: () => Promise<Reader>,
    writer: Writer,
    failed: (error: unknown) => void,
    options = indexerOptions,
  ) {
    this.#reader = reader
    this.#writer = writer
    this.#failed = failed
    this.#options = options
    this.#look = setInterval(() => this.committed(), options.lookMilliseconds).unref()
    this.committed()
  }

  /** To be called after each commit that changed an account. Its own commits change none. */
  committed(): void {
    if (this.#stopped.signal.aborted) return
    this.#news = true
    if (this.#round !== null) return
    const now = performance.now()
    if (this.#timer === null) this.#since = now
    else clearTimeout(this.#timer)
    const { quietMilliseconds, patienceMilliseconds } = this.#options
    const wait = Math.min(quietMilliseconds, Math.max(0, this.#since + patienceMilliseconds - now))
    this.#timer = setTimeout(() => this.#begin(), wait)
    this.#timer.unref()
  }

  /** Works off everything there is, now. */
  async settle(): Promise<void> {
    await this.#round
    await this.#begin()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    clearInterval(this.#look)
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#round
  }

  #begin(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#round ??= this.#run()
      .catch(error => {
        if (!this.#stopped.signal.aborted) this.#failed(error)
      })
      .finally(() => {
        this.#round = null
        if (this.#news) this.committed()
      })
    return this.#round
  }

  async #run(): Promise<void> {
    this.#news = false
    while (!this.#stopped.signal.aborted) {
      const begun = performance.now()
      const more = await this.#step()
      if (!more) return
      if (this.#news) await this.#rest(performance.now() - begun)
    }
  }

  /** Answers whether there may be more to do. */
  async #step(): Promise<boolean> {
    const { batch, gone } = await (await this.#reader()).read('prepare-texts', null, this.#stopped.signal)
    const indexed = batch !== null && (await this.#writer.run(indexTexts, batch))
    const forgotten = gone && (await this.#writer.run(forgetTexts, null))
    return indexed || forgotten
  }

  async #rest(milliseconds: number): Promise<void> {
    this.#news = false
    await delay(milliseconds, undefined, { signal: this.#stopped.signal, ref: false })
  }
}
