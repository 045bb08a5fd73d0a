/** A mailbox as its row: reading one, and the numbers that each change of its messages keeps right. */
import type { Connection } from './connection.ts'
import { flagBits } from './flag-sets.ts'
import type { AccountId, FlagSetId, Mailbox, MailboxCounts, MailboxId, ModSeq, SpecialUse, Uid } from './model.ts'
import { mailboxIdOf } from './objectid.ts'
import { StoreError } from './problem.ts'
import type { Tx } from './writer/job.ts'

type Reader = Pick<Connection, 'raw' | 'sql'>

export interface MailboxRow {
  readonly id: MailboxId
  readonly account_id: AccountId
  readonly owner: string
  readonly name: string
  readonly selectable: number
  readonly special_use: string
  readonly uid_validity: number
  readonly uid_next: number
  readonly highest_modseq: number
  readonly first_recent_uid: number
  readonly recent: number
  readonly tombstones: number
  readonly tombstone_floor: number
  readonly created_at: number
  readonly flags_modseq: number
  readonly annotations_modseq: number
  readonly was_inbox: number
  readonly subscribed: number
}

const select = `SELECT mailboxes.*, EXISTS (SELECT 1 FROM subscriptions
    WHERE subscriptions.account_id = mailboxes.account_id AND subscriptions.name = mailboxes.name) AS subscribed,
    (SELECT accounts.name FROM accounts WHERE accounts.id = account_id) AS owner
  FROM mailboxes`

/** The mailbox, or null where it is gone. */
export function mailboxById(reader: Reader, mailbox: MailboxId): MailboxRow | null {
  return reader.sql<MailboxRow>(`${select} WHERE id = ? AND name IS NOT NULL`).get(mailbox) ?? null
}

/** By canonical name. */
export function mailboxByName(reader: Reader, account: AccountId, name: string): MailboxRow | null {
  return reader.sql<MailboxRow>(`${select} WHERE account_id = ? AND name = ?`).get(account, name) ?? null
}

/** All of an account's, by name. */
export function mailboxesOf(reader: Reader, account: AccountId): MailboxRow[] {
  return reader.sql<MailboxRow>(`${select} WHERE account_id = ? AND name IS NOT NULL ORDER BY name`).all(account)
}

/** Those of an account's that were made, or whose messages have changed, after a mod-sequence. */
export function changedMailboxes(reader: Reader, account: AccountId, modSeq: ModSeq): MailboxRow[] {
  return reader
    .sql<MailboxRow>(`${select} WHERE account_id = ? AND name IS NOT NULL AND highest_modseq > ?`)
    .all(account, modSeq)
}

/** Those of the mailboxes that are there, whose ever they are. */
export function mailboxesAmong(reader: Reader, mailboxes: readonly MailboxId[]): MailboxRow[] {
  return reader
    .sql<MailboxRow>(`${select} WHERE id IN (SELECT value FROM json_each(?)) AND name IS NOT NULL`)
    .all(JSON.stringify(mailboxes))
}

/** A mailbox that can hold messages. Throws no-such-mailbox. */
export function selectableMailbox(reader: Reader, mailbox: MailboxId): MailboxRow {
  const row = mailboxById(reader, mailbox)
  if (row === null || row.selectable === 0) throw new StoreError('no-such-mailbox', `mailbox ${mailbox}`)
  return row
}

export function mailboxOf(row: MailboxRow): Mailbox {
  return {
    id: row.id,
    account: row.account_id,
    owner: row.owner,
    name: row.name,
    selectable: row.selectable === 1,
    subscribed: row.subscribed === 1,
    specialUse: row.special_use === '' ? [] : (row.special_use.split(' ') as SpecialUse[]),
    uidValidity: row.uid_validity,
    uidNext: row.uid_next as Uid,
    highestModSeq: row.highest_modseq as ModSeq,
    mailboxId: mailboxIdOf(row.id),
    createdAt: row.created_at,
  }
}

/** STATUS numbers, from the counters: as many rows as the mailbox has flag sets. */
export function countsOf(reader: Reader, mailbox: MailboxRow): MailboxCounts {
  const rows = reader
    .raw<[number, number, number]>(
      `SELECT flags, messages, octets FROM mailbox_flag_sets JOIN flag_sets ON flag_sets.id = flag_set
       WHERE mailbox_id = ?`,
    )
    .all(mailbox.id)
  const counts = { messages: 0, unseen: 0, deleted: 0, octets: 0, deletedOctets: 0, recent: mailbox.recent }
  for (const [bits, messages, octets] of rows) {
    counts.messages += messages
    counts.octets += octets
    if (!(bits & flagBits['\\Seen'])) counts.unseen += messages
    if (bits & flagBits['\\Deleted']) {
      counts.deleted += messages
      counts.deletedOctets += octets
    }
  }
  return counts
}

/** The same of all mailboxes of an account that have messages: one walk through the counters. */
export function allCountsOf(reader: Reader, account: AccountId): Map<MailboxId, Omit<MailboxCounts, 'recent'>> {
  const rows = reader
    .raw<[MailboxId, number, number, number, number, number]>(
      `SELECT mailbox_id, sum(messages), sum(octets),
         sum(CASE WHEN flags & ${flagBits['\\Seen']} THEN 0 ELSE messages END),
         sum(CASE WHEN flags & ${flagBits['\\Deleted']} THEN messages ELSE 0 END),
         sum(CASE WHEN flags & ${flagBits['\\Deleted']} THEN octets ELSE 0 END)
       FROM mailboxes JOIN mailbox_flag_sets ON mailbox_id = mailboxes.id JOIN flag_sets ON flag_sets.id = flag_set
       WHERE mailboxes.account_id = ? GROUP BY mailbox_id`,
    )
    .all(account)
  return new Map(
    rows.map(([id, messages, octets, unseen, deleted, deletedOctets]) => [
      id,
      { messages, octets, unseen, deleted, deletedOctets },
    ]),
  )
}

/** Sums of what a job changes in the counters of a mailbox, written once. */
export class CountChanges {
  readonly #changes = new Map<FlagSetId, { messages: number; octets: number }>()

  add(set: FlagSetId, messages: number, octets: number): void {
    const change = this.#changes.get(set) ?? { messages: 0, octets: 0 }
    change.messages += messages
    change.octets += octets
    this.#changes.set(set, change)
  }

  write(tx: Tx, { id, account_id: account }: Pick<MailboxRow, 'id' | 'account_id'>): void {
    const upsert = tx.sql(
      `INSERT INTO mailbox_flag_sets (mailbox_id, flag_set, messages, octets) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET messages = messages + excluded.messages, octets = octets + excluded.octets`,
    )
    const prune = tx.sql('DELETE FROM mailbox_flag_sets WHERE mailbox_id = ? AND flag_set = ? AND messages = 0')
    let allMessages = 0
    let allOctets = 0
    for (const [set, { messages, octets }] of this.#changes) {
      if (messages === 0 && octets === 0) continue
      upsert.run(id, set, messages, octets)
      if (messages < 0) prune.run(id, set)
      allMessages += messages
      allOctets += octets
    }
    if (allMessages === 0 && allOctets === 0) return
    tx.uses(account, allMessages, allOctets)
  }
}

/** The last UID there can be (RFC 3501 §9, nz-number). */
const lastUid = 4_294_967_295

/** Gives `count` UIDs to new messages, which are recent, and notes the change. Throws over-quota past the last UID. */
export function takeUids(tx: Tx, mailbox: MailboxRow, count: number, modSeq: ModSeq): Uid {
  if (mailbox.uid_next + count - 1 > lastUid) throw new StoreError('over-quota', 'the mailbox has no UIDs left')
  const first = tx.number(
    `UPDATE mailboxes SET uid_next = uid_next + ?, recent = recent + ?, highest_modseq = ?
     WHERE id = ? RETURNING uid_next - ?`,
    count,
    count,
    modSeq,
    mailbox.id,
    count,
  )
  return first as Uid
}

/** Notes that the mailbox has changed, or its messages, or that some have gone. */
export function touchMailbox(
  tx: Tx,
  mailbox: MailboxId,
  modSeq: ModSeq,
  what: 'flags' | 'annotations' | 'messages' | 'metadata',
): void {
  tx.sql('UPDATE mailboxes SET highest_modseq = ? WHERE id = ?').run(modSeq, mailbox)
  if (what === 'flags' || what === 'annotations')
    tx.sql(`UPDATE mailboxes SET ${what}_modseq = ? WHERE id = ?`).run(modSeq, mailbox)
}

/** Notes that a name, a subscription or a right of the account has changed; answers with the change's mod-sequence. */
export function touchNames(tx: Tx, account: AccountId): ModSeq {
  const modSeq = tx.modSeq(account)
  tx.sql('UPDATE accounts SET names_modseq = ? WHERE id = ?').run(modSeq, account)
  return modSeq
}
