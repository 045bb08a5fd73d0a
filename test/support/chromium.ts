/** A real Chromium without a window, spoken to by the DevTools protocol over a WebSocket. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** How long anything may take before the test fails. */
const patience = 60_000

type Values = Readonly<Record<string, unknown>>

/** A tab. */
export interface Page {
  /** What a script in it comes to; promises are awaited. */
  evaluate(script: string): Promise<unknown>
  send(method: string, parameters?: Values): Promise<Values>
  /** The parameters of the first event of that name that the test accepts. */
  event(name: string, accept: (parameters: Values) => boolean): Promise<Values>
  close(): Promise<void>
}

export class Chromium {
  readonly #directory: string
  readonly #child: ChildProcess
  readonly #socket: WebSocket
  readonly #answers = new Map<number, (message: Values) => void>()
  readonly #listeners = new Set<(message: Values) => void>()
  #last = 0

  private constructor(directory: string, child: ChildProcess, socket: WebSocket) {
    this.#directory = directory
    this.#child = child
    this.#socket = socket
    socket.addEventListener('message', ({ data }) => {
      const message = JSON.parse(String(data)) as Values
      const id = message['id']
      if (typeof id === 'number') this.#answers.get(id)?.(message)
      else for (const listener of this.#listeners) listener(message)
    })
  }

  static async start(): Promise<Chromium> {
    const directory = mkdtempSync(join(tmpdir(), 'lemonade-chromium-'))
    const words = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run']
    const child = spawn(
      'chromium',
      [...words, '--remote-debugging-port=0', `--user-data-dir=${directory}`, 'about:blank'],
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true, env: { ...process.env, HOME: directory } },
    )
    const url = await within(
      new Promise<string>((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', code => reject(new Error(`Chromium ended with ${code}`)))
        if (child.stderr === null) return
        createInterface({ input: child.stderr }).on('line', line => {
          const [, found] = /^DevTools listening on (ws:\S+)/.exec(line) ?? []
          if (found !== undefined) resolve(found)
        })
      }),
      'Chromium does not start',
    )
    const socket = new WebSocket(url)
    await within(new Promise(resolve => socket.addEventListener('open', resolve)), 'Chromium does not answer')
    return new Chromium(directory, child, socket)
  }

  /** Asks the browser, or a tab. Rejects with what it says is wrong. */
  send(method: string, parameters: Values = {}, session?: string): Promise<Values> {
    const id = ++this.#last
    const answered = new Promise<Values>((resolve, reject) => {
      this.#answers.set(id, message => {
        this.#answers.delete(id)
        const error = message['error'] as { readonly message: string } | undefined
        if (error === undefined) resolve(message['result'] as Values)
        else reject(new Error(`${method}: ${error.message}`))
      })
    })
    const addressed = session === undefined ? {} : { sessionId: session }
    this.#socket.send(JSON.stringify({ id, method, params: parameters, ...addressed }))
    return within(answered, `${method} is not answered`)
  }

  async open(url: string): Promise<Page> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const session = String(sessionId)
    const send = (method: string, parameters: Values = {}) => this.send(method, parameters, session)
    const event = (name: string, accept: (parameters: Values) => boolean) => {
      const listening = Promise.withResolvers<Values>()
      const listener = (message: Values) => {
        const parameters = (message['params'] ?? {}) as Values
        if (message['sessionId'] !== session || message['method'] !== name || !accept(parameters)) return
        this.#listeners.delete(listener)
        listening.resolve(parameters)
      }
      this.#listeners.add(listener)
      return within(listening.promise, `${name} does not come`)
    }
    await send('Page.enable')
    if (url !== 'about:blank') {
      const loaded = event('Page.loadEventFired', () => true)
      await send('Page.navigate', { url })
      await loaded
    }
    return {
      send,
      event,
      async evaluate(expression) {
        const answer = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
        const problem = answer['exceptionDetails'] as
          | { readonly exception?: { readonly description?: string } }
          | undefined
        if (problem !== undefined) throw new Error(problem.exception?.description ?? 'the script failed')
        return (answer['result'] as { readonly value?: unknown }).value
      },
      close: async () => void (await this.send('Target.closeTarget', { targetId })),
    }
  }

  async stop(): Promise<void> {
    const ended = new Promise(resolve => this.#child.once('exit', resolve))
    this.#socket.close()
    if (this.#child.pid !== undefined && this.#child.exitCode === null) {
      // It has many processes, in a group of their own.
      process.kill(-this.#child.pid, 'SIGKILL')
      await ended
    }
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

function within<T>(promise: Promise<T>, problem: string): Promise<T> {
  const over = Promise.withResolvers<never>()
  const timer = setTimeout(() => over.reject(new Error(problem)), patience)
  return Promise.race([promise, over.promise]).finally(() => clearTimeout(timer))
}
