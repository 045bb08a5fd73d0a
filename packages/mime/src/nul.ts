/**
 * NUL octets, which binary mail may hold (RFC 2045 §2.9) and base IMAP cannot carry: where a message has them, and the
 * same message with those parts under base64 (RFC 3516 §6).
 */
import { headerFields } from './header.ts'
import type { Part } from './tree.ts'

/** Encodings whose octets are the data itself. */
const identities: ReadonlySet<string> = new Set(['7bit', '8bit', 'binary'])

/** Looks through a message, in pieces of any size. */
export class NulFinder {
  readonly #leaves: readonly Part[]
  readonly #found: Part[] = []
  #next = 0
  #at = 0
  #elsewhere = false

  constructor(structure: Part) {
    this.#leaves = [...leaves(structure)]
  }

  write(octets: Uint8Array): void {
    const start = this.#at
    this.#at += octets.length
    for (let nul = octets.indexOf(0); nul !== -1; ) {
      const leaf = this.#leafAt(start + nul)
      if (leaf === null) this.#elsewhere = true
      else if (this.#found.at(-1) !== leaf) this.#found.push(leaf)
      // The rest of the part tells nothing new.
      nul = octets.indexOf(0, leaf === null ? nul + 1 : leaf.end - start)
    }
  }

  /** The leaf parts that hold NULs in their bodies, in order; null where some stand in no body that can be encoded. */
  parts(): readonly Part[] | null {
    return this.#elsewhere || this.#found.some(part => !identities.has(part.encoding)) ? null : this.#found
  }

  #leafAt(offset: number): Part | null {
    while ((this.#leaves[this.#next]?.end ?? Number.POSITIVE_INFINITY) <= offset) this.#next++
    const leaf = this.#leaves[this.#next]
    return leaf !== undefined && leaf.bodyStart <= offset ? leaf : null
  }
}

function* leaves(part: Part): Generator<Part> {
  if (part.parts.length === 0) yield part
  else for (const each of part.parts) yield* leaves(each)
}

/** Puts bodies of leaf parts under base64, in pieces of any size, and says so in their headers; all else stays. */
export class Base64Parts {
  readonly #parts: readonly Part[]
  #next = 0
  #at = 0
  #header: Uint8Array[] = []
  #inBody = false
  readonly #body = new Base64Lines()

  /** `parts` stand in the order of the message. */
  constructor(parts: readonly Part[]) {
    this.#parts = parts
  }

  *write(octets: Uint8Array): Generator<Uint8Array> {
    let rest = octets
    while (rest.length > 0) {
      const part = this.#parts[this.#next]
      if (part === undefined) {
        this.#at += rest.length
        yield rest
        return
      }
      const { headerStart, bodyStart, end } = part
      const until = this.#at < headerStart ? headerStart : this.#at < bodyStart ? bodyStart : end
      const piece = rest.subarray(0, until - this.#at)
      const isHeader = this.#at >= headerStart && this.#at < bodyStart
      const isBody = this.#at >= bodyStart
      this.#at += piece.length
      rest = rest.subarray(piece.length)
      if (isHeader) this.#header.push(piece.slice())
      else if (!isBody) yield piece
      else {
        if (!this.#inBody) yield withBase64(Buffer.concat(this.#header))
        this.#header = []
        this.#inBody = true
        yield this.#body.write(piece)
      }
      if (isBody && this.#at === end) {
        yield this.#body.end()
        this.#inBody = false
        this.#next++
      }
    }
  }
}

/** Base64 in lines of 76 characters; the last line has no end (RFC 2045 §6.8). */
class Base64Lines {
  #held: Uint8Array = new Uint8Array(0)
  #isFirst = true

  write(octets: Uint8Array): Uint8Array {
    const all = Buffer.concat([this.#held, octets])
    const whole = all.length - (all.length % lineOctets)
    this.#held = new Uint8Array(all.subarray(whole))
    return this.#lines(all.subarray(0, whole))
  }

  end(): Uint8Array {
    const last = this.#lines(this.#held)
    this.#held = new Uint8Array(0)
    this.#isFirst = true
    return last
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

const lineOctets = 57

/** The header with base64 as its Content-Transfer-Encoding, in the place of the one it had. */
function withBase64(header: Uint8Array): Uint8Array {
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
  const field = Buffer.from(`Content-Transfer-Encoding: base64\r\n${blank === header.length ? '\r\n' : ''}`, 'latin1')
  return Buffer.concat([rest.subarray(0, place), field, rest.subarray(place)])
}

/** Where the empty line at the end of a header begins; its end where there is none. */
function blankLine(header: Uint8Array): number {
  const text = Buffer.from(header).toString('latin1')
  const end = /(?:^|\n)(\r?\n)$/.exec(text)
  return end === null ? header.length : header.length - (end[1] as string).length
}
