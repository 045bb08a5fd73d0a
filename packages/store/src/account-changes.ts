/** What has happened in an account: one answer for those who watch many mailboxes at once. */
import type { AccountChanges, MailboxActivity } from './api.ts'
import type { Connection } from './connection.ts'
import { changedMailboxes, countsOf, type MailboxRow, mailboxesOf, mailboxOf } from './mailbox-row.ts'
import type { AccountId, ModSeq } from './model.ts'
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
      changed: now <= modSeq ? [] : changedMailboxes(reader, account, modSeq).map(each => activity(reader, each)),
      // Before the first change there is a beginning, which the column does not know.
      names: names <= modSeq && modSeq > 0 ? null : allNames(reader, account),
    }
  })
}

function activity(reader: Connection, row: MailboxRow): MailboxActivity {
  return {
    mailbox: mailboxOf(row),
    counts: countsOf(reader, row),
    flagsModSeq: row.flags_modseq as ModSeq,
    annotationsModSeq: row.annotations_modseq as ModSeq,
    wasInbox: row.was_inbox === 1,
  }
}

function allNames(reader: Connection, account: AccountId): AccountChanges['names'] {
  return { mailboxes: mailboxesOf(reader, account).map(mailboxOf), subscriptions: subscriptionsOf(reader, account) }
}
