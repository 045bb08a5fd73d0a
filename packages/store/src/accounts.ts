/** People: accounts, what verifies their secrets, and where mail for an address goes. */

import { dropRightsOfAccount } from './acl.ts'
import { addressText, newAddress, parseAddress } from './addresses.ts'
import { dropAnnotationsOf } from './annotations.ts'
import type { Accounts } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import { createMailbox } from './mailbox-jobs.ts'
import { dropMetadataOf } from './metadata.ts'
import type { Account, AccountId, Credential, Instant, ModSeq, SpecialUse } from './model.ts'
import { canonicalName } from './names.ts'
import { StoreError } from './problem.ts'
import { routeOf } from './routing.ts'
import { job, type Tx } from './writer/job.ts'

/** What a new account has besides INBOX (RFC 6154). */
const firstMailboxes: readonly (readonly [name: string, use: SpecialUse])[] = [
  ['Archive', '\\Archive'],
  ['Drafts', '\\Drafts'],
  ['Junk', '\\Junk'],
  ['Sent', '\\Sent'],
  ['Trash', '\\Trash'],
]

interface AccountRow {
  readonly id: AccountId
  readonly name: string
  readonly display_name: string
  readonly created_at: Instant
  readonly disabled: number
  readonly administrator: number
  readonly modseq: ModSeq
}

function accountOf(row: AccountRow): Account {
  return {
    id: row.id,
    name: row.name,
    displayName: row.display_name,
    createdAt: row.created_at,
    disabled: row.disabled === 1,
    administrator: row.administrator === 1,
    modSeq: row.modseq,
  }
}

type Reader = Pick<Connection, 'sql'>

export function accountByName(reader: Reader, name: string): Account | null {
  const row = reader.sql<AccountRow>('SELECT * FROM accounts WHERE name = ?').get(name)
  return row === undefined ? null : accountOf(row)
}

export function accountById(reader: Reader, account: AccountId): Account | null {
  const row = reader.sql<AccountRow>('SELECT * FROM accounts WHERE id = ? AND name IS NOT NULL').get(account)
  return row === undefined ? null : accountOf(row)
}

/** Throws no-such-account. */
export function requireAccount(tx: Tx, account: AccountId): Account {
  const found = accountById(tx, account)
  if (found === null) throw new StoreError('no-such-account', `${account}`)
  return found
}

/** An account makes its domain ours, and follows its first mailboxes. */
export const addAccount = job('accounts.add', (tx, args: { name: string; displayName: string }): Account => {
  const address = newAddress(args.name)
  const name = addressText(address)
  if (accountByName(tx, name) !== null) throw new StoreError('account-exists', name)
  const alias = tx.sql('SELECT 1 FROM aliases WHERE address = ?').get(name)
  if (alias !== undefined) throw new StoreError('alias-exists', name)
  tx.sql('INSERT OR IGNORE INTO domains (name, created_at) VALUES (?, ?)').run(address.domain, tx.now)
  const insert = tx.sql('INSERT INTO accounts (name, display_name, created_at) VALUES (?, ?, ?)')
  const account = Number(insert.run(name, args.displayName, tx.now).lastInsertRowid) as AccountId
  const follow = tx.sql('INSERT INTO subscriptions (account_id, name) VALUES (?, ?)')
  createMailbox(tx, account, 'INBOX')
  follow.run(account, 'INBOX')
  for (const [mailbox, use] of firstMailboxes) {
    createMailbox(tx, account, canonicalName(mailbox), [use])
    follow.run(account, mailbox)
  }
  return requireAccount(tx, account)
})

/** The name is free at once; the collector takes the mail. */
export const removeAccount = job('accounts.remove', (tx, account: AccountId) => {
  requireAccount(tx, account)
  tx.modSeq(account)
  dropRightsOfAccount(tx, account)
  tx.sql('UPDATE accounts SET name = NULL, disabled = 1 WHERE id = ?').run(account)
  tx.sql('UPDATE mailboxes SET name = NULL WHERE account_id = ?').run(account)
  dropMetadataOf(tx, account)
  dropAnnotationsOf(tx, account)
  tx.sql('DELETE FROM credentials WHERE account_id = ?').run(account)
  tx.sql('DELETE FROM scripts WHERE account_id = ?').run(account)
  tx.sql('DELETE FROM forwards WHERE account_id = ?').run(account)
  tx.sql('DELETE FROM sender_grants WHERE account_id = ?').run(account)
})

export const setAdministrator = job(
  'accounts.set-administrator',
  (tx, { account, administrator }: { account: AccountId; administrator: boolean }) => {
    requireAccount(tx, account)
    tx.sql('UPDATE accounts SET administrator = ? WHERE id = ?').run(Number(administrator), account)
  },
)

interface Labelled {
  readonly account: AccountId
  readonly label: string
}

export const setCredential = job('accounts.set-credential', (tx, args: Labelled & { verifier: string }) => {
  requireAccount(tx, args.account)
  tx.sql(
    `INSERT INTO credentials (account_id, label, verifier, created_at) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET verifier = excluded.verifier, created_at = excluded.created_at, last_used_at = NULL`,
  ).run(args.account, args.label, args.verifier, tx.now)
})

export const removeCredential = job('accounts.remove-credential', (tx, { account, label }: Labelled): boolean => {
  const remove = tx.sql('DELETE FROM credentials WHERE account_id = ? AND label = ?')
  return remove.run(account, label).changes > 0
})

export const noteCredentialUse = job('accounts.note-credential-use', (tx, { account, label }: Labelled) => {
  const update = tx.sql('UPDATE credentials SET last_used_at = ? WHERE account_id = ? AND label = ?')
  update.run(tx.now, account, label)
})

interface CredentialRow {
  readonly label: string
  readonly verifier: string
  readonly created_at: Instant
  readonly last_used_at: Instant | null
}

export function accountsOf({ reader, writer, limits }: Engine): Accounts {
  return {
    add: ({ name, displayName }) => writer.run(addAccount, { name, displayName: displayName ?? '' }),
    remove: account => writer.run(removeAccount, account),
    async find(name) {
      const address = parseAddress(name)
      return address && accountByName(reader, addressText(address))
    },
    get: async account => accountById(reader, account),
    async list() {
      const rows = reader.sql<AccountRow>('SELECT * FROM accounts WHERE name IS NOT NULL ORDER BY name').all()
      return rows.map(accountOf)
    },
    setAdministrator: (account, administrator) => writer.run(setAdministrator, { account, administrator }),
    setCredential: (account, label, verifier) => writer.run(setCredential, { account, label, verifier }),
    removeCredential: (account, label) => writer.run(removeCredential, { account, label }),
    async credentials(account) {
      const rows = reader
        .sql<CredentialRow>('SELECT * FROM credentials WHERE account_id = ? ORDER BY label')
        .all(account)
      return rows.map(
        (row): Credential => ({
          label: row.label,
          verifier: row.verifier,
          createdAt: row.created_at,
          lastUsedAt: row.last_used_at,
        }),
      )
    },
    noteCredentialUse: (account, label) => writer.run(noteCredentialUse, { account, label }),
    route: async (address, delimiter, sender) =>
      reader.snapshot(() => routeOf(reader, address, { delimiter, limits, sender: sender ?? null })),
    async owns(account, address, delimiter) {
      const question = { delimiter, limits, sender: null, ownership: true } as const
      const found = reader.snapshot(() => routeOf(reader, address, question))
      return found?.accounts.some(({ id }) => id === account) ?? false
    },
  }
}
