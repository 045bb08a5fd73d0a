/** Control commands (RFC 5228 §3). `require` is the checker's: nothing may change what it means (§6). */

import type { Arguments } from '../arguments.ts'
import { type Asking, type Command, extension } from '../extension.ts'
import type { Machine } from '../machine.ts'

/** Answers with whether a block of the chain has run, for the `elsif` and `else` behind. */
function branch(given: Arguments, machine: Machine, taken: unknown): boolean | Asking<boolean> {
  if (taken === true) return true
  const [test] = given.tests
  const truth = test === undefined ? true : machine.truth(test)
  return truth === false ? false : taking(given, machine, truth)
}

function* taking(given: Arguments, machine: Machine, truth: true | Asking<boolean>): Asking<boolean> {
  if (truth !== true && !(yield* truth)) return false
  yield* machine.block(given.block)
  return true
}

const when = { tests: 'one', block: true } as const
const chain = ['if', 'elsif'] as const

const commands: Readonly<Record<string, Command>> = {
  if: { ...when, run: (given, machine) => branch(given, machine, false) },
  elsif: { ...when, follows: chain, run: branch },
  else: { block: true, follows: chain, run: branch },
  stop: { run: (_, machine) => machine.stop() },
}

export const control = extension({ capabilities: [], always: true, rfc: 5228, commands })
