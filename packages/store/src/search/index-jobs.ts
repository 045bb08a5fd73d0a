/** The writer's part of the text index: what has been prepared goes in, what has gone comes out. */
import type { ContentId } from '../model.ts'
import { job, type Tx } from '../writer/job.ts'
import { type Block, PackedTexts, packBlock } from './block.ts'
import { blockAround, indexedUpTo } from './source.ts'

/** Contents that have been prepared for the index, with no gap between `after` and the last of them. */
export interface TextBatch {
  /** How far the index went when the batch was made. */
  readonly after: number
  readonly contents: readonly { readonly content: ContentId; readonly terms: string }[]
  readonly blocks: readonly Block[]
}

/** Contents that one run takes out. */
const goneAtOnce = 64

/**
 * Takes a batch in; does nothing and answers false where another process has been there first. Content that was removed
 * since the batch was made goes in with it, and comes out with what has gone.
 */
export const indexTexts = job('search.index-texts', (tx: Tx, batch: TextBatch): boolean => {
  const last = batch.contents.at(-1)
  if (last === undefined || indexedUpTo(tx) !== batch.after) return false
  for (const { content, terms } of batch.contents) {
    tx.sql('INSERT INTO text_terms (rowid, terms) VALUES (?, ?)').run(content, terms)
  }
  for (const block of batch.blocks) insertBlock(tx, block)
  tx.sql("UPDATE counters SET value = ? WHERE name = 'text-index'").run(last.content)
  return true
})

/** Takes out texts whose content has gone; answers whether there may be more. */
export const forgetTexts = job('search.forget-texts', (tx: Tx): boolean => {
  const gone = tx
    .raw<[ContentId]>('SELECT content_id FROM text_gone WHERE content_id <= ? ORDER BY content_id LIMIT ?')
    .all(indexedUpTo(tx), goneAtOnce)
    .map(([content]) => content)
  const blocks = new Map<ContentId, Block>()
  for (const content of gone) {
    tx.sql('DELETE FROM text_terms WHERE rowid = ?').run(content)
    tx.sql('DELETE FROM text_gone WHERE content_id = ?').run(content)
    const block = blockAround(tx, content)
    if (block !== null) blocks.set(block.first, block)
  }
  for (const block of blocks.values()) removeFrom(tx, block, new Set(gone))
  return gone.length === goneAtOnce
})

/** Packs what is left of a block anew. */
function removeFrom(tx: Tx, block: Block, gone: ReadonlySet<ContentId>): void {
  const packed = new PackedTexts(block)
  const contents = [...packed.contents()]
  const left = contents.filter(content => !gone.has(content))
  if (left.length === contents.length) return
  const entries = left.flatMap(content => {
    const text = packed.text(content)
    return text === null ? [] : [{ content, text }]
  })
  // Packed before its row goes: the text is read when it is looked at.
  const rest = entries.length === 0 ? null : packBlock(entries)
  tx.sql('DELETE FROM text_blocks WHERE first = ?').run(block.first)
  if (rest !== null) insertBlock(tx, rest)
}

function insertBlock(tx: Tx, { first, layout, header, body }: Block): void {
  tx.sql('INSERT INTO text_blocks (first, layout, header, body) VALUES (?, ?, ?, ?)').run(first, layout, header, body)
}

export const textJobs = [indexTexts, forgetTexts]
