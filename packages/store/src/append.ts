/** New messages in a mailbox: all or none, UIDs in order (RFC 3501 §6.3.11, RFC 3502). */
import { annotateNew } from './annotations.ts'
import type { NewMessage } from './api.ts'
import { type ContentSource, type StoredContent, storeContent } from './content/content.ts'
import { messageEvent } from './events.ts'
import { removeMessages } from './expunge.ts'
import { boundKeywords, internFlags, parseFlags } from './flag-sets.ts'
import { CountChanges, type MailboxRow, mailboxById, mailboxOf, selectableMailbox, takeUids } from './mailbox-row.ts'
import type { ContentId, Instant, Mailbox, MailboxId, ModSeq, Uid } from './model.ts'
import { StoreError } from './problem.ts'
import { threadOf } from './threads.ts'
import { job, type Tx } from './writer/job.ts'

export interface NewRow {
  readonly content: StoredContent
  readonly flags: readonly string[]
  readonly internalDate: Instant
  readonly annotations?: NewMessage['annotations']
}

/** Puts messages into a mailbox, in order, with consecutive UIDs. */
export function addMessages(tx: Tx, mailbox: MailboxRow, rows: readonly NewRow[]): { uids: Uid[]; modSeq: ModSeq } {
  const account = mailbox.account_id
  const modSeq = tx.modSeq(account)
  const first = takeUids(tx, mailbox, rows.length, modSeq)
  const insert = tx.sql(
    `INSERT INTO messages (mailbox_id, uid, content_id, flag_set, modseq, internal_date, save_date, octets, thread)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const counts = new CountChanges()
  let keywords = false
  const uids = rows.map(({ content, flags, internalDate }, index) => {
    const parsed = parseFlags(flags, tx.limits)
    keywords ||= parsed.keywords.size > 0
    const set = internFlags(tx, account, parsed)
    const uid = (first + index) as Uid
    const thread = threadOf(tx, account, content)
    insert.run(mailbox.id, uid, content.content, set, modSeq, internalDate, tx.now, content.octets, thread)
    counts.add(set, 1, content.octets)
    return uid
  })
  counts.write(tx, mailbox)
  if (keywords) boundKeywords(tx, mailbox.id)
  for (const [index, { annotations }] of rows.entries()) {
    if (annotations) annotateNew(tx, mailbox, uids[index] as Uid, annotations.account, annotations.values)
  }
  return { uids, modSeq }
}

/** Size and first flags, as far as one answer is true of all (RFC 5423 §5, messageSize and flagNames). */
export function ofNew(rows: readonly NewRow[]): Readonly<Record<string, unknown>> {
  const [first] = rows
  if (first === undefined) return {}
  const flags = first.flags.filter(flag => !/^\\recent$/i.test(flag))
  const areAlike = rows.every(row => row.flags.join(' ') === first.flags.join(' '))
  return {
    ...(rows.length === 1 ? { octets: first.content.octets } : {}),
    ...(areAlike && flags.length > 0 ? { flagNames: flags } : {}),
  }
}

export interface AppendRequest {
  readonly mailbox: MailboxId
  readonly contents: readonly ContentSource[]
  readonly messages: readonly {
    /** Index in `contents`. */
    readonly content: number
    readonly flags: readonly string[]
    readonly internalDate: Instant
    readonly annotations?: NewMessage['annotations']
  }[]
}

export interface AppendAnswer {
  readonly mailbox: Mailbox
  readonly uids: readonly Uid[]
  readonly modSeq: ModSeq
  readonly before: ModSeq
  readonly contents: readonly ContentId[]
}

/** RFC 3501 §6.3.11, RFC 3502. */
export const append = job('messages.append', appendAll)

/** The message that others take the place of (RFC 8508 §3.4). */
export interface ReplaceRequest extends AppendRequest {
  readonly replaced: { readonly mailbox: MailboxId; readonly uid: Uid }
}

/** Appends, and takes the replaced message away, in one step. Throws no-such-message where it is gone already. */
export const replace = job('messages.replace', (tx, request: ReplaceRequest): AppendAnswer => {
  const { mailbox, uid } = request.replaced
  const appended = appendAll(tx, request)
  const source = selectableMailbox(tx, mailbox)
  const isThere = tx.raw<[number]>('SELECT 1 FROM messages WHERE mailbox_id = ? AND uid = ?').get(mailbox, uid)
  if (isThere === undefined) throw new StoreError('no-such-message', `UID ${uid} is gone`)
  const modSeq = tx.modSeq(source.account_id)
  removeMessages(tx, source, [{ first: uid, last: uid }], modSeq)
  messageEvent(tx, 'MessageExpunge', source, [uid], modSeq)
  // In one mailbox, its counters have gone on since.
  const after = mailboxById(tx, request.mailbox) as MailboxRow
  return { ...appended, mailbox: mailboxOf(after) }
})

function appendAll(tx: Tx, request: AppendRequest): AppendAnswer {
  const mailbox = selectableMailbox(tx, request.mailbox)
  const contents = request.contents.map(source => storeContent(tx, source))
  const rows = request.messages.map(message => ({ ...message, content: contents[message.content] as StoredContent }))
  const { uids, modSeq } = addMessages(tx, mailbox, rows)
  messageEvent(tx, 'MessageAppend', mailbox, uids, modSeq, ofNew(rows))
  const after = mailboxById(tx, mailbox.id) as MailboxRow
  const before = mailbox.highest_modseq as ModSeq
  return { mailbox: mailboxOf(after), uids, modSeq, before, contents: contents.map(({ content }) => content) }
}
