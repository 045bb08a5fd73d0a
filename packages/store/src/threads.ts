/** THREADID (RFC 8474 §5.2): a message joins the conversation of the first message-id that an earlier one has named. */
import { hash } from 'node:crypto'
import type { StoredContent } from './content/content.ts'
import type { AccountId } from './model.ts'
import type { Tx } from './writer/job.ts'

/** Of a longer References field, its first message-id and the last ones. */
const referencesUsed = 20

/** The thread of a message in an account; a message that belongs to none begins its own. */
export function threadOf(tx: Tx, account: AccountId, message: StoredContent): number {
  const ids = new Set(message.messageId === null ? [] : [message.messageId])
  const { references } = message
  for (const id of references.slice(-(referencesUsed - 1)).reverse()) ids.add(id)
  if (references[0] !== undefined) ids.add(references[0])
  const hashes = Array.from(ids, hashOf)

  const find = tx.raw<[number]>('SELECT thread FROM threads WHERE account_id = ? AND hash = ?')
  let thread: number | undefined
  const unknown = hashes.filter(each => {
    const found = find.get(account, each)
    thread ??= found?.[0]
    return found === undefined
  })
  thread ??= message.content
  const insert = tx.sql('INSERT OR IGNORE INTO threads (account_id, hash, thread) VALUES (?, ?, ?)')
  for (const each of unknown) insert.run(account, each, thread)
  return thread
}

/** 53 bits, so that it is a number everywhere. */
function hashOf(messageId: string): number {
  const digest = hash('sha256', messageId, 'buffer')
  return digest.readUIntBE(0, 6) * 32 + (digest.readUInt8(6) >> 3)
}
