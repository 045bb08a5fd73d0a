/**
 * What an account may use and what it uses (RFC 9208): octets and messages, of all its mailboxes together.
 *
 * - Both sums are kept with each change of a mailbox's counters, in the same transaction; nothing is ever counted.
 * - A job that would make an account use more than it may does nothing. One that makes it use less, or as much, is never
 *   refused, though the account be over its limits: a limit may be set below what is there.
 */
import type { Quota, QuotaLimits, Quotas } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import type { StoreLimits } from './limits.ts'
import type { AccountId } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

/** NULL in a column of a limit: that of the configuration. */
const unlimited = -1

type QuotaRow = [octets: number | null, messages: number | null, usedOctets: number, usedMessages: number]

const columns = 'quota_octets, quota_messages, used_octets, used_messages'

function quotaOf([octets, messages, usedOctets, usedMessages]: QuotaRow, limits: StoreLimits): Quota {
  return {
    limits: {
      octets: effective(octets, limits.quotaOctets),
      messages: effective(messages, limits.quotaMessages),
    },
    used: { octets: usedOctets, messages: usedMessages },
    own: {
      ...(octets === null ? {} : { octets: effective(octets, 0) }),
      ...(messages === null ? {} : { messages: effective(messages, 0) }),
    },
  }
}

/** Null where the account is gone. */
function quotaOfAccount(reader: Pick<Connection, 'raw'>, limits: StoreLimits, account: AccountId): Quota | null {
  const row = reader.raw<QuotaRow>(`SELECT ${columns} FROM accounts WHERE id = ? AND name IS NOT NULL`).get(account)
  return row === undefined ? null : quotaOf(row, limits)
}

/** Throws no-such-account. */
function requireQuota(reader: Pick<Connection, 'raw'>, limits: StoreLimits, account: AccountId): Quota {
  const quota = quotaOfAccount(reader, limits, account)
  if (quota === null) throw new StoreError('no-such-account', `${account}`)
  return quota
}

/** The limit that counts; null for none. A limit of the configuration that is 0 is none. */
function effective(own: number | null, common: number): number | null {
  if (own === null) return common === 0 ? null : common
  return own === unlimited ? null : own
}

/** An account would use more than it may. */
export class OverQuota extends StoreError {
  readonly account: AccountId

  constructor(account: AccountId) {
    super('over-quota', `account ${account} has no room`)
    this.account = account
  }
}

/** Writes at a job's end what it has changed in all. Throws OverQuota. */
export function settleUsage(tx: Tx): void {
  const update = tx.raw<QuotaRow>(
    `UPDATE accounts SET used_octets = used_octets + ?, used_messages = used_messages + ? WHERE id = ?
     RETURNING ${columns}`,
  )
  for (const [account, { octets, messages }] of tx.usage) {
    if (messages === 0 && octets === 0) continue
    const row = update.get(octets, messages, account)
    if (row === undefined) continue
    const after = quotaOf(row, tx.limits)
    const before = { ...after, used: { octets: after.used.octets - octets, messages: after.used.messages - messages } }
    const grows = (octets > 0 && exceeds(after, 'octets')) || (messages > 0 && exceeds(after, 'messages'))
    if (grows && !tx.beyondQuota) throw new OverQuota(account)
    if (isOver(before) && !isOver(after)) quotaEvent(tx, 'QuotaWithin', account, after)
  }
}

/** Tells of a job that was not done for want of room (RFC 5423 §4.1). */
export function noteRefusal(tx: Tx, { account }: OverQuota): void {
  const quota = quotaOfAccount(tx, tx.limits, account)
  if (quota !== null) quotaEvent(tx, 'QuotaExceed', account, quota)
}

function exceeds({ limits, used }: Quota, what: 'octets' | 'messages'): boolean {
  const limit = limits[what]
  return limit !== null && used[what] > limit
}

function isOver(quota: Quota): boolean {
  return exceeds(quota, 'octets') || exceeds(quota, 'messages')
}

/** With the parameters that RFC 5423 §5 has for it: kilobytes of 1024 octets, and no limit where there is none. */
function quotaEvent(
  tx: Tx,
  type: 'QuotaChange' | 'QuotaExceed' | 'QuotaWithin',
  account: AccountId,
  { limits, used }: Quota,
): void {
  tx.event(type, account, {
    diskUsed: Math.ceil(used.octets / 1024),
    // `messages` of other events are those that they are about.
    usedMessages: used.messages,
    ...(limits.octets === null ? {} : { diskQuota: Math.floor(limits.octets / 1024) }),
    ...(limits.messages === null ? {} : { maxMessages: limits.messages }),
  })
}

/** Throws no-such-account. */
export const setQuota = job(
  'quota.set',
  (tx, { account, octets, messages }: { account: AccountId } & QuotaLimits): Quota => {
    const before = requireQuota(tx, tx.limits, account)
    const column = (limit: number | null | undefined) => (limit === undefined ? null : (limit ?? unlimited))
    tx.sql('UPDATE accounts SET quota_octets = ?, quota_messages = ? WHERE id = ?').run(
      column(octets),
      column(messages),
      account,
    )
    const after = requireQuota(tx, tx.limits, account)
    const isSame = before.limits.octets === after.limits.octets && before.limits.messages === after.limits.messages
    if (!isSame) quotaEvent(tx, 'QuotaChange', account, after)
    return after
  },
)

export function quotasOf({ reader, writer, limits }: Engine): Quotas {
  return {
    get: async account => requireQuota(reader, limits, account),
    set: (account, wanted) => writer.run(setQuota, { account, ...wanted }),
    async hasRoom(account, octets) {
      const { used, ...quota } = requireQuota(reader, limits, account)
      return !isOver({ ...quota, used: { octets: used.octets + octets, messages: used.messages + 1 } })
    },
  }
}
