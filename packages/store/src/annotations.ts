/**
 * Annotations of messages, RFC 5257: named values, each with a private side for every account and a shared one for all.
 *
 * - A change raises the message's mod-sequence and the mailbox's (RFC 7162 §2).
 * - A removed value leaves its name for those who want to hear of it, as many as a message may have entries.
 * - They go with their message, whatever takes it away, and are copied with it as far as whoever copies may see them.
 */
import { unicodeCasemap } from '@lemonade/mime'
import type { Annotation, AnnotationChanges, Annotations, AnnotationsCarried, AnnotationValue } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import { messageEvent } from './events.ts'
import { type MailboxRow, selectableMailbox, touchMailbox } from './mailbox-row.ts'
import type { AccountId, MailboxId, ModSeq, Uid, UidRange, UidRanges } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

/** The reader of what is shared. */
const everybody = 0

export interface AnnotateRequest {
  readonly mailbox: MailboxId
  readonly uids: UidRanges
  /** Whose private values they are. */
  readonly account: AccountId
  readonly values: readonly AnnotationValue[]
  readonly unchangedSince: ModSeq | null
}

export interface AnnotateAnswer {
  readonly uids: Uint32Array
  readonly modSeq: ModSeq
  readonly modified: Uint32Array
}

/** Sets values on messages, all or none (RFC 5257 §4.5, RFC 7162 §3.1.3). */
export const annotate = job('annotations.set', (tx, request: AnnotateRequest): AnnotateAnswer => {
  const mailbox = selectableMailbox(tx, request.mailbox)
  const { modified, uids } = addressed(tx, request)
  const writing = new Writing(tx, mailbox, request.account)
  const changed = uids.filter(uid => writing.write(uid, request.values))
  writing.finish()
  if (changed.length > 0) {
    const modSeq = tx.modSeq(mailbox.account_id)
    const update = tx.sql('UPDATE messages SET modseq = ? WHERE mailbox_id = ? AND uid = ?')
    for (const uid of changed) update.run(modSeq, mailbox.id, uid)
    touchMailbox(tx, mailbox.id, modSeq, 'annotations')
    messageEvent(tx, 'vnd.lemonade.AnnotationChange', mailbox, changed, modSeq, {
      entries: [...new Set(request.values.map(({ entry }) => entry))],
    })
  }
  return {
    uids: Uint32Array.from(changed),
    modSeq: changed.length > 0 ? tx.modSeq(mailbox.account_id) : (mailbox.highest_modseq as ModSeq),
    modified: Uint32Array.from(modified),
  }
})

/** The messages that are there, and those that have changed since. */
function addressed(tx: Tx, request: AnnotateRequest): { readonly uids: number[]; readonly modified: number[] } {
  const select = tx.raw<[number, number]>(
    'SELECT uid, modseq FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid',
  )
  const rows = request.uids.flatMap(({ first, last }) => select.all(request.mailbox, first, last))
  const isLeft = ([, modSeq]: readonly [number, number]) =>
    request.unchangedSince !== null && modSeq > request.unchangedSince
  const uidsOf = (some: readonly (readonly [number, number])[]) => some.map(([uid]) => uid)
  return { uids: uidsOf(rows.filter(row => !isLeft(row))), modified: uidsOf(rows.filter(isLeft)) }
}

/** Values of a new message. Throws as `annotate` does. */
export function annotateNew(
  tx: Tx,
  mailbox: MailboxRow,
  uid: Uid,
  account: AccountId,
  values: readonly AnnotationValue[],
): void {
  const writing = new Writing(tx, mailbox, account)
  const isAny = writing.write(uid, values)
  writing.finish()
  if (isAny) touchMailbox(tx, mailbox.id, tx.modSeq(mailbox.account_id), 'annotations')
}

/** One job's writing to one mailbox: counts octets as it goes. */
class Writing {
  readonly #tx: Tx
  readonly #mailbox: MailboxRow
  readonly #account: AccountId
  #octets = 0

  constructor(tx: Tx, mailbox: MailboxRow, account: AccountId) {
    this.#tx = tx
    this.#mailbox = mailbox
    this.#account = account
  }

  /** Answers whether that changed anything. Throws annotation-too-big, too-many-annotations. */
  write(uid: number, values: readonly AnnotationValue[]): boolean {
    const changed = values.map(value => this.#value(uid, value))
    if (!changed.includes(true)) return false
    for (const reader of new Set(values.map(({ shared }) => this.#reader(shared)))) this.#bound(uid, reader)
    return true
  }

  #reader(shared: boolean): number {
    return shared ? everybody : this.#account
  }

  #value(uid: number, { entry, shared, value }: AnnotationValue): boolean {
    const tx = this.#tx
    if ((value?.length ?? 0) > tx.limits.annotationValueOctets) throw new StoreError('annotation-too-big', entry)
    const reader = this.#reader(shared)
    const before = tx
      .raw<[Uint8Array | null]>(
        'SELECT value FROM annotations WHERE mailbox_id = ? AND uid = ? AND entry = ? AND reader_id = ?',
      )
      .get(this.#mailbox.id, uid, entry, reader)?.[0]
    if (before && value ? Buffer.compare(before, value) === 0 : (before ?? null) === value) return false
    tx.sql(
      `INSERT INTO annotations (mailbox_id, uid, entry, reader_id, value, collated, modseq) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET value = excluded.value, collated = excluded.collated, modseq = excluded.modseq`,
    ).run(this.#mailbox.id, uid, entry, reader, value, collated(value), tx.modSeq(this.#mailbox.account_id))
    this.#octets += cost(entry, value) - cost(entry, before ?? null)
    return true
  }

  /** Forgets removed values past those that may be there. */
  #bound(uid: number, reader: number): void {
    const tx = this.#tx
    const { annotationsPerMessage } = tx.limits
    const which = [this.#mailbox.id, uid, reader] as const
    const of = 'mailbox_id = ? AND uid = ? AND reader_id = ?'
    const count = tx.number(`SELECT count(value) FROM annotations WHERE ${of}`, ...which)
    if (count > annotationsPerMessage) throw new StoreError('too-many-annotations', `${count}`)
    tx.sql(
      `DELETE FROM annotations WHERE ${of} AND value IS NULL AND modseq <= (
         SELECT modseq FROM annotations WHERE ${of} AND value IS NULL ORDER BY modseq DESC LIMIT 1 OFFSET ?)`,
    ).run(...which, ...which, annotationsPerMessage)
  }

  /** Throws over-quota. */
  finish(): void {
    addOctets(this.#tx, this.#mailbox.id, this.#octets)
  }
}

function addOctets(tx: Tx, mailbox: MailboxId, octets: number): void {
  if (octets === 0) return
  const all = tx.number(
    'UPDATE mailboxes SET annotation_octets = annotation_octets + ? WHERE id = ? RETURNING annotation_octets',
    octets,
    mailbox,
  )
  if (octets > 0 && all > tx.limits.annotationOctetsPerMailbox) throw new StoreError('over-quota', `${all} octets`)
}

function cost(entry: string, value: Uint8Array | null): number {
  return value === null ? 0 : entry.length + value.length
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

/** What is compared where values are searched and sorted; null where it is no text. */
function collated(value: Uint8Array | null): string | null {
  if (value === null || value.includes(0)) return null
  try {
    return unicodeCasemap(strictUtf8.decode(value))
  } catch {
    return null
  }
}

/** Takes away what stood with messages that go. */
export function dropAnnotations(tx: Tx, mailbox: MailboxRow, { first, last }: UidRange): void {
  if (mailbox.annotations_modseq === 0) return
  const octets = tx.number(
    `SELECT ifnull(sum(length(entry) + length(value)), 0) FROM annotations
     WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND value IS NOT NULL`,
    mailbox.id,
    first,
    last,
  )
  tx.sql('DELETE FROM annotations WHERE mailbox_id = ? AND uid BETWEEN ? AND ?').run(mailbox.id, first, last)
  addOctets(tx, mailbox.id, -octets)
}

/** What an account that goes has noted for itself on messages of others. */
export function dropAnnotationsOf(tx: Tx, account: AccountId): void {
  const octets = tx
    .raw<[MailboxId, number]>(
      `SELECT mailbox_id, ifnull(sum(length(entry) + length(value)), 0) FROM annotations
       WHERE reader_id = ? GROUP BY mailbox_id`,
    )
    .all(account)
  tx.sql('DELETE FROM annotations WHERE reader_id = ?').run(account)
  for (const [mailbox, some] of octets) addOctets(tx, mailbox, -some)
}

/** Copies what stands with a range of messages to their copies, which have consecutive UIDs from `first` on (RFC 5257 §4.6). */
export function copyAnnotations(
  tx: Tx,
  source: MailboxRow,
  range: UidRange,
  target: MailboxRow,
  first: number,
  carried: AnnotationsCarried,
): void {
  if (source.annotations_modseq === 0) return
  const isAll = carried === 'all'
  const own = isAll ? everybody : carried.account
  const others = isAll || carried.shared ? everybody : own
  const modSeq = tx.modSeq(target.account_id)
  const { changes } = tx
    .sql(
      `INSERT INTO annotations (mailbox_id, uid, entry, reader_id, value, collated, modseq)
       SELECT ?, uid + ?, entry, reader_id, value, collated, ? FROM annotations
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND (? OR reader_id IN (?, ?)) AND value IS NOT NULL`,
    )
    .run(target.id, first - range.first, modSeq, source.id, range.first, range.last, Number(isAll), own, others)
  if (changes === 0) return
  const copied = tx.number(
    'SELECT sum(length(entry) + length(value)) FROM annotations WHERE mailbox_id = ? AND uid BETWEEN ? AND ?',
    target.id,
    first,
    first + range.last - range.first,
  )
  addOctets(tx, target.id, copied)
  touchMailbox(tx, target.id, modSeq, 'annotations')
}

/** What a message has that an account may see, by entry. */
function annotationsOf(reader: Connection, mailbox: MailboxId, uid: Uid, account: AccountId): Annotation[] {
  const rows = reader
    .raw<[string, number, Uint8Array]>(
      `SELECT entry, reader_id, value FROM annotations
       WHERE mailbox_id = ? AND uid = ? AND reader_id IN (0, ?) AND value IS NOT NULL ORDER BY entry`,
    )
    .all(mailbox, uid, account)
  const found: { entry: string; priv: Uint8Array | null; shared: Uint8Array | null }[] = []
  for (const [entry, who, value] of rows) {
    let last = found.at(-1)
    if (last?.entry !== entry) {
      last = { entry, priv: null, shared: null }
      found.push(last)
    }
    last[who === everybody ? 'shared' : 'priv'] = value
  }
  return found
}

function changedAfter(reader: Connection, mailbox: MailboxId, modSeq: ModSeq, account: AccountId): AnnotationChanges {
  const rows = reader
    .raw<[Uid, string, ModSeq]>(
      `SELECT uid, entry, max(modseq) FROM annotations INDEXED BY annotations_by_modseq
       WHERE mailbox_id = ? AND modseq > ? AND reader_id IN (0, ?) GROUP BY uid, entry ORDER BY uid, entry`,
    )
    .all(mailbox, modSeq, account)
  return rows.map(([uid, entry, at]) => ({ uid, entry, modSeq: at }))
}

export function annotationsIn({ reader, writer, limits }: Engine): Annotations {
  return {
    limits: { valueOctets: limits.annotationValueOctets },
    of: async (mailbox, uid, account) => annotationsOf(reader, mailbox, uid, account),
    set: (mailbox, uids, { account, values, unchangedSince }) =>
      writer.run(annotate, { mailbox, uids, account, values, unchangedSince: unchangedSince ?? null }),
    changedAfter: async (mailbox, modSeq, account) => changedAfter(reader, mailbox, modSeq, account),
  }
}
