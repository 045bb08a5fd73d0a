/**
 * The collector: takes away what nothing names any more, in slices between other jobs.
 *
 * - Deleted mailboxes and accounts lose their messages first, then their rows.
 * - A content goes when no message and no queue row names it and nobody reads it; a blob when no rope, no claim and no kept conversion does.
 * - Its lists are tables, written in the transaction that let go: a crash forgets nothing.
 */
import type { AccountId, ContentId, MailboxId } from '../model.ts'
import { job, type Tx } from '../writer/job.ts'
import { loosenBlob } from './blob.ts'

/** What one slice takes at most, of each kind: a few milliseconds. */
const sliceRows = 500
/** Chunks are large. */
const sliceChunks = 64

/** One slice; true where there is more to do. */
export const collectSlice = job('content.collect', (tx, args: { reading: readonly ContentId[] }): boolean => {
  const steps = [accounts, mailboxes, claims, contents(args.reading), blobs, events, memories]
  return steps.map(step => step(tx)).includes(true)
})

function accounts(tx: Tx): boolean {
  const account = tx
    .raw<[AccountId]>(
      `SELECT id FROM accounts WHERE name IS NULL
         AND NOT EXISTS (SELECT 1 FROM mailboxes WHERE account_id = accounts.id) LIMIT 1`,
    )
    .get()?.[0]
  if (account === undefined) return false
  const threads = tx.sql(
    `DELETE FROM threads WHERE account_id = ?
       AND hash IN (SELECT hash FROM threads WHERE account_id = ? LIMIT ${sliceRows})`,
  )
  if (threads.run(account, account).changes === 0) tx.sql('DELETE FROM accounts WHERE id = ?').run(account)
  return true
}

function mailboxes(tx: Tx): boolean {
  const mailbox = tx.raw<[MailboxId]>('SELECT id FROM mailboxes WHERE name IS NULL LIMIT 1').get()?.[0]
  if (mailbox === undefined) return false
  const last = tx
    .raw<[number]>('SELECT uid FROM messages WHERE mailbox_id = ? ORDER BY uid LIMIT 1 OFFSET ?')
    .get(mailbox, sliceRows)?.[0]
  const upTo = last ?? Number.MAX_SAFE_INTEGER
  tx.sql(
    `INSERT OR IGNORE INTO loose_contents (content_id)
     SELECT content_id FROM messages WHERE mailbox_id = ? AND uid < ?`,
  ).run(mailbox, upTo)
  tx.sql('DELETE FROM annotations WHERE mailbox_id = ? AND uid < ?').run(mailbox, upTo)
  tx.sql('DELETE FROM messages WHERE mailbox_id = ? AND uid < ?').run(mailbox, upTo)
  if (last === undefined) tx.sql('DELETE FROM mailboxes WHERE id = ?').run(mailbox)
  return true
}

function claims(tx: Tx): boolean {
  const ended = tx
    .raw<[number]>(`DELETE FROM claims WHERE id IN (SELECT id FROM claims WHERE until < ? LIMIT ${sliceRows})
      RETURNING blob_id`)
    .all(tx.now)
  for (const [blob] of ended) loosenBlob(tx, blob)
  return ended.length > 0
}

/** Leaves what is being read: its reader has begun a literal that it must finish. */
const contents = (reading: readonly ContentId[]) => (tx: Tx) => {
  const loose = tx
    .raw<[number]>(
      `SELECT content_id FROM loose_contents WHERE content_id NOT IN (SELECT value FROM json_each(?)) LIMIT ${sliceRows}`,
    )
    .all(JSON.stringify(reading))
  const named = tx.raw<[number]>(
    `SELECT EXISTS (SELECT 1 FROM messages WHERE content_id = ?) OR EXISTS (SELECT 1 FROM queue WHERE content_id = ?)`,
  )
  for (const [content] of loose) {
    tx.sql('DELETE FROM loose_contents WHERE content_id = ?').run(content)
    if (named.get(content, content)?.[0] === 1) continue
    tx.sql('INSERT OR IGNORE INTO loose_blobs SELECT blob_id FROM segments WHERE content_id = ?').run(content)
    tx.sql('DELETE FROM contents WHERE id = ?').run(content)
  }
  return loose.length > 0
}

function blobs(tx: Tx): boolean {
  const loose = tx.raw<[number]>(`SELECT blob_id FROM loose_blobs LIMIT ${sliceRows}`).all()
  const named = tx.raw<[number]>(
    `SELECT EXISTS (SELECT 1 FROM segments WHERE blob_id = ?) OR EXISTS (SELECT 1 FROM claims WHERE blob_id = ?)
       OR EXISTS (SELECT 1 FROM conversions WHERE blob_id = ?)`,
  )
  const removeChunks = tx.sql('DELETE FROM chunks WHERE blob_id = ? AND ordinal < ?')
  let room = sliceChunks
  for (const [blob] of loose) {
    if (named.get(blob, blob, blob)?.[0] !== 1) {
      // Nobody may find the octets any more while they go away.
      tx.sql('UPDATE blobs SET sha256 = NULL WHERE id = ? AND sha256 IS NOT NULL').run(blob)
      const first = tx.raw<[number | null]>('SELECT min(ordinal) FROM chunks WHERE blob_id = ?').get(blob)?.[0] ?? 0
      room -= removeChunks.run(blob, first + room).changes
      if (room <= 0) return true
      tx.sql('DELETE FROM blobs WHERE id = ?').run(blob)
    }
    tx.sql('DELETE FROM loose_blobs WHERE blob_id = ?').run(blob)
  }
  return loose.length > 0
}

/** Events that every sink is past, but for the last ones; without sinks, all but the newest. No sink may hold back more than so many. */
function events(tx: Tx): boolean {
  const sinks = tx.raw<[number | null]>('SELECT min(cursor) FROM outbox_sinks').get()?.[0] ?? null
  const newest = tx.raw<[number | null]>('SELECT max(id) FROM outbox').get()?.[0] ?? 0
  const { outboxEventsUnread, outboxEventsKept, outboxEventsRecent } = tx.limits
  const past = Math.min(sinks ?? newest, newest - outboxEventsRecent)
  const upTo = sinks === null ? newest - outboxEventsUnread : Math.max(past, newest - outboxEventsKept)
  const remove = tx.sql(
    `DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE id <= ? ORDER BY id LIMIT ${sliceRows})`,
  )
  return remove.run(upTo).changes > 0
}

function memories(tx: Tx): boolean {
  const remove = tx.sql(
    `DELETE FROM memory WHERE (account_id, purpose, hash) IN
       (SELECT account_id, purpose, hash FROM memory WHERE until < ? LIMIT ${sliceRows})`,
  )
  return remove.run(tx.now).changes > 0
}
