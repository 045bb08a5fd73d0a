/** Tokens to a generic tree (RFC 5228 §8.2). Knows no command name. */
import type { Position } from './diagnostic.ts'
import { Lexer, type Token } from './lex.ts'
import type { SieveLimits } from './limits.ts'
import type { Report } from './report.ts'

export type SourceArgument = Position &
  (
    | { readonly kind: 'number'; readonly value: number }
    | { readonly kind: 'string'; readonly text: string }
    | { readonly kind: 'list'; readonly strings: readonly SourceString[] }
    | { readonly kind: 'tag'; readonly text: string }
  )

export interface SourceString extends Position {
  readonly text: string
}

/** A command or a test as it is written. */
export interface SourceNode extends Position {
  readonly name: string
  readonly arguments: readonly SourceArgument[]
  /** `list` where parentheses stand around them. */
  readonly tests: { readonly list: boolean; readonly of: readonly SourceNode[] } | null
  readonly block: readonly SourceNode[] | null
}

/** Reads a whole script. What cannot be understood is reported and skipped up to the next command. */
export function parse(source: string, limits: SieveLimits, report: Report): readonly SourceNode[] {
  return new Parser(source, limits, report).start()
}

/** Marks a place where the grammar is broken; caught where reading can go on. */
class Lost extends Error {}

class Parser {
  readonly #lexer: Lexer
  readonly #limits: SieveLimits
  readonly #report: Report
  #token: Token
  #count = 0

  constructor(source: string, limits: SieveLimits, report: Report) {
    this.#lexer = new Lexer(source, report)
    this.#limits = limits
    this.#report = report
    this.#token = this.#lexer.next()
  }

  /** start = commands */
  start(): readonly SourceNode[] {
    const commands: SourceNode[] = []
    while (this.#token.kind !== 'end') {
      if (this.#token.kind === '}') {
        this.#report.error(this.#token, 'This "}" closes no block.')
        this.#advance()
      } else this.#commandInto(commands, 0)
    }
    return commands
  }

  #advance(): Token {
    const token = this.#token
    this.#token = this.#lexer.next()
    return token
  }

  /** Of the token at hand, without what a type checker believes to remember of it. */
  #kind(): Token['kind'] {
    return this.#token.kind
  }

  #lost(message: string): never {
    this.#report.error(this.#token, message)
    throw new Lost()
  }

  #commandInto(commands: SourceNode[], depth: number): void {
    try {
      commands.push(this.#command(depth))
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      this.#recover()
    }
  }

  /** Skips the rest of a command that makes no sense: to behind its ";" or its block, or to before a "}". */
  #recover(): void {
    let depth = 0
    for (;;) {
      const { kind } = this.#token
      if (kind === 'end' || (kind === '}' && depth === 0)) return
      this.#advance()
      if (kind === '{') depth++
      if (kind === '}') depth--
      if (depth === 0 && (kind === ';' || kind === '}')) return
    }
  }

  /** command = identifier arguments (";" / block) */
  #command(depth: number): SourceNode {
    const { name, at } = this.#name('a command')
    const given = this.#arguments()
    const tests = this.#tests(0)
    const kind = this.#token.kind
    if (kind === ';') {
      this.#advance()
      return { ...at, name, arguments: given, tests, block: null }
    }
    if (kind !== '{')
      this.#lost(`The command "${name}" must end with ";" or with a block, but ${this.#shown()} follows.`)
    return { ...at, name, arguments: given, tests, block: this.#block(depth + 1) }
  }

  #name(what: string): { name: string; at: Position } {
    const token = this.#token
    if (token.kind !== 'identifier') this.#lost(`Here ${what} is expected, not ${this.#shown()}.`)
    if (++this.#count > this.#limits.commands) {
      this.#report.fatal(token, `The script has more than ${this.#limits.commands} commands and tests.`)
    }
    this.#advance()
    return { name: token.text, at: { line: token.line, column: token.column } }
  }

  /** block = "{" commands "}" */
  #block(depth: number): readonly SourceNode[] {
    const open = this.#advance()
    if (depth > this.#limits.nesting) {
      this.#report.fatal(open, `Blocks are nested more than ${this.#limits.nesting} deep.`)
    }
    const commands: SourceNode[] = []
    while (this.#token.kind !== '}') {
      if (this.#token.kind === 'end') this.#report.fatal(open, 'This block has no end: a "}" is missing.')
      this.#commandInto(commands, depth)
    }
    this.#advance()
    return commands
  }

  /** argument = string-list / number / tag */
  #arguments(): SourceArgument[] {
    const given: SourceArgument[] = []
    for (;;) {
      const token = this.#token
      if (token.kind === 'tag' || token.kind === 'number' || token.kind === 'string') {
        given.push(token as SourceArgument)
        this.#advance()
      } else if (token.kind === '[') given.push(this.#stringList())
      else return given
    }
  }

  /** string-list = "[" string *("," string) "]" / string */
  #stringList(): SourceArgument {
    const { line, column } = this.#advance()
    const strings: SourceString[] = []
    if (this.#token.kind === ']') this.#lost('A string list must hold at least one string.')
    for (;;) {
      const token = this.#token
      if (token.kind !== 'string') this.#lost(`A string is expected in the string list, not ${this.#shown()}.`)
      if (strings.length >= this.#limits.listStrings) {
        this.#report.fatal(token, `The string list has more than ${this.#limits.listStrings} strings.`)
      }
      strings.push({ line: token.line, column: token.column, text: token.text })
      this.#advance()
      const kind = this.#kind()
      if (kind !== ',' && kind !== ']') this.#lost(`In a string list "," or "]" is expected, not ${this.#shown()}.`)
      this.#advance()
      if (kind === ']') return { line, column, kind: 'list', strings }
    }
  }

  /** [ test / test-list ] ; test-list = "(" test *("," test) ")" */
  #tests(depth: number): SourceNode['tests'] {
    if (this.#token.kind === 'identifier') return { list: false, of: [this.#test(depth + 1)] }
    if (this.#token.kind !== '(') return null
    this.#advance()
    const tests: SourceNode[] = []
    for (;;) {
      tests.push(this.#test(depth + 1))
      const kind = this.#kind()
      if (kind !== ',' && kind !== ')') this.#lost(`In a list of tests "," or ")" is expected, not ${this.#shown()}.`)
      this.#advance()
      if (kind === ')') return { list: true, of: tests }
    }
  }

  /** test = identifier arguments [ test / test-list ] */
  #test(depth: number): SourceNode {
    if (depth > this.#limits.nesting) {
      this.#report.fatal(this.#token, `Tests are nested more than ${this.#limits.nesting} deep.`)
    }
    const { name, at } = this.#name('a test')
    const given = this.#arguments()
    return { ...at, name, arguments: given, tests: this.#tests(depth), block: null }
  }

  #shown(): string {
    const token = this.#token
    switch (token.kind) {
      case 'identifier':
        return `"${token.text}"`
      case 'tag':
        return `":${token.text}"`
      case 'string':
        return 'a string'
      case 'number':
        return `the number ${token.value}`
      case 'end':
        return 'the end of the script'
      default:
        return `"${token.kind}"`
    }
  }
}
