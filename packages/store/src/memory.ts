/** What Sieve's vacation and duplicate remember, until when (RFC 5230 §4.2, RFC 7352 §3). Of a key only a hash is kept. */
import { createHash } from 'node:crypto'
import { requireAccount } from './accounts.ts'
import type { Memory, NewMemory } from './api.ts'
import type { Engine } from './engine.ts'
import type { AccountId, Instant } from './model.ts'
import { job, type Tx } from './writer/job.ts'

/** A memory as jobs take it. */
export interface MemoryRequest {
  readonly account: AccountId
  readonly purpose: string
  readonly hash: Uint8Array
  readonly until: Instant
  readonly refresh: boolean
}

export function memoryRequest({ account, purpose, key, until, refresh = false }: NewMemory): MemoryRequest {
  return { account, purpose, hash: hashOf(key), until, refresh }
}

/** Of UTF-16 units, since a key may hold octets that are no text. */
function hashOf(key: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(Buffer.from(key, 'utf16le')).digest())
}

type Reader = Pick<Tx, 'sql'>

function isRemembered(reader: Reader, account: AccountId, purpose: string, hash: Uint8Array, now: Instant): boolean {
  const row = reader
    .sql('SELECT 1 FROM memory WHERE account_id = ? AND purpose = ? AND hash = ? AND until > ?')
    .get(account, purpose, hash, now)
  return row !== undefined
}

/** True where it was not remembered. Where it was, only `refresh` moves its end. Throws no-such-account. */
export function remember(tx: Tx, { account, purpose, hash, until, refresh }: MemoryRequest): boolean {
  requireAccount(tx, account)
  const isNew = !isRemembered(tx, account, purpose, hash, tx.now)
  if (isNew || refresh) {
    tx.sql(
      `INSERT INTO memory (account_id, purpose, hash, until) VALUES (?, ?, ?, ?)
       ON CONFLICT (account_id, purpose, hash) DO UPDATE SET until = excluded.until`,
    ).run(account, purpose, hash, until)
    if (isNew) bound(tx, account, purpose)
  }
  return isNew
}

/** Takes away what would end first where there is too much. */
function bound(tx: Tx, account: AccountId, purpose: string): void {
  const tooMany = tx
    .sql('SELECT 1 FROM memory WHERE account_id = ? AND purpose = ? LIMIT 1 OFFSET ?')
    .get(account, purpose, tx.limits.memoriesPerPurpose)
  if (tooMany === undefined) return
  tx.sql(
    `DELETE FROM memory WHERE account_id = ? AND purpose = ? AND hash =
       (SELECT hash FROM memory WHERE account_id = ? AND purpose = ? ORDER BY until LIMIT 1)`,
  ).run(account, purpose, account, purpose)
}

export const forget = job('memory.forget', (tx, args: { account: AccountId; purpose: string }): number => {
  return tx.sql('DELETE FROM memory WHERE account_id = ? AND purpose = ?').run(args.account, args.purpose).changes
})

export function memoryOf({ reader, writer, clock }: Engine): Memory {
  return {
    has: async (account, purpose, key) => isRemembered(reader, account, purpose, hashOf(key), clock()),
    forget: (account, purpose) => writer.run(forget, { account, purpose }),
  }
}
