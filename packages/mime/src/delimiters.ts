/** Delimiter lines of the multiparts that are open (RFC 2046 §5.1.1). */

const DASH = 45

export interface Delimiter {
  /** Of the multipart: its place in the stack of open parts. */
  readonly depth: number
  readonly closes: boolean
}

interface Boundary {
  readonly depth: number
  readonly octets: Uint8Array
}

export class Delimiters {
  readonly #open: Boundary[] = []

  get none(): boolean {
    return this.#open.length === 0
  }

  push(depth: number, octets: Uint8Array): void {
    this.#open.push({ depth, octets })
  }

  /** Forgets the boundaries of parts at `depth` and below. */
  closeFrom(depth: number): void {
    while ((this.#open.at(-1)?.depth ?? -1) >= depth) this.#open.pop()
  }

  /**
   * Which multipart the line [start, end) is a delimiter of. "It is sufficient that the boundary appear in its entirety
   * following the CRLF": so the longest that the line starts with counts, and of equals the innermost.
   */
  find(octets: Uint8Array, start: number, end: number): Delimiter | null {
    if (octets[start] !== DASH || octets[start + 1] !== DASH) return null
    let best: Boundary | null = null
    for (let index = this.#open.length - 1; index >= 0; index--) {
      const boundary = this.#open[index] as Boundary
      if (best !== null && boundary.octets.length <= best.octets.length) continue
      if (startsWith(octets, start + 2, end, boundary.octets)) best = boundary
    }
    if (best === null) return null
    const after = start + 2 + best.octets.length
    return { depth: best.depth, closes: after + 1 < end && octets[after] === DASH && octets[after + 1] === DASH }
  }
}

function startsWith(octets: Uint8Array, start: number, end: number, prefix: Uint8Array): boolean {
  if (end - start < prefix.length) return false
  for (let index = 0; index < prefix.length; index++) if (octets[start + index] !== prefix[index]) return false
  return true
}
