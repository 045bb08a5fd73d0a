/** Whole contents of small messages, many by one statement: one each costs more in locks than in reading. */
import type { Connection } from '../connection.ts'
import type { MailboxId, Uid } from '../model.ts'
import { StoreError } from '../problem.ts'
import { type BlobRow, blobOctets } from './blob.ts'

/** Larger messages are streamed. */
const smallOctets = 32_768
/** What is held at once. */
const pageOctets = 2 << 20

type Columns = [
  uid: Uid,
  total: number,
  start: number,
  length: number,
  blob: number,
  sha256: Uint8Array | null,
  octets: number,
  encoding: number,
  data: Uint8Array | null,
]

/** Contents of the messages from UID `first` to `last` that are small, sound and within what may be held. */
export function smallContents(reader: Connection, mailbox: MailboxId, first: Uid, last: number): Map<Uid, Uint8Array> {
  const rows = reader
    .raw<Columns>(
      `SELECT uid, total, segments.start, segments.octets, blobs.id, sha256, blobs.octets, encoding, data
       FROM (SELECT uid, content_id, octets AS total, sum(octets) OVER (ORDER BY uid) AS held FROM messages
             WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND octets <= ${smallOctets}) AS small
       CROSS JOIN segments ON segments.content_id = small.content_id CROSS JOIN blobs ON blobs.id = blob_id
       WHERE held <= ${pageOctets} ORDER BY uid, ordinal`,
    )
    .all(mailbox, first, last)
  const contents = new Map<Uid, Uint8Array>()
  for (let at = 0; at < rows.length; ) {
    const begin = at
    const [uid, total] = rows[at] as Columns
    while (rows[at]?.[0] === uid) at++
    const octets = joined(reader, rows.slice(begin, at))
    if (octets?.length === total) contents.set(uid, octets)
  }
  return contents
}

/** The rope's octets in one piece; null where they are damaged, which whoever reads them by themselves is told. */
function joined(reader: Connection, rope: readonly Columns[]): Uint8Array | null {
  try {
    const pieces = rope.flatMap(([, , start, length, id, sha256, octets, encoding, data]) => {
      const blob: BlobRow = { id, sha256, octets, encoding, data }
      return [...blobOctets(reader, blob, start, start + length)]
    })
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  } catch (error) {
    if (error instanceof StoreError) return null
    throw error
  }
}
