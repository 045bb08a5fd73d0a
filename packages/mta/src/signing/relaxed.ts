/** The "relaxed" canonicalization of header fields and of bodies (RFC 6376 §3.4.2, §3.4.4), octet for octet. */
import { createHash } from 'node:crypto'

const TAB = 9
const LF = 10
const CR = 13
const SPACE = 32

/** One field, with the line break behind it left out. */
export function relaxedField(name: string, value: Uint8Array): Uint8Array {
  const text = Buffer.from(value.buffer, value.byteOffset, value.length)
    .toString('latin1')
    .replace(/\r?\n/g, '')
    .replace(/[ \t]+/g, ' ')
  return Buffer.from(`${name.toLowerCase()}:${text.replace(/^ | $/g, '')}`, 'latin1')
}

const flushOctets = 65_536
/** What one octet of a body can become: a line break before it, a space, a bare CR, itself. */
const spareOctets = 8

/**
 * The hash of a body that comes in pieces of any size. A bare LF counts as a line break, since that is what goes over the
 * wire in its place; so does a CR that is the last octet.
 */
export class RelaxedBodyHash {
  readonly #hash = createHash('sha256')
  readonly #out = Buffer.allocUnsafe(flushOctets + spareOctets)
  #filled = 0
  /** Line breaks that count only if something comes behind them. */
  #lines = 0
  #hasSpace = false
  #hasReturn = false
  #isEmpty = true

  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; at++) {
      const octet = octets[at] as number
      if (octet === LF) {
        this.#lines++
        this.#hasSpace = false
        this.#hasReturn = false
        continue
      }
      if (this.#hasReturn) {
        this.#hasReturn = false
        this.#put(CR)
      }
      if (octet === CR) this.#hasReturn = true
      else if (octet === SPACE || octet === TAB) this.#hasSpace = true
      else this.#put(octet)
    }
  }

  /** Base64, as `bh=` has it. To be asked for once. */
  digest(): string {
    // What was held back ends the body, and counts for nothing there; all that is left is one line break.
    if (!this.#isEmpty) {
      this.#lines = 0
      this.#break()
    }
    return this.#hash.update(this.#out.subarray(0, this.#filled)).digest('base64')
  }

  #put(octet: number): void {
    this.#isEmpty = false
    for (; this.#lines > 0; this.#lines--) this.#break()
    if (this.#hasSpace) {
      this.#out[this.#filled++] = SPACE
      this.#hasSpace = false
    }
    this.#out[this.#filled++] = octet
    if (this.#filled >= flushOctets) this.#flush()
  }

  #break(): void {
    this.#out[this.#filled++] = CR
    this.#out[this.#filled++] = LF
    if (this.#filled >= flushOctets) this.#flush()
  }

  #flush(): void {
    this.#hash.update(this.#out.subarray(0, this.#filled))
    this.#filled = 0
  }
}
