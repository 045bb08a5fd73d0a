/** The real server as a process of its own: a temporary directory, free ports, and every way to end it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { program, type Ran, succeeds } from './program.ts'

/** The launcher, as a user calls it. */
export const binary = fileURLToPath(new URL('../../packages/server/bin/lemonade.js', import.meta.url))

export type ListenerName = 'imap' | 'imaps' | 'submission' | 'submissions' | 'smtp' | 'lmtp' | 'managesieve' | 'http'

export interface Endpoint {
  readonly host: string
  readonly port: number
}

export type Endpoints = Readonly<Record<ListenerName, readonly Endpoint[]>> & { readonly pid: number }

/** A line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>>

export interface TestServerOptions {
  readonly hostname?: string
  /** TOML that follows the base configuration; it may open tables, but not [listen]. */
  readonly config?: string
}

/** Makes a directory with a configuration and starts the server; resolves when it is ready. */
export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const server = new TestServer(options)
  try {
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

const listeners: readonly ListenerName[] = [
  'imap',
  'imaps',
  'submission',
  'submissions',
  'smtp',
  'lmtp',
  'managesieve',
  'http',
]

export class TestServer {
  /** Temporary, with the configuration and the data directory in it; tests may put files there. */
  readonly directory = mkdtempSync(join(tmpdir(), 'lemonade-test-'))
  readonly data = join(this.directory, 'data')
  readonly configuration = join(this.directory, 'lemonade.toml')
  /** The file of the local authority's certificate. */
  readonly certificateAuthority = join(this.data, 'tls', 'ca.pem')
  /** Everything logged since the last start. */
  log: LogLine[] = []
  /** What the server printed for people since the last start. */
  announced = ''
  readonly #logged = new EventEmitter()
  #child: ChildProcess | null = null
  #exited: Promise<number | null> = Promise.resolve(null)
  #endpoints: Endpoints | null = null

  constructor({ hostname = 'localhost', config = '' }: TestServerOptions = {}) {
    const listen = listeners.map(name => `${name} = "127.0.0.1:0"\n`).join('')
    writeFileSync(this.configuration, `hostname = "${hostname}"\ndata = "data"\n[listen]\n${listen}${config}`)
  }

  /** Starts it, also again after `kill` or `terminate`; resolves at its `ready` line. */
  async start(): Promise<void> {
    // The channel ends the server should this process die without a word.
    const child = spawn(process.execPath, [binary, 'serve', '--config', this.configuration], {
      cwd: this.directory,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#child = child
    ;[this.log, this.announced, this.#endpoints] = [[], '', null]
    this.#exited = new Promise(resolve => child.once('close', code => resolve(code)))
    const announced = new Promise<void>(resolve =>
      child.stdout?.on('data', octets => {
        this.announced += String(octets)
        resolve()
      }),
    )
    const said: string[] = []
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      this.#exited.then(code => reject(new Error(`the server ended with ${code}\n${said.join('\n')}`)))
      if (child.stderr === null) return
      createInterface({ input: child.stderr }).on('line', line => {
        said.push(line)
        if (!line.startsWith('{')) return
        const entry = JSON.parse(line) as LogLine
        this.log.push(entry)
        this.#logged.emit('line')
        if (entry['msg'] === 'ready') resolve()
      })
    })
    await announced
    this.#endpoints = JSON.parse(readFileSync(join(this.data, 'run', 'endpoints.json'), 'utf8')) as Endpoints
  }

  /** Where it listens, as `endpoints.json` has it. */
  get endpoints(): Endpoints {
    if (this.#endpoints === null) throw new Error('the server is not running')
    return this.#endpoints
  }

  port(name: ListenerName | string): number {
    const [first] = this.endpoints[name as ListenerName] ?? []
    if (first === undefined) throw new Error(`nothing listens for ${name}`)
    return first.port
  }

  /** PEM that a client needs to trust it. */
  authorityPem(): string {
    return readFileSync(this.certificateAuthority, 'utf8')
  }

  /** Any command of the command line, on this server's configuration. */
  cli(words: readonly string[], input = ''): Promise<Ran> {
    return program(process.execPath, [binary, ...words, '--config', this.configuration], { input })
  }

  async addAccount(name: string, password: string): Promise<void> {
    await this.#must(['account', 'add', name, '--password-stdin'], `${password}\n`)
  }

  /** Gives the password that was made. */
  async addAppPassword(name: string, app: string): Promise<string> {
    const { stdout } = await this.#must(['account', 'passwd', name, '--app', app])
    return stdout.trim().split(' ').at(-1) ?? ''
  }

  async removeAppPassword(name: string, app: string): Promise<void> {
    await this.#must(['account', 'passwd', name, '--app', app, '--remove'])
  }

  /** Resolves when so many lines with this message have been logged since the start. */
  async logged(message: string, count = 1): Promise<void> {
    while (this.log.filter(({ msg }) => msg === message).length < count) await once(this.#logged, 'line')
  }

  /** Sends a signal to the server itself. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Resolves with the exit code once it has ended; null where a signal ended it. */
  exited(): Promise<number | null> {
    return this.#exited
  }

  /** SIGTERM, and the exit code that follows; the directory stays. */
  async terminate(): Promise<number | null> {
    this.signal('SIGTERM')
    return this.#exited
  }

  /** SIGKILL; the directory stays, and with it all that was acknowledged. */
  async kill(): Promise<void> {
    this.signal('SIGKILL')
    await this.#exited
  }

  /** Ends it in order, for good. */
  async stop(): Promise<void> {
    await this.terminate()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #must(words: readonly string[], input = ''): Promise<Ran> {
    return succeeds(process.execPath, [binary, ...words, '--config', this.configuration], { input })
  }
}
