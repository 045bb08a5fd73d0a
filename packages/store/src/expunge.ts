/** EXPUNGE: rows become tombstones, and what only they named is left to the collector. */
import { dropAnnotations } from './annotations.ts'
import { messageEvent } from './events.ts'
import { flagBits } from './flag-sets.ts'
import { CountChanges, type MailboxRow, selectableMailbox, touchMailbox } from './mailbox-row.ts'
import type { FlagSetId, MailboxId, ModSeq, UidRange, UidRanges } from './model.ts'
import { rangesOf } from './uid-ranges.ts'
import { job, type Tx } from './writer/job.ts'

export interface Expunged {
  readonly uids: Uint32Array
  readonly modSeq: ModSeq
  readonly before: ModSeq
}

/** Expunges those of the UIDs that carry \Deleted (RFC 3501 §6.4.3, RFC 4315 §2.1). */
export const expunge = job('messages.expunge', (tx, args: { mailbox: MailboxId; uids: UidRanges }): Expunged => {
  const mailbox = selectableMailbox(tx, args.mailbox)
  const uids = deletedAmong(tx, mailbox, args.uids)
  const before = mailbox.highest_modseq as ModSeq
  if (uids.length === 0) return { uids: new Uint32Array(0), modSeq: before, before }
  const modSeq = tx.modSeq(mailbox.account_id)
  removeMessages(tx, mailbox, rangesOf(uids), modSeq)
  messageEvent(tx, 'MessageExpunge', mailbox, uids, modSeq)
  return { uids: Uint32Array.from(uids), modSeq, before }
})

function deletedAmong(tx: Tx, mailbox: MailboxRow, ranges: UidRanges): number[] {
  // The counters know whether any message is \Deleted at all, and by which few sets.
  const sets = tx
    .raw<[number]>(
      `SELECT flag_set FROM mailbox_flag_sets JOIN flag_sets ON flag_sets.id = flag_set
       WHERE mailbox_id = ? AND flags & ${flagBits['\\Deleted']}`,
    )
    .all(mailbox.id)
  if (sets.length === 0) return []
  const select = tx.raw<[number]>(
    `SELECT uid FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?
       AND flag_set IN (SELECT value FROM json_each(?)) ORDER BY uid`,
  )
  const list = JSON.stringify(sets.flat())
  return ranges.flatMap(({ first, last }) => select.all(mailbox.id, first, last, list).map(([uid]) => uid))
}

/** Takes away the messages in ranges of UIDs that all exist, whatever their flags. */
export function removeMessages(tx: Tx, mailbox: MailboxRow, ranges: readonly UidRange[], modSeq: ModSeq): void {
  const counts = new CountChanges()
  const count = tx.raw<[FlagSetId, number, number]>(
    `SELECT flag_set, count(*), sum(octets) FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?
     GROUP BY flag_set`,
  )
  const loosen = tx.sql(
    `INSERT OR IGNORE INTO loose_contents (content_id)
     SELECT content_id FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?`,
  )
  const remove = tx.sql('DELETE FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?')
  const bury = tx.sql('INSERT INTO tombstones (mailbox_id, modseq, first, last) VALUES (?, ?, ?, ?)')
  let recent = 0
  for (const { first, last } of ranges) {
    for (const [set, messages, octets] of count.all(mailbox.id, first, last)) counts.add(set, -messages, -octets)
    dropAnnotations(tx, mailbox, { first, last })
    loosen.run(mailbox.id, first, last)
    remove.run(mailbox.id, first, last)
    bury.run(mailbox.id, modSeq, first, last)
    recent += Math.max(last - Math.max(first, mailbox.first_recent_uid) + 1, 0)
  }
  counts.write(tx, mailbox)
  touchMailbox(tx, mailbox.id, modSeq, 'messages')
  tx.sql('UPDATE mailboxes SET recent = recent - ?, tombstones = tombstones + ? WHERE id = ?').run(
    recent,
    ranges.length,
    mailbox.id,
  )
  boundTombstones(tx, mailbox.id)
}

/** Forgets the older half once there are too many: who was away that long compares everything. */
function boundTombstones(tx: Tx, mailbox: MailboxId): void {
  const limit = tx.limits.tombstonesPerMailbox
  if (tx.number('SELECT tombstones FROM mailboxes WHERE id = ?', mailbox) <= limit) return
  const floor = tx
    .raw<[number]>('SELECT modseq FROM tombstones WHERE mailbox_id = ? ORDER BY modseq DESC LIMIT 1 OFFSET ?')
    .get(mailbox, limit >> 1)?.[0]
  if (floor === undefined) return
  const { changes } = tx.sql('DELETE FROM tombstones WHERE mailbox_id = ? AND modseq <= ?').run(mailbox, floor)
  tx.sql('UPDATE mailboxes SET tombstones = tombstones - ?, tombstone_floor = ? WHERE id = ?').run(
    changes,
    floor,
    mailbox,
  )
}
