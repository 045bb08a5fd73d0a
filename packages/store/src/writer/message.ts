/** What crosses between the writer thread and its clients. */
import type { StoreLimits } from '../limits.ts'
import type { Instant, Origin, WakeUp } from '../model.ts'
import type { Problem } from '../problem.ts'
import type { Topic } from './job.ts'

export interface WriterStart {
  readonly file: string
  readonly busyMilliseconds: number
  /** How often to look whether another process has written. */
  readonly pollMilliseconds: number
  readonly limits: StoreLimits
}

/** Client to thread. */
export type Request =
  | { readonly kind: 'run'; readonly calls: readonly Call[] }
  /** Finish what has been asked, then end. */
  | { readonly kind: 'close' }

export interface Call {
  readonly id: number
  readonly job: string
  readonly args: unknown
  readonly now: Instant
  readonly origin: Origin | null
}

/** Thread to client. */
export type Report =
  | { readonly kind: 'ready' }
  /** A transaction has been committed, or has failed as a whole. */
  | {
      readonly kind: 'committed'
      readonly answers: readonly Answer[]
      readonly wakeUps: readonly WakeUp[]
      readonly topics: readonly Topic[]
    }
  /** Another process has committed something. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'closed' }

export type Answer = { readonly id: number } & (
  | { readonly result: unknown }
  | { readonly problem: Problem; readonly detail: string }
  | { readonly error: Error }
)
