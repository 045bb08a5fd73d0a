/**
 * The end of mail data (RFC 5321 §4.1.1.4) and transparency (RFC 5321 §4.5.2).
 *
 * - Only CR LF "." CR LF ends the data, or "." CR LF at its very start.
 * - A bare LF is never a line end; it is reported as a flaw, for the message to be refused (SMTP smuggling).
 * - A bare CR is an octet like any other: real mail has them. Beside a lone dot it is reported as a flaw too.
 */
const CR = 0x0d
const LF = 0x0a
const DOT = 0x2e

export type DataFlaw = 'bare-newline' | 'stray-dot' | 'line-too-long'

export interface Decoded {
  /** Octets of the message, without stuffed dots. */
  readonly octets: Uint8Array
  /** What came behind the end of the data; null while that has not come. */
  readonly rest: Uint8Array | null
}

export class DotDecoder {
  /** At most four octets that may begin the end; at first a CRLF that nobody sent, so that a dot may come at once. */
  #held: Uint8Array = Uint8Array.of(CR, LF)
  /** How many of the held octets are not to be passed on. */
  #virtual = 2
  /** Octets of the current line that were passed on already. */
  #carried = 0
  readonly #lineLimit: number
  /** The first flaw that was found. */
  flaw: DataFlaw | null = null

  constructor(lineLimitOctets: number) {
    this.#lineLimit = lineLimitOctets
  }

  /** Takes in what came; the time is linear in it. */
  write(input: Uint8Array): Decoded {
    const octets = Buffer.concat([this.#held, input])
    const pieces: Uint8Array[] = []
    let start = this.#virtual
    let lineFrom = 0
    let from = 0
    let stop = -1
    let ended = false
    while (stop === -1) {
      const lf = octets.indexOf(LF, from)
      if (lf === -1) {
        stop = octets.length - undecidedTail(octets)
        break
      }
      this.#measure(lf + 1 - lineFrom)
      from = lf + 1
      if (octets[lf - 1] !== CR) {
        this.flaw ??= 'bare-newline'
        continue
      }
      const dot = octets[lf + 1]
      const first = octets[lf + 2]
      const second = octets[lf + 3]
      if (dot === undefined || (dot === DOT && (first === undefined || (first === CR && second === undefined)))) {
        stop = lf - 1
        break
      }
      lineFrom = from
      this.#carried = 0
      if (dot !== DOT) continue
      if (first === CR && second === LF) {
        stop = from
        ended = true
        break
      }
      if (first === CR) this.flaw ??= 'stray-dot'
      pieces.push(octets.subarray(start, from))
      start = lf + 2
      lineFrom = start
      from = start
    }
    if (hasStrayDot(octets, stop)) this.flaw ??= 'stray-dot'
    this.#measure(stop - lineFrom)
    this.#carried += Math.max(0, stop - lineFrom)
    if (stop > start) pieces.push(octets.subarray(start, stop))
    this.#virtual = Math.max(0, start - stop)
    this.#held = Uint8Array.from(octets.subarray(stop, stop + 4))
    return { octets: join(pieces), rest: ended ? octets.subarray(stop + 3) : null }
  }

  #measure(octets: number): void {
    if (this.#carried + octets > this.#lineLimit) this.flaw ??= 'line-too-long'
  }
}

/** How many octets at the end may turn out to begin CRLF or CR "." CR. */
function undecidedTail(octets: Buffer): number {
  const last = octets[octets.length - 1]
  if (last === CR) return 1
  return last === DOT && octets[octets.length - 2] === CR ? 2 : 0
}

/** A dot between a bare CR and another line break octet, before `end`: to some, the end of data. */
export function hasStrayDot(octets: Buffer, end: number): boolean {
  for (let at = octets.indexOf('\r.'); at !== -1 && at < end; at = octets.indexOf('\r.', at + 1)) {
    const next = octets[at + 2]
    if (next === CR || next === LF) return true
  }
  return false
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
}
