/** The one synchronisation query: what happened in a mailbox after a mod-sequence. */
import type { Connection } from './connection.ts'
import { mailboxById } from './mailbox-row.ts'
import type { Changes, MailboxId, ModSeq, Uid } from './model.ts'
import { StoreError } from './problem.ts'

type MessageColumns = [uid: number, flagSet: number, modSeq: number]

/** Throws no-such-mailbox where it is gone. */
export function changesSince(reader: Connection, mailbox: MailboxId, modSeq: ModSeq): Changes {
  return reader.snapshot(() => {
    const row = mailboxById(reader, mailbox)
    if (row === null) throw new StoreError('no-such-mailbox', `mailbox ${mailbox}`)
    const now = { modSeq: row.highest_modseq as ModSeq, uidNext: row.uid_next as Uid }
    if (modSeq >= row.highest_modseq) {
      return { ...now, ...parallel([]), expunged: new Uint32Array(0), incomplete: false }
    }
    const incomplete = modSeq < row.tombstone_floor
    return {
      ...now,
      ...parallel(incomplete ? changedAfter(reader, mailbox, 0 as ModSeq) : changedAfter(reader, mailbox, modSeq)),
      expunged: modSeq === 0 || incomplete ? new Uint32Array(0) : expungedAfter(reader, mailbox, modSeq),
      incomplete,
    }
  })
}

function changedAfter(reader: Connection, mailbox: MailboxId, modSeq: ModSeq): MessageColumns[] {
  // The primary key is in the order of UIDs; the index of mod-sequences is not, but is short where little is new.
  return modSeq === 0
    ? reader
        .raw<MessageColumns>('SELECT uid, flag_set, modseq FROM messages WHERE mailbox_id = ? ORDER BY uid')
        .all(mailbox)
    : reader
        .raw<MessageColumns>(
          `SELECT uid, flag_set, modseq FROM messages INDEXED BY messages_by_modseq
           WHERE mailbox_id = ? AND modseq > ? ORDER BY uid`,
        )
        .all(mailbox, modSeq)
}

function expungedAfter(reader: Connection, mailbox: MailboxId, modSeq: ModSeq): Uint32Array {
  const ranges = reader
    .raw<[number, number]>('SELECT first, last FROM tombstones WHERE mailbox_id = ? AND modseq > ? ORDER BY first')
    .all(mailbox, modSeq)
  const expunged = new Uint32Array(ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0))
  let at = 0
  for (const [first, last] of ranges) for (let uid = first; uid <= last; uid++) expunged[at++] = uid
  return expunged
}

/** Rows to parallel arrays. */
export function parallel(rows: readonly MessageColumns[]): Pick<Changes, 'uids' | 'flagSets' | 'modSeqs'> {
  const uids = new Uint32Array(rows.length)
  const flagSets = new Uint32Array(rows.length)
  const modSeqs = new Float64Array(rows.length)
  for (let index = 0; index < rows.length; index++) {
    const [uid, flagSet, modSeq] = rows[index] as MessageColumns
    uids[index] = uid
    flagSets[index] = flagSet
    modSeqs[index] = modSeq
  }
  return { uids, flagSets, modSeqs }
}
