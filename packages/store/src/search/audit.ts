/** The audit of the text index: it must speak of the contents that it says it has, and of no others. */
import type { Connection } from '../connection.ts'
import type { ContentId } from '../model.ts'
import { type Block, PackedTexts } from './block.ts'

/** What contents have gone and their texts may still be there. */
const known = '(SELECT id FROM contents UNION ALL SELECT content_id FROM text_gone)'
const indexed = "(SELECT value FROM counters WHERE name = 'text-index')"

/** Statements and sentences as `check` takes them. */
export const textFindings: readonly (readonly [sentence: string, sql: string])[] = [
  [
    'The text index says that it goes up to content %; the last one ever was %.',
    `SELECT ${indexed} AS indexed, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'contents'), 0) AS last
     WHERE indexed > last`,
  ],
  [
    'Content % is not in the text index, which says that it goes further.',
    `SELECT id FROM contents WHERE id <= ${indexed} AND id NOT IN (SELECT id FROM text_terms_docsize)`,
  ],
  [
    'The text index has content %, which is gone and not noted to be taken out.',
    `SELECT id FROM text_terms_docsize WHERE id NOT IN ${known}`,
  ],
  [
    'The text index has content %, beyond what it says it has.',
    `SELECT id FROM text_terms_docsize WHERE id > ${indexed}`,
  ],
  [
    'Content % is there and noted to be taken out of the text index.',
    'SELECT content_id FROM text_gone WHERE content_id IN (SELECT id FROM contents)',
  ],
]

/** What is wrong with the blocks of texts; yields null before each, where others may have their turn. */
export function* blockFindings(connection: Connection): Generator<string | null> {
  const next = connection.sql<Block & { readonly next: ContentId | null }>(
    `SELECT first, layout, header, body, (SELECT min(first) FROM text_blocks WHERE first > b.first) AS next
     FROM text_blocks AS b WHERE first > ? ORDER BY first LIMIT 1`,
  )
  const isExpected = connection.raw<[number]>(
    `WITH block (content) AS (VALUES (?))
     SELECT content <= ${indexed} AND (EXISTS (SELECT 1 FROM contents WHERE id = content)
       OR EXISTS (SELECT 1 FROM text_gone WHERE content_id = content)) FROM block`,
  )
  for (let block = next.get(0); block !== undefined; block = next.get(block.first)) {
    yield null
    const { first, next: end } = block
    try {
      for (const content of readBlock(block)) {
        if (isExpected.get(content)?.[0] !== 1) yield `Text block ${first} has content ${content}, which it must not.`
        // The block that is looked at for a content is the last that begins at it or before it.
        if (end !== null && content >= end) yield `Text block ${first} has content ${content}, block ${end} hides it.`
      }
    } catch (error) {
      yield `Text block ${first} cannot be read: ${error instanceof Error ? error.message : error}.`
    }
  }
}

/** Unpacks a block and answers with its contents. Throws where that cannot be done. */
function readBlock(block: Block): readonly ContentId[] {
  const packed = new PackedTexts(block)
  const contents = [...packed.contents()]
  const last = contents.at(-1)
  const text = last === undefined ? null : packed.text(last)
  if (text === null) throw new Error('it has no contents')
  // Looking at them unpacks them.
  void [text.header, text.body]
  return contents
}
