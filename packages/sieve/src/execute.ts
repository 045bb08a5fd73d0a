/** A script against a host object that may take its time. */
import type { SieveEnvelope, SieveMessage } from './message.ts'
import type { Program } from './program.ts'
import { type RunOptions, run } from './run.ts'
import { type Act, type Answer, type Ask, isAsk, type Outcome, type Refusal } from './step.ts'

/** Answers a script's questions. What it throws or rejects with ends the script as a run-time error. */
export interface SieveHost {
  /** The answer to each question, of the type that `Ask` says; without it, no extension that asks may be offered. */
  answer?(ask: Ask): Answer | Promise<Answer>
  /** Told each act as it comes; may refuse it. Nothing is to be done yet: the outcome says what is. */
  act?(act: Act): Refusal | undefined | Promise<Refusal | undefined>
}

/** Runs a program to its end. Never rejects. */
export async function execute(
  program: Program,
  message: SieveMessage,
  envelope: SieveEnvelope,
  host: SieveHost = {},
  options: RunOptions = {},
): Promise<Outcome> {
  const script = run(program, message, envelope, options)
  let result = script.next()
  while (!result.done) {
    const step = result.value
    try {
      const answer = isAsk(step) ? host.answer?.(step) : host.act?.(step)
      result = script.next(answer instanceof Promise ? await answer : answer)
    } catch (error) {
      result = script.throw(error)
    }
  }
  return result.value
}
