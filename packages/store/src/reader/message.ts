/** What crosses between the reader thread and its client. */
import type { MailboxId, UidRanges } from '../model.ts'
import type { Problem } from '../problem.ts'
import type { TextWork } from '../search/prepare.ts'
import type { SearchKey, SortKey, ThreadAlgorithm, Threads } from '../search/program.ts'

export interface ReaderStart {
  readonly file: string
}

/** What can be asked, by name. */
export interface Reads {
  readonly search: {
    readonly args: { readonly mailbox: MailboxId; readonly program: SearchKey; readonly among?: UidRanges | undefined }
    readonly result: Uint32Array
  }
  readonly sort: {
    readonly args: {
      readonly mailbox: MailboxId
      readonly program: SearchKey
      readonly keys: readonly SortKey[]
      /** What the program matches, where that is known already. */
      readonly known?: Uint32Array | undefined
    }
    readonly result: Uint32Array
  }
  readonly relevancy: {
    readonly args: { readonly mailbox: MailboxId; readonly program: SearchKey; readonly uids: Uint32Array }
    readonly result: Uint8Array
  }
  readonly thread: {
    readonly args: {
      readonly mailbox: MailboxId
      readonly program: SearchKey
      readonly algorithm: ThreadAlgorithm
    }
    readonly result: Threads
  }
  readonly 'prepare-texts': { readonly args: null; readonly result: TextWork }
}

export type ReadCall = {
  [K in keyof Reads]: { readonly kind: 'read'; readonly id: number; readonly read: K; readonly args: Reads[K]['args'] }
}[keyof Reads]

/** Client to thread. */
export type Request = ReadCall | { readonly kind: 'abort'; readonly id: number } | { readonly kind: 'close' }

/** Thread to client. */
export type Report = { readonly kind: 'ready' } | { readonly kind: 'closed' } | ({ readonly kind: 'answer' } & Answer)

export type Answer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly problem: Problem; readonly detail: string }
  | { readonly error: Error }
)
