/** Facts of contents, as FETCH asks for them: a page at a time, only the columns that it needs. */
import { decodePart } from '@lemonade/mime'
import type { Connection, Value } from './connection.ts'
import type { ContentId, MessageFacts } from './model.ts'
import { StoreError } from './problem.ts'

const columns: Readonly<Record<keyof MessageFacts, { column: string; read(value: Uint8Array): unknown }>> = {
  envelope: { column: 'envelope', read: octets => octets },
  bodyStructure: { column: 'body_structure', read: octets => octets },
  structure: { column: 'structure', read: decodePart },
}

/** Throws no-such-message where a content is gone. */
export function factsOfContents<K extends keyof MessageFacts>(
  reader: Connection,
  contents: readonly ContentId[],
  want: readonly K[],
): ReadonlyMap<ContentId, Pick<MessageFacts, K>> {
  const facts = new Map<ContentId, Pick<MessageFacts, K>>()
  if (want.length === 0) return facts
  const select = reader.raw<Value[]>(
    `SELECT ${want.map(name => columns[name].column).join(', ')} FROM facts WHERE content_id = ?`,
  )
  for (const content of contents) {
    const row = select.get(content)
    if (row === undefined) throw new StoreError('no-such-message', `content ${content} is gone`)
    const entries = want.map((name, index) => [name, columns[name].read(row[index] as Uint8Array)])
    facts.set(content, Object.fromEntries(entries) as Pick<MessageFacts, K>)
  }
  return facts
}
