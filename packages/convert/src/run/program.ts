/** Runs a program once, for one file: octets in, octets out, and nothing left behind. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ConvertLimits } from '../limits.ts'
import type { Confiner } from './confinement.ts'
import { Failure } from './failure.ts'
import { guard, killTree } from './guard.ts'
import { type ProgramRun, Refusal } from './tools.ts'

/** Of what a program complains: the start is kept for the log. */
const stderrOctets = 4_096

/** From here on a shell speaks of signals, and of programs that cannot be run. */
const firstSignalCode = 126

/** Address space is no memory yet, but what wants this many times its memory is mistaken or hostile. */
const addressFactor = 8

export interface ProgramSetting {
  readonly confiner: Confiner
  readonly limits: ConvertLimits
  /** The program's path. */
  readonly path: string
  readonly scratch: string
}

/** What it printed or made. Rejects with Refusal where it gives nothing, Failure where it is cut off, or the signal's reason. */
export async function runProgram(setting: ProgramSetting, run: ProgramRun, signal?: AbortSignal): Promise<Uint8Array> {
  signal?.throwIfAborted()
  const { confiner, limits, path } = setting
  const directory = confiner.kind === 'limits' ? mkdtempSync(join(setting.scratch, 'lemonade-convert-')) : '/'
  try {
    const { file, args } = confiner.command({
      ...{ program: path, args: run.args, readable: [], directory },
      resources: {
        cpuSeconds: limits.programSeconds * 2,
        addressOctets: limits.programMemoryOctets * addressFactor,
        scratchOctets: limits.scratchOctets,
      },
      files: { input: run.input.name, output: run.output },
    })
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment, detached: true })
    const pieces: Buffer[] = []
    let octets = 0
    let stderr = ''
    let stopped: Error | null = null
    const stop = (why: Error) => {
      stopped ??= why
      killTree(child)
    }
    child.stdin.on('error', () => {})
    child.stdin.end(run.input.octets)
    child.stdout.on('data', (piece: Buffer) => {
      octets += piece.length
      if (octets > limits.outputOctets) stop(new Refusal('The result is too large'))
      else pieces.push(piece)
    })
    child.stderr.on('data', (piece: Buffer) => {
      stderr = (stderr + piece.toString('latin1')).slice(0, stderrOctets)
    })
    const bounds = { seconds: limits.programSeconds, memoryOctets: limits.programMemoryOctets }
    const watch = guard(child, bounds, stop)
    const abort = () => stop(new Failure('crash', 'aborted'))
    signal?.addEventListener('abort', abort)
    const code = await new Promise<number | null>(resolve => {
      child.once('close', resolve).once('error', () => resolve(null))
    })
    watch.release()
    signal?.removeEventListener('abort', abort)
    signal?.throwIfAborted()
    if (stopped !== null) throw stopped
    if (code === null || code >= firstSignalCode) throw new Failure('crash', `${run.program}: ${code} ${stderr}`)
    if (code !== 0) throw new Refusal('The content cannot be read')
    return Buffer.concat(pieces, octets)
  } finally {
    if (directory !== '/') rmSync(directory, { recursive: true, force: true })
  }
}

const environment = { LANG: 'C.UTF-8' }
