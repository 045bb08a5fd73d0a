/** Reads a TOML table key by key, collecting a sentence for everything that is wrong instead of stopping at the first. */
import { suggestion } from './suggestion.ts'

/** What TOML can hold, as smol-toml gives it. */
export type TomlTable = Readonly<Record<string, unknown>>

/** Where sentences go, and where every setting of the whole file belongs: a misplaced one is told its place. */
export interface Findings {
  readonly problems: string[]
  /** Dotted names of all settings. */
  readonly settings: readonly string[]
}

function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** A value as the file shows it, short enough for a sentence. */
export function shown(value: unknown): string {
  const text = isTable(value)
    ? 'a table'
    : (JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? Number(part) : part)) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

export class Table {
  readonly #values: TomlTable
  readonly #path: string
  readonly #findings: Findings
  readonly #known = new Set<string>()

  constructor(values: TomlTable, path: string, findings: Findings) {
    this.#values = values
    this.#path = path
    this.#findings = findings
  }

  /** The full name of a key, as sentences call it. */
  name(key: string): string {
    return this.#path === '' ? key : `${this.#path}.${key}`
  }

  /** The raw value of a key, undefined where it is not set; the key counts as known from now on. */
  take(key: string): unknown {
    this.#known.add(key)
    return this.#values[key]
  }

  /** All keys that are there, for tables whose names somebody else checks. */
  keys(): readonly string[] {
    return Object.keys(this.#values)
  }

  /** Notes that a key's value is not what is allowed. */
  refuse(key: string, value: unknown, allowed: string): void {
    this.#findings.problems.push(`${this.name(key)} is ${shown(value)}; it must be ${allowed}`)
  }

  /** Notes a whole sentence. */
  report(sentence: string): void {
    this.#findings.problems.push(sentence)
  }

  /** A string that `accept` agrees to, or the fallback. */
  string(key: string, fallback: string, allowed = 'a string', accept: (value: string) => boolean = () => true): string {
    const value = this.take(key)
    if (value === undefined) return fallback
    if (typeof value === 'string' && accept(value)) return value
    this.refuse(key, value, allowed)
    return fallback
  }

  choice<const T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.take(key)
    if (value === undefined) return fallback
    const found = choices.find(choice => choice === value)
    if (found !== undefined) return found
    this.refuse(key, value, listed(choices.map(choice => `"${choice}"`)))
    return fallback
  }

  /** A whole number from `minimum` up, undefined where it is not set or wrong. */
  integer(key: string, minimum: number, maximum = Number.MAX_SAFE_INTEGER): number | undefined {
    const value = this.take(key)
    if (value === undefined) return undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= minimum && value <= maximum) return value
    const most = maximum === Number.MAX_SAFE_INTEGER ? '' : ` up to ${maximum}`
    this.refuse(key, value, `a whole number from ${minimum}${most}`)
    return undefined
  }

  /** A number, undefined where it is not set or wrong. */
  decimal(key: string): number | undefined {
    const value = this.take(key)
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value
    this.refuse(key, value, 'a number')
    return undefined
  }

  /** A table inside this one; empty where it is not set. */
  table(key: string): Table {
    const value = this.take(key) ?? {}
    if (!isTable(value)) this.refuse(key, value, `a table, [${this.name(key)}]`)
    return new Table(isTable(value) ? value : {}, this.name(key), this.#findings)
  }

  /** Every table of an array of tables. */
  tables(key: string): readonly Table[] {
    const value = this.take(key) ?? []
    if (Array.isArray(value) && value.every(isTable)) {
      return value.map((each, at) => new Table(each, `${this.name(key)}[${at}]`, this.#findings))
    }
    this.refuse(key, value, `tables, each headed [[${this.name(key)}]]`)
    return []
  }

  /** Notes every key that nobody asked for. */
  end(): void {
    for (const key of this.keys()) {
      if (this.#known.has(key)) continue
      const elsewhere = this.#findings.settings.find(setting => setting.split('.').at(-1) === key)
      const near = suggestion(key, [...this.#known])
      const hint =
        near === null ? (elsewhere === undefined ? '' : placed(elsewhere)) : `; did you mean ${this.name(near)}?`
      this.report(`${this.name(key)} is not a setting${hint}`)
    }
  }
}

/** Where a misplaced setting belongs. In TOML whatever follows a [header] is inside that table. */
function placed(setting: string): string {
  const at = setting.lastIndexOf('.')
  if (at === -1) return `; did you mean ${setting}, above the first [table] of the file?`
  return `; did you mean ${setting}, under [${setting.slice(0, at)}]?`
}

/** "a, b or c". */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
