/** What a conversion may use while it runs: tasks in a worker process, and programs. */
import type { ProgramName } from '../conversion.ts'
import type { ConvertLimits } from '../limits.ts'
import type { TaskName, TaskResult, TaskSettings } from '../worker/task.ts'

export interface Tools {
  readonly limits: ConvertLimits
  /** The octets of the source, all of them. */
  readonly source: Uint8Array
  /** Runs a task in a worker process. Throws Refusal. */
  task(name: TaskName, settings: TaskSettings, octets: Uint8Array): Promise<TaskResult>
  /** Runs a program in a directory of its own. Throws Refusal where it gives nothing. */
  program(run: ProgramRun): Promise<Uint8Array>
}

export interface ProgramRun {
  readonly program: ProgramName
  /** Relative names are in the program's own directory, where `input` is there as a file of that name. */
  readonly args: readonly string[]
  readonly input: { readonly name: string; readonly octets: Uint8Array }
  /** The file that it makes; null for its standard output. */
  readonly output: string | null
}

/** The source or a parameter is at fault: no second try will end otherwise. */
export class Refusal extends Error {
  /** Names of the parameters at fault; none where the source is. */
  readonly parameters: readonly string[]

  constructor(message: string, parameters: readonly string[] = []) {
    super(message)
    this.name = 'Refusal'
    this.parameters = parameters
  }
}
