/** What an account may send as, and how much. */
import { requireAccount } from './accounts.ts'
import { addressText, parseAddress } from './addresses.ts'
import type { Senders, SendingLimits } from './api.ts'
import type { Engine } from './engine.ts'
import type { AccountId, Instant, SenderGrant } from './model.ts'
import { StoreError } from './problem.ts'
import { isLocalDomain, routeOf } from './routing.ts'
import { job, type Tx } from './writer/job.ts'

type Reader = Pick<Tx, 'sql' | 'raw'>

/** An address, or '@domain' for all of it. Throws bad-address. */
function grantAddress(address: string): string {
  const parsed = parseAddress(address)
  if (parsed === null) throw new StoreError('bad-address', address)
  return addressText(parsed)
}

export const grantSender = job('senders.grant', (tx, { account, ...grant }: SenderGrant & { account: AccountId }) => {
  requireAccount(tx, account)
  const address = grantAddress(grant.address)
  const domain = address.slice(address.lastIndexOf('@') + 1)
  if (!isLocalDomain(tx, domain)) throw new StoreError('no-such-domain', domain)
  tx.sql(
    `INSERT INTO sender_grants (account_id, address, on_behalf) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET on_behalf = excluded.on_behalf`,
  ).run(account, address, Number(grant.onBehalf))
})

export const revokeSender = job(
  'senders.revoke',
  (tx, { account, address }: { account: AccountId; address: string }): boolean => {
    const remove = tx.sql('DELETE FROM sender_grants WHERE account_id = ? AND address = ?')
    return remove.run(account, grantAddress(address)).changes > 0
  },
)

/** The grant for an address: its own before that for its domain. */
function grantFor(reader: Reader, account: AccountId, address: string): SenderGrant | null {
  const parsed = parseAddress(address)
  if (parsed === null) return null
  const row = reader
    .raw<[string, number]>(
      'SELECT address, on_behalf FROM sender_grants WHERE account_id = ? AND address IN (?, ?) ORDER BY length(address) DESC',
    )
    .get(account, addressText(parsed), addressText({ ...parsed, local: '' }))
  return row === undefined ? null : { address: row[0], onBehalf: row[1] === 1 }
}

/** What is counted together. */
const stretchMilliseconds = 600_000
const stretchesAnHour = 6
const stretchesADay = 144

/** Counts a message. Throws sending-limit. */
export function spend(tx: Tx, account: AccountId, recipients: number, limits: SendingLimits): void {
  if (!isBounded(limits)) return
  if (waitOf(tx, account, { messages: 1, recipients }, limits, tx.now) !== null) {
    throw new StoreError('sending-limit', `account ${account}`)
  }
  const stretch = Math.floor(tx.now / stretchMilliseconds)
  tx.sql('DELETE FROM sent WHERE account_id = ? AND stretch <= ?').run(account, stretch - stretchesADay)
  tx.sql(
    `INSERT INTO sent (account_id, stretch, messages, recipients) VALUES (?, ?, 1, ?)
     ON CONFLICT DO UPDATE SET messages = messages + 1, recipients = recipients + excluded.recipients`,
  ).run(account, stretch, recipients)
}

function isBounded(limits: SendingLimits): boolean {
  return Object.values(limits).some(limit => limit > 0)
}

/** When so much more may be sent; null for now. */
function waitOf(
  reader: Reader,
  account: AccountId,
  more: { readonly messages: number; readonly recipients: number },
  limits: SendingLimits,
  now: Instant,
): Instant | null {
  const current = Math.floor(now / stretchMilliseconds)
  const rows = reader
    .raw<[stretch: number, messages: number, recipients: number]>(
      'SELECT stretch, messages, recipients FROM sent WHERE account_id = ? AND stretch > ? ORDER BY stretch',
    )
    .all(account, current - stretchesADay)
  const bounds = [
    { stretches: stretchesAnHour, column: 1, wanted: more.messages, limit: limits.messagesPerHour },
    { stretches: stretchesAnHour, column: 2, wanted: more.recipients, limit: limits.recipientsPerHour },
    { stretches: stretchesADay, column: 1, wanted: more.messages, limit: limits.messagesPerDay },
    { stretches: stretchesADay, column: 2, wanted: more.recipients, limit: limits.recipientsPerDay },
  ] as const
  let freeAt: number | null = null
  for (const { stretches, column, wanted, limit } of bounds) {
    if (limit === 0) continue
    const counted = rows.filter(([stretch]) => stretch > current - stretches)
    let excess = counted.reduce((sum, row) => sum + row[column], 0) + wanted - limit
    // Until so many of the oldest are out of sight; more than the limit allows at once is never free.
    let last = excess > 0 ? current : null
    for (const row of counted) {
      if (excess <= 0) break
      excess -= row[column]
      last = row[0]
    }
    if (last !== null) freeAt = Math.max(freeAt ?? 0, last + stretches)
  }
  return freeAt === null ? null : freeAt * stretchMilliseconds
}

export function sendersOf({ reader, writer, limits, clock }: Engine): Senders {
  return {
    grant: (account, grant) => writer.run(grantSender, { account, ...grant }),
    revoke: (account, address) => writer.run(revokeSender, { account, address }),
    grants: async account =>
      reader
        .raw<[string, number]>('SELECT address, on_behalf FROM sender_grants WHERE account_id = ? ORDER BY address')
        .all(account)
        .map(([address, onBehalf]) => ({ address, onBehalf: onBehalf === 1 })),
    right: async (account, address, delimiter) =>
      reader.snapshot(() => {
        const route = routeOf(reader, address, { delimiter, limits, sender: null, ownership: true })
        if (route?.accounts.some(({ id }) => id === account)) return 'own'
        const grant = grantFor(reader, account, address)
        return grant === null ? null : grant.onBehalf ? 'on-behalf' : 'as'
      }),
    freeAt: async (account, more, bounds) =>
      isBounded(bounds) ? waitOf(reader, account, more, bounds, clock()) : null,
  }
}
