/** The counter of mod-sequences that each account has, and the server itself. */
import type { Connection } from './connection.ts'
import { type AccountId, type ModSeq, serverAccount } from './model.ts'

type Reader = Pick<Connection, 'raw'>

/** 0 where the account is gone. */
export function modSeqOf(reader: Reader, account: AccountId): ModSeq {
  const row =
    account === serverAccount
      ? reader.raw<[ModSeq]>("SELECT value FROM counters WHERE name = 'server-modseq'").get()
      : reader.raw<[ModSeq]>('SELECT modseq FROM accounts WHERE id = ?').get(account)
  return row?.[0] ?? (0 as ModSeq)
}

/** Takes the next one; undefined where the account is gone, though the collector may still be at it. */
export function raiseModSeq(writer: Reader, account: AccountId): ModSeq | undefined {
  const row =
    account === serverAccount
      ? writer.raw<[ModSeq]>("UPDATE counters SET value = value + 1 WHERE name = 'server-modseq' RETURNING value").get()
      : writer
          .raw<[ModSeq]>('UPDATE accounts SET modseq = modseq + 1 WHERE id = ? AND name IS NOT NULL RETURNING modseq')
          .get(account)
  return row?.[0]
}
