/** Looks whether octets of a message are lines, in pieces of any size, as DATA would have them (RFC 5321 §2.3.8). */
import { hasStrayDot } from './dot-decoder.ts'

const CR = 0x0d
const LF = 0x0a

export class TextInspector {
  readonly #lineLimit: number
  #previous = 0
  /** What stands before it, which may begin CR "." CR. */
  #beforePrevious = 0
  #line = 0
  /** The first flaw that was found. */
  flaw: 'bare-newline' | 'line-too-long' | 'stray-dot' | null = null
  /** A stray dot was found, whatever was found before it. */
  hasStrayDot = false

  constructor(lineLimitOctets: number) {
    this.#lineLimit = lineLimitOctets
  }

  /** What was looked at last is followed by octets that were not, of which this is the last. */
  passOver(lastOctet: number): void {
    this.#previous = lastOctet
    this.#beforePrevious = 0
    this.#line = 0
  }

  /** The octet that was looked at last. */
  get lastOctet(): number {
    return this.#previous
  }

  write(octets: Uint8Array): void {
    const border = Buffer.of(this.#beforePrevious, this.#previous, ...octets.subarray(0, 2))
    const all = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
    if (hasStrayDot(border, border.length) || hasStrayDot(all, all.length)) {
      this.hasStrayDot = true
      this.flaw ??= 'stray-dot'
    }
    let from = 0
    for (let lf = octets.indexOf(LF); lf !== -1; lf = octets.indexOf(LF, from)) {
      if ((lf === 0 ? this.#previous : octets[lf - 1]) !== CR) this.flaw ??= 'bare-newline'
      this.#measure(lf + 1 - from)
      this.#line = 0
      from = lf + 1
    }
    this.#measure(octets.length - from)
    this.#beforePrevious = octets.at(-2) ?? (octets.length === 1 ? this.#previous : this.#beforePrevious)
    this.#previous = octets.at(-1) ?? this.#previous
  }

  #measure(octets: number): void {
    this.#line += octets
    if (this.#line > this.#lineLimit) this.flaw ??= 'line-too-long'
  }
}
