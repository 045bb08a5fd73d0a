/** Runs a program: the generator that asks and acts. */
import { Arguments } from './arguments.ts'
import type { Asking, SieveExtension } from './extension.ts'
import { extensions } from './extensions/index.ts'
import { defaultSieveLimits, type SieveLimits } from './limits.ts'
import { Machine, type MailboxEvent, ScriptFailure } from './machine.ts'
import type { SieveEnvelope, SieveMessage } from './message.ts'
import { actionsOf } from './outcome.ts'
import { type Node, type Program, programFormat } from './program.ts'
import { registryOf } from './registry.ts'
import type { Outcome, RuntimeError } from './step.ts'

export interface RunOptions {
  /** Those that `compile` was given. */
  readonly extensions?: readonly SieveExtension[]
  readonly limits?: Partial<SieveLimits>
  /** Between user and detail of a local-part (RFC 5233 §1). Default "+"; '' for none. */
  readonly delimiter?: string
  /** What the script calls now, in milliseconds. Default: now. */
  readonly now?: number
  /** Minutes east of Greenwich that local time has at a point in time. Default: as the process has it. */
  readonly zoneMinutesAt?: (instant: number) => number
  /**
   * The message is in a mailbox already, and something has happened to it there (RFC 6785): `keep` leaves it where it is,
   * and there is no envelope. Give `deliveryOnly` extensions neither to `compile` nor to this.
   */
  readonly event?: MailboxEvent
  /** Words of letters and digits that nobody can guess. Default: random ones. */
  readonly unique?: () => string
  /** Items of the environment by their names in lower case (RFC 5183 §4.1). Default: none. */
  readonly environment?: Readonly<Record<string, string>>
}

const implicitKeep = { do: 'keep', implicit: true } as const

/**
 * Runs a program over a message. Never throws: what goes wrong is the outcome's `error`, and the message is kept.
 * Answer each step by `next(answer)`; an error thrown into the generator counts as a run-time error.
 */
export function* run(
  program: Program,
  message: SieveMessage,
  envelope: SieveEnvelope,
  options: RunOptions = {},
): Asking<Outcome> {
  const machine = new Machine({
    message,
    envelope,
    registry: registryOf(options.extensions ?? extensions),
    limits: { ...defaultSieveLimits, ...options.limits },
    site: {
      delimiter: options.delimiter ?? '+',
      now: options.now ?? Date.now(),
      zoneMinutesAt: options.zoneMinutesAt ?? (instant => -new Date(instant).getTimezoneOffset()),
      event: options.event ?? null,
      unique: options.unique ?? (() => crypto.randomUUID().replaceAll('-', '')),
      environment: options.environment ?? {},
    },
    program,
  })
  try {
    checkProgram(program, machine)
    yield* machine.block(program.commands)
    if (machine.keeps) yield* machine.keep(new Arguments(end, machine))
    const { remembrances, steps } = machine
    return { actions: actionsOf(machine.acts, options.event !== undefined), remember: remembrances, error: null, steps }
  } catch (error) {
    return { actions: [implicitKeep], remember: [], error: runtimeError(error, machine), steps: machine.steps }
  }
}

/** The implicit keep has no command of its own, so it has no arguments. */
const end: Node = { name: 'keep', line: 0, column: 0, arguments: {} }

function checkProgram(program: Program, machine: Machine): void {
  if (program.format !== programFormat) machine.fail('The script was compiled by another version; compile it again.')
  const missing = program.requires.find(word => !machine.registry.capabilities.has(word))
  if (missing !== undefined) machine.fail(`The extension "${missing}" is not available here any more.`)
}

function runtimeError(error: unknown, machine: Machine): RuntimeError {
  const { line, column } = machine.node ?? { line: 1, column: 1 }
  const at = { line, column, ...(machine.scriptName === null ? {} : { script: machine.scriptName }) }
  if (error instanceof ScriptFailure) return { ...at, message: error.message }
  return { ...at, message: 'The script could not be run to its end.', cause: error }
}
