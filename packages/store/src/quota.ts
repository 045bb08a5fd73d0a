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

/** Throws no-such-account. */
function quotaOf(reader: Pick<Connection, 'raw'>, limits: StoreLimits, account: AccountId): Quota {
  const row = reader.raw<QuotaRow>(`SELECT ${columns} FROM accounts WHERE id = ? AND name IS NOT NULL`).get(account)
  if (row === undefined) throw new StoreError('no-such-account', `${account}`)
  const [octets, messages, usedOctets, usedMessages] = row
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

/** The limit that counts; null for none. A limit of the configuration that is 0 is none. */
function effective(own: number | null, common: number): number | null {
  if (own === null) return common === 0 ? null : common
  return own === unlimited ? null : own
}

/** Whether there is room for so much more. */
function fits({ limits, used }: Quota, more: { readonly octets: number; readonly messages: number }): boolean {
  return (
    (limits.octets === null || more.octets <= 0 || used.octets + more.octets <= limits.octets) &&
    (limits.messages === null || more.messages <= 0 || used.messages + more.messages <= limits.messages)
  )
}

/** Writes at a job's end what it has changed in all. Throws over-quota. */
export function settleUsage(tx: Tx): void {
  for (const [account, more] of tx.usage) {
    if (more.messages === 0 && more.octets === 0) continue
    const isGrowth = more.messages > 0 || more.octets > 0
    if (isGrowth && !tx.beyondQuota && !fits(quotaOf(tx, tx.limits, account), more)) {
      throw new StoreError('over-quota', `account ${account} has no room`)
    }
    tx.sql('UPDATE accounts SET used_messages = used_messages + ?, used_octets = used_octets + ? WHERE id = ?').run(
      more.messages,
      more.octets,
      account,
    )
  }
}

/** Throws no-such-account. */
export const setQuota = job(
  'quota.set',
  (tx, { account, octets, messages }: { account: AccountId } & QuotaLimits): Quota => {
    const before = quotaOf(tx, tx.limits, account)
    const column = (limit: number | null | undefined) => (limit === undefined ? null : (limit ?? unlimited))
    tx.sql('UPDATE accounts SET quota_octets = ?, quota_messages = ? WHERE id = ?').run(
      column(octets),
      column(messages),
      account,
    )
    const after = quotaOf(tx, tx.limits, account)
    const isSame = before.limits.octets === after.limits.octets && before.limits.messages === after.limits.messages
    if (!isSame) {
      tx.event('QuotaChange', account, {
        diskQuota: after.limits.octets,
        maxMessages: after.limits.messages,
        diskUsed: after.used.octets,
        messages: after.used.messages,
      })
    }
    return after
  },
)

export function quotasOf({ reader, writer, limits }: Engine): Quotas {
  return {
    get: async account => quotaOf(reader, limits, account),
    set: (account, wanted) => writer.run(setQuota, { account, ...wanted }),
    async hasRoom(account, octets) {
      return fits(quotaOf(reader, limits, account), { octets, messages: 1 })
    },
  }
}
