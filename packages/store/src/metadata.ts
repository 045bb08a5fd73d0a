/**
 * Metadata, RFC 5464: named values of a mailbox or of the server, for everybody or for one account.
 *
 * - Names compare in lower case. What begins with /private/ is each account's own, what begins with /shared/ everybody's.
 * - A change takes a mod-sequence: of the account whose mailbox it is or whose private entry of the server, else of the
 *   server itself. It raises the mailbox's HIGHESTMODSEQ (RFC 7162 §3.2.3).
 * - A removed entry leaves its name for those who want to hear of it, as many as there may be entries.
 */
import { createHash } from 'node:crypto'
import { modSeqOf } from './account-modseq.ts'
import { requireAccount } from './accounts.ts'
import type { Metadata, MetadataChanges, MetadataDepth, MetadataOf, MetadataSize } from './api.ts'
import type { Connection } from './connection.ts'
import { confirmDevice, dropDevicesOf, echoedName, noteNotifyEntry, notifyFolder } from './devices.ts'
import type { Engine } from './engine.ts'
import { mailboxEvent } from './events.ts'
import { type MailboxRow, mailboxById, touchMailbox } from './mailbox-row.ts'
import { type AccountId, type MailboxId, type ModSeq, serverAccount, type WakeUp } from './model.ts'
import { StoreError } from './problem.ts'
import { sealOctets } from './secrets.ts'
import { job, type Tx } from './writer/job.ts'

const none = 0

/** Where an entry's row is. */
interface Key {
  readonly mailbox: number
  readonly reader: number
  readonly entry: string
}

function keyOf({ mailbox, account }: MetadataOf, name: string): Key {
  const entry = name.toLowerCase()
  return { mailbox: mailbox ?? none, reader: isPrivate(entry) ? account : none, entry }
}

function isPrivate(entry: string): boolean {
  return entry === '/private' || entry.startsWith('/private/')
}

interface Setting {
  readonly of: MetadataOf
  readonly entries: readonly SettingEntry[]
}

interface SettingEntry {
  readonly name: string
  readonly value: Uint8Array | null
  readonly sealed: boolean
  /** An entry of the server, whatever the others are of. */
  readonly ofServer?: boolean
}

/** Sets and removes entries, all or none. Answers with whose mod-sequences are what now; with nothing where nothing changed. */
export const setMetadata = job('metadata.set', (tx, { of, entries }: Setting): WakeUp[] => {
  if (of.account !== serverAccount) requireAccount(tx, of.account)
  const mailbox = of.mailbox === null ? null : mailboxById(tx, of.mailbox)
  if (of.mailbox !== null && mailbox === null) throw new StoreError('no-such-mailbox', `mailbox ${of.mailbox}`)
  const owners = new Map<string, Owner>()
  const written: string[] = []
  for (const { name, value, sealed, ofServer = false } of entries) {
    const octets = (value?.length ?? 0) - (sealed ? sealOctets : 0)
    if (octets > tx.limits.metadataValueOctets) throw new StoreError('entry-too-big', name)
    const key = keyOf(ofServer ? { ...of, mailbox: null } : of, name)
    const echoed = key.mailbox === none ? echoedName(key.entry) : null
    if (echoed !== null) {
      if (value !== null) confirmDevice(tx, of.account, echoed, value)
      continue
    }
    const owner = { mailbox: ofServer ? null : mailbox, mailboxKey: key.mailbox, reader: key.reader }
    if (!write(tx, key, name, value, sealed, accountOf(owner))) continue
    owners.set(`${key.mailbox} ${key.reader}`, owner)
    written.push(name)
    if (key.mailbox === none && key.entry.startsWith(notifyFolder)) {
      noteNotifyEntry(tx, of.account, key.entry, value !== null)
    }
  }
  for (const owner of owners.values()) bound(tx, owner)
  const changed = tx.wakeUps()
  if (written.length > 0) {
    if (mailbox === null) {
      tx.event('vnd.lemonade.ServerMetadataChange', of.account === serverAccount ? null : of.account, {
        entries: written,
      })
    } else mailboxEvent(tx, 'vnd.lemonade.MailboxMetadataChange', mailbox, { entries: written })
  }
  if (mailbox !== null && changed[0]) touchMailbox(tx, mailbox.id, changed[0].modSeq, 'metadata')
  return changed
})

/** Whose entries are counted together: a mailbox's or the server's, everybody's or one account's. */
interface Owner {
  readonly mailbox: MailboxRow | null
  readonly mailboxKey: number
  readonly reader: number
}

/** Whose mod-sequence a change takes. */
function accountOf({ mailbox, reader }: Owner): AccountId {
  return mailbox?.account_id ?? (reader as AccountId)
}

/** Answers whether that changed anything. */
function write(tx: Tx, key: Key, name: string, value: Uint8Array | null, sealed: boolean, account: AccountId): boolean {
  const { mailbox, reader, entry } = key
  const before = tx
    .raw<[Uint8Array | null]>('SELECT value FROM metadata WHERE mailbox_id = ? AND reader_id = ? AND entry = ?')
    .get(mailbox, reader, entry)?.[0]
  const isSame = before && value ? Buffer.compare(before, value) === 0 : (before ?? null) === value
  if (isSame) return false
  tx.sql(
    `INSERT INTO metadata (mailbox_id, reader_id, entry, name, value, sealed, account_id, modseq)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET value = excluded.value, sealed = excluded.sealed, modseq = excluded.modseq`,
  ).run(mailbox, reader, entry, name, value, Number(sealed), account, tx.modSeq(account))
  return true
}

/** Throws too-many-entries, over-quota; forgets removed entries past those that may be there. */
function bound(tx: Tx, owner: Owner): void {
  const { metadataEntries, metadataOctets } = tx.limits
  const { mailboxKey, reader } = owner
  const count = tx.number(
    'SELECT count(value) FROM metadata WHERE mailbox_id = ? AND reader_id = ?',
    mailboxKey,
    reader,
  )
  if (count > metadataEntries) throw new StoreError('too-many-entries', `${count}`)
  const octets = octetsOf(tx, reader === none ? accountOf(owner) : (reader as AccountId))
  if (octets > metadataOctets) throw new StoreError('over-quota', `${octets} octets of metadata`)
  tx.sql(
    `DELETE FROM metadata WHERE mailbox_id = ? AND reader_id = ? AND value IS NULL AND modseq <= (
       SELECT modseq FROM metadata WHERE mailbox_id = ? AND reader_id = ? AND value IS NULL
       ORDER BY modseq DESC LIMIT 1 OFFSET ?)`,
  ).run(mailboxKey, reader, mailboxKey, reader, metadataEntries)
}

/** What an account has to answer for: its private entries, wherever they are, and the shared ones of its mailboxes. */
function octetsOf(tx: Tx, account: AccountId): number {
  return tx.number(
    `SELECT ifnull(sum(length(CAST(name AS BLOB)) + length(value)), 0) FROM (
       SELECT name, value FROM metadata WHERE account_id = ? AND reader_id = 0 AND value IS NOT NULL
       UNION ALL
       SELECT name, value FROM metadata WHERE reader_id = nullif(?, 0) AND value IS NOT NULL)`,
    account,
    account,
  )
}

/** A mailbox that goes takes its entries with it (RFC 5464 §4.1). */
export function dropMetadata(tx: Tx, mailbox: MailboxId): void {
  tx.sql('DELETE FROM metadata WHERE mailbox_id = ?').run(mailbox)
}

/** So does an account, with what it has set on mailboxes of others. */
export function dropMetadataOf(tx: Tx, account: AccountId): void {
  tx.sql('DELETE FROM metadata WHERE account_id = ?').run(account)
  tx.sql('DELETE FROM metadata WHERE reader_id = ?').run(account)
  dropDevicesOf(tx, account)
}

/** Gives a mailbox what another one has, which keeps it: RENAME INBOX (RFC 5464 §4.1), a name that becomes a mailbox. */
export function copyMetadata(tx: Tx, from: MailboxId, to: MailboxRow): void {
  tx.sql(
    `INSERT OR REPLACE INTO metadata (mailbox_id, reader_id, entry, name, value, sealed, account_id, modseq)
     SELECT ?, reader_id, entry, name, value, sealed, ?, ? FROM metadata WHERE mailbox_id = ? AND value IS NOT NULL`,
  ).run(to.id, to.account_id, tx.modSeq(to.account_id), from)
}

/** The entry of a name and, to a depth, those below it; in the order of their names. */
function sizes(reader: Connection, of: MetadataOf, name: string, depth: MetadataDepth): MetadataSize[] {
  const { mailbox, reader: owner, entry } = keyOf(of, name)
  const below = `${entry}/`
  const rows = reader
    .raw<[string, string, number]>(
      `SELECT entry, name, length(value) - sealed * ${sealOctets} FROM metadata
       WHERE mailbox_id = ? AND reader_id = ? AND value IS NOT NULL AND (entry = ? OR entry BETWEEN ? AND ?)
       ORDER BY entry`,
    )
    // '0' follows '/': everything that begins with `below` lies between the two.
    .all(mailbox, owner, entry, below, depth === 0 ? below : `${entry}0`)
  return rows
    .filter(([one]) => one === entry || (one.startsWith(below) && (depth !== 1 || !one.includes('/', below.length))))
    .map(([, spelt, octets]) => ({ name: spelt, octets }))
}

/** Changes after a mod-sequence that a reader may hear of, in the order of their mod-sequences. */
function changedAfter(reader: Connection, account: AccountId, modSeq: ModSeq, who: AccountId): MetadataChanges {
  const changes = reader
    .raw<[number, string, ModSeq]>(
      `SELECT mailbox_id, name, modseq FROM metadata
       WHERE account_id = ? AND modseq > ? AND reader_id IN (0, ?) ORDER BY modseq, mailbox_id, entry`,
    )
    .all(account, modSeq, who)
    .map(([mailbox, name, at]) => ({ mailbox: mailbox === none ? null : (mailbox as MailboxId), name, modSeq: at }))
  return { modSeq: modSeqOf(reader, account), changes }
}

/** Values that a copy of the database must not tell: they lead to people's devices. */
function isSecret(entry: string): boolean {
  return entry === deviceToken || (entry.startsWith(notifyFolder) && echoedName(entry) === null)
}

/** Where Delta Chat tells how its user is to be woken; of INBOX. */
const deviceToken = '/private/devicetoken'

const purposeOf = ({ reader, entry }: Key) => `metadata ${reader} ${entry}`

export function metadataOf({ reader, writer, secrets, limits }: Engine): Metadata {
  const get = (of: MetadataOf, name: string): Uint8Array | null => {
    const key = keyOf(of, name)
    const [value, sealed] =
      reader
        .raw<[Uint8Array | null, number]>(
          'SELECT value, sealed FROM metadata WHERE mailbox_id = ? AND reader_id = ? AND entry = ?',
        )
        .get(key.mailbox, key.reader, key.entry) ?? []
    return value && sealed === 1 ? secrets.open(value, purposeOf(key)) : (value ?? null)
  }
  /** As it is stored; nothing where it is stored already, for two seals of one value differ. */
  const setting = (of: MetadataOf, entry: { readonly name: string; readonly value: Uint8Array | null }) => {
    const key = keyOf(of, entry.name)
    if (entry.value === null || !isSecret(key.entry)) return [{ ...entry, sealed: false }]
    const before = get(of, entry.name)
    if (before !== null && Buffer.compare(before, entry.value) === 0) return []
    return [{ ...entry, value: secrets.seal(entry.value, purposeOf(key)), sealed: true }]
  }
  const settings = (of: MetadataOf, entry: { readonly name: string; readonly value: Uint8Array | null }) => {
    if (entry.value === null || entry.name.toLowerCase() !== deviceToken) return setting(of, entry)
    // Each device of the user sets the same entry: those before it must still be woken.
    const name = `${notifyFolder}devicetoken/${createHash('sha256').update(entry.value).digest('hex').slice(0, 16)}`
    const device = setting({ ...of, mailbox: null }, { name, value: entry.value })
    return [...setting(of, entry), ...device.map(one => ({ ...one, ofServer: true }))]
  }
  return {
    limits: { valueOctets: limits.metadataValueOctets },
    get: async (of, name) => get(of, name),
    sizes: async (of, name, depth = 0) => sizes(reader, of, name, depth),
    async set(of, entries) {
      return writer.run(setMetadata, { of, entries: entries.flatMap(entry => settings(of, entry)) })
    },
    changedAfter: async (account, modSeq, who = account) =>
      reader.snapshot(() => changedAfter(reader, account, modSeq, who)),
    modSeq: async account => modSeqOf(reader, account),
  }
}
