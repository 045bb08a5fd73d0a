/** Finds the end of a message's header in what comes, and keeps the header until it is asked for. */
import { Refusal, reply } from '@lemonade/esmtp'

const tooLong = reply(554, '5.6.0', 'The header of the message is too long')

export class Head {
  readonly #limit: number
  readonly #pieces: Uint8Array[] = []
  #octets = 0
  /** The last octets, for an end that stands across two pieces; at first a CRLF that nobody sent. */
  #tail: Uint8Array = Buffer.from('\r\n')
  #isOver = false
  #isTaken = false

  constructor(limitOctets: number) {
    this.#limit = limitOctets
  }

  /** Octets of it so far. */
  get octets(): number {
    return this.#octets
  }

  /** All of it has come. */
  get isOver(): boolean {
    return this.#isOver
  }

  get isTaken(): boolean {
    return this.#isTaken
  }

  /** What of the octets belongs to the body. Throws Refusal past the limit. */
  write(octets: Uint8Array): Uint8Array {
    if (this.#isOver) return octets
    const seen = Buffer.concat([this.#tail, octets])
    const blank = seen.indexOf('\r\n\r\n')
    const end = blank === -1 ? octets.length : blank + 4 - this.#tail.length
    this.#octets += end
    if (this.#octets > this.#limit) throw new Refusal(tooLong)
    this.#pieces.push(Uint8Array.from(octets.subarray(0, end)))
    this.#tail = seen.subarray(-3)
    this.#isOver = blank !== -1
    return octets.subarray(end)
  }

  /** A message may be a header and nothing else. */
  end(): void {
    this.#isOver = true
  }

  /** The header with its blank line, if it has one. */
  take(): Uint8Array {
    this.#isTaken = true
    return Buffer.concat(this.#pieces.splice(0))
  }
}
