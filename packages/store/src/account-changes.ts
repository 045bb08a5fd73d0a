/** What has happened in an account: one answer for those who watch many mailboxes at once. */
import type { AccountChanges, MailboxActivity } from './api.ts'
import type { Connection } from './connection.ts'
import { allCountsOf, changedMailboxes, countsOf, type MailboxRow, mailboxesOf, mailboxOf } from './mailbox-row.ts'
import type { AccountId, MailboxCounts, ModSeq } from './model.ts'
import { StoreError } from './problem.ts'
import { subscriptionsOf } from './subscriptions.ts'

/** Throws no-such-account where it is gone. */
export function changedAfter(reader: Connection, account: AccountId, modSeq: ModSeq): AccountChanges {
  return reader.snapshot(() => {
    const row = reader
      .raw<[ModSeq, ModSeq]>('SELECT modseq, names_modseq FROM accounts WHERE id = ? AND name IS NOT NULL')
      .get(account)
    if (row === undefined) throw new StoreError('no-such-account', `account ${account}`)
    const [now, names] = row
    return {
      modSeq: now,
      changed: now <= modSeq ? [] : activities(reader, account, changedMailboxes(reader, account, modSeq)),
      // Before the first change there is a beginning, which the column does not know.
      names: names <= modSeq && modSeq > 0 ? null : allNames(reader, account),
    }
  })
}

/** From so many on, counters are read together. */
const manyMailboxes = 20

function activities(reader: Connection, account: AccountId, rows: readonly MailboxRow[]): MailboxActivity[] {
  if (rows.length < manyMailboxes) return rows.map(row => activity(row, countsOf(reader, row)))
  const all = allCountsOf(reader, account)
  return rows.map(row => activity(row, { ...(all.get(row.id) ?? empty), recent: row.recent }))
}

const empty = { messages: 0, octets: 0, unseen: 0, deleted: 0, deletedOctets: 0 }

function activity(row: MailboxRow, counts: MailboxCounts): MailboxActivity {
  return {
    mailbox: mailboxOf(row),
    counts,
    flagsModSeq: row.flags_modseq as ModSeq,
    annotationsModSeq: row.annotations_modseq as ModSeq,
    wasInbox: row.was_inbox === 1,
  }
}

function allNames(reader: Connection, account: AccountId): AccountChanges['names'] {
  return { mailboxes: mailboxesOf(reader, account).map(mailboxOf), subscriptions: subscriptionsOf(reader, account) }
}
