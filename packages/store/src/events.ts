/** The parameters that RFC 5423 §4 and §5 give to events of messages and mailboxes. */
import type { MailboxRow } from './mailbox-row.ts'
import type { ModSeq } from './model.ts'
import { mailboxIdOf } from './objectid.ts'
import { rangesOf } from './uid-ranges.ts'
import type { Tx } from './writer/job.ts'

/** An event of some messages of a mailbox; `uids` ascend. */
export function messageEvent(
  tx: Tx,
  type: string,
  mailbox: MailboxRow,
  uids: ArrayLike<number>,
  modSeq: ModSeq,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const ranges = rangesOf(uids)
  const named = ranges.slice(0, tx.limits.outboxUidRanges)
  tx.event(type, mailbox.account_id, {
    ...mailboxParameters(mailbox),
    uids: named.map(({ first, last }) => (first === last ? `${first}` : `${first}:${last}`)).join(','),
    messages: uids.length,
    // Past the bound a consumer that cares asks the mailbox itself, by mod-sequence.
    ...(named.length < ranges.length ? { uidsCut: true } : {}),
    modSeq,
    ...more,
  })
}

/** An event of a mailbox itself. */
export function mailboxEvent(
  tx: Tx,
  type: string,
  mailbox: MailboxRow,
  more: Readonly<Record<string, unknown>> = {},
): void {
  tx.event(type, mailbox.account_id, { ...mailboxParameters(mailbox), ...more })
}

function mailboxParameters(mailbox: MailboxRow): Readonly<Record<string, unknown>> {
  return { mailbox: mailbox.name, mailboxId: mailboxIdOf(mailbox.id), uidValidity: mailbox.uid_validity }
}
