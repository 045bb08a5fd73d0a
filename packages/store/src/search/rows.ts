/** Columns of the messages that a search has found, read in steps. */
import type { Connection, Value } from '../connection.ts'
import type { MailboxId } from '../model.ts'

/** Messages read in a step: a few milliseconds' worth. */
const stepRows = 2_000
/** Where a step's messages are at least every so many-th of their range, the range is read. */
const sparse = 8

/**
 * Hands over a row for each message that is there, in the order of the UIDs, which ascend: its UID, then the columns. These are
 * expressions over `m`, a row of `messages`, and `c`, its row of `contents`.
 */
export function* readRows<R extends readonly [uid: number, ...columns: Value[]]>(
  connection: Connection,
  mailbox: MailboxId,
  uids: Uint32Array,
  columns: readonly string[],
  each: (row: R, index: number) => void,
): Generator<void, void> {
  const contents = columns.some(column => column.includes('c.')) ? 'CROSS JOIN contents c ON c.id = m.content_id' : ''
  const select = `SELECT ${['m.uid', ...columns].join(', ')} FROM`
  const byRange = connection.raw<R>(
    `${select} messages m ${contents} WHERE m.mailbox_id = ? AND m.uid BETWEEN ? AND ? ORDER BY m.uid`,
  )
  const byUid = connection.raw<R>(
    `${select} json_each(?) j CROSS JOIN messages m ON m.mailbox_id = ? AND m.uid = j.value ${contents} ORDER BY m.uid`,
  )
  for (let at = 0; at < uids.length; at += stepRows) {
    const step = uids.subarray(at, at + stepRows)
    const [first, last] = [step[0] as number, step.at(-1) as number]
    const rows =
      last - first < step.length * sparse
        ? byRange.all(mailbox, first, last)
        : byUid.all(JSON.stringify([...step]), mailbox)
    let index = 0
    for (const row of rows) {
      // What has gone meanwhile has no row.
      while ((step[index] as number) < row[0]) index++
      if (row[0] === step[index]) each(row, at + index++)
    }
    yield
  }
}
