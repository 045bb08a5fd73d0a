/**
 * How many facts are good to be read at once. A message of ten thousand parts has a BODYSTRUCTURE of a megabyte, and a
 * tree that takes several: a page of such messages would hold up everybody, and fill the memory.
 */
import type { Connection } from './connection.ts'
import type { MailboxId, Uid, UidRanges } from './model.ts'

/** Facts of a page: as many octets, and those of one message more. */
const pageOctets = 1 << 20
/** Messages that come to no more than this have no facts worth weighing. */
const carefreeOctets = 8 << 20

/** The first UID with whose facts a page would be too large; null where all that was asked for goes in. */
export function firstTooMany(reader: Connection, mailbox: MailboxId, ranges: UidRanges, limit: number): Uid | null {
  const messages = reader.raw<[number, number]>(
    `SELECT count(*), total(octets) FROM (SELECT octets FROM messages WHERE mailbox_id = ? AND uid BETWEEN ? AND ?
       ORDER BY uid LIMIT ?)`,
  )
  let room = limit
  let octets = 0
  for (const { first, last } of ranges) {
    if (room <= 0 || octets > carefreeOctets) break
    const [count = 0, total = 0] = messages.get(mailbox, first, last, room) ?? []
    room -= count
    octets += total
  }
  return octets > carefreeOctets ? weighed(reader, mailbox, ranges, limit) : null
}

function weighed(reader: Connection, mailbox: MailboxId, ranges: UidRanges, limit: number): Uid | null {
  const weights = reader.raw<[Uid, number]>(
    `SELECT uid, length(envelope) + length(body_structure) + length(structure)
     FROM messages CROSS JOIN facts ON facts.content_id = messages.content_id
     WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?`,
  )
  let room = limit
  let octets = 0
  for (const { first, last } of ranges) {
    if (room <= 0) break
    const rows = weights.all(mailbox, first, last, room)
    room -= rows.length
    for (const [uid, weight] of rows) {
      if (octets > pageOctets) return uid
      octets += weight
    }
  }
  return null
}

/** What of the ranges lies below a UID. */
export function below(ranges: UidRanges, end: Uid | null): UidRanges {
  if (end === null) return ranges
  const last = (end - 1) as Uid
  return ranges.filter(range => range.first < end).map(range => (range.last < end ? range : { ...range, last }))
}
