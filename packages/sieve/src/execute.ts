/** A script against a host object. */
import type { SieveEnvelope, SieveMessage } from './message.ts'
import type { Program } from './program.ts'
import type { RunOptions } from './run.ts'
import type { Act, Answer, Ask, Outcome, Refusal } from './step.ts'

/** Answers a script's questions. A rejected promise ends the script as a run-time error. */
export interface SieveHost {
  answer?(ask: Ask): Answer | Promise<Answer>
  /** Told each act as it comes; may refuse it. Nothing is to be done yet. */
  act?(act: Act): void | Refusal | Promise<void | Refusal>
}

export declare function execute(
  program: Program,
  message: SieveMessage,
  envelope: SieveEnvelope,
  host?: SieveHost,
  options?: RunOptions,
): Promise<Outcome>
