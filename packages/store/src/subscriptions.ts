/** Names that a user follows, of mailboxes that exist or not (RFC 3501 §6.3.6, §6.3.7). */
import { requireAccount } from './accounts.ts'
import type { Connection } from './connection.ts'
import { mailboxEvent } from './events.ts'
import { mailboxByName, touchNames } from './mailbox-row.ts'
import type { AccountId } from './model.ts'
import { canonicalName, newName } from './names.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

interface Named {
  readonly account: AccountId
  readonly name: string
}

export function subscriptionsOf(reader: Connection, account: AccountId): string[] {
  return reader
    .raw<[string]>('SELECT name FROM subscriptions WHERE account_id = ? ORDER BY name')
    .all(account)
    .map(([name]) => name)
}

/** Throws bad-mailbox-name, over-quota. A name that is subscribed already stays so. */
export const subscribe = job('subscriptions.subscribe', (tx, { account, name }: Named) => {
  const canonical = newName(name, tx.limits)
  requireAccount(tx, account)
  const insert = tx.sql('INSERT OR IGNORE INTO subscriptions (account_id, name) VALUES (?, ?)')
  if (insert.run(account, canonical).changes === 0) return
  const count = tx.number('SELECT count(*) FROM subscriptions WHERE account_id = ?', account)
  if (count > tx.limits.subscriptionsPerAccount) throw new StoreError('over-quota', 'too many subscriptions')
  tell(tx, 'MailboxSubscribe', account, canonical)
})

export const unsubscribe = job('subscriptions.unsubscribe', (tx, { account, name }: Named) => {
  const canonical = canonicalName(name)
  const remove = tx.sql('DELETE FROM subscriptions WHERE account_id = ? AND name = ?')
  if (remove.run(account, canonical).changes > 0) tell(tx, 'MailboxUnSubscribe', account, canonical)
})

function tell(tx: Tx, type: string, account: AccountId, name: string): void {
  touchNames(tx, account)
  const mailbox = mailboxByName(tx, account, name)
  if (mailbox === null) tx.event(type, account, { mailbox: name })
  else mailboxEvent(tx, type, mailbox)
}
