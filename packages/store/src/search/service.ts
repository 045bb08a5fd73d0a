/**
 * Searching as `openStore` puts it together:
 *
 *     const searching = createSearch({ file, writer, background, onError })
 *     // after each commit that changed an account:  searching.committed()
 *     // Messages.search:                            (mailbox, program, signal) => searching.search(mailbox, program, signal)
 *     // close, before the writer's:                 await searching.close()
 *
 * The writer must know `textJobs`. The reader thread starts when it is first needed.
 */
import type { MailboxId, UidRanges } from '../model.ts'
import { StoreError } from '../problem.ts'
import { Reader } from '../reader/client.ts'
import type { Writer } from '../writer/client.ts'
import { Indexer } from './indexer.ts'
import type { SearchKey, SortKey, ThreadAlgorithm, Threads } from './program.ts'

export interface SearchServiceOptions {
  readonly file: string
  readonly writer: Writer
  /** Whether this process keeps the text index up to date. */
  readonly background: boolean
  /** Failures of the indexer. */
  readonly onError: (error: unknown) => void
}

export interface SearchService {
  /**
   * UIDs that match, ascending, of those that are asked about. Throws no-such-mailbox, too-big; rejects with the
   * signal's reason when it is aborted.
   */
  search(mailbox: MailboxId, program: SearchKey, signal?: AbortSignal, among?: UidRanges): Promise<Uint32Array>
  /** The same in the order of the keys. `known` is what the program matches, where that is known already. */
  sort(
    mailbox: MailboxId,
    program: SearchKey,
    keys: readonly SortKey[],
    signal?: AbortSignal,
    known?: Uint32Array,
  ): Promise<Uint32Array>
  /** How relevant each of the messages, by ascending UID, is to what is fuzzy in the program, 1 to 100. */
  relevancy(mailbox: MailboxId, program: SearchKey, uids: Uint32Array, signal?: AbortSignal): Promise<Uint8Array>
  /** The same as conversations. */
  thread(mailbox: MailboxId, program: SearchKey, algorithm: ThreadAlgorithm, signal?: AbortSignal): Promise<Threads>
  /** Tells that there may be new content to index. */
  committed(): void
  /** Indexes whatever there is, now. */
  settle(): Promise<void>
  close(): Promise<void>
}

export function createSearch({ file, writer, background, onError }: SearchServiceOptions): SearchService {
  let started: Promise<Reader> | null = null
  let closed = false
  const reader = (): Promise<Reader> => {
    if (closed) return Promise.reject(new StoreError('busy', 'the store is closed'))
    started ??= Reader.start({ file }, () => {
      // Should it ever end by itself, the next search starts another one.
      started = null
    }).catch(error => {
      started = null
      throw error
    })
    return started
  }
  const indexer = background ? new Indexer(reader, writer, onError) : null
  return {
    search: async (mailbox, program, signal, among) =>
      (await reader()).read('search', { mailbox, program, among }, signal),
    sort: async (mailbox, program, keys, signal, known) =>
      (await reader()).read('sort', { mailbox, program, keys, known }, signal),
    relevancy: async (mailbox, program, uids, signal) =>
      (await reader()).read('relevancy', { mailbox, program, uids }, signal),
    thread: async (mailbox, program, algorithm, signal) =>
      (await reader()).read('thread', { mailbox, program, algorithm }, signal),
    committed: () => indexer?.committed(),
    settle: async () => indexer?.settle(),
    async close() {
      closed = true
      await indexer?.stop()
      const running = await started?.catch(() => null)
      await running?.close()
    },
  }
}
