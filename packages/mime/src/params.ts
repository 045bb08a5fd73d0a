/** Structured values with parameters: Content-Type, Content-Disposition (RFC 2045 §5.1, RFC 2183, RFC 2231). */
import { decodeText } from './charset.ts'
import { guessText } from './octets.ts'
import type { Parameter } from './tree.ts'
import { hexPair } from './words.ts'

export interface Parameterized {
  /** What stands before the parameters, in lower case, without comments: "text/html", "attachment". */
  readonly value: string
  readonly params: readonly Parameter[]
}

/** value *(";" attribute "=" value). Whatever is broken is skipped up to the next semicolon. */
export function parseParameters(text: string): Parameterized {
  const cursor = new Cursor(text)
  const value = cursor.head().toLowerCase()
  const raw: RawParameter[] = []
  for (let more = cursor.startsParameter() || cursor.skipTo(';'); more; more = cursor.skipTo(';')) {
    const name = cursor.attribute().toLowerCase()
    if (cursor.peek() !== '=') continue
    cursor.at++
    const given = cursor.value()
    if (name !== '') raw.push({ name, value: given })
  }
  return { value, params: assemble(raw) }
}

interface RawParameter {
  readonly name: string
  readonly value: string
}

class Cursor {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  peek(): string {
    return this.text.charAt(this.at)
  }

  /** Moves past the next `stop` outside quotes and comments; false where there is none. */
  skipTo(stop: string): boolean {
    while (this.at < this.text.length) {
      const char = this.peek()
      if (char === stop) {
        this.at++
        return true
      }
      if (char === '"') this.#quoted()
      else if (char === '(') this.#comment()
      else this.at++
    }
    return false
  }

  /** What stands before the first semicolon. White space around the slash is legal in RFC 822's grammar. */
  head(): string {
    let head = this.#piece()
    for (let more = 0; more < 2 && (head.endsWith('/') || this.#isBeforeSlash()); more++) head += this.#piece()
    return head
  }

  /** True after a value whose semicolon is missing, as in "text/html charset=utf-8": what follows may be a parameter. */
  startsParameter(): boolean {
    this.#blanks()
    return this.at < this.text.length && this.peek() !== ';'
  }

  #piece(): string {
    this.#blanks()
    return this.peek() === '"' ? this.#quoted() : this.#run('; \t\r\n("')
  }

  #isBeforeSlash(): boolean {
    this.#blanks()
    return this.peek() === '/'
  }

  /** The name of a parameter. */
  attribute(): string {
    this.#blanks()
    const name = this.#run('=; \t\r\n("')
    this.#blanks()
    return name
  }

  #run(stops: string): string {
    const start = this.at
    while (this.at < this.text.length && !stops.includes(this.peek())) this.at++
    return this.text.slice(start, this.at)
  }

  /** A quoted-string or a token. Unquoted values with spaces, as some senders have them, go on to the semicolon. */
  value(): string {
    this.#blanks()
    if (this.peek() === '"') return this.#quoted()
    const start = this.at
    const token = this.#run('; \t\r\n(')
    this.#blanks()
    if (this.at >= this.text.length || this.peek() === ';') return token
    const end = this.text.indexOf(';', this.at)
    this.at = end === -1 ? this.text.length : end
    return this.text.slice(start, this.at).trimEnd()
  }

  /** quoted-string; one that is not closed goes on to the end. */
  #quoted(): string {
    let value = ''
    let start = ++this.at
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at)
      if (code === 34) break
      if (code !== 92) continue
      value += this.text.slice(start, this.at)
      start = ++this.at
    }
    value += this.text.slice(start, this.at)
    this.at++
    return value
  }

  #blanks(): void {
    for (; this.at < this.text.length; this.at++) {
      const char = this.peek()
      if (char === '(') {
        this.#comment()
        this.at--
      } else if (!' \t\r\n'.includes(char)) return
    }
  }

  /** comment, nested (RFC 5322 §3.2.2). */
  #comment(): void {
    let depth = 0
    for (; this.at < this.text.length; this.at++) {
      const char = this.peek()
      if (char === '\\') this.at++
      else if (char === '(') depth++
      else if (char === ')' && --depth === 0) {
        this.at++
        return
      }
    }
  }
}

/** name ["*" section] ["*"] (RFC 2231 §7). */
const sectionName = /^([^*]+)(?:\*(0|[1-9]\d{0,3}))?(\*)?$/

interface Sections {
  plain?: string
  /** By section number; -1 is the name with only an asterisk. */
  readonly numbered: Map<number, { readonly value: string; readonly extended: boolean }>
}

/** Joins continuations and decodes extended values. The first of a name counts; an extended form wins over a plain one. */
function assemble(raw: readonly RawParameter[]): Parameter[] {
  const byName = new Map<string, Sections>()
  for (const { name, value } of raw) {
    const match = sectionName.exec(name)
    const base = match?.[1] ?? name
    const sections: Sections = byName.get(base) ?? { numbered: new Map() }
    byName.set(base, sections)
    const number = match?.[2] === undefined ? (match?.[3] === undefined ? null : -1) : Number(match[2])
    if (number === null) sections.plain ??= value
    else if (!sections.numbered.has(number)) sections.numbered.set(number, { value, extended: match?.[3] === '*' })
  }
  const params: Parameter[] = []
  for (const [name, sections] of byName) {
    const value = joined(sections) ?? sections.plain
    if (value !== undefined) params.push([name, value])
  }
  return params
}

function joined({ numbered }: Sections): string | undefined {
  const only = numbered.get(-1)
  const pieces = only === undefined ? [] : [only]
  for (let number = 0; pieces.length === number; number++) {
    const piece = numbered.get(number)
    if (piece !== undefined) pieces.push(piece)
  }
  const first = pieces[0]
  if (first === undefined) return undefined
  if (!pieces.some(piece => piece.extended)) return pieces.map(piece => piece.value).join('')
  const prefix = first.extended ? /^([^']*)'[^']*'/.exec(first.value) : null
  const octets = pieces.map(({ value, extended }, index) => {
    const text = index === 0 ? value.slice(prefix?.[0].length ?? 0) : value
    return extended ? percentDecoded(text) : Buffer.from(text, 'utf8')
  })
  const all = Buffer.concat(octets)
  return decodeText(all, prefix?.[1] || 'us-ascii') ?? guessText(all)
}

function percentDecoded(text: string): Uint8Array {
  const source = Buffer.from(text, 'utf8')
  const octets = Buffer.allocUnsafe(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    const pair = source[at] === 37 ? hexPair(source, at + 1) : -1
    octets[length++] = pair === -1 ? (source[at] as number) : pair
    if (pair !== -1) at += 2
  }
  return octets.subarray(0, length)
}
