/** The schema, as numbered steps that are each run once, in order, in a transaction of their own. */
import { readFileSync } from 'node:fs'
import type { Connection } from './connection.ts'

/** Every step there is, in order. A step that has been released is never changed; another one follows it. */
const steps = [
  '0001-initial.sql',
  '0002-text-index.sql',
  '0003-previews.sql',
  '0004-watching.sql',
  '0005-url-keys.sql',
  '0006-metadata.sql',
  '0007-access.sql',
  '0008-annotations.sql',
  '0009-conversions.sql',
  '0010-dkim-keys.sql',
  '0011-notify.sql',
  '0012-tls-policies.sql',
  '0013-queue-turns.sql',
  '0014-senders.sql',
  '0015-greylist.sql',
] as const

/** The version that this program reads and writes. */
export const schemaVersion = steps.length

/**
 * Brings a database to `schemaVersion`. Several processes may try at once: the second finds nothing to do.
 * Throws where the database is newer than the program.
 */
export function migrate(connection: Connection): void {
  while (version(connection) !== schemaVersion) {
    connection.transaction(() => {
      const at = version(connection)
      if (at > schemaVersion) {
        throw new Error(`The data directory has schema ${at}; this program knows schemas up to ${schemaVersion}.`)
      }
      const step = steps[at]
      if (step === undefined) return
      connection.run(readFileSync(new URL(`./migrations/${step}`, import.meta.url), 'utf8'))
      connection.run(`PRAGMA user_version = ${at + 1}`)
    })
  }
}

function version(connection: Connection): number {
  return connection.number('PRAGMA user_version')
}
