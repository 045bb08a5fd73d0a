import type { MimeLimits } from './limits.ts'

/**
 * The octets of the header that is being read. As long as it lies in what was offered last, nothing is copied; `keep`
 * copies what must outlive that. Octets past the limits are passed over.
 */
export class HeaderOctets {
  readonly #limits: MimeLimits
  /** Octets that all headers together may still have. */
  #left: number
  #reading = false
  /** Offset in the message of the header's first octet. */
  #start = 0
  #limit = 0
  #kept: Uint8Array = new Uint8Array(0)
  #keptLength = 0
  #offered: Uint8Array = new Uint8Array(0)
  #offset = 0

  constructor(limits: MimeLimits) {
    this.#limits = limits
    this.#left = limits.allHeadersOctets
  }

  get bufferedOctets(): number {
    return this.#keptLength
  }

  /** The octets that are read from now on, and where they stand in the message. */
  offer(octets: Uint8Array, offset: number): void {
    this.#offered = octets
    this.#offset = offset
  }

  start(offset: number): void {
    this.#reading = true
    this.#start = offset
    this.#limit = Math.min(this.#limits.headerOctets, this.#left)
    this.#keptLength = 0
  }

  /** The octets of the header, which ends at `offset`; cut after a line where a limit cuts it. Valid until `offer`. */
  end(offset: number): Uint8Array {
    const whole = offset - this.#start
    const octets = this.#upTo(offset)
    this.#reading = false
    this.#keptLength = 0
    const header = octets.length < whole ? octets.subarray(0, octets.lastIndexOf(10) + 1) : octets
    this.#left -= header.length
    return header
  }

  /** Copies what lies in the offered octets, since they are the caller's again. */
  keep(): void {
    if (this.#reading) this.#append(this.#offset + this.#offered.length)
    else if (this.#kept.length > 65_536) this.#kept = new Uint8Array(0)
    this.#offered = this.#kept.subarray(0, 0)
  }

  #upTo(offset: number): Uint8Array {
    if (this.#keptLength === 0 && this.#start >= this.#offset) {
      const from = this.#start - this.#offset
      return this.#offered.subarray(from, Math.max(from, Math.min(offset - this.#offset, from + this.#limit)))
    }
    this.#append(offset)
    // What was kept may go past the end: the last line was held before it could be judged.
    return this.#kept.subarray(0, Math.min(this.#keptLength, offset - this.#start))
  }

  /** Appends the offered octets up to the offset. */
  #append(offset: number): void {
    const from = Math.max(this.#start + this.#keptLength, this.#offset) - this.#offset
    const to = Math.min(offset, this.#start + this.#limit) - this.#offset
    if (to <= from) return
    const piece = this.#offered.subarray(from, to)
    const needed = this.#keptLength + piece.length
    if (needed > this.#kept.length) {
      const larger = new Uint8Array(Math.max(4096, Math.min(this.#limit, needed * 2), needed))
      larger.set(this.#kept.subarray(0, this.#keptLength))
      this.#kept = larger
    }
    this.#kept.set(piece, this.#keptLength)
    this.#keptLength = needed
  }
}
