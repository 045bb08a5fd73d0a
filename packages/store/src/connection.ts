/**
 * One SQLite connection: the only file that knows better-sqlite3.
 *
 * - A connection belongs to one thread and is synchronous.
 * - Nothing here leaves a statement open: an `.iterate()` across an `await` would block writes on the connection.
 */
import Sqlite from 'better-sqlite3'
import { entryMatches } from './entry-pattern.ts'

/** What a column holds and a parameter may be. */
export type Value = number | bigint | string | Uint8Array | null
export type Row = Readonly<Record<string, Value>>

/** A prepared statement. `R` is what the author of the SQL knows its rows to be. */
export interface Statement<R> {
  run(...parameters: Value[]): { changes: number; lastInsertRowid: number | bigint }
  get(...parameters: Value[]): R | undefined
  all(...parameters: Value[]): R[]
}

/** Copied in one go: a few milliseconds' worth. */
const backupPages = 500

const logOctets = 64 << 20

export interface ConnectionOptions {
  /** Refuses every write. */
  readonly readonly?: boolean
  /** How long to wait for another process's transaction. */
  readonly busyMilliseconds?: number
  /** Size of the page cache. */
  readonly cacheOctets?: number
}

export class Connection {
  readonly #database: Sqlite.Database
  readonly #statements = new Map<string, Sqlite.Statement>()
  readonly #rawStatements = new Map<string, Sqlite.Statement>()

  constructor(file: string, options: ConnectionOptions = {}) {
    const { readonly = false, busyMilliseconds = 10_000, cacheOctets = 32 << 20 } = options
    this.#database = new Sqlite(file, { readonly, timeout: busyMilliseconds })
    if (!readonly) {
      // Takes effect only while the file is still empty. Rows of two to three KiB pack badly into pages of four.
      this.#database.pragma('page_size = 8192')
      this.#database.pragma('journal_mode = WAL')
      // WAL would otherwise run at NORMAL, which may lose what it has acknowledged.
      this.#database.pragma('synchronous = FULL')
      this.#database.pragma('foreign_keys = ON')
      // After a burst, or a long read that kept it from being used again, the log shrinks to this.
      this.#database.pragma(`journal_size_limit = ${logOctets}`)
    }
    this.#database.pragma(`cache_size = -${cacheOctets >> 10}`)
    this.#database.pragma('mmap_size = 1073741824')
    this.#database.pragma('temp_store = MEMORY')
    this.#database.function('entry_matches', { deterministic: true }, (pattern: string, entry: string) =>
      Number(entryMatches(pattern, entry)),
    )
  }

  /** A statement whose rows are objects, prepared once for each text. */
  sql<R = Row>(text: string): Statement<R> {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.#database.prepare(text)
      this.#statements.set(text, statement)
    }
    return statement as unknown as Statement<R>
  }

  /** A statement whose rows are arrays of columns: cheaper for many rows. */
  raw<R extends readonly Value[]>(text: string): Statement<R> {
    let statement = this.#rawStatements.get(text)
    if (statement === undefined) {
      statement = this.#database.prepare(text).raw()
      this.#rawStatements.set(text, statement)
    }
    return statement as unknown as Statement<R>
  }

  /** The single number that a statement answers with. */
  number(text: string, ...parameters: Value[]): number {
    const row = this.raw<[number]>(text).get(...parameters)
    if (row === undefined) throw new Error(`No row: ${text}`)
    return row[0]
  }

  /** Several statements without parameters or answers. */
  run(script: string): void {
    this.#database.exec(script)
  }

  /** Runs in a write transaction that no other process can come into; rolls back when `body` throws. */
  transaction<T>(body: () => T): T {
    return this.#within('BEGIN IMMEDIATE', body)
  }

  /** Runs reads so that they all see the same state. */
  snapshot<T>(body: () => T): T {
    return this.#database.inTransaction ? body() : this.#within('BEGIN', body)
  }

  /** Whether a transaction is open. */
  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Copies what is committed now to a file, while others write. The connection must be used for nothing else meanwhile. */
  async backup(file: string, progress?: (done: number, total: number) => void): Promise<void> {
    // Without a snapshot of its own, each foreign commit would make the copy begin again.
    this.sql('BEGIN').run()
    try {
      this.number('SELECT count(*) FROM sqlite_schema')
      await this.#database.backup(file, {
        progress: ({ totalPages, remainingPages }) => {
          progress?.(totalPages - remainingPages, totalPages)
          return backupPages
        },
      })
    } finally {
      this.sql('COMMIT').run()
    }
  }

  close(): void {
    this.#database.close()
  }

  #within<T>(begin: string, body: () => T): T {
    this.sql(begin).run()
    try {
      const result = body()
      this.sql('COMMIT').run()
      return result
    } catch (error) {
      // SQLite rolls back by itself after some failures, such as a full disk.
      if (this.#database.inTransaction) this.sql('ROLLBACK').run()
      throw error
    }
  }
}
