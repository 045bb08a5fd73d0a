/** The same message with some of its parts under another Content-Transfer-Encoding (RFC 2045 §6), in pieces of any size. */
import { headerFields } from './header.ts'
import type { Part } from './tree.ts'

/** '7bit' and '8bit' only say so: the body stays, and may hold parts that are changed themselves. */
export type NewEncoding = '7bit' | '8bit' | 'base64' | 'quoted-printable'

export interface Recoding {
  readonly part: Part
  readonly to: NewEncoding
}

/** Octets that are not passed on as they are. */
interface Stretch {
  readonly start: number
  readonly end: number
  readonly isHeader: boolean
  readonly to: NewEncoding
}

/** Bodies of leaf parts are encoded, headers say how; all else stays octet for octet. */
export class Recoder {
  readonly #stretches: readonly Stretch[]
  #next = 0
  #at = 0
  #header: Uint8Array[] = []
  #body: Encoder | null = null

  /** A part with parts of its own can only be said to be 7bit or 8bit (RFC 2045 §6.4). */
  constructor(recodings: readonly Recoding[]) {
    this.#stretches = recodings
      .flatMap(stretchesOf)
      .sort((one, other) => one.start - other.start || Number(other.isHeader) - Number(one.isHeader))
  }

  *write(octets: Uint8Array): Generator<Uint8Array> {
    let rest = octets
    while (rest.length > 0) {
      const stretch = this.#stretches[this.#next]
      const until =
        stretch === undefined ? this.#at + rest.length : this.#at < stretch.start ? stretch.start : stretch.end
      const piece = rest.subarray(0, until - this.#at)
      if (stretch === undefined || this.#at < stretch.start) {
        if (piece.length > 0) yield piece
      } else if (stretch.isHeader) this.#header.push(piece.slice())
      else {
        this.#body ??= encoderTo(stretch.to)
        yield this.#body.write(piece)
      }
      this.#at += piece.length
      rest = rest.subarray(piece.length)
      yield* this.#close()
    }
  }

  /** Ends the stretches that end here; some are empty. */
  *#close(): Generator<Uint8Array> {
    for (let stretch = this.#stretches[this.#next]; stretch?.end === this.#at; stretch = this.#stretches[this.#next]) {
      this.#next++
      if (stretch.isHeader) yield labelled(Buffer.concat(this.#header), stretch.to)
      else if (this.#body) yield this.#body.end()
      this.#header = []
      this.#body = null
    }
  }
}

function stretchesOf({ part, to }: Recoding): Stretch[] {
  const header = { start: part.headerStart, end: part.bodyStart, isHeader: true, to }
  const isEncoded = to === 'base64' || to === 'quoted-printable'
  return isEncoded ? [header, { start: part.bodyStart, end: part.end, isHeader: false, to }] : [header]
}

interface Encoder {
  write(octets: Uint8Array): Uint8Array
  end(): Uint8Array
}

function encoderTo(encoding: NewEncoding): Encoder {
  return encoding === 'quoted-printable' ? new QuotedPrintableLines() : new Base64Lines()
}

/** Octets in a line of 76 characters. */
const lineOctets = 57

/** Base64 in lines of 76 characters; the last line has no end (RFC 2045 §6.8). */
class Base64Lines implements Encoder {
  #held: Uint8Array = new Uint8Array(0)
  #isFirst = true

  write(octets: Uint8Array): Uint8Array {
    const all = Buffer.concat([this.#held, octets])
    const whole = all.length - (all.length % lineOctets)
    this.#held = new Uint8Array(all.subarray(whole))
    return this.#lines(all.subarray(0, whole))
  }

  end(): Uint8Array {
    return this.#lines(this.#held)
  }

  #lines(octets: Uint8Array): Uint8Array {
    const lines: string[] = []
    for (let at = 0; at < octets.length; at += lineOctets) {
      const line = Buffer.from(octets.subarray(at, at + lineOctets)).toString('base64')
      lines.push(this.#isFirst ? line : `\r\n${line}`)
      this.#isFirst = false
    }
    return Buffer.from(lines.join(''), 'latin1')
  }
}

const [TAB, LF, CR, SP, EQUALS] = [0x09, 0x0a, 0x0d, 0x20, 0x3d]
const lineCharacters = 76
const hex = Array.from({ length: 256 }, (_, octet) => `=${octet.toString(16).toUpperCase().padStart(2, '0')}`)

/** Quoted-printable (RFC 2045 §6.7): CRLF is a line end, every other CR or LF is data. */
class QuotedPrintableLines implements Encoder {
  /** A space, a tab or a CR, whose form depends on what follows. */
  #held: number | null = null
  #column = 0

  write(octets: Uint8Array): Uint8Array {
    let text = ''
    for (const octet of octets) {
      if (this.#held === CR && octet === LF) {
        text += '\r\n'
        this.#column = 0
        this.#held = null
        continue
      }
      // Before a CR there may be the end of the line: a space there would be lost.
      if (this.#held !== null) text += this.#put(this.#held, this.#held === CR || octet === CR)
      this.#held = octet === CR || octet === SP || octet === TAB ? octet : null
      if (this.#held === null) text += this.#put(octet, octet < SP || octet > 0x7e || octet === EQUALS)
    }
    return Buffer.from(text, 'latin1')
  }

  end(): Uint8Array {
    return Buffer.from(this.#held === null ? '' : this.#put(this.#held, true), 'latin1')
  }

  #put(octet: number, isQuoted: boolean): string {
    const form = isQuoted ? (hex[octet] as string) : String.fromCharCode(octet)
    // One place is kept for the "=" of a soft line break.
    const isFull = this.#column + form.length > lineCharacters - 1
    this.#column = (isFull ? 0 : this.#column) + form.length
    return isFull ? `=\r\n${form}` : form
  }
}

/** The header with this Content-Transfer-Encoding, in the place of the one it had. */
function labelled(header: Uint8Array, encoding: NewEncoding): Uint8Array {
  const own = headerFields(header).filter(field => field.nameLower === 'content-transfer-encoding')
  const blank = blankLine(header)
  const place = own[0]?.start ?? blank
  const kept: Uint8Array[] = []
  let at = 0
  for (const field of own) {
    kept.push(header.subarray(at, field.start))
    at = field.end
  }
  const rest = Buffer.concat([...kept, header.subarray(at)])
  const label = `Content-Transfer-Encoding: ${encoding}\r\n${blank === header.length ? '\r\n' : ''}`
  return Buffer.concat([rest.subarray(0, place), Buffer.from(label, 'latin1'), rest.subarray(place)])
}

/** Where the empty line at the end of a header begins; its end where there is none. */
function blankLine(header: Uint8Array): number {
  const text = Buffer.from(header).toString('latin1')
  const end = /(?:^|\n)(\r?\n)$/.exec(text)
  return end === null ? header.length : header.length - (end[1] as string).length
}
