/**
 * The audit of a store: everything that is said twice must agree, everything that is named must be there, and
 * nothing may be there that nothing names. It reads one snapshot, so that it is right while others write.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Connection, type Value } from './connection.ts'
import { readBlob } from './content/blob.ts'
import { StoreError } from './problem.ts'
import { blockFindings, textFindings } from './search/audit.ts'

/** Blobs verified between two turns of the event loop. */
const sliceBlobs = 50

/** Statements that find what is wrong: each row is put into the sentence, column by column. */
const findings: readonly (readonly [sentence: string, sql: string])[] = [
  [
    'Mailbox % says that % messages of % octets carry flag set %; there are % of % octets.',
    `SELECT m, cm, co, f, tm, t FROM (
       SELECT mailbox_id AS m, flag_set AS f, sum(cm) AS cm, sum(co) AS co, sum(tm) AS tm, sum(t) AS t FROM (
         SELECT mailbox_id, flag_set, messages AS cm, octets AS co, 0 AS tm, 0 AS t FROM mailbox_flag_sets
         UNION ALL
         SELECT mailbox_id, flag_set, 0, 0, count(*), sum(octets) FROM messages
         WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE name IS NOT NULL) GROUP BY mailbox_id, flag_set)
       WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE name IS NOT NULL)
       GROUP BY mailbox_id, flag_set) WHERE cm <> tm OR co <> t`,
  ],
  [
    'Mailbox % says that % messages are recent; there are %.',
    `SELECT id, recent, (SELECT count(*) FROM messages WHERE mailbox_id = mailboxes.id AND uid >= first_recent_uid) AS found
     FROM mailboxes WHERE name IS NOT NULL AND recent <> found`,
  ],
  [
    'Mailbox % says that it has % tombstones; there are %.',
    `SELECT id, tombstones, (SELECT count(*) FROM tombstones WHERE mailbox_id = mailboxes.id) AS found
     FROM mailboxes WHERE name IS NOT NULL AND tombstones <> found`,
  ],
  [
    'Mailbox % will give UID % though UID % is there.',
    `SELECT id, uid_next, (SELECT max(uid) FROM messages WHERE mailbox_id = mailboxes.id) AS last FROM mailboxes
     WHERE last >= uid_next`,
  ],
  [
    'Mailbox % is at mod-sequence %, and a message or a tombstone of it at %.',
    `SELECT id, highest_modseq, max(
         ifnull((SELECT max(modseq) FROM messages WHERE mailbox_id = mailboxes.id), 0),
         ifnull((SELECT max(modseq) FROM tombstones WHERE mailbox_id = mailboxes.id), 0)) AS last
     FROM mailboxes WHERE name IS NOT NULL AND last > highest_modseq`,
  ],
  [
    'Mailbox % says that its annotations have % octets; there are %.',
    `SELECT id, annotation_octets, (SELECT ifnull(sum(length(entry) + length(value)), 0) FROM annotations
       WHERE mailbox_id = mailboxes.id AND value IS NOT NULL) AS found
     FROM mailboxes WHERE name IS NOT NULL AND annotation_octets <> found`,
  ],
  [
    'The annotation % stands with UID % of mailbox %, which is not there.',
    `SELECT entry, uid, mailbox_id FROM annotations
     WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.mailbox_id = annotations.mailbox_id AND m.uid = annotations.uid)`,
  ],
  [
    'The annotation % of UID % of mailbox % is at mod-sequence %, its message at %.',
    `SELECT entry, annotations.uid, annotations.mailbox_id, annotations.modseq, messages.modseq FROM annotations
       JOIN messages ON messages.mailbox_id = annotations.mailbox_id AND messages.uid = annotations.uid
     WHERE annotations.modseq > messages.modseq`,
  ],
  [
    'Mailbox % is at mod-sequence %, and its metadata entry % at %.',
    `SELECT id, highest_modseq, entry, modseq FROM metadata JOIN mailboxes ON mailboxes.id = mailbox_id
     WHERE modseq > highest_modseq`,
  ],
  [
    'The metadata entry % is of mailbox % and account %, which are not there.',
    `SELECT entry, mailbox_id, reader_id FROM metadata
     WHERE (mailbox_id <> 0 AND mailbox_id NOT IN (SELECT id FROM mailboxes WHERE name IS NOT NULL))
        OR (reader_id <> 0 AND reader_id NOT IN (SELECT id FROM accounts WHERE name IS NOT NULL))`,
  ],
  [
    'Account % is at mod-sequence %, and mailbox % of it at %.',
    `SELECT accounts.id, modseq, mailboxes.id, highest_modseq
     FROM mailboxes JOIN accounts ON accounts.id = account_id WHERE highest_modseq > modseq`,
  ],
  [
    'UID % of mailbox % is there and has a tombstone.',
    `SELECT uid, messages.mailbox_id FROM tombstones JOIN messages
       ON messages.mailbox_id = tombstones.mailbox_id AND uid BETWEEN first AND last`,
  ],
  [
    'UID % of mailbox % names flag set %, which is not one of its account.',
    `SELECT uid, mailbox_id, flag_set FROM messages JOIN mailboxes ON mailboxes.id = mailbox_id
     WHERE mailboxes.name IS NOT NULL AND flag_set NOT IN (SELECT id FROM flag_sets WHERE account_id = mailboxes.account_id)`,
  ],
  [
    'UID % of mailbox % has % octets, its content %.',
    `SELECT uid, mailbox_id, messages.octets, contents.octets FROM messages JOIN contents ON contents.id = content_id
     WHERE messages.octets <> contents.octets`,
  ],
  [
    'Account % says that it uses % octets in % messages; it has % in %.',
    `SELECT id, used_octets, used_messages, octets, messages FROM (
       SELECT accounts.id, used_octets, used_messages, total(mailbox_flag_sets.octets) AS octets,
         total(messages) AS messages
       FROM accounts LEFT JOIN mailboxes ON account_id = accounts.id AND mailboxes.name IS NOT NULL
         LEFT JOIN mailbox_flag_sets ON mailbox_id = mailboxes.id
       WHERE accounts.name IS NOT NULL GROUP BY accounts.id)
     WHERE octets <> used_octets OR messages <> used_messages`,
  ],
  [
    'Account % has rights to mailbox %, which is its own, or one of the two is gone.',
    `SELECT acl.account_id, mailbox_id FROM acl LEFT JOIN mailboxes ON mailboxes.id = mailbox_id
       LEFT JOIN accounts ON accounts.id = acl.account_id
     WHERE mailboxes.name IS NULL OR acl.account_id = mailboxes.account_id
       OR acl.account_id <> 0 AND accounts.name IS NULL`,
  ],
  [
    'Account % has no INBOX.',
    `SELECT id FROM accounts WHERE name IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM mailboxes WHERE account_id = accounts.id AND mailboxes.name = 'INBOX')`,
  ],
  [
    'Content % has % octets, its rope %.',
    `SELECT id, octets, (SELECT total(octets) FROM segments WHERE content_id = contents.id) AS found FROM contents
     WHERE octets <> found`,
  ],
  ['Content % has no facts.', 'SELECT id FROM contents WHERE id NOT IN (SELECT content_id FROM facts)'],
  [
    'Content % is named by nothing, and the collector does not know of it.',
    `SELECT id FROM contents WHERE NOT EXISTS (SELECT 1 FROM messages WHERE content_id = contents.id)
       AND NOT EXISTS (SELECT 1 FROM queue WHERE content_id = contents.id)
       AND id NOT IN (SELECT content_id FROM loose_contents)`,
  ],
  [
    'Segment % of content % goes beyond the end of blob %.',
    `SELECT ordinal, content_id, blob_id FROM segments JOIN blobs ON blobs.id = blob_id
     WHERE start < 0 OR segments.octets <= 0 OR start + segments.octets > blobs.octets`,
  ],
  [
    'Segment % of content % names blob %, which is not complete.',
    `SELECT ordinal, content_id, blob_id FROM segments JOIN blobs ON blobs.id = blob_id WHERE sha256 IS NULL`,
  ],
  [
    'Blob % is named by nothing, and the collector does not know of it.',
    `SELECT id FROM blobs WHERE NOT EXISTS (SELECT 1 FROM segments WHERE blob_id = blobs.id)
       AND NOT EXISTS (SELECT 1 FROM claims WHERE blob_id = blobs.id)
       AND NOT EXISTS (SELECT 1 FROM conversions WHERE blob_id = blobs.id)
       AND id NOT IN (SELECT blob_id FROM loose_blobs)`,
  ],
  ...textFindings,
]

export async function* check(
  file: string,
  progress: (done: number, total: number) => void = () => {},
): AsyncGenerator<string> {
  const connection = new Connection(file, { readonly: true })
  try {
    connection.run('BEGIN')
    const blobs = connection.number('SELECT count(*) FROM blobs')
    const total = findings.length + 2 + blobs
    let done = 0
    for (const pragma of ['quick_check', 'foreign_key_check']) {
      for (const row of connection.raw(`PRAGMA ${pragma}`).all()) {
        if (row[0] !== 'ok') yield `The database itself: ${row.join(' ')}.`
      }
      progress(++done, total)
      await nextTurn()
    }
    for (const [sentence, sql] of findings) {
      for (const row of connection.raw(sql).all()) yield filled(sentence, row)
      progress(++done, total)
      await nextTurn()
    }
    for (const finding of blockFindings(connection)) {
      if (finding !== null) yield finding
      else await nextTurn()
    }
    for (let after = 0; ; ) {
      const ids = connection
        .raw<[number]>('SELECT id FROM blobs WHERE id > ? AND sha256 IS NOT NULL ORDER BY id LIMIT ?')
        .all(after, sliceBlobs)
        .flat()
      for (const id of ids) {
        const finding = await damage(connection, id)
        if (finding !== null) yield finding
        after = id
      }
      done += ids.length
      progress(done, total)
      if (ids.length < sliceBlobs) break
      await nextTurn()
    }
    progress(total, total)
  } finally {
    connection.close()
  }
}

function filled(sentence: string, values: readonly Value[]): string {
  let at = 0
  return sentence.replace(/%/g, () => String(values[at++]))
}

/** Reads a blob whole, which verifies its hash; null where it is sound. */
async function damage(connection: Connection, id: number): Promise<string | null> {
  try {
    let chunks = 0
    const octets = connection.number('SELECT octets FROM blobs WHERE id = ?', id)
    for (const _ of readBlob(connection, id, 0, octets)) if (++chunks % sliceBlobs === 0) await nextTurn()
    return null
  } catch (error) {
    if (error instanceof StoreError) return `Blob ${id} cannot be read: ${error.message}.`
    throw error
  }
}
