/** COPY and MOVE: rows that name the same content (RFC 3501 §6.4.7, RFC 6851). No octet is touched. */

import { copyAnnotations } from './annotations.ts'
import type { AnnotationsCarried, FlagRights } from './api.ts'
import { findContent } from './content/content.ts'
import { messageEvent } from './events.ts'
import { removeMessages } from './expunge.ts'
import { boundKeywords, everyFlag, internFlags, noFlags, readFlags, within } from './flag-sets.ts'
import { CountChanges, type MailboxRow, mailboxById, mailboxOf, selectableMailbox, takeUids } from './mailbox-row.ts'
import type { ContentId, FlagSetId, Mailbox, MailboxId, ModSeq, Uid, UidRange, UidRanges } from './model.ts'
import { threadOf } from './threads.ts'
import { allUids, rangesOf } from './uid-ranges.ts'
import { job, type Tx } from './writer/job.ts'

export interface CopyRequest {
  readonly from: MailboxId
  readonly uids: UidRanges
  readonly to: MailboxId
  readonly rights: FlagRights
  readonly carried: AnnotationsCarried
}

/** What a copy has of what stands with its source. */
type Kept = Pick<CopyRequest, 'rights' | 'carried'>

export interface CopyAnswer {
  readonly target: Mailbox
  /** Parallel, in the order of the sources (RFC 4315 §3). */
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly modSeq: ModSeq
  readonly before: ModSeq
}

export const copy = job('messages.copy', (tx, request: CopyRequest) => transfer(tx, request, false))

export const move = job('messages.move', (tx, request: CopyRequest) => transfer(tx, request, true))

function transfer(tx: Tx, request: CopyRequest, isMove: boolean): CopyAnswer {
  const source = selectableMailbox(tx, request.from)
  const target = selectableMailbox(tx, request.to)
  const uids = existing(tx, source, request.uids)
  const put = isMove ? moveMessages : copyMessages
  return put(tx, source, target, uids, request)
}

/** Everything in a mailbox: what RENAME INBOX does. */
export function moveAll(tx: Tx, source: MailboxRow, target: MailboxRow): void {
  moveMessages(tx, source, target, existing(tx, source, allUids), { rights: everyFlag, carried: 'all' })
}

function moveMessages(tx: Tx, source: MailboxRow, target: MailboxRow, uids: number[], kept: Kept): CopyAnswer {
  const answer = copyMessages(tx, source, target, uids, kept)
  if (uids.length === 0) return answer
  const modSeq = tx.modSeq(source.account_id)
  // As it is now: the copies may have gone into the same mailbox.
  const now = mailboxById(tx, source.id) as MailboxRow
  removeMessages(tx, now, rangesOf(uids), modSeq)
  messageEvent(tx, 'MessageExpunge', source, uids, modSeq)
  return answer
}

function copyMessages(tx: Tx, source: MailboxRow, target: MailboxRow, uids: number[], kept: Kept): CopyAnswer {
  const { rights, carried } = kept
  const modSeq = uids.length === 0 ? (target.highest_modseq as ModSeq) : tx.modSeq(target.account_id)
  const to = new Uint32Array(uids.length)
  if (uids.length > 0) {
    const first = takeUids(tx, target, uids.length, modSeq)
    for (let index = 0; index < to.length; index++) to[index] = first + index
    const ranges = rangesOf(uids)
    const isPlain = source.account_id === target.account_id && rights === everyFlag
    if (isPlain) copyRows(tx, source, target, ranges, first, modSeq)
    else copyTranslated(tx, source, target, ranges, first, modSeq, rights)
    boundKeywords(tx, target.id)
    let next: number = first
    for (const range of ranges) {
      copyAnnotations(tx, source, range, target, next, carried)
      next += range.last - range.first + 1
    }
    // For events, COPY is treated as APPEND (RFC 5423 §4.1).
    messageEvent(tx, 'MessageAppend', target, to, modSeq, { oldMailbox: source.name })
  }
  const after = mailboxById(tx, target.id) as MailboxRow
  const before = target.highest_modseq as ModSeq
  return { target: mailboxOf(after), from: Uint32Array.from(uids), to, modSeq, before }
}

/** Those of the UIDs that are there, ascending. */
function existing(tx: Tx, mailbox: MailboxRow, ranges: UidRanges): number[] {
  const select = tx.raw<[number]>('SELECT uid FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid')
  return ranges.flatMap(({ first, last }) => select.all(mailbox.id, first, last).map(([uid]) => uid))
}

/** Within an account flag sets and threads keep their numbers, so that a range is one statement. */
function copyRows(
  tx: Tx,
  source: MailboxRow,
  target: MailboxRow,
  ranges: readonly UidRange[],
  first: Uid,
  modSeq: ModSeq,
): void {
  const count = tx.raw<[FlagSetId, number, number]>(
    `SELECT flag_set, count(*), sum(octets) FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?
     GROUP BY flag_set`,
  )
  // The UIDs of a range are consecutive and so are their copies'.
  const insert = tx.sql(
    `INSERT INTO messages (mailbox_id, uid, content_id, flag_set, modseq, internal_date, save_date, octets, thread)
     SELECT ?, uid + ?, content_id, flag_set, ?, internal_date, ?, octets, thread
     FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?`,
  )
  const counts = new CountChanges()
  let next: number = first
  for (const range of ranges) {
    for (const [set, messages, octets] of count.all(source.id, range.first, range.last)) {
      counts.add(set, messages, octets)
    }
    insert.run(target.id, next - range.first, modSeq, tx.now, source.id, range.first, range.last)
    next += range.last - range.first + 1
  }
  counts.write(tx, target)
}

/** Into another account, whose flag sets and threads are its own; or with some of the flags only. */
function copyTranslated(
  tx: Tx,
  source: MailboxRow,
  target: MailboxRow,
  ranges: readonly UidRange[],
  first: Uid,
  modSeq: ModSeq,
  rights: FlagRights,
): void {
  const select = tx.raw<[ContentId, FlagSetId, number, number]>(
    `SELECT content_id, flag_set, internal_date, octets FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?
     ORDER BY uid`,
  )
  const insert = tx.sql(
    `INSERT INTO messages (mailbox_id, uid, content_id, flag_set, modseq, internal_date, save_date, octets, thread)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const sets = new Map<FlagSetId, FlagSetId>()
  const counts = new CountChanges()
  let next: number = first
  for (const range of ranges) {
    for (const [content, from, internalDate, octets] of select.all(source.id, range.first, range.last)) {
      const set = sets.get(from) ?? internFlags(tx, target.account_id, within(rights, noFlags, readFlags(tx, from)))
      sets.set(from, set)
      const thread = threadOf(tx, target.account_id, findContent(tx, content))
      insert.run(target.id, next++, content, set, modSeq, internalDate, tx.now, octets, thread)
      counts.add(set, 1, octets)
    }
  }
  counts.write(tx, target)
}
