/**
 * A client that believes what it is told and nothing else (RFC 3501 §7): EXISTS adds messages, EXPUNGE and VANISHED take
 * them away, FETCH tells of one. It listens all the time, so that nobody need speak for it to learn.
 */
import assert from 'node:assert/strict'
import { Client, type Server } from '../support/player.ts'

/** Null: it was not told. */
export interface Known {
  uid: number | null
  flags: string | null
}

/** What a believer speaks through. */
export interface Line extends Pick<Client, 'send' | 'response' | 'close'> {}

/** Flags in one order, without \Recent, which is the session's own. */
export function flagsOf(list: string): string {
  const flags = list.split(' ').filter(flag => flag !== '' && flag !== '\\Recent')
  return flags.sort().join(' ')
}

function changed(flags: string | null, sign: string, list: string): string | null {
  if (sign === '') return flagsOf(list)
  if (flags === null) return null
  const before = new Set(flags.split(' '))
  const named = new Set(list.split(' '))
  return flagsOf([...(sign === '+' ? before.union(named) : before.difference(named))].join(' '))
}

/** What a command by number may not be told of (RFC 3501 §7.4.1). */
const holdsExpunges = /^(FETCH|STORE|SEARCH)\b/

interface Running {
  readonly tag: string
  readonly command: string
  readonly done: PromiseWithResolvers<string>
}

export class Believer {
  readonly name: string
  #client: Line
  messages: Known[] = []
  uidValidity = 0
  highestModSeq = 0
  /** It has asked to hear of expunges at once, so that a command by number may cross one (RFC 5465 §5.3). */
  hearsExpunges = false
  /** What broke its belief; nothing it is told later mends that. */
  broken: unknown = null
  /** Responses so far, for whoever must find out why. */
  readonly heard: string[] = []
  #running: Running | null = null
  #continued: (() => void) | null = null
  #changed: (() => void) | null = null
  #tag = 0
  /** Messages by UID from before a reconnection. */
  #cache: Map<number, string | null> | null = null
  #closed = false

  private constructor(name: string, client: Line) {
    this.name = name
    this.#client = client
  }

  static async open(name: string, server: Server): Promise<Believer> {
    return Believer.through(name, await Client.open(server))
  }

  static through(name: string, line: Line): Believer {
    const one = new Believer(name, line)
    void one.#listen(line)
    return one
  }

  async #listen(client: Line): Promise<void> {
    while (!this.#closed && client === this.#client) {
      let response: string | null
      try {
        response = await client.response()
      } catch (error) {
        // Nobody said anything for a while; that is wrong only where an answer is due.
        if (this.#running === null) continue
        return this.#fail(error)
      }
      if (response === null) {
        if (!this.#closed && client === this.#client) this.#fail(new Error(`${this.name}: the server closed`))
        return
      }
      this.heard.push(response)
      try {
        this.#take(response)
      } catch (error) {
        return this.#fail(error)
      }
      this.#changed?.()
    }
  }

  #fail(error: unknown): void {
    this.broken ??= error
    this.#running?.done.reject(error)
    this.#continued?.()
    this.#changed?.()
  }

  /** Says a command; answers with its tagged response, whatever it is. What it is asked for in the middle is `more`. */
  async attempt(command: string, more = '*'): Promise<string> {
    this.#continued = () => this.#client.send(`${more}\r\n`)
    const tagged = await this.#send(command).done.promise
    this.#continued = null
    return tagged
  }

  /** Says a command; answers with its tagged response, which is not BAD. */
  async say(command: string): Promise<string> {
    const tagged = await this.#send(command).done.promise
    assert.doesNotMatch(tagged, /^\S+ BAD|SERVERBUG/, `${this.name}: ${command}: ${tagged}`)
    return tagged
  }

  #send(command: string): Running {
    if (this.broken !== null) throw this.broken
    const running = { tag: `t${++this.#tag}`, command, done: Promise.withResolvers<string>() }
    // Whoever waits for it hears of a failure; nobody has to wait.
    running.done.promise.catch(() => {})
    this.#running = running
    this.#changeSilently(command)
    this.heard.push(`> ${running.tag} ${command}`)
    this.#client.send(`${running.tag} ${command}\r\n`)
    return running
  }

  /** What STORE with .SILENT makes of flags, the client must work out, unless it is told. */
  #changeSilently(command: string): void {
    const [, uid, set = '', sign = '', list = ''] =
      /^(UID )?STORE (\S+) ([+-]?)FLAGS\.SILENT \(([^)]*)\)$/.exec(command) ?? []
    const [first = 0, last = first] = set.split(':').map(Number)
    for (const [at, known] of this.messages.entries()) {
      const number = uid ? (known.uid ?? 0) : at + 1
      if (number >= first && number <= last) known.flags = changed(known.flags, sign, list)
    }
  }

  /** Begins to idle; `done` ends that. */
  async idle(): Promise<void> {
    const going = Promise.withResolvers<void>()
    this.#continued = going.resolve
    this.#send('IDLE')
    await going.promise
    this.#continued = null
    if (this.broken !== null) throw this.broken
  }

  async done(): Promise<void> {
    const running = this.#running
    this.#client.send('DONE\r\n')
    await running?.done.promise
  }

  /** Resolves when the condition holds, which is looked at whenever something was told. */
  async until(condition: () => boolean, what: () => string): Promise<void> {
    const late = setTimeout(() => this.#fail(new Error(what())), 8_000)
    try {
      while (!condition()) {
        if (this.broken !== null) throw this.broken
        await new Promise<void>(resolve => {
          this.#changed = resolve
        })
      }
    } finally {
      clearTimeout(late)
      this.#changed = null
    }
  }

  /** Goes away and comes back to what has happened meanwhile (RFC 7162 §3.2.5). All messages must be known. */
  async reconnect(server: Server, prologue: readonly string[]): Promise<void> {
    const left = this.#client
    this.#client = await Client.open(server)
    left.close()
    const cache = new Map(this.messages.map(({ uid, flags }) => [uid as number, flags]))
    void this.#listen(this.#client)
    for (const command of prologue) await this.say(command)
    this.messages = []
    this.#cache = cache
    await this.say(`SELECT INBOX (QRESYNC (${this.uidValidity} ${this.highestModSeq}))`)
    this.#cache = null
    // Whatever it was not told of now stays as it was; what it was told of stands where it was told.
    const told = new Map(this.messages.flatMap(known => (known.uid === null ? [] : [[known.uid, known.flags]])))
    const all = [...new Map([...cache, ...told])].sort(([a], [b]) => a - b)
    assert.equal(all.length, this.messages.length, `${this.name}: messages after SELECT (QRESYNC …)`)
    for (const [at, [uid, flags]] of all.entries()) {
      const known = this.messages[at] as Known
      assert.ok(known.uid === null || known.uid === uid, `${this.name}: message ${at + 1} is ${known.uid}, not ${uid}`)
      this.messages[at] = { uid, flags }
    }
  }

  close(): void {
    this.#closed = true
    this.#client.close()
  }

  #take(response: string): void {
    const running = this.#running
    if (running && response.startsWith(`${running.tag} `)) {
      this.#running = null
      this.#code(response)
      running.done.resolve(response)
      return
    }
    if (response.startsWith('+ ')) {
      this.#continued?.()
      return
    }
    if (response.startsWith('* OK [CLOSED]')) this.messages = []
    this.#code(response)
    const command = running?.command ?? ''
    const [, count, kind, items = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH|UIDFETCH)(?: \((.*)\))?$/.exec(response) ?? []
    const number = Number(count)
    if (kind === 'EXISTS') this.#exists(number, response)
    else if (kind === 'EXPUNGE') this.#expunge(number, command, response)
    else if (kind === 'FETCH') this.#fetched(number, items, response)
    else if (kind === 'UIDFETCH') this.#uidFetched(number, items)
    else this.#vanished(response)
  }

  #code(response: string): void {
    const [, name, value] = /^\S+ OK \[(HIGHESTMODSEQ|UIDVALIDITY) (\d+)\]/.exec(response) ?? []
    if (name === 'UIDVALIDITY') this.uidValidity = Number(value)
    if (name === 'HIGHESTMODSEQ') this.highestModSeq = Number(value)
  }

  #exists(count: number, response: string): void {
    assert.ok(count >= this.messages.length, `${this.name}: ${response} with ${this.messages.length} messages`)
    while (this.messages.length < count) this.messages.push({ uid: null, flags: null })
  }

  #expunge(number: number, command: string, response: string): void {
    if (!this.hearsExpunges) assert.doesNotMatch(command, holdsExpunges, `${this.name}: ${response} during ${command}`)
    assert.ok(number >= 1 && number <= this.messages.length, `${this.name}: ${response}`)
    this.messages.splice(number - 1, 1)
  }

  #vanished(response: string): void {
    const [, earlier, set] = /^\* VANISHED (\(EARLIER\) )?([\d:,]+)$/.exec(response) ?? []
    for (const range of set?.split(',') ?? []) {
      const [first = 0, last = first] = range.split(':').map(Number)
      for (let uid = first; uid <= last; uid++) {
        if (earlier) this.#cache?.delete(uid)
        else this.#gone(uid, response)
      }
    }
  }

  #gone(uid: number, response: string): void {
    const known = this.messages.findIndex(one => one.uid === uid)
    const at = known === -1 ? this.#unnamedAt(uid) : known
    assert.notEqual(at, -1, `${this.name}: ${response}, which nobody spoke of`)
    this.messages.splice(at, 1)
  }

  /** Where a UID that was never told must be: among those of which only their number is known, in the order of UIDs. */
  #unnamedAt(uid: number): number {
    const next = this.messages.findIndex(one => one.uid !== null && one.uid > uid)
    const end = next === -1 ? this.messages.length : next
    return this.messages[end - 1]?.uid === null ? end - 1 : this.messages.findIndex(one => one.uid === null)
  }

  #fetched(number: number, items: string, response: string): void {
    const known = this.messages[number - 1]
    assert.ok(known, `${this.name}: ${response} with ${this.messages.length} messages`)
    const uid = /\bUID (\d+)/.exec(items)?.[1]
    if (uid !== undefined) {
      assert.ok(known.uid === null || known.uid === Number(uid), `${this.name}: ${response}, but it was ${known.uid}`)
      known.uid = Number(uid)
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1]
    if (flags !== undefined) known.flags = flagsOf(flags)
  }

  /** Without numbers, only the order of UIDs says where a message stands (RFC 9586 §3). */
  #uidFetched(uid: number, items: string): void {
    let known = this.messages.find(one => one.uid === uid)
    if (known === undefined) {
      known = this.messages.find(one => one.uid === null)
      assert.ok(known, `${this.name}: UIDFETCH of ${uid}, which nobody spoke of`)
      known.uid = uid
      this.messages.sort((a, b) => (a.uid ?? Number.POSITIVE_INFINITY) - (b.uid ?? Number.POSITIVE_INFINITY))
    }
    const flags = /FLAGS \(([^)]*)\)/.exec(items)?.[1]
    if (flags !== undefined) known.flags = flagsOf(flags)
  }
}
