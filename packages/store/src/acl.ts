/**
 * Who may do what with a mailbox (RFC 4314), as rows of `acl`: an account or anyone, and the letters of its rights.
 *
 * - The owner has every right, always, and no row.
 * - Everybody else has what the rows of the account and of anyone give, less what their negative rows take (§2).
 * - A mailbox that is made takes the rows of the nearest mailbox above it (§4); a rename changes none.
 */
import { requireAccount } from './accounts.ts'
import type { Acl, AclEntry, RightsChange } from './api.ts'
import type { Connection } from './connection.ts'
import type { Engine } from './engine.ts'
import { mailboxEvent, mailboxEventFor } from './events.ts'
import {
  type MailboxRow,
  mailboxById,
  mailboxByName,
  mailboxesAmong,
  mailboxOf,
  selectableMailbox,
  touchNames,
} from './mailbox-row.ts'
import { type AccountId, type MailboxId, type Right, rights } from './model.ts'
import { superiors } from './names.ts'
import { StoreError } from './problem.ts'
import { job, type Tx } from './writer/job.ts'

type Reader = Pick<Connection, 'raw' | 'sql'>

/** What stands in `acl.account_id` for anyone: no account has it. */
const anyone = 0

const all: ReadonlySet<Right> = new Set(rights)
const none: ReadonlySet<Right> = new Set()

type EntryRow = [account: AccountId | typeof anyone, negative: number, letters: string]

/** What an account may do, null being somebody who is nobody here; nothing where the mailbox is gone. */
export function rightsOf(reader: Reader, mailbox: MailboxId, account: AccountId | null): ReadonlySet<Right> {
  const row = mailboxById(reader, mailbox)
  if (row === null) return none
  if (row.account_id === account) return all
  const select = reader.raw<EntryRow>(
    `SELECT account_id, negative, rights FROM acl WHERE mailbox_id = ? AND account_id IN (${anyone}, ?)`,
  )
  return combined(select.all(mailbox, account ?? anyone))
}

/** What the entries that speak of somebody come to. */
function combined(entries: Iterable<EntryRow>): ReadonlySet<Right> {
  const given = new Set<Right>()
  const taken = new Set<Right>()
  for (const [, negative, letters] of entries) {
    for (const right of letters) (negative === 1 ? taken : given).add(right as Right)
  }
  for (const right of taken) given.delete(right)
  return given
}

/** The mailboxes of others to which an account has any right. */
function sharedWith(reader: Reader, account: AccountId): { mailbox: MailboxId; rights: ReadonlySet<Right> }[] {
  const rows = reader
    .raw<[MailboxId, ...EntryRow]>(
      `SELECT mailbox_id, acl.account_id, negative, rights FROM acl JOIN mailboxes ON mailboxes.id = mailbox_id
       WHERE acl.account_id IN (${anyone}, ?) AND mailboxes.account_id <> ? AND name IS NOT NULL`,
    )
    .all(account, account)
  return [...Map.groupBy(rows, ([mailbox]) => mailbox)]
    .map(([mailbox, entries]) => ({ mailbox, rights: combined(entries.map(([, ...entry]) => entry)) }))
    .filter(shared => shared.rights.size > 0)
}

interface ChangeRequest extends Omit<RightsChange, 'rights'> {
  readonly mailbox: MailboxId
  readonly letters: string
}

/** Throws no-such-mailbox, no-such-account, owner-has-all, too-many-rights. */
export const changeRights = job('acl.change', (tx, { mailbox: id, ...change }: ChangeRequest) => {
  const mailbox = selectableMailbox(tx, id)
  const account = change.account ?? anyone
  if (change.account !== null) requireAccount(tx, change.account)
  if (account === mailbox.account_id) throw new StoreError('owner-has-all')
  const where = 'WHERE mailbox_id = ? AND account_id = ? AND negative = ?'
  const key = [id, account, Number(change.negative)] as const
  const couldFind = rightsOf(tx, id, change.account).has('l')
  const before = tx.raw<[string]>(`SELECT rights FROM acl ${where}`).get(...key)?.[0] ?? ''
  const after = changed(before, change.letters, change.mode)
  if (after === before) return
  if (after === '') tx.sql(`DELETE FROM acl ${where}`).run(...key)
  else {
    tx.sql(
      `INSERT INTO acl (mailbox_id, account_id, negative, rights) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET rights = excluded.rights`,
    ).run(...key, after)
    const count = tx.number('SELECT count(*) FROM acl WHERE mailbox_id = ?', id)
    if (count > tx.limits.rightsPerMailbox) throw new StoreError('too-many-rights')
  }
  touchNames(tx, mailbox.account_id)
  // They hear of a mailbox that comes or goes for them.
  if (change.account !== null) touchNames(tx, change.account)
  tx.topic('rights')
  mailboxEvent(tx, 'vnd.lemonade.AclChange', mailbox, {
    identifier: change.account === null ? 'anyone' : requireAccount(tx, change.account).name,
    negative: change.negative,
    rights: after,
  })
  const canFind = rightsOf(tx, id, change.account).has('l')
  if (change.account === null || couldFind === canFind) return
  mailboxEventFor(tx, change.account, canFind ? 'MailboxCreate' : 'MailboxDelete', mailbox)
})

/** Letters after a change, each once and in the order of RFC 4314 §2.1. */
function changed(before: string, letters: string, mode: RightsChange['mode']): string {
  const has = (right: Right): boolean => {
    const named = letters.includes(right)
    if (mode === 'replace') return named
    return mode === 'add' ? named || before.includes(right) : before.includes(right) && !named
  }
  return rights.filter(has).join('')
}

/** Gives a mailbox that was just made the rights of the nearest mailbox above it (RFC 4314 §4, CREATE). */
export function inheritRights(tx: Tx, mailbox: MailboxRow): void {
  for (const name of superiors(mailbox.name).reverse()) {
    const superior = mailboxByName(tx, mailbox.account_id, name)
    if (superior === null || superior.selectable === 0) continue
    tx.sql(
      `INSERT INTO acl (mailbox_id, account_id, negative, rights)
       SELECT ?, account_id, negative, rights FROM acl WHERE mailbox_id = ?`,
    ).run(mailbox.id, superior.id)
    return
  }
}

/** Takes the rights to a mailbox away with it (RFC 4314 §4, DELETE). */
export function dropRights(tx: Tx, mailbox: MailboxId): void {
  if (tx.sql('DELETE FROM acl WHERE mailbox_id = ?').run(mailbox).changes > 0) tx.topic('rights')
}

/** Takes away what an account that goes was given, and what it gave. */
export function dropRightsOfAccount(tx: Tx, account: AccountId): void {
  const given = tx
    .raw<[AccountId]>(
      `SELECT DISTINCT mailboxes.account_id FROM acl JOIN mailboxes ON mailboxes.id = mailbox_id
       WHERE acl.account_id = ? AND name IS NOT NULL AND mailboxes.account_id <> ?`,
    )
    .all(account, account)
  for (const [owner] of given) touchNames(tx, owner)
  tx.sql('DELETE FROM acl WHERE account_id = ? OR mailbox_id IN (SELECT id FROM mailboxes WHERE account_id = ?)').run(
    account,
    account,
  )
  tx.topic('rights')
}

function entriesOf(reader: Reader, mailbox: MailboxId): AclEntry[] {
  const rows = reader
    .raw<[AccountId | typeof anyone, string | null, number, string]>(
      `SELECT acl.account_id, name, negative, rights FROM acl LEFT JOIN accounts ON accounts.id = acl.account_id
       WHERE mailbox_id = ? ORDER BY negative, name IS NULL, name`,
    )
    .all(mailbox)
  return rows.map(([account, name, negative, letters]) => ({
    account: account === anyone ? null : account,
    name,
    negative: negative === 1,
    rights: new Set(letters) as ReadonlySet<string> as ReadonlySet<Right>,
  }))
}

export function aclOf({ reader, writer }: Engine): Acl {
  return {
    rights: async (mailbox, account) => reader.snapshot(() => rightsOf(reader, mailbox, account)),
    async entries(mailbox) {
      return reader.snapshot(() => entriesOf(reader, selectableMailbox(reader, mailbox).id))
    },
    change: (mailbox, { rights: letters, ...change }) =>
      writer.run(changeRights, { mailbox, ...change, letters: [...letters].join('') }),
    async shared(account) {
      return reader.snapshot(() => {
        const shared = new Map(sharedWith(reader, account).map(each => [each.mailbox, each.rights]))
        const rows = shared.size === 0 ? [] : mailboxesAmong(reader, [...shared.keys()])
        return rows.map(row => ({ mailbox: mailboxOf(row), rights: shared.get(row.id) ?? none }))
      })
    },
  }
}
