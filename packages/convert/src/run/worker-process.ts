/** One worker process as the server sees it: it does one task at a time, and is killed rather than asked. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { dirname, resolve, sep } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { ConvertLimits } from '../limits.ts'
import type { TaskName, TaskResult, TaskSettings } from '../worker/task.ts'
import type { Confiner } from './confinement.ts'
import { Failure } from './failure.ts'
import { type Frame, readFrames, writeFrame } from './frames.ts'
import { type Bounds, guard, killTree } from './guard.ts'
import { Refusal } from './tools.ts'

/** V8's heap; pictures live outside it, and the watch over resident memory sees both. */
const heapMegabytes = 256

/** A worker has no business with the processor for longer, in all its life. */
const cpuSeconds = 3_600

/** A machine with much to do may be slow to start one. */
const startSeconds = 60

/** What a worker says when all goes wrong: kept for the log. */
const stderrOctets = 4_096

export class WorkerProcess {
  /** The account whose content it has seen. */
  account: string | null = null
  tasks = 0
  /** Settles once it can work; rejects where it never will. */
  readonly ready: Promise<void>
  /** Once nothing of it is left. */
  readonly ended: Promise<void>
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #frames: AsyncGenerator<Frame, void>
  readonly #limits: ConvertLimits
  #stderr = ''
  #hasEnded = false

  constructor(confiner: Confiner, limits: ConvertLimits, directory: string) {
    this.#limits = limits
    const { file, args } = confiner.command({
      program: process.execPath,
      args: [...nodeFlags, entry, JSON.stringify(limits)],
      resources: { cpuSeconds, addressOctets: null, scratchOctets: 1_048_576 },
      readable: codeDirectories,
      directory,
    })
    // A group of its own, so that a signal from the terminal does not reach it and a kill reaches all of it.
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], env: environment, detached: true })
    this.#child = child
    this.ended = new Promise(done => {
      const end = () => {
        this.#hasEnded = true
        done()
      }
      child.once('close', end).once('error', end)
    })
    child.stdin.on('error', () => {})
    child.stderr.on('data', (piece: Buffer) => {
      this.#stderr = (this.#stderr + piece.toString('latin1')).slice(0, stderrOctets)
    })
    this.#frames = readFrames(child.stdout, limits.outputOctets)
    const bounds = { seconds: startSeconds, memoryOctets: limits.workerMemoryOctets }
    this.ready = this.#guarded(bounds, async () => void (await this.#next()))
    // Whoever needs it asks; a spare that fails is found out when it is taken.
    this.ready.catch(() => {})
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** Rejects with Refusal, with Failure, or with the signal's reason; after the last two the process is gone. */
  async run(name: TaskName, settings: TaskSettings, octets: Uint8Array, signal?: AbortSignal): Promise<TaskResult> {
    signal?.throwIfAborted()
    this.tasks++
    const abort = () => this.kill()
    signal?.addEventListener('abort', abort)
    try {
      const bounds = { seconds: this.#limits.workerSeconds, memoryOctets: this.#limits.workerMemoryOctets }
      // The watch is over both ways: one that answers and does not read holds its place no longer than any.
      const [frame] = await this.#guarded(bounds, () =>
        Promise.all([this.#next(), writeFrame(this.#child.stdin, { name, settings }, octets)]),
      )
      return resultOf(frame)
    } catch (error) {
      if (!(error instanceof Refusal)) this.kill()
      signal?.throwIfAborted()
      throw error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  kill(): void {
    killTree(this.#child)
  }

  async #next(): Promise<Frame> {
    const { value, done } = await this.#frames.next()
    if (done === true) throw new Error('it ended')
    return value as Frame
  }

  /** Does what needs the process; where that fails, the process is over, and the error says why. */
  async #guarded<T>(bounds: Bounds, work: () => Promise<T>): Promise<T> {
    let over: Failure | null = null
    const watch = guard(this.#child, bounds, failure => {
      over = failure
    })
    try {
      return await work()
    } catch (error) {
      this.kill()
      await this.ended
      throw over ?? new Failure('crash', `${error instanceof Error ? error.message : ''} ${this.#stderr}`.trim())
    } finally {
      watch.release()
    }
  }
}

/** A worker's answer is read as a stranger's would be: what is not of the form is a crash. */
function resultOf({ head, octets }: Frame): TaskResult {
  const { facts, refusal, parameters } = head
  if (typeof refusal === 'string') throw new Refusal(printable(refusal), strings(parameters))
  if (typeof facts !== 'object' || facts === null) throw new Failure('crash', 'no facts')
  const entries = Object.entries(facts).filter((each): each is [string, string] => typeof each[1] === 'string')
  return { octets, facts: Object.fromEntries(entries) }
}

/** A sentence goes on to a client: what it shall not say is what a protocol would take for its own. */
function printable(sentence: string): string {
  return sentence.slice(0, 200).replace(/[^\x20-\x7e]/g, '?')
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(each => typeof each === 'string') : []
}

const entry = fileURLToPath(new URL('../worker/main.ts', import.meta.url))

/** Where the worker's code is: this package, mime, and the libraries of both. */
const codeDirectories = [
  ...new Set([
    resolve(import.meta.dirname, '../..'),
    ...['@lemonade/mime', 'sharp', 'iconv-lite', 'html-to-text'].map(name =>
      packageDirectory(fileURLToPath(import.meta.resolve(name))),
    ),
  ]),
]

/** The outermost node_modules above a file; for a workspace's package the folder above its `src`. */
function packageDirectory(file: string): string {
  const at = file.indexOf(`${sep}node_modules${sep}`)
  return at === -1 ? dirname(dirname(file)) : file.slice(0, at + sep.length + 'node_modules'.length)
}

const nodeFlags = [
  '--permission',
  // libvips is one; it is why there are name spaces around all this.
  '--allow-addons',
  ...codeDirectories.map(path => `--allow-fs-read=${path}${sep}*`),
  '--disallow-code-generation-from-strings',
  `--max-old-space-size=${heapMegabytes}`,
  '--no-warnings',
]

const environment = {
  LANG: 'C.UTF-8',
  // One conversion takes one processor, whatever the machine has.
  UV_THREADPOOL_SIZE: '2',
  VIPS_CONCURRENCY: '1',
}
