/**
 * The loop of a connection: row, state, hazards, run, tell, tag.
 *
 * - Commands run one after the other, in the order they came; what is pipelined waits unread (RFC 3501 §5.5).
 * - A row's data decides: which states it may run in, whether it is refused after EXAMINE, whether expunges wait.
 * - There is one `catch` a command. What is no refusal and no problem of the store is our bug: logged whole, told without detail.
 */
import { ConnectionClosed, type Log } from '@lemonade/net'
import { type PreparedContent, StoreError } from '@lemonade/store'
import type { Call } from './extension.ts'
import type { WrittenName } from './grammar/mailbox.ts'
import type { Input, Parsing } from './parsing.ts'
import { answers, Bad, Broken, Bye, No } from './problem.ts'
import type { Entry } from './registry.ts'
import { bad, info, no, type Response, type Status, statusLine, type Tagged } from './response.ts'
import type { Session } from './session.ts'
import { tell } from './tell.ts'
import { Wake } from './wake.ts'
import type { NumberSet, Seq } from './wire/number-set.ts'
import { Parser, type ParserOptions } from './wire/parser.ts'
import { Ended, type Frame, type Reader, Unframed } from './wire/reader.ts'

/** Told of each command that ended. */
export type Observer = (command: string, status: Tagged['status'], seconds: number) => void

/** Resolves when the octets are on their way; where `more` follows at once, when they are few enough to be kept. */
export type Write = (octets: Uint8Array, more?: boolean) => Promise<void>

const noSet: NumberSet<Seq> = { ranges: [] }

export class Dispatcher {
  readonly #session: Session
  readonly #reader: Reader
  readonly #write: Write
  readonly #observe: Observer
  readonly #say = (text: string): string => this.#session.say(text)
  #bad = 0
  #running: Entry | 'unknown' | null = null
  /** What to say before the next command is read. */
  #stopping: Status | null = null

  constructor(session: Session, reader: Reader, write: Write, observe: Observer) {
    this.#session = session
    this.#reader = reader
    this.#write = write
    this.#observe = observe
  }

  /** Serves until the client logs out or goes away, or the server must give the connection up. */
  async serve(): Promise<void> {
    try {
      const { tables } = this.#session
      await this.send({
        status: 'OK',
        code: `CAPABILITY ${tables.capabilities(this.#session).join(' ')}`,
        text: `${this.#session.shared.hostname} Lemonade is ready`,
      })
      while (this.#stopping === null) {
        const frame = await this.#next()
        if (frame === null) return
        this.#running = 'unknown'
        const goesOn = await this.#command(frame)
        this.#running = null
        if (!goesOn) return
      }
      await this.send(this.#stopping)
    } catch (error) {
      await this.#giveUp(error)
    }
  }

  /** The next command. Who asked to be told without asking is told while it does not come. */
  async #next(): Promise<Frame | null> {
    // It changes by commands only.
    const mode = this.#session.state === 'not-authenticated' ? null : this.#unsolicited()
    if (mode === null) return this.#reader.command()
    const wake = new Wake(this.#session)
    try {
      let came = false
      const reading = this.#reader.command().finally(() => {
        came = true
        wake.up()
      })
      // Awaited below, when it has come.
      reading.catch(() => {})
      for (;;) {
        wake.reset()
        if (!came) await this.#tell(mode === 'with-expunges')
        if (came) return await reading
        await wake.heard()
      }
    } finally {
      wake.close()
    }
  }

  #unsolicited(): 'with-expunges' | 'without-expunges' | null {
    for (const one of this.#session.announcers) {
      const mode = one.unsolicited?.(this.#session) ?? null
      if (mode !== null) return mode
    }
    return null
  }

  /**
   * Ends the conversation with these words: at once where no command runs or it only waits, and then what is sent is
   * answered; else by itself when the running command has ended.
   */
  stop(words: Status): Promise<void> | null {
    this.#stopping = words
    const running = this.#running
    if (running !== null && (running === 'unknown' || !running.row.alone)) return null
    return this.send(words)
  }

  /** Sends one untagged response. */
  async send(response: Response, more = false): Promise<void> {
    if (response instanceof Uint8Array) return this.#write(response, more)
    this.#checkCode(response)
    return this.#write(statusLine('*', response, this.#say), more)
  }

  #checkCode(response: Status | Tagged): void {
    const name = response.code?.split(' ', 1)[0]
    if (name !== undefined && !this.#session.tables.codes.has(name)) throw new Error(`Nobody owns the code ${name}`)
  }

  /** Runs one command; answers whether the conversation goes on. */
  async #command(frame: Frame): Promise<boolean> {
    const started = performance.now()
    const p = new Parser(frame.octets, this.#grammar())
    let tag = '*'
    let entry: Entry | undefined
    let tagged: Tagged
    try {
      tag = p.tag()
      if (frame.problem) throw frame.problem
      p.sp()
      entry = this.#entry(p)
      this.#running = entry
      tagged = await this.#run(tag, entry, p, frame)
    } catch (error) {
      if (isFatal(error)) throw error
      // Only the client's going away aborts a command.
      if (error instanceof Error && error.name === 'AbortError') throw new Ended()
      tagged = failure(error, this.#session.log, entry?.name)
    }
    await frame.discard()
    if (tagged.status !== 'BAD') {
      this.#bad = 0
      if (entry && !entry.row.deselects && !entry.row.alone) {
        await this.#tell(mayExpunge(entry))
        tagged = await this.#completed(tagged)
      }
    } else if (++this.#bad > this.#session.limits.imapBadCommands)
      throw new Bye('Too many invalid commands', 'CLIENTBUG')
    this.#checkCode(tagged)
    const line = statusLine(tag, tagged, this.#say)
    if (tagged.send) await tagged.send(line)
    else await this.#write(line)
    this.#observe(entry?.name ?? 'unknown', tagged.status, (performance.now() - started) / 1000)
    await tagged.after?.()
    return !this.#ended
  }

  get #ended(): boolean {
    return this.#session.isOver
  }

  #grammar(): ParserOptions {
    const { tables, limits, dialect } = this.#session
    const setMarks = [...tables.savedSets.keys()].join('')
    return { setMarks, setRanges: limits.imapSetRanges, wideNumbers: dialect.wideNumbers }
  }

  #entry(p: Parser): Entry {
    let name = p.word()
    if (name === 'UID') {
      p.sp()
      name = `UID ${p.word()}`
    }
    const entry = this.#session.tables.commands.get(name)
    if (entry === undefined) throw new Bad('Unknown command')
    if (!entry.row.states.includes(this.#session.state))
      throw new Bad(`Not a command of this state (${this.#session.state})`)
    this.#session.tables.admit(this.#session, name)
    const { numbersRefused } = this.#session.dialect
    if (numbersRefused !== null && entry.row.messages && !entry.byUid)
      throw new Bad('Messages are named by their UIDs alone', numbersRefused)
    return entry
  }

  async #run(tag: string, entry: Entry, p: Parser, frame: Frame): Promise<Tagged> {
    const { row, byUid } = entry
    if (!row.streams) {
      await frame.complete()
      if (frame.problem) throw frame.problem
      p.extend(frame.octets)
    }
    let set = noSet
    if (row.messages === 'set') {
      p.sp()
      set = p.numberSet()
    }
    const input = new Literals(frame, this.#session)
    const at = this.#parsing(input)
    try {
      const argument = await row.parse(p, at)
      if (frame.problem) throw frame.problem
      p.end()
      if (row.changes && this.#session.view.examined) throw new No('The mailbox is selected read-only', 'READ-ONLY')
      if (row.messages || row.changes) await this.#session.learn()
      const uids = row.messages === 'set' ? this.#session.resolve(set, byUid) : []
      const call: Call = { tag, byUid, set, uids, signal: row.alone ? never : this.#signal() }
      const running = row.run(this.#session, argument, call)
      const tagged = await this.#drive(running, row.alone ? null : tag)
      if (tagged.status === 'OK' && at.names.length > 0) await this.#named(entry.name, at.names)
      return tagged
    } finally {
      await input.release()
    }
  }

  #parsing(input: Input): Parsing {
    const { tables, limits, utf8, dialect } = this.#session
    return { tables, limits, input, utf8, dialect, names: [] }
  }

  /** What extensions have to say of the mailboxes that a command has named. */
  async #named(command: string, names: readonly WrittenName[]): Promise<void> {
    for (const one of this.#session.announcers) {
      if (one.named === undefined) continue
      for await (const response of one.named(this.#session, command, names)) await this.send(response, true)
    }
  }

  /** Runs a handler to its end. With a tag, the client is told of it while nothing comes. */
  async #drive(handler: AsyncGenerator<Response, Tagged, void> | Promise<Tagged>, tag: string | null): Promise<Tagged> {
    if (handler instanceof Promise) return this.#meanwhile(handler, tag)
    try {
      // Only until the first response: afterwards a line may be half sent.
      for (let step = await this.#meanwhile(handler.next(), tag); ; step = await handler.next()) {
        if (step.done) return step.value
        await this.send(step.value, true)
      }
    } finally {
      await handler.return(no('Abandoned')).catch(() => {})
    }
  }

  async #meanwhile<T>(waiting: Promise<T>, tag: string | null): Promise<T> {
    if (tag === null) return waiting
    const { tables, limits } = this.#session
    const timers = tables.meanwhile.map(one =>
      // A client that is gone is noticed by its silence.
      setInterval(() => void this.send(one.response(tag)).catch(() => {}), one.seconds(limits) * 1000),
    )
    try {
      return await waiting
    } finally {
      for (const timer of timers) clearInterval(timer)
    }
  }

  /** Aborted when the client is found to be gone. */
  #signal(): AbortSignal {
    const controller = new AbortController()
    const abort = () => controller.abort()
    this.#reader.isGone().then(gone => gone && abort(), abort)
    return controller.signal
  }

  async #tell(expunges: boolean): Promise<void> {
    await this.#session.learn()
    for await (const response of tell(this.#session, expunges)) await this.send(response, true)
  }

  /** Adds what extensions have to say at the end of a command. */
  async #completed(tagged: Tagged): Promise<Tagged> {
    let completed = tagged
    for (const one of this.#session.announcers) {
      const code = one.completed?.(this.#session)
      if (code === undefined) continue
      if (completed.status === 'OK' && completed.code === undefined) completed = { ...completed, code }
      else await this.send(info(code, 'So far'), true)
    }
    return completed
  }

  /** Says good-bye where that is still possible. */
  async #giveUp(error: unknown): Promise<void> {
    if (error instanceof Ended || error instanceof ConnectionClosed) return
    if (error instanceof Bye) return this.#bye(error.message, error.code)
    if (error instanceof Unframed) return this.#bye(error.message, 'TOOBIG')
    if (error instanceof Broken) {
      this.#session.log.error({ err: error.cause }, error.message)
      return
    }
    this.#session.log.error({ err: error }, 'The connection failed')
    return this.#bye('Internal error', 'SERVERBUG')
  }

  #bye(text: string, code?: string): Promise<void> {
    return this.send(code === undefined ? { status: 'BYE', text } : { status: 'BYE', text, code }).catch(() => {})
  }
}

const never = new AbortController().signal

/**
 * FETCH, STORE, SEARCH and their kin by number hold expunges back (RFC 3501 §7.4.1). So does UID SEARCH, whose keys may
 * have numbers (RFC 7162 §3.2.10.2).
 */
function mayExpunge({ row, byUid }: Entry): boolean {
  return row.messages === undefined || (byUid && row.messages === 'set') || row.expunges === true
}

/** The conversation cannot go on. */
function isFatal(error: unknown): boolean {
  return [Bye, Broken, Ended, Unframed, ConnectionClosed].some(kind => error instanceof kind)
}

/** What the client is told of an error. */
function failure(error: unknown, log: Log, name = 'unknown'): Tagged {
  if (error instanceof Bad) return bad(error.message, error.code)
  if (error instanceof No) return no(error.message, error.code)
  if (error instanceof StoreError) {
    const [code, text] = answers[error.problem]
    if (error.problem === 'damaged') log.error({ err: error, command: name }, 'The store is damaged')
    return no(text, code)
  }
  log.error({ err: error, command: name }, 'A command failed')
  return no('Internal error, see the server log', 'SERVERBUG')
}

/** Messages of one command that may wait in memory; others wait in the store. */
const heldOctets = 1024 * 1024

/** The literals of a command whose parser asks for each. */
class Literals implements Input {
  readonly #frame: Frame
  readonly #session: Session
  readonly #taken: PreparedContent[] = []
  #held = 0

  constructor(frame: Frame, session: Session) {
    this.#frame = frame
    this.#session = session
  }

  get pending() {
    return this.#frame.pending
  }

  async load(p: Parser): Promise<void> {
    await this.#frame.load()
    if (this.#frame.problem) throw this.#frame.problem
    p.extend(this.#frame.octets)
  }

  async message(p: Parser): Promise<PreparedContent> {
    const { pending } = this.#frame
    // The literal must stand here, and not behind something else at the end of the line.
    if (pending === null || !/^~?\{\d+\+?\}$/.test(String.fromCharCode(...p.rest().subarray(0, 32))))
      p.expected('a literal')
    const limitOctets = this.#session.limits.imapAppendOctets
    if (pending.octets > limitOctets) throw new No(`A message may have at most ${limitOctets} octets`, 'TOOBIG')
    const ahead = this.#held + pending.octets > heldOctets
    if (!ahead) this.#held += pending.octets
    const writer = this.#session.store.contents.writer({ limitOctets, ahead })
    let problem: unknown
    try {
      for await (const piece of this.#frame.stream()) {
        // What is announced is sent, come what may: it must be taken to its end.
        if (problem === undefined) await writer.write(piece).catch(error => (problem = error))
      }
      if (problem !== undefined) throw problem
      const content = await writer.finish()
      this.#taken.push(content)
      p.resume(this.#frame.octets)
      return content
    } catch (error) {
      await writer.abort().catch(() => {})
      throw error
    }
  }

  /** Discards what was taken in; that does nothing to what a transaction has made part of a message. */
  async release(): Promise<void> {
    for (const content of this.#taken) await content.discard()
  }
}
