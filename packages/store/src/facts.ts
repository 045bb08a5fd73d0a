/**
 * Facts of messages, as FETCH asks for them: a page at a time, only the columns that it needs.
 *
 * A column of a page comes as one run of octets with the length of each piece, since an object for each piece costs
 * several times what reading it costs.
 */
import { decodePart, type Part } from '@lemonade/mime'
import type { Connection, Value } from './connection.ts'
import { smallContents } from './content/small.ts'
import type { ContentId, MailboxId, MessageFacts, Uid, UidRanges } from './model.ts'
import { StoreError } from './problem.ts'

/** A fact that is a column of `facts`. */
type Column = Exclude<keyof MessageFacts, 'whole'>

const columns: Readonly<Record<Column, { column: string; read(value: Uint8Array): unknown }>> = {
  envelope: { column: 'envelope', read: octets => octets },
  bodyStructure: { column: 'body_structure', read: octets => octets },
  structure: { column: 'structure', read: decodePart },
}

/** Facts of at most `limit` of the UIDs, of those that are there. */
export function factsOfPage<K extends keyof MessageFacts>(
  reader: Connection,
  mailbox: MailboxId,
  ranges: UidRanges,
  want: readonly K[],
  limit: number,
): ReadonlyMap<Uid, Pick<MessageFacts, K>> {
  const facts = new Map<Uid, Pick<MessageFacts, K>>()
  const named = (want as readonly (keyof MessageFacts)[]).filter(name => name !== 'whole')
  const select = reader.raw<Value[]>(pageStatement(named))
  for (const { first, last } of ranges) {
    const room = limit - facts.size
    if (room <= 0) break
    const [uids, ...runs] = select.get(mailbox, first, last, room) ?? []
    const list = JSON.parse(String(uids)) as Uid[]
    for (const uid of list) facts.set(uid, {} as Pick<MessageFacts, K>)
    for (const [index, name] of named.entries()) {
      const lengths = JSON.parse(String(runs[2 * index])) as number[]
      const pieces = pieceReader(runs[2 * index + 1] as Uint8Array | null, lengths)
      for (const uid of list) (facts.get(uid) as Partial<Record<Column, unknown>>)[name] = columns[name].read(pieces())
    }
    if (named.length === want.length) continue
    for (const [uid, octets] of smallContents(reader, mailbox, first, list.at(-1) ?? 0)) {
      const known = facts.get(uid) as { whole?: Uint8Array } | undefined
      if (known !== undefined) known.whole = octets
    }
  }
  return facts
}

/** UIDs as a JSON array; then, for each column, the lengths as another and the octets as one run, in the same order. */
function pageStatement(want: readonly Column[]): string {
  const names = want.map(name => columns[name].column)
  // As text or as a blob, octets are the same octets to group_concat.
  const runs = names.map(name => `, json_group_array(length(${name})), CAST(group_concat(${name}, '') AS BLOB)`)
  return `SELECT json_group_array(uid)${runs.join('')} FROM (
    SELECT ${['uid', ...names].join(', ')} FROM messages CROSS JOIN facts ON facts.content_id = messages.content_id
    WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ?)`
}

/** The pieces of a run of octets, one after the other. */
function pieceReader(run: Uint8Array | null, lengths: readonly number[]): () => Uint8Array {
  let next = 0
  let at = 0
  return () => {
    const length = lengths[next++] ?? 0
    const start = (run?.byteOffset ?? 0) + at
    at += length
    return run === null ? new Uint8Array(0) : new Uint8Array(run.buffer, start, length)
  }
}

/** Throws no-such-message where the content is gone. */
export function structureOf(reader: Connection, content: ContentId): Part {
  const row = reader.raw<[Uint8Array]>('SELECT structure FROM facts WHERE content_id = ?').get(content)
  if (row === undefined) throw new StoreError('no-such-message', `content ${content} is gone`)
  return decodePart(row[0])
}
