import { type DataFlaw, DotDecoder } from './dot-decoder.ts'

const CR = 0x0d
const LF = 0x0a
const nothing = new Uint8Array(0)

/** A command line. `flaw` tells why it must not be obeyed; its text is then the beginning, enough for a verb. */
export interface Line {
  readonly text: string
  readonly flaw: 'too-long' | 'bad-octets' | 'bare-newline' | null
}

/** As much is kept of a line that is not to be obeyed. */
const beginningOctets = 16

export interface DataLimits {
  readonly messageOctets: number
  readonly textLineOctets: number
}

/** What came of a message after its last octet. */
export interface Received {
  readonly octets: number
  readonly flaw: DataFlaw | 'too-big' | null
}

/** The client was still sending far beyond the size limit. */
export class TooMuchData extends Error {}

/**
 * The octets of one client: a stream pushes them in, the conversation pulls lines and messages out. No more is asked
 * for than was taken, so a client that sends faster than it is served waits.
 */
export class Intake {
  #octets: Uint8Array = nothing
  #taken: (() => void) | null = null
  #wake: (() => void) | null = null
  #ended = false

  /** True while the conversation waits for the client. */
  get waiting(): boolean {
    return this.#wake !== null
  }

  /** True where nothing came for so long, or where nothing will ever come. */
  async silentFor(milliseconds: number): Promise<boolean> {
    if (this.#ended || this.#octets.length > 0) return this.#ended
    await new Promise<void>(resolve => {
      const late = setTimeout(resolve, milliseconds)
      this.#wake = () => {
        clearTimeout(late)
        resolve()
      }
    })
    this.#wake = null
    return this.#octets.length === 0
  }

  /** `taken` is called when all of it has been used. */
  push(octets: Uint8Array, taken: () => void): void {
    if (this.#ended) {
      taken()
      return
    }
    this.#octets = octets
    this.#taken = taken
    this.#wakeUp()
  }

  /** Nothing more will come; what was not taken is forgotten. */
  end(): void {
    this.#ended = true
    this.discard()
    this.#wakeUp()
  }

  /** Forgets what has come and was not taken (RFC 3207 §4.2). */
  discard(): void {
    this.#octets = nothing
    this.#release()
  }

  /**
   * The next line without its CRLF, or null at the end. A line over the limit is read to its end and not kept. A bare LF
   * ends no line (RFC 5321 §2.3.8): behind one, nobody knows where the next command begins.
   */
  async line(limitOctets: number): Promise<Line | null> {
    const pieces: Uint8Array[] = []
    let length = 0
    let kept = 0
    let previous = 0
    for (;;) {
      if (this.#octets.length === 0 && !(await this.#more())) return null
      const octets = this.#octets
      const lf = octets.indexOf(LF)
      const taken = lf === -1 ? octets : octets.subarray(0, lf + 1)
      this.#octets = octets.subarray(taken.length)
      length += taken.length
      const keep = length <= limitOctets ? taken : taken.subarray(0, Math.max(0, beginningOctets - kept))
      if (keep.length > 0) pieces.push(lf === -1 ? Uint8Array.from(keep) : keep)
      kept += keep.length
      const beforeLast = taken.length > 1 ? taken[taken.length - 2] : previous
      previous = taken[taken.length - 1] ?? previous
      if (lf === -1) continue
      if (beforeLast !== CR) return { text: beginning(pieces), flaw: 'bare-newline' }
      if (length > limitOctets) return { text: beginning(pieces), flaw: 'too-long' }
      return lineOf(pieces)
    }
  }

  /**
   * Reads a message up to its end, passing its octets on; past the size limit, or once `write` failed, they are read
   * and dropped. Null where the client left before the end. Throws TooMuchData, and whatever `write` threw.
   */
  async message(limits: DataLimits, write: (octets: Uint8Array) => Promise<void>): Promise<Received | null> {
    const decoder = new DotDecoder(limits.textLineOctets)
    let octets = 0
    let failure: { readonly error: unknown } | null = null
    for (;;) {
      if (this.#octets.length === 0 && !(await this.#more())) return null
      const decoded = decoder.write(this.#octets)
      this.#octets = decoded.rest ?? nothing
      octets += decoded.octets.length
      const wanted = octets <= limits.messageOctets && decoder.flaw === null && failure === null
      if (wanted && decoded.octets.length > 0) {
        await write(decoded.octets).catch(error => {
          failure = { error }
        })
      }
      if (octets > 2 * limits.messageOctets) throw new TooMuchData()
      if (decoded.rest === null) continue
      if (failure !== null) throw (failure as { error: unknown }).error
      return { octets, flaw: decoder.flaw ?? (octets > limits.messageOctets ? 'too-big' : null) }
    }
  }

  /**
   * Passes on exactly so many octets, whatever they are; once `write` has failed they are read and dropped. False where
   * the client left before. Throws what `write` threw.
   */
  async chunk(length: number, write: (octets: Uint8Array) => Promise<void>): Promise<boolean> {
    let failure: { readonly error: unknown } | null = null
    for (let left = length; left > 0; ) {
      if (this.#octets.length === 0 && !(await this.#more())) return false
      const octets = this.#octets.subarray(0, left)
      this.#octets = this.#octets.subarray(octets.length)
      left -= octets.length
      if (failure !== null) continue
      await write(octets).catch(error => {
        failure = { error }
      })
    }
    if (failure !== null) throw (failure as { error: unknown }).error
    return true
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const woken = new Promise<void>(resolve => {
      this.#wake = resolve
    })
    this.#release()
    await woken
    return !this.#ended
  }

  #release(): void {
    const taken = this.#taken
    this.#taken = null
    taken?.()
  }

  #wakeUp(): void {
    const wake = this.#wake
    this.#wake = null
    wake?.()
  }
}

/** The text of a line that came with its CRLF. It must be UTF-8 without control characters and line separators. */
function lineOf(pieces: readonly Uint8Array[]): Line {
  const whole = Buffer.concat(pieces)
  const octets = whole.subarray(0, whole.length - 2)
  let text: string
  try {
    text = utf8.decode(octets)
  } catch {
    return { text: beginning(pieces), flaw: 'bad-octets' }
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/.test(text)
    ? { text: beginning(pieces), flaw: 'bad-octets' }
    : { text, flaw: null }
}

function beginning(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('latin1', 0, beginningOctets)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
