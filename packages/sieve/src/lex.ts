/** Source to tokens (RFC 5228 §8.1). Knows no command name. */
import type { Position } from './diagnostic.ts'
import type { Report } from './report.ts'

export type Token = Position &
  (
    | { readonly kind: 'identifier' | 'tag' | 'string'; readonly text: string }
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: '[' | ']' | '(' | ')' | '{' | '}' | ',' | ';' | 'end' }
  )

const identifier = /[a-z_][a-z0-9_]*/iy
const digits = /[0-9]+/y
const quantifiers: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }
const blank = /[ \t]*/y
const punctuation = '[](){},;'

/**
 * Reads a script token by token. A bare LF counts as CRLF: scripts are written on systems whose lines end so, and all
 * that is stored or sent as text from a script has CRLF. Findings go to the report; reading goes on behind them.
 */
export class Lexer {
  readonly #source: string
  readonly #report: Report
  #at = 0
  #line = 1
  #lineStart = 0

  constructor(source: string, report: Report) {
    this.#source = source
    this.#report = report
  }

  next(): Token {
    this.#skipWhiteSpace()
    const at = this.#position()
    const source = this.#source
    const char = source[this.#at]
    if (char === undefined) return { ...at, kind: 'end' }
    if (punctuation.includes(char)) {
      this.#at++
      return { ...at, kind: char as ';' }
    }
    if (char === '"') return this.#quotedString(at)
    if (char === ':') {
      this.#at++
      const name = this.#match(identifier)
      if (name !== null) return { ...at, kind: 'tag', text: name.toLowerCase() }
      this.#report.error(at, 'A ":" must be followed at once by the name of a tag, as in ":is".')
      return this.next()
    }
    const name = this.#match(identifier)
    if (name !== null) {
      if (name.toLowerCase() === 'text' && source[this.#at] === ':') return this.#multiLine(at)
      return { ...at, kind: 'identifier', text: name.toLowerCase() }
    }
    const number = this.#match(digits)
    if (number !== null) return this.#number(at, number)
    this.#unexpected(at)
    return this.next()
  }

  #position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 }
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#source)?.[0]
    if (found === undefined) return null
    this.#at += found.length
    return found
  }

  /** white-space = 1*(SP / CRLF / HTAB) / comment */
  #skipWhiteSpace(): void {
    const source = this.#source
    for (;;) {
      const char = source[this.#at]
      if (char === ' ' || char === '\t') this.#at++
      else if (char === '\n' || char === '\r') this.#lineBreak()
      else if (char === '#') this.#hashComment()
      else if (char === '/' && source[this.#at + 1] === '*') this.#bracketComment()
      else return
    }
  }

  /** Passes a CRLF, a bare LF (silently) or a bare CR (reported). Returns what a string holds of it. */
  #lineBreak(): string {
    const source = this.#source
    if (source[this.#at] === '\r') {
      if (source[this.#at + 1] !== '\n') {
        this.#report.error(this.#position(), 'A carriage return stands here without a line feed after it.')
        this.#at++
        return ''
      }
      this.#at++
    }
    this.#at++
    this.#line++
    this.#lineStart = this.#at
    return '\r\n'
  }

  /** hash-comment = "#" *octet-not-crlf CRLF. The last line of a script may lack its end. */
  #hashComment(): void {
    const end = this.#source.indexOf('\n', this.#at)
    const stop = end === -1 ? this.#source.length : end
    this.#checkOctets(this.#at, stop - (end !== -1 && this.#source[stop - 1] === '\r' ? 1 : 0))
    this.#at = stop
  }

  #bracketComment(): void {
    const at = this.#position()
    const end = this.#source.indexOf('*/', this.#at + 2)
    if (end === -1) {
      this.#at = this.#source.length
      this.#report.fatal(at, 'This comment has no end: a "*/" is missing.')
    }
    this.#at += 2
    this.#passTo(end)
    this.#at = end + 2
  }

  /** Moves to an offset, counting lines and reporting octets that no script may have. */
  #passTo(end: number): string {
    let text = ''
    while (this.#at < end) {
      const next = this.#source.slice(this.#at, end).search(/[\r\n\0]/)
      if (next === -1) {
        text += this.#source.slice(this.#at, end)
        this.#at = end
      } else {
        text += this.#source.slice(this.#at, this.#at + next)
        this.#at += next
        if (this.#source[this.#at] === '\0') this.#nul()
        else text += this.#lineBreak()
      }
    }
    return text
  }

  #nul(): void {
    this.#report.error(this.#position(), 'A script must not contain NUL.')
    this.#at++
  }

  #checkOctets(start: number, end: number): void {
    const bad = this.#source.slice(start, end).search(/[\r\0]/)
    if (bad === -1) return
    const position = { line: this.#line, column: start + bad - this.#lineStart + 1 }
    this.#report.error(position, 'A comment must not contain NUL or a bare carriage return.')
  }

  /** quoted-string = DQUOTE quoted-text DQUOTE; `\x` is x for every x (RFC 5228 §2.4.2). */
  #quotedString(at: Position): Token {
    const source = this.#source
    this.#at++
    let text = ''
    for (;;) {
      const special = /["\\\r\n\0]/g
      special.lastIndex = this.#at
      const stop = special.exec(source)?.index
      if (stop === undefined) this.#report.fatal(at, 'This string has no end: a closing quote is missing.')
      text += source.slice(this.#at, stop)
      this.#at = stop
      const char = source[stop]
      if (char === '"') break
      if (char === '\0') this.#nul()
      else if (char !== '\\') text += this.#lineBreak()
      else {
        this.#at++
        const escaped = source.codePointAt(this.#at)
        if (escaped !== undefined && escaped !== 0 && escaped !== 10 && escaped !== 13) {
          text += String.fromCodePoint(escaped)
          this.#at += escaped > 0xffff ? 2 : 1
        }
      }
    }
    this.#at++
    return { ...at, kind: 'string', text }
  }

  /** multi-line = "text:" *(SP / HTAB) (hash-comment / CRLF) *(multiline-literal / multiline-dotstart) "." CRLF */
  #multiLine(at: Position): Token {
    const source = this.#source
    this.#at++
    this.#match(blank)
    if (source[this.#at] === '#') this.#hashComment()
    if (source[this.#at] !== '\n' && !source.startsWith('\r\n', this.#at)) {
      this.#report.fatal(at, 'After "text:" only a "#" comment may stand in the line; the text begins in the next one.')
    }
    this.#lineBreak()
    let text = ''
    for (;;) {
      const newline = source.indexOf('\n', this.#at)
      const end = newline === -1 ? source.length : newline + 1
      const line = source.slice(this.#at, end).replace(/\r?\n$/, '')
      if (line === '.') {
        this.#passTo(end)
        return { ...at, kind: 'string', text }
      }
      if (newline === -1) this.#report.fatal(at, 'This text has no end: a line with a single "." is missing.')
      if (source.startsWith('..', this.#at)) this.#at++
      text += this.#passTo(end)
    }
  }

  /** number = 1*DIGIT [ QUANTIFIER ] */
  #number(at: Position, number: string): Token {
    const suffix = this.#match(identifier)?.toLowerCase() ?? ''
    const factor = suffix === '' ? 1 : quantifiers[suffix]
    const value = Number(number) * (factor ?? 1)
    if (factor === undefined) {
      this.#report.error(at, `"${number}${suffix}" is no number: only K, M or G may follow the digits.`)
    } else if (!Number.isSafeInteger(value)) {
      this.#report.error(at, `The number ${number}${suffix.toUpperCase()} is too large.`)
    }
    return { ...at, kind: 'number', value }
  }

  #unexpected(at: Position): void {
    const point = this.#source.codePointAt(this.#at) ?? 0
    this.#at += point > 0xffff ? 2 : 1
    const shown = point < 0x20 || point === 0x7f ? `The control character ${point}` : `"${String.fromCodePoint(point)}"`
    this.#report.error(at, point === 0 ? 'A script must not contain NUL.' : `${shown} cannot stand here.`)
  }
}
