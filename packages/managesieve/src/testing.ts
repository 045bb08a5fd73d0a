/** For this package's tests: a server on a free port, and a player of transcripts. Not part of the server. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Auth, openAuth } from '@lemonade/auth'
import { memoryAccounts } from '@lemonade/auth/testing'
import { silentLog } from '@lemonade/net'
import { testTls } from '@lemonade/net/testing'
import { type AccountId, type Script, type Scripts, StoreError } from '@lemonade/store'
import { defaultManageSieveLimits, type ManageSieveLimits } from './limits.ts'
import { type ManageSieveOptions, type Service, serveManageSieve } from './server.ts'

/** Scripts in memory, with the problems of the store. */
export function memoryScripts(): Scripts {
  const accounts = new Map<AccountId, Map<string, string>>()
  const activeNames = new Map<AccountId, string>()
  const of = (account: AccountId) => {
    const scripts = accounts.get(account) ?? new Map<string, string>()
    accounts.set(account, scripts)
    return scripts
  }
  const get = (account: AccountId, name: string) => {
    const source = of(account).get(name)
    if (source === undefined) throw new StoreError('no-such-script', name)
    return source
  }
  return {
    async list(account) {
      const active = activeNames.get(account)
      const scripts = [...of(account)].map(([name, source]): Script => {
        return { name, active: name === active, octets: Buffer.byteLength(source) }
      })
      return scripts.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    get: async (account, name) => get(account, name),
    async active(account) {
      const name = activeNames.get(account)
      return name === undefined ? null : { name, source: get(account, name) }
    },
    async put(account, name, source, limits) {
      if (Buffer.byteLength(source) > limits.octets) throw new StoreError('too-big')
      if (!of(account).has(name) && of(account).size >= limits.scripts) throw new StoreError('too-many-scripts')
      of(account).set(name, source)
    },
    async setActive(account, name) {
      if (name === '') activeNames.delete(account)
      else {
        get(account, name)
        activeNames.set(account, name)
      }
    },
    async remove(account, name) {
      get(account, name)
      if (activeNames.get(account) === name) throw new StoreError('script-is-active')
      of(account).delete(name)
    },
    async rename(account, from, to) {
      const source = get(account, from)
      if (of(account).has(to)) throw new StoreError('script-exists')
      of(account).delete(from)
      of(account).set(to, source)
      if (activeNames.get(account) === from) activeNames.set(account, to)
    },
  }
}

export interface TestServer {
  readonly service: Service
  readonly auth: Auth
  readonly scripts: Scripts
  readonly account: AccountId
  readonly certificate: string
  /** In the clear; "alice@example.org" may log in with "pencil" there, unless the options say otherwise. */
  connect(): Player
  /** After STARTTLS. */
  connectSecurely(): Promise<Player>
  /** Logged in; the greeting and the login have been read. */
  login(): Promise<Player>
}

export interface TestServerOptions extends Partial<Omit<ManageSieveOptions, 'limits'>> {
  readonly limits?: Partial<ManageSieveLimits>
  readonly allowPlaintext?: 'never' | 'loopback'
}

export const name = 'alice@example.org'
export const password = 'pencil'
export const plainResponse = Buffer.from(`\0${name}\0${password}`).toString('base64')

const tls = testTls()

export async function startServer(options: TestServerOptions = {}): Promise<TestServer> {
  const { limits, allowPlaintext = 'loopback', ...rest } = options
  const accounts = memoryAccounts()
  const scripts = memoryScripts()
  const { id: account } = await accounts.add({ name })
  const auth = openAuth({
    store: { accounts, directory: '/nonexistent' },
    allowPlaintext,
    secret: new Uint8Array(32),
    wait: async () => {},
  })
  await auth.setPassword(account, password)
  const service = await serveManageSieve({
    store: { scripts, accounts },
    auth,
    tls: tls.source,
    listen: { managesieve: [{ host: '127.0.0.1', port: 0 }] },
    hostname: 'mail.example.org',
    limits: { ...defaultManageSieveLimits, ...limits },
    log: silentLog,
    ...rest,
  })
  const port = service.endpoints['managesieve']?.[0]?.port ?? 0
  const server: TestServer = {
    ...{ service, auth, scripts, account, certificate: tls.certificate },
    connect: () => new Player(connect(port, '127.0.0.1')),
    async connectSecurely() {
      const player = server.connect()
      await player.response()
      player.send('STARTTLS\r\n')
      await player.response()
      await player.secure(tls.certificate)
      await player.response()
      return player
    },
    async login() {
      const player = server.connect()
      await player.response()
      player.send(`AUTHENTICATE "PLAIN" "${plainResponse}"\r\n`)
      assert.match(await player.response(), /^OK/)
      return player
    },
  }
  return server
}

/** The client's end: sends octets as they are, reads lines and literals. */
export class Player {
  socket: Socket
  #buffer = Buffer.alloc(0)
  #ended = false
  #wake: () => void = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    this.#attach()
  }

  #attach(): void {
    this.socket.on('data', octets => {
      this.#buffer = Buffer.concat([this.#buffer, octets])
      this.#wake()
    })
    const end = () => {
      this.#ended = true
      this.#wake()
    }
    this.socket.on('end', end)
    this.socket.on('error', end)
  }

  async secure(ca: string): Promise<void> {
    this.socket.removeAllListeners()
    const secure = connectTls({ socket: this.socket, ca, host: 'localhost' })
    this.socket = secure
    this.#attach()
    await new Promise(resolve => secure.once('secureConnect', resolve))
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text)
  }

  /** A line without CRLF; null at the end. */
  async line(): Promise<string | null> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n')
      if (end !== -1) {
        const line = this.#buffer.toString('utf8', 0, end)
        this.#buffer = this.#buffer.subarray(end + 2)
        return line
      }
      if (this.#ended) return this.#buffer.length === 0 ? null : this.#buffer.toString()
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** All lines up to the one that ends the response, which no literal of these tests looks like. */
  async response(): Promise<string> {
    const lines: string[] = []
    for (;;) {
      const line = await this.line()
      if (line === null) return lines.join('\r\n')
      lines.push(line)
      if (/^(OK|NO|BYE)( |$)/.test(line) && !/\{\d+\}$/.test(line)) return lines.join('\r\n')
      if (/^(OK|NO|BYE) .*\{\d+\}$/.test(line)) {
        const literal = Number(/\{(\d+)\}$/.exec(line)?.[1])
        lines.push(await this.#take(literal), (await this.line()) ?? '')
        return lines.join('\r\n')
      }
    }
  }

  async #take(octets: number): Promise<string> {
    while (this.#buffer.length < octets && !this.#ended) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    const text = this.#buffer.toString('utf8', 0, octets)
    this.#buffer = this.#buffer.subarray(octets)
    return text
  }

  async ask(command: string): Promise<string> {
    this.send(`${command}\r\n`)
    return this.response()
  }

  /**
   * Plays lines of "C: …" and "S: …"; "…" in an S line stands for anything, "E:" for the end of the connection. "<plain>"
   * in a C line stands for the initial response that logs in. Lines that begin otherwise are sentences for the reader.
   */
  async play(transcript: string): Promise<void> {
    for (const line of transcript.split('\n').map(text => text.trim())) {
      if (/^C:/.test(line)) this.send(`${line.slice(3).replaceAll('<plain>', plainResponse)}\r\n`)
      if (/^S:/.test(line)) {
        const pattern = line
          .slice(3)
          .split('…')
          .map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')
        const said = await this.line()
        assert.match(said ?? '<end>', new RegExp(`^${pattern}$`), `expected "${line}", heard "${said}"`)
      }
      if (/^E:/.test(line)) assert.equal(await this.line(), null)
    }
  }

  close(): void {
    this.socket.destroy()
  }
}
