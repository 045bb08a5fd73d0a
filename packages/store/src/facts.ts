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
  // One statement for the page: a look-up each would cost more in locks than in reading.
  const select = reader.raw<[ContentId, ...Value[]]>(
    `SELECT content_id, ${want.map(name => columns[name].column).join(', ')} FROM facts
     WHERE content_id IN (SELECT value FROM json_each(?))`,
  )
  for (const [content, ...values] of select.all(JSON.stringify(contents))) {
    const found: Partial<Record<keyof MessageFacts, unknown>> = {}
    for (let at = 0; at < want.length; at++)
      found[want[at] as K] = columns[want[at] as K].read(values[at] as Uint8Array)
    facts.set(content, found as Pick<MessageFacts, K>)
  }
  const gone = contents.find(content => !facts.has(content))
  if (gone !== undefined) throw new StoreError('no-such-message', `content ${gone} is gone`)
  return facts
}
