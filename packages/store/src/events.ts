/** The parameters that RFC 5423 §4 and §5 give to events of messages and mailboxes. */
import type { MailboxRow } from './mailbox-row.ts'
import type { AccountId, MailboxId, ModSeq } from './model.ts'
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
  const addsOrRemoves = numbered.has(type)
  const named = ranges.slice(0, tx.limits.outboxUidRanges)
  tx.event(type, mailbox.account_id, {
    ...mailboxParameters(mailbox),
    uids: named.map(({ first, last }) => (first === last ? `${first}` : `${first}:${last}`)).join(','),
    count: uids.length,
    ...(addsOrRemoves ? numbersNow(tx, mailbox.id) : {}),
    // Past the bound a consumer that cares asks the mailbox itself, by mod-sequence.
    ...(named.length < ranges.length ? { uidsCut: true } : {}),
    modSeq,
    ...more,
  })
}

/** Events that say what the mailbox has come to (RFC 5423 §5, messages and uidnext). */
const numbered = new Set(['MessageAppend', 'MessageExpire', 'MessageExpunge', 'MessageNew'])

function numbersNow(tx: Tx, mailbox: MailboxId): { readonly messages: number; readonly uidNext: number } {
  const [uidNext, messages] = tx
    .raw<[number, number]>(
      `SELECT uid_next, (SELECT total(messages) FROM mailbox_flag_sets WHERE mailbox_id = mailboxes.id)
       FROM mailboxes WHERE id = ?`,
    )
    .get(mailbox) as [number, number]
  return { messages, uidNext }
}

/** A mailbox comes or goes for somebody who is not its owner (RFC 5423 §4.4, MailboxCreate and MailboxDelete). */
export function mailboxEventFor(tx: Tx, account: AccountId, type: string, mailbox: MailboxRow): void {
  tx.event(type, account, { ...mailboxParameters(mailbox), owner: mailbox.owner })
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
