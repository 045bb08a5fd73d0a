/** The octets of a text message as they go over the wire. */
import { TextInspector } from '@lemonade/esmtp'

const LF = 0x0a
const CR = 0x0d
const DOT = 0x2e
const carriageReturn = Buffer.from('\r')
const dot = Buffer.from('.')

/** What some servers would take for the end of the message, and what follows for commands (RFC 5321 §2.3.8, §4.1.1.4). */
export class StrayDot extends Error {}

/**
 * Makes each line end a CRLF, since mail comes here by IMAP and BURL too, where bare LFs are not refused; for DATA, with
 * a dot more where a line begins with one (RFC 5321 §4.5.2).
 */
export class LineWriter {
  readonly #inspector = new TextInspector(Number.POSITIVE_INFINITY)
  readonly #dots: boolean
  /** At first a line begins. */
  #last = LF

  constructor(forData: boolean) {
    this.#dots = forData
  }

  /** Throws StrayDot. */
  write(octets: Uint8Array): readonly Uint8Array[] {
    this.#inspector.write(octets)
    if (this.#inspector.hasStrayDot) throw new StrayDot()
    const pieces: Uint8Array[] = []
    let from = 0
    if (this.#dots && this.#last === LF && octets[0] === DOT) pieces.push(dot)
    for (let lf = octets.indexOf(LF); lf !== -1; lf = octets.indexOf(LF, lf + 1)) {
      if ((lf === 0 ? this.#last : octets[lf - 1]) !== CR) {
        pieces.push(octets.subarray(from, lf), carriageReturn)
        from = lf
      }
      if (this.#dots && octets[lf + 1] === DOT) {
        pieces.push(octets.subarray(from, lf + 1), dot)
        from = lf + 1
      }
    }
    if (from < octets.length) pieces.push(octets.subarray(from))
    this.#last = octets.at(-1) ?? this.#last
    return pieces
  }

  /** What ends DATA behind all that was written (RFC 5321 §4.1.1.4). */
  get end(): string {
    if (this.#last === LF) return '.\r\n'
    return this.#last === CR ? '\n.\r\n' : '\r\n.\r\n'
  }
}
