/** Programs that stay: started in a directory of their own, awaited at their port, and stopped. */
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { setTimeout as after } from 'node:timers/promises'

/** Milliseconds until a program that does not listen has failed its test. */
const patience = 30_000
const betweenLooks = 20

/** One that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Resolves when somebody listens; throws what `problem` says, or after a time. */
export async function untilListening(port: number, problem: () => string | null = () => null): Promise<void> {
  const end = performance.now() + patience
  for (;;) {
    const socket = connect({ host: '127.0.0.1', port })
    const listens = await new Promise<boolean>(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (listens) return
    const said = problem()
    if (said !== null) throw new Error(said)
    if (performance.now() > end) throw new Error(`nothing listens on port ${port}`)
    await after(betweenLooks)
  }
}

export class Daemon {
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #said: string[] = []
  readonly #news = new EventEmitter()

  constructor(command: string, words: readonly string[]) {
    this.#child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#ended = new Promise(resolve => {
      this.#child.once('error', error => resolve(this.#said.push(String(error))))
      this.#child.once('exit', resolve)
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', octets => {
        this.#said.push(String(octets))
        this.#news.emit('said')
      })
    }
  }

  get said(): string {
    return this.#said.join('')
  }

  async listens(port: number): Promise<void> {
    let isOver = false
    this.#ended.then(() => {
      isOver = true
    })
    await untilListening(port, () => (isOver ? `it ended:\n${this.said}` : null))
  }

  /** Resolves when it has said something that matches; throws with all that it said where it does not in time. */
  async says(pattern: RegExp): Promise<string> {
    const signal = AbortSignal.timeout(patience)
    for (;;) {
      const [found] = pattern.exec(this.said) ?? []
      if (found !== undefined) return found
      await once(this.#news, 'said', { signal }).catch(() => {
        throw new Error(`it does not say ${pattern}:\n${this.said}`)
      })
    }
  }

  /** As when it hangs: it neither answers nor goes away. */
  pause(): void {
    this.#child.kill('SIGSTOP')
  }

  resume(): void {
    this.#child.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGCONT')
    this.#child.kill('SIGTERM')
    await this.#ended
  }
}
