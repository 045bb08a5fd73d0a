/**
 * Plays transcripts against a server: plain text, one case a file, the RFCs' own notation.
 *
 *     # RFC 2177 §3: what it shows
 *     given INBOX: 2 messages; as alice
 *     C: a SELECT INBOX         sent, with a line end
 *     C| more                   sent after it, ↵ is a line end; no line end of its own before it, one behind it
 *     C> b NOOP↵c NOOP↵         sent as it is
 *     C starts TLS
 *     S: * 2 EXISTS             one response; literals go on in S| lines, ↵ is a line end
 *     S: …                      any number of responses
 *     S closes
 *
 * ␀ is a NUL, in what is sent and in what comes.
 * C2 and S2 are a second client, and so on. In responses `…` stands for anything within one, `<n>` for a number,
 * `<name>` for a word that is the same wherever the name comes again; `C:` lines may use such names.
 */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

export type Step =
  | { readonly kind: 'send'; readonly client: number; readonly text: string }
  | { readonly kind: 'tls'; readonly client: number }
  | { readonly kind: 'expect'; readonly client: number; readonly text: string; readonly line: number }
  | { readonly kind: 'closes'; readonly client: number; readonly line: number }

export interface Transcript {
  /** What stands in front of the first step, one clause each. */
  readonly setup: readonly string[]
  readonly steps: readonly Step[]
}

const stepLine = /^([CS])(\d*)([:|>]| starts TLS$| closes$) ?(.*)$/

/** Reads a transcript. Throws where a line means nothing. */
export function parseTranscript(text: string): Transcript {
  const setup: string[] = []
  const steps: Step[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue
    const match = stepLine.exec(line)
    if (match === null) {
      if (steps.length > 0) throw new Error(`Line ${index + 1} is no step: ${line}`)
      setup.push(...line.split(';').map(clause => clause.trim()))
      continue
    }
    const [, side, number, sign, rest = ''] = match
    addStep(steps, side === 'C', number === '' ? 1 : Number(number), sign as string, rest, index + 1)
  }
  return { setup, steps }
}

function addStep(steps: Step[], isClient: boolean, client: number, sign: string, rest: string, line: number): void {
  const last = steps.at(-1)
  if (sign === '|') {
    if (last === undefined || !('text' in last)) throw new Error(`Line ${line} goes on with nothing`)
    const text = last.kind === 'send' ? `${last.text}${octetsOf(rest)}\r\n` : `${last.text}↵${rest}`
    steps[steps.length - 1] = { ...last, text }
  } else if (sign === ' starts TLS') steps.push({ kind: 'tls', client })
  else if (sign === ' closes') steps.push({ kind: 'closes', client, line })
  else if (!isClient) steps.push({ kind: 'expect', client, text: rest, line })
  else steps.push({ kind: 'send', client, text: sign === '>' ? octetsOf(rest) : `${rest}\r\n` })
}

function octetsOf(text: string): string {
  return text.replaceAll('↵', '\r\n').replaceAll('␀', '\0')
}

export interface Server {
  readonly host: string
  readonly port: number
  /** What a client must trust. */
  readonly certificate: string
}

export interface Scene {
  readonly server: Server
  /** Said by each client before its first step; its responses are not looked at. */
  readonly prologue: readonly string[]
  /** The same of clients that are somebody else. */
  readonly prologues?: ReadonlyMap<number, readonly string[]>
  readonly names?: Readonly<Record<string, string>>
}

/** Plays a transcript's steps; rejects with a sentence that names the line. */
export async function play(transcript: Transcript, scene: Scene): Promise<void> {
  const names = new Map(Object.entries(scene.names ?? {}))
  const clients = new Map<number, Client>()
  try {
    for (const step of transcript.steps) {
      let client = clients.get(step.client)
      if (client === undefined) {
        client = await Client.open(scene.server)
        clients.set(step.client, client)
        const prologue = scene.prologues?.get(step.client) ?? scene.prologue
        for (const [index, line] of prologue.entries()) await client.prologue(`prologue${index}`, line)
      }
      switch (step.kind) {
        case 'send':
          client.send(step.text.replace(/<(\w+)>/g, (whole, name) => names.get(name) ?? whole))
          break
        case 'tls':
          await client.startTls()
          break
        case 'expect':
          await client.expect(step.text, names, step.line)
          break
        case 'closes':
          assert.equal(await client.response(), null, `line ${step.line}: the server should close`)
          break
      }
    }
    for (const client of clients.values()) client.assertNothingLeft()
  } finally {
    for (const client of clients.values()) client.close()
  }
}

/** How long a response may take before a test gives up; no test waits this long for a good one. */
const patienceMilliseconds = 10_000

/** One connection: sends octets, reads whole responses. */
export class Client {
  #socket: Socket
  readonly #server: Server
  #have = Buffer.alloc(0)
  #ended = false
  #wake: (() => void) | null = null
  #skipping = false

  private constructor(socket: Socket, server: Server) {
    this.#socket = socket
    this.#server = server
    this.#listen()
  }

  static async open(server: Server): Promise<Client> {
    const socket = connect(server.port, server.host)
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    return new Client(socket, server)
  }

  #listen(): void {
    this.#socket.on('data', octets => {
      this.#have = Buffer.concat([this.#have, octets])
      this.#wake?.()
    })
    const end = () => {
      this.#ended = true
      this.#wake?.()
    }
    this.#socket.on('close', end).on('end', end).on('error', end)
  }

  send(text: string): void {
    this.#socket.write(text)
  }

  sendOctets(octets: Uint8Array): void {
    this.#socket.write(octets)
  }

  async startTls(): Promise<void> {
    const clear = this.#socket.removeAllListeners('data').removeAllListeners('close').removeAllListeners('end')
    const secured = connectTls({ socket: clear, ca: this.#server.certificate, servername: 'localhost' })
    await new Promise<void>((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject))
    this.#socket = secured
    this.#listen()
  }

  /** Sends a command and passes over its responses, which must end in OK. */
  async prologue(tag: string, command: string): Promise<void> {
    this.send(`${tag} ${command}\r\n`)
    for (;;) {
      const response = await this.response()
      assert.ok(response !== null, `the server closed during ${command}`)
      if (response.startsWith(`${tag} `)) {
        assert.match(response, new RegExp(`^${tag} OK`), command)
        if (/^STARTTLS$/i.test(command)) await this.startTls()
        return
      }
    }
  }

  /** The next response with ↵ for line ends, or null at the end. */
  async response(): Promise<string | null> {
    const octets = await this.octets()
    return octets === null ? null : octets.toString('utf8').replaceAll('\r\n', '↵').replaceAll('\0', '␀')
  }

  /** The next response without its last line end, or null at the end. */
  async octets(): Promise<Buffer | null> {
    for (;;) {
      const length = responseLength(this.#have)
      if (length > 0) {
        const octets = this.#have.subarray(0, length - 2)
        this.#have = this.#have.subarray(length)
        return octets
      }
      if (this.#ended) return null
      await this.#more()
    }
  }

  async #more(): Promise<void> {
    let late: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      this.#wake = resolve
      late = setTimeout(() => reject(new Error(`no response; so far: ${this.#have}`)), patienceMilliseconds)
    })
    clearTimeout(late)
    this.#wake = null
  }

  async expect(pattern: string, names: Map<string, string>, line: number): Promise<void> {
    if (pattern === '…') {
      this.#skipping = true
      return
    }
    const passed: string[] = []
    for (;;) {
      const response = await this.response().catch(error => {
        throw new Error(`line ${line}: expected ${pattern}: ${error.message}`)
      })
      assert.ok(
        response !== null,
        `line ${line}: expected ${pattern}, but the server closed after ${passed.join(' | ')}`,
      )
      if (matches(response, pattern, names)) break
      passed.push(response)
      if (!this.#skipping) assert.equal(response, pattern, `line ${line}`)
    }
    this.#skipping = false
  }

  assertNothingLeft(): void {
    if (!this.#skipping) assert.equal(this.#have.toString('utf8'), '', 'more came than was expected')
  }

  close(): void {
    this.#socket.destroy()
  }
}

/** Octets of the first whole response, its literals and last line end included; 0 where it is not all here. */
function responseLength(have: Buffer): number {
  for (let at = 0; ; ) {
    const end = have.indexOf('\r\n', at)
    if (end === -1) return 0
    const literal = /\{(\d+)\}$/.exec(have.toString('latin1', at, end))
    if (literal === null) return end + 2
    at = end + 2 + Number(literal[1])
    if (at > have.length) return 0
  }
}

/** Compares, and learns names. */
function matches(response: string, pattern: string, names: Map<string, string>): boolean {
  const asked: string[] = []
  const source = pattern.split(/(…|<\w+>)/).map(piece => {
    if (piece === '…') return '[^]*'
    if (piece === '<n>') return '\\d+'
    const name = /^<(\w+)>$/.exec(piece)?.[1]
    if (name === undefined) return escaped(piece)
    const known = names.get(name)
    if (known !== undefined) return escaped(known)
    const at = asked.indexOf(name)
    if (at !== -1) return `\\${at + 1}`
    asked.push(name)
    return '([^\\s\\])]+)'
  })
  const match = new RegExp(`^${source.join('')}$`).exec(response)
  if (match === null) return false
  for (const [index, name] of asked.entries()) names.set(name, match[index + 1] as string)
  return true
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
