/** Collects findings while a script is read and checked, up to a bound. */
import type { Diagnostic, Position } from './diagnostic.ts'

/** Thrown to leave the compiler where going on makes no sense; the finding has been reported. */
export class Abandon extends Error {}

export class Report {
  readonly #limit: number
  readonly #found: Diagnostic[] = []
  #errors = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  error(at: Position, message: string): void {
    this.#add(at, 'error', message)
    this.#errors++
  }

  warning(at: Position, message: string): void {
    this.#add(at, 'warning', message)
  }

  /** Reports and gives up. */
  fatal(at: Position, message: string): never {
    this.error(at, message)
    throw new Abandon()
  }

  get failed(): boolean {
    return this.#errors > 0
  }

  diagnostics(): readonly Diagnostic[] {
    return this.#found.toSorted((a, b) => a.line - b.line || a.column - b.column)
  }

  #add(at: Position, severity: 'error' | 'warning', message: string): void {
    if (this.#found.length >= this.#limit) {
      this.#errors++
      throw new Abandon()
    }
    this.#found.push({ line: at.line, column: at.column, severity, message })
  }
}
