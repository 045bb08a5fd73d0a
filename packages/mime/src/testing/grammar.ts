/** A strict reader of `body` and `envelope` (RFC 3501 §9), for tests: throws where octets are not exactly of the grammar. */

export interface ReadBody {
  readonly type: string
  readonly subtype: string
  /** Octets of a body that is no multipart. */
  readonly octets: number | null
  readonly lines: number | null
  readonly params: readonly (readonly [string, string])[]
  readonly parts: readonly ReadBody[]
}

export interface ReadAddress {
  readonly name: string | null
  readonly route: string | null
  readonly mailbox: string | null
  readonly host: string | null
}

export interface ReadEnvelope {
  readonly date: string | null
  readonly subject: string | null
  readonly lists: readonly (readonly ReadAddress[] | null)[]
  readonly inReplyTo: string | null
  readonly messageId: string | null
}

export function readBody(octets: Uint8Array, extensible: boolean): ReadBody {
  const reader = new GrammarReader(octets)
  const body = reader.body(extensible)
  reader.done()
  return body
}

export function readEnvelope(octets: Uint8Array): ReadEnvelope {
  const reader = new GrammarReader(octets)
  const envelope = reader.envelope()
  reader.done()
  return envelope
}

class GrammarReader {
  readonly #text: string
  #at = 0

  constructor(octets: Uint8Array) {
    this.#text = Buffer.from(octets).toString('latin1')
  }

  done(): void {
    if (this.#at !== this.#text.length) this.#fail('the end')
  }

  body(extensible: boolean): ReadBody {
    this.#must('(')
    const body = this.#text[this.#at] === '(' ? this.#multipart(extensible) : this.#single(extensible)
    this.#must(')')
    return body
  }

  envelope(): ReadEnvelope {
    this.#must('(')
    const date = this.#nstring()
    this.#must(' ')
    const subject = this.#nstring()
    this.#must(' ')
    const lists: (ReadAddress[] | null)[] = []
    for (let list = 0; list < 6; list++) {
      lists.push(this.#addresses())
      this.#must(' ')
    }
    const inReplyTo = this.#nstring()
    this.#must(' ')
    const messageId = this.#nstring()
    this.#must(')')
    return { date, subject, lists, inReplyTo, messageId }
  }

  #multipart(extensible: boolean): ReadBody {
    const parts: ReadBody[] = []
    while (this.#text[this.#at] === '(') parts.push(this.body(extensible))
    this.#must(' ')
    const subtype = this.#string()
    let params: [string, string][] = []
    if (extensible) {
      this.#must(' ')
      params = this.#params()
      this.#tail()
    }
    return { type: 'multipart', subtype, octets: null, lines: null, params, parts }
  }

  #single(extensible: boolean): ReadBody {
    const type = this.#string()
    this.#must(' ')
    const subtype = this.#string()
    this.#must(' ')
    const params = this.#params()
    this.#must(' ')
    this.#nstring()
    this.#must(' ')
    this.#nstring()
    this.#must(' ')
    this.#string()
    this.#must(' ')
    const octets = this.#number()
    const parts: ReadBody[] = []
    let lines: number | null = null
    if (type === 'message' && (subtype === 'rfc822' || subtype === 'global')) {
      this.#must(' ')
      this.envelope()
      this.#must(' ')
      parts.push(this.body(extensible))
      this.#must(' ')
      lines = this.#number()
    } else if (type === 'text') {
      this.#must(' ')
      lines = this.#number()
    }
    if (extensible) {
      this.#must(' ')
      this.#nstring()
      this.#tail()
    }
    return { type, subtype, octets, lines, params, parts }
  }

  #tail(): void {
    this.#must(' ')
    if (!this.#try('NIL')) {
      this.#must('(')
      this.#string()
      this.#must(' ')
      this.#params()
      this.#must(')')
    }
    this.#must(' ')
    if (this.#text[this.#at] === '(') {
      this.#must('(')
      do this.#string()
      while (this.#try(' '))
      this.#must(')')
    } else this.#nstring()
    this.#must(' ')
    this.#nstring()
  }

  #params(): [string, string][] {
    if (this.#try('NIL')) return []
    const params: [string, string][] = []
    this.#must('(')
    do {
      const name = this.#string()
      this.#must(' ')
      params.push([name, this.#string()])
    } while (this.#try(' '))
    this.#must(')')
    return params
  }

  #addresses(): ReadAddress[] | null {
    if (this.#try('NIL')) return null
    const addresses: ReadAddress[] = []
    let inGroup = false
    this.#must('(')
    do {
      this.#must('(')
      const name = this.#nstring()
      this.#must(' ')
      const route = this.#nstring()
      this.#must(' ')
      const mailbox = this.#nstring()
      this.#must(' ')
      const host = this.#nstring()
      this.#must(')')
      if (host === null) {
        if ((mailbox === null) !== inGroup) this.#fail('group markers in pairs')
        inGroup = !inGroup
      } else if (mailbox === null) this.#fail('a mailbox beside a host')
      addresses.push({ name, route, mailbox, host })
    } while (this.#text[this.#at] === '(')
    if (inGroup) this.#fail('the end of the group')
    this.#must(')')
    return addresses
  }

  #nstring(): string | null {
    return this.#try('NIL') ? null : this.#string()
  }

  #string(): string {
    if (this.#try('"')) {
      let value = ''
      for (;;) {
        const char = this.#text[this.#at++]
        if (char === '"') return value
        if (char === '\\') {
          const escaped = this.#text[this.#at++]
          if (escaped !== '"' && escaped !== '\\') this.#fail('a quoted special')
          value += escaped
        } else if (char === undefined || char === '\r' || char === '\n' || char === '\0' || char > '\x7f') {
          this.#fail('a character of a quoted string')
        } else value += char
      }
    }
    const match = /^\{(\d+)\}\r\n/.exec(this.#text.slice(this.#at, this.#at + 20))
    if (match === null) return this.#fail('a string')
    const start = this.#at + match[0].length
    this.#at = start + Number(match[1])
    const value = this.#text.slice(start, this.#at)
    if (value.includes('\0') || value.length !== Number(match[1])) this.#fail('a literal')
    return value
  }

  #number(): number {
    const match = /^(0|[1-9]\d*)/.exec(this.#text.slice(this.#at, this.#at + 20))
    if (match === null) return this.#fail('a number')
    this.#at += match[0].length
    return Number(match[0])
  }

  #must(text: string): void {
    if (!this.#try(text)) this.#fail(JSON.stringify(text))
  }

  #try(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #fail(wanted: string): never {
    throw new Error(`${wanted} expected at ${this.#at}: ${JSON.stringify(this.#text.slice(this.#at, this.#at + 60))}`)
  }
}
