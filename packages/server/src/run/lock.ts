/** One server a data directory: a lock that ends with the process that holds it, however that ends. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { UserError } from '../problem.ts'
import { readEndpoints } from './endpoints.ts'

export interface DataLock {
  release(): void
}

/**
 * Takes the lock or throws a sentence. Node.js has no flock, but SQLite locks files on every platform: an open exclusive
 * transaction on an empty database is that lock and nothing more, and the system releases it with the process.
 */
export function lockData(data: string): DataLock {
  const folder = join(data, 'run')
  mkdirSync(folder, { recursive: true })
  const database = new Sqlite(join(folder, 'lock'), { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error
    const pid = readEndpoints(data)?.pid
    const holder = pid === undefined ? 'Another server' : `Another server (process ${pid})`
    throw new UserError(`${holder} runs on the data directory ${data}; stop it, or name another directory.`)
  }
  return { release: () => database.close() }
}
