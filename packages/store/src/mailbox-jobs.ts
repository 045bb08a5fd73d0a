/** CREATE, DELETE, RENAME and the claim of \Recent, as jobs (RFC 3501 §6.3.3 to §6.3.5). */

import { dropRights, inheritRights } from './acl.ts'
import type { RecentUids } from './api.ts'
import { moveAll } from './copy.ts'
import { mailboxEvent } from './events.ts'
import { type MailboxRow, mailboxById, mailboxByName, mailboxOf, touchNames } from './mailbox-row.ts'
import { copyMetadata, dropMetadata } from './metadata.ts'
import type { AccountId, Mailbox, MailboxId, SpecialUse, Uid } from './model.ts'
import { canonicalName, inferiorEnd, inferiorPrefix, newMailboxName, superiors } from './names.ts'
import { StoreError } from './problem.ts'
import { revokeUrls } from './url-keys.ts'
import { job, type Tx } from './writer/job.ts'

/** Makes a mailbox and what is missing above it. Throws mailbox-exists, bad-mailbox-name, over-quota. */
export function createMailbox(
  tx: Tx,
  account: AccountId,
  wanted: string,
  specialUse: readonly SpecialUse[] = [],
): MailboxRow {
  const name = newMailboxName(wanted, tx.limits)
  for (const superior of superiors(name)) {
    if (mailboxByName(tx, account, superior) === null) insertMailbox(tx, account, superior, [])
  }
  const there = mailboxByName(tx, account, name)
  if (there !== null && there.selectable === 1) throw new StoreError('mailbox-exists', name)
  // Where only the name was there until now, it gets a mailbox, and what is said of the name stays with it.
  if (there !== null) unname(tx, there)
  const mailbox = insertMailbox(tx, account, name, specialUse)
  if (there !== null) {
    copyMetadata(tx, there.id, mailbox)
    dropMetadata(tx, there.id)
  }
  // The superiors' creation is implied (RFC 5423 §4.4).
  mailboxEvent(tx, 'MailboxCreate', mailbox)
  return mailbox
}

function insertMailbox(tx: Tx, account: AccountId, name: string, specialUse: readonly SpecialUse[]): MailboxRow {
  const count = tx.number('SELECT count(*) FROM mailboxes WHERE account_id = ? AND name IS NOT NULL', account)
  if (count >= tx.limits.mailboxesPerAccount) throw new StoreError('over-quota', 'too many mailboxes')
  const mailbox = insertRow(tx, account, name, true, specialUse)
  inheritRights(tx, mailbox)
  return mailbox
}

function insertRow(
  tx: Tx,
  account: AccountId,
  name: string,
  selectable: boolean,
  specialUse: readonly SpecialUse[],
): MailboxRow {
  const modSeq = touchNames(tx, account)
  tx.sql(
    `INSERT INTO mailboxes (account_id, name, selectable, special_use, uid_validity, highest_modseq, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(account, name, Number(selectable), specialUse.join(' '), nextUidValidity(tx), modSeq, tx.now)
  return mailboxByName(tx, account, name) as MailboxRow
}

/** Seconds since 1970 where that is news, else one more than the last: greater than any before it, in 32 bits. */
function nextUidValidity(tx: Tx): number {
  return tx.number(
    "UPDATE counters SET value = max(value + 1, ?) WHERE name = 'uid-validity' RETURNING value",
    Math.floor(tx.now / 1000),
  )
}

export const create = job(
  'mailboxes.create',
  (tx, args: { account: AccountId; name: string; specialUse: readonly SpecialUse[] }): Mailbox =>
    mailboxOf(createMailbox(tx, args.account, args.name, args.specialUse)),
)

/** Takes a mailbox's name; the collector will take its messages. Its name stays where there are names below it. */
export const remove = job('mailboxes.remove', (tx, args: { account: AccountId; name: string }) => {
  const name = canonicalName(args.name)
  if (name === 'INBOX') throw new StoreError('inbox-is-special', 'DELETE INBOX')
  const mailbox = mailboxByName(tx, args.account, name)
  if (mailbox === null) throw new StoreError('no-such-mailbox', name)
  const isSuperior = hasInferiors(tx, args.account, name)
  if (mailbox.selectable === 0 && isSuperior) throw new StoreError('mailbox-has-children', name)
  drop(tx, mailbox)
  if (isSuperior) insertRow(tx, args.account, name, false, [])
  else pruneSuperiors(tx, args.account, name)
  mailboxEvent(tx, 'MailboxDelete', mailbox)
})

function drop(tx: Tx, mailbox: MailboxRow): void {
  unname(tx, mailbox)
  dropMetadata(tx, mailbox.id)
}

function unname(tx: Tx, mailbox: MailboxRow): void {
  touchNames(tx, mailbox.account_id)
  dropRights(tx, mailbox.id)
  const [messages, octets] = tx
    .raw<[number, number]>('SELECT total(messages), total(octets) FROM mailbox_flag_sets WHERE mailbox_id = ?')
    .get(mailbox.id) as [number, number]
  tx.uses(mailbox.account_id, -messages, -octets)
  tx.sql('UPDATE mailboxes SET name = NULL WHERE id = ?').run(mailbox.id)
  revokeUrls(tx, mailbox.id)
}

function hasInferiors(tx: Tx, account: AccountId, name: string): boolean {
  const find = tx.raw<[number]>('SELECT 1 FROM mailboxes WHERE account_id = ? AND name >= ? AND name < ? LIMIT 1')
  return find.get(account, inferiorPrefix(name), inferiorEnd(name)) !== undefined
}

/** Names that were kept only for names below them go with the last of those. */
function pruneSuperiors(tx: Tx, account: AccountId, name: string): void {
  for (const superior of superiors(name).reverse()) {
    const row = mailboxByName(tx, account, superior)
    if (row === null || row.selectable === 1 || hasInferiors(tx, account, superior)) return
    drop(tx, row)
  }
}

interface Rename {
  readonly account: AccountId
  readonly from: string
  readonly to: string
}

export const rename = job('mailboxes.rename', (tx, { account, from, to }: Rename): Mailbox => {
  const oldName = canonicalName(from)
  const name = newMailboxName(to, tx.limits)
  const mailbox = mailboxByName(tx, account, oldName)
  if (mailbox === null) throw new StoreError('no-such-mailbox', oldName)
  if (mailboxByName(tx, account, name) !== null) throw new StoreError('mailbox-exists', name)
  if (name.startsWith(inferiorPrefix(oldName)) && oldName !== 'INBOX') {
    throw new StoreError('bad-mailbox-name', 'a mailbox cannot go below itself')
  }
  const renamed = oldName === 'INBOX' ? emptyInbox(tx, mailbox, name) : renameTree(tx, mailbox, name)
  mailboxEvent(tx, 'MailboxRename', renamed, { oldMailbox: oldName })
  return mailboxOf(renamed)
})

/** RENAME INBOX moves the messages; INBOX stays, and so do the names below it (RFC 3501 §6.3.5). */
function emptyInbox(tx: Tx, inbox: MailboxRow, name: string): MailboxRow {
  const target = createMailbox(tx, inbox.account_id, name)
  tx.sql('UPDATE mailboxes SET was_inbox = 1 WHERE id = ?').run(target.id)
  moveAll(tx, inbox, target)
  copyMetadata(tx, inbox.id, target)
  return mailboxById(tx, target.id) as MailboxRow
}

function renameTree(tx: Tx, mailbox: MailboxRow, name: string): MailboxRow {
  const account = mailbox.account_id
  touchNames(tx, account)
  for (const superior of superiors(name)) {
    if (mailboxByName(tx, account, superior) === null) insertMailbox(tx, account, superior, [])
  }
  const inferiors = tx
    .raw<[number, string]>('SELECT id, name FROM mailboxes WHERE account_id = ? AND name >= ? AND name < ?')
    .all(account, inferiorPrefix(mailbox.name), inferiorEnd(mailbox.name))
  const update = tx.sql('UPDATE mailboxes SET name = ? WHERE id = ?')
  update.run(name, mailbox.id)
  revokeUrls(tx, mailbox.id)
  for (const [id, inferior] of inferiors) {
    // The new name of an inferior may be too long, though that of the mailbox is not.
    update.run(newMailboxName(name + inferior.slice(mailbox.name.length), tx.limits), id)
    revokeUrls(tx, id as MailboxId)
  }
  pruneSuperiors(tx, account, mailbox.name)
  return mailboxById(tx, mailbox.id) as MailboxRow
}

/** Which UIDs are \Recent; from now on none of those that are there now will be. */
export const claimRecent = job('mailboxes.claim-recent', (tx, mailbox: MailboxId): RecentUids => {
  const row = mailboxById(tx, mailbox)
  if (row === null) throw new StoreError('no-such-mailbox', `${mailbox}`)
  tx.sql('UPDATE mailboxes SET first_recent_uid = uid_next, recent = 0 WHERE id = ?').run(mailbox)
  return { first: row.first_recent_uid as Uid, next: row.uid_next as Uid }
})
