/** The tools of one conversion: its source, a worker of the pool, and the programs that are there. */
import type { ProgramName } from '../conversion.ts'
import type { SourceOctets } from '../converter.ts'
import type { ConvertLimits } from '../limits.ts'
import type { TaskName, TaskResult, TaskSettings } from '../worker/task.ts'
import type { Confiner } from './confinement.ts'
import type { Pool } from './pool.ts'
import { runProgram } from './program.ts'
import { type ProgramRun, Refusal, type Tools } from './tools.ts'

export interface JobSetting {
  readonly account: string
  readonly signal: AbortSignal
  readonly source: Uint8Array
  readonly pool: Pool
  readonly confiner: Confiner
  readonly limits: ConvertLimits
  readonly programs: ReadonlyMap<ProgramName, string>
  readonly scratch: string
}

export class JobTools implements Tools {
  readonly #setting: JobSetting

  constructor(setting: JobSetting) {
    this.#setting = setting
  }

  get limits(): ConvertLimits {
    return this.#setting.limits
  }

  get source(): Uint8Array {
    return this.#setting.source
  }

  async task(name: TaskName, settings: TaskSettings, octets: Uint8Array): Promise<TaskResult> {
    const { pool, account, signal, limits } = this.#setting
    if (octets.length > limits.inputOctets) throw new Refusal('The content is too large')
    return await pool.with(account, worker => worker.run(name, settings, octets, signal))
  }

  async program(run: ProgramRun): Promise<Uint8Array> {
    const { confiner, limits, scratch, signal } = this.#setting
    const path = this.#setting.programs.get(run.program)
    if (path === undefined) throw new Error(`${run.program} is not there`)
    return await runProgram({ confiner, limits, path, scratch }, run, signal)
  }
}

/** The whole source, or a Refusal once it is too much. */
export async function collect(octets: SourceOctets, mostOctets: number, signal: AbortSignal): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of octets()) {
    signal.throwIfAborted()
    length += piece.length
    if (length > mostOctets) throw new Refusal('The content is too large')
    pieces.push(piece)
  }
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, length)
}
