/**
 * Mailbox access keys (RFC 4467 §2.2): secrets that authorized URLs are made and verified with, one for each user of a
 * mailbox. A mailbox that is renamed or deleted loses its keys in the same transaction, so no later mailbox of its
 * name can make a URL valid again.
 */
import { randomBytes } from 'node:crypto'
import { requireAccount } from './accounts.ts'
import type { UrlKeys } from './api.ts'
import type { Engine } from './engine.ts'
import { mailboxById } from './mailbox-row.ts'
import type { AccountId, MailboxId, ModSeq } from './model.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

/** RFC 4467 §10 asks for 128 bits at least. */
const secretOctets = 32

interface NewKey {
  readonly account: AccountId
  readonly mailbox: MailboxId
  readonly secret: Uint8Array
}

function requireMailbox(tx: Tx, { account, mailbox }: NewKey): void {
  requireAccount(tx, account)
  if (mailboxById(tx, mailbox) === null) throw new StoreError('no-such-mailbox', `${mailbox}`)
}

/** The key there is, or else this one. */
export const ensureUrlKey = job('url-keys.ensure', (tx, key: NewKey): Uint8Array => {
  requireMailbox(tx, key)
  tx.sql(
    `INSERT INTO url_keys (account_id, mailbox_id, secret, reset_modseq) VALUES (?, ?, ?, 0)
     ON CONFLICT (account_id, mailbox_id) DO NOTHING`,
  ).run(key.account, key.mailbox, key.secret)
  const row = tx
    .raw<[Uint8Array]>('SELECT secret FROM url_keys WHERE account_id = ? AND mailbox_id = ?')
    .get(key.account, key.mailbox)
  return (row as [Uint8Array])[0]
})

/** Who has the mailbox selected must hear of it, so the account's mod-sequence moves on (RFC 4467 §7). */
export const resetUrlKey = job('url-keys.reset', (tx, key: NewKey): ModSeq => {
  requireMailbox(tx, key)
  const modSeq = tx.modSeq(key.account)
  tx.sql(
    `INSERT INTO url_keys (account_id, mailbox_id, secret, reset_modseq) VALUES (?, ?, ?, ?)
     ON CONFLICT (account_id, mailbox_id) DO UPDATE SET secret = excluded.secret, reset_modseq = excluded.reset_modseq`,
  ).run(key.account, key.mailbox, key.secret, modSeq)
  return modSeq
})

export const removeUrlKeys = job('url-keys.remove-all', (tx, account: AccountId) => {
  requireAccount(tx, account)
  tx.sql('DELETE FROM url_keys WHERE account_id = ?').run(account)
})

/** For whoever takes a mailbox's name away: everybody's URLs of it are void. */
export function revokeUrls(tx: Tx, mailbox: MailboxId): void {
  tx.sql('DELETE FROM url_keys WHERE mailbox_id = ?').run(mailbox)
}

export function urlKeysOf({ reader, writer }: Engine): UrlKeys {
  const find = (account: AccountId, mailbox: MailboxId): Uint8Array | null =>
    reader
      .raw<[Uint8Array]>('SELECT secret FROM url_keys WHERE account_id = ? AND mailbox_id = ?')
      .get(account, mailbox)?.[0] ?? null
  return {
    find: async (account, mailbox) => find(account, mailbox),
    ensure: async (account, mailbox) =>
      find(account, mailbox) ?? writer.run(ensureUrlKey, { account, mailbox, secret: randomBytes(secretOctets) }),
    reset: (account, mailbox) => writer.run(resetUrlKey, { account, mailbox, secret: randomBytes(secretOctets) }),
    removeAll: account => writer.run(removeUrlKeys, account),
    async resetAt(account, mailbox) {
      const row = reader
        .raw<[ModSeq]>('SELECT reset_modseq FROM url_keys WHERE account_id = ? AND mailbox_id = ?')
        .get(account, mailbox)
      return row?.[0] ?? (0 as ModSeq)
    },
  }
}
