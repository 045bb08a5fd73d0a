/** STORE: flags of many messages at once. SQL speaks of sets: one statement a distinct old combination and range. */

import type { FlagChange } from './api.ts'
import { messageEvent } from './events.ts'
import {
  boundKeywords,
  everyFlag,
  type Flags,
  flagBits,
  internFlags,
  parseFlags,
  readFlags,
  within,
} from './flag-sets.ts'
import { CountChanges, type MailboxRow, selectableMailbox, touchMailbox } from './mailbox-row.ts'
import type { FlagSetId, MailboxId, ModSeq, UidRanges } from './model.ts'
import { job, type Tx } from './writer/job.ts'

export interface StoreRequest {
  readonly mailbox: MailboxId
  readonly uids: UidRanges
  readonly change: FlagChange
}

export interface StoreAnswer {
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  readonly oldFlagSets: Uint32Array
  readonly modSeq: ModSeq
  readonly modified: Uint32Array
  /** The mailbox's HIGHESTMODSEQ before. */
  readonly before: ModSeq
}

/** RFC 3501 §6.4.6, RFC 7162 §3.1.3. Messages that have the flags already are left as they are. */
export const storeFlags = job(
  'messages.store',
  (tx, { mailbox: id, uids: ranges, change }: StoreRequest): StoreAnswer => {
    const mailbox = selectableMailbox(tx, id)
    const wanted = parseFlags(change.flags, tx.limits)
    const unchangedSince = change.unchangedSince ?? Number.MAX_SAFE_INTEGER
    const becomes = new Map<FlagSetId, FlagSetId>()
    const modified: number[] = []
    const stored: Stored[] = []
    const counts = new CountChanges()
    const select = tx.raw<[FlagSetId, number, number, string]>(
      `SELECT flag_set, count(*), sum(octets), json_group_array(uid) FROM messages
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND modseq <= ? GROUP BY flag_set`,
    )
    const leave = tx.raw<[number]>(
      'SELECT uid FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND modseq > ? ORDER BY uid',
    )
    const update = tx.sql(
      `UPDATE messages SET flag_set = ?, modseq = ?
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND flag_set = ? AND modseq <= ?`,
    )
    let modSeq: ModSeq | null = null
    for (const { first, last } of ranges) {
      if (change.unchangedSince !== undefined) {
        for (const [uid] of leave.all(mailbox.id, first, last, unchangedSince)) modified.push(uid)
      }
      // No row is met twice: what a statement has changed bears a mod-sequence that is greater than any there was.
      const before = modSeq === null ? unchangedSince : Math.min(unchangedSince, modSeq - 1)
      for (const [old, messages, octets, uids] of select.all(mailbox.id, first, last, before)) {
        const set = becomes.get(old) ?? changed(tx, mailbox, old, wanted, change)
        becomes.set(old, set)
        if (set === old) continue
        modSeq ??= tx.modSeq(mailbox.account_id)
        counts.add(old, -messages, -octets)
        counts.add(set, messages, octets)
        stored.push({ old, uids: JSON.parse(uids) as number[] })
        update.run(set, modSeq, mailbox.id, first, last, old, Math.min(unchangedSince, modSeq - 1))
      }
    }
    if (modSeq !== null) {
      counts.write(tx, mailbox)
      touchMailbox(tx, mailbox.id, modSeq, 'flags')
      if (wanted.keywords.size > 0 && change.mode !== 'remove') boundKeywords(tx, mailbox.id)
      flagEvents(tx, mailbox, byOldSet(stored), becomes, modSeq)
    }
    return {
      ...inOrder(stored, becomes),
      modSeq: modSeq ?? (mailbox.highest_modseq as ModSeq),
      modified: Uint32Array.from(modified),
      before: mailbox.highest_modseq as ModSeq,
    }
  },
)

/** UIDs, in no order, whose flag set was changed. */
interface Stored {
  readonly old: FlagSetId
  readonly uids: readonly number[]
}

function byOldSet(stored: readonly Stored[]): Map<FlagSetId, number[]> {
  const touched = new Map<FlagSetId, number[]>()
  for (const { old, uids } of stored) {
    const same = touched.get(old) ?? []
    for (const uid of uids) same.push(uid)
    touched.set(old, same)
  }
  return touched
}

/** UIDs, what their flag sets became and what they were, by UID. */
function inOrder(
  stored: readonly Stored[],
  becomes: ReadonlyMap<FlagSetId, FlagSetId>,
): Pick<StoreAnswer, 'uids' | 'flagSets' | 'oldFlagSets'> {
  // A UID and the place of its set in one number, which sorts faster than pairs: a mailbox has no 2^21 flag sets.
  const places = 2 ** 21
  const sets = [...becomes]
  const placeOf = new Map(sets.map(([old], place) => [old, place]))
  const keys = Float64Array.from(
    stored.flatMap(({ old, uids }) => uids.map(uid => uid * places + (placeOf.get(old) as number))),
  ).sort()
  return {
    uids: Uint32Array.from(keys, key => Math.floor(key / places)),
    flagSets: Uint32Array.from(keys, key => (sets[key % places] as [FlagSetId, FlagSetId])[1]),
    oldFlagSets: Uint32Array.from(keys, key => (sets[key % places] as [FlagSetId, FlagSetId])[0]),
  }
}

function changed(tx: Tx, mailbox: MailboxRow, old: FlagSetId, wanted: Flags, change: FlagChange): FlagSetId {
  const before = readFlags(tx, old)
  const after = within(change.rights ?? everyFlag, before, combine(before, wanted, change.mode))
  const isSame =
    before.bits === after.bits &&
    before.keywords.size === after.keywords.size &&
    [...before.keywords.keys()].every(keyword => after.keywords.has(keyword))
  return isSame ? old : internFlags(tx, mailbox.account_id, after)
}

/** What a message's flags are after a change. */
export function combine(before: Flags, wanted: Flags, mode: FlagChange['mode']): Flags {
  switch (mode) {
    case 'replace':
      return wanted
    case 'add':
      return { bits: before.bits | wanted.bits, keywords: new Map([...wanted.keywords, ...before.keywords]) }
    case 'remove': {
      const keywords = new Map([...before.keywords].filter(([folded]) => !wanted.keywords.has(folded)))
      return { bits: before.bits & ~wanted.bits, keywords }
    }
  }
}

/** FlagsSet, FlagsClear, MessageRead and MessageTrash (RFC 5423 §4.2), of what really changed. */
function flagEvents(
  tx: Tx,
  mailbox: MailboxRow,
  touched: ReadonlyMap<FlagSetId, readonly number[]>,
  becomes: ReadonlyMap<FlagSetId, FlagSetId>,
  modSeq: ModSeq,
): void {
  const byEvent = new Map<string, { type: string; flags: string[]; uids: number[] }>()
  const note = (type: string, flags: string[], uids: readonly number[]) => {
    if (flags.length === 0) return
    const key = `${type} ${flags.join(' ')}`
    const event = byEvent.get(key) ?? { type, flags, uids: [] }
    for (const uid of uids) event.uids.push(uid)
    byEvent.set(key, event)
  }
  for (const [old, uids] of touched) {
    const before = readFlags(tx, old)
    const after = readFlags(tx, becomes.get(old) as FlagSetId)
    const set = difference(after, before)
    const cleared = difference(before, after)
    if (set.includes('\\Seen')) note('MessageRead', ['\\Seen'], uids)
    if (set.includes('\\Deleted')) note('MessageTrash', ['\\Deleted'], uids)
    note(
      'FlagsSet',
      set.filter(flag => flag !== '\\Seen' && flag !== '\\Deleted'),
      uids,
    )
    note('FlagsClear', cleared, uids)
  }
  for (const { type, flags, uids } of byEvent.values()) {
    messageEvent(
      tx,
      type,
      mailbox,
      uids.sort((a, b) => a - b),
      modSeq,
      { flagNames: flags },
    )
  }
}

/** What one has and the other has not, by name. */
function difference(one: Flags, other: Flags): string[] {
  const system = Object.entries(flagBits).filter(([, bit]) => one.bits & bit & ~other.bits)
  const keywords = [...one.keywords].filter(([folded]) => !other.keywords.has(folded))
  return [...system.map(([flag]) => flag), ...keywords.map(([, name]) => name)]
}
