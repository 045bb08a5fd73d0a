/** Prepares the next contents for the text index, away from the writer: extracting, cutting and packing is most of the work. */
import type { Connection } from '../connection.ts'
import type { ContentId } from '../model.ts'
import { type BlockEntry, blockContents, blockOctets, mostTextOctets, packBlock } from './block.ts'
import type { CommonWords } from './common-words.ts'
import { Terms } from './grams.ts'
import type { TextBatch } from './index-jobs.ts'
import { extractText, indexedUpTo } from './source.ts'

/** Blocks in a batch. */
const batchBlocks = 4

/** What there is to do for the text index. */
export interface TextWork {
  /** Null where the contents that are not indexed do not fill a block: those few are read as they are. */
  readonly batch: TextBatch | null
  /** Whether texts of gone contents are to be taken out. */
  readonly gone: boolean
}

export function* prepareTexts(reader: Connection, common: CommonWords): Generator<void, TextWork> {
  const batch = yield* nextBatch(reader, common)
  const gone = reader.number('SELECT EXISTS (SELECT 1 FROM text_gone WHERE content_id <= ?)', indexedUpTo(reader))
  return { batch, gone: gone === 1 }
}

/** One content a step. */
function* nextBatch(reader: Connection, common: CommonWords): Generator<void, TextBatch | null> {
  const after = indexedUpTo(reader)
  const waiting = reader
    .raw<[ContentId]>('SELECT id FROM contents WHERE id > ? ORDER BY id LIMIT ?')
    .all(after, blockContents * batchBlocks)
  const contents: { content: ContentId; terms: string }[] = []
  const blocks: BlockEntry[][] = []
  let entries: BlockEntry[] = []
  let octets = 0
  let complete = 0
  for (const [content] of waiting) {
    const terms = new Terms()
    const text = extractText(reader, content, terms)
    const textOctets = text.header.length + text.body.length
    contents.push({ content, terms: terms.join(common) })
    if (textOctets <= mostTextOctets) entries.push({ content, text })
    octets += textOctets
    if (entries.length === blockContents || octets >= blockOctets) {
      if (entries.length > 0) blocks.push(entries)
      entries = []
      octets = 0
      complete = contents.length
    }
    yield
  }
  if (complete === 0) return null
  return { after, contents: contents.slice(0, complete), blocks: blocks.map(packBlock) }
}
