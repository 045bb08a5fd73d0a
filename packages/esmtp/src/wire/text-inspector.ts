/** Looks whether octets of a message are lines, in pieces of any size, as DATA would have them (RFC 5321 §2.3.8). */
const CR = 0x0d
const LF = 0x0a

export class TextInspector {
  readonly #lineLimit: number
  #previous = 0
  #line = 0
  /** The first flaw that was found. */
  flaw: 'bare-newline' | 'line-too-long' | null = null

  constructor(lineLimitOctets: number) {
    this.#lineLimit = lineLimitOctets
  }

  /** What was looked at last is followed by octets that were not, of which this is the last. */
  passOver(lastOctet: number): void {
    this.#previous = lastOctet
    this.#line = 0
  }

  /** The octet that was looked at last. */
  get lastOctet(): number {
    return this.#previous
  }

  write(octets: Uint8Array): void {
    let from = 0
    for (let lf = octets.indexOf(LF); lf !== -1; lf = octets.indexOf(LF, from)) {
      if ((lf === 0 ? this.#previous : octets[lf - 1]) !== CR) this.flaw ??= 'bare-newline'
      this.#measure(lf + 1 - from)
      this.#line = 0
      from = lf + 1
    }
    this.#measure(octets.length - from)
    this.#previous = octets.at(-1) ?? this.#previous
  }

  #measure(octets: number): void {
    this.#line += octets
    if (this.#line > this.#lineLimit) this.flaw ??= 'line-too-long'
  }
}
