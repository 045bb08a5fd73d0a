/** The machine. */
import type { SieveExtension } from './extension.ts'
import type { SieveLimits } from './limits.ts'
import type { SieveEnvelope, SieveMessage } from './message.ts'
import type { Program } from './program.ts'
import type { Answer, Outcome, Step } from './step.ts'

export interface RunOptions {
  /** Those that `compile` was given. */
  readonly extensions?: readonly SieveExtension[]
  readonly limits?: Partial<SieveLimits>
}

/** Runs a program; never throws: what goes wrong is the outcome's `error`. */
export declare function run(
  program: Program,
  message: SieveMessage,
  envelope: SieveEnvelope,
  options?: RunOptions,
): Generator<Step, Outcome, Answer>
