/** Previews of contents: made when they are first asked for, and kept with the content. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Part, previewOf } from '@lemonade/mime'
import type { Connection } from '../connection.ts'
import type { ContentId } from '../model.ts'
import type { Writer } from '../writer/client.ts'
import { job } from '../writer/job.ts'
import { readContent } from './content.ts'

export interface PreviewOptions {
  readonly reader: Connection
  readonly writer: Writer
  readonly structure: (content: ContentId) => Promise<Part>
}

/** Keeps a preview, unless the content has gone meanwhile. */
export const storePreview = job('content.store-preview', (tx, args: { content: ContentId; text: string }) => {
  tx.sql(
    `INSERT OR IGNORE INTO previews (content_id, text)
     SELECT id, ? FROM contents WHERE id = ?`,
  ).run(args.text, args.content)
})

/** Gives previews; with `lazy`, null where one was not made yet. Throws no-such-message, damaged. */
export function previews(options: PreviewOptions): (content: ContentId, lazy: boolean) => Promise<string | null> {
  const { reader, writer, structure } = options
  /** Those that are on their way into the store. */
  const made = new Map<ContentId, string>()
  return async (content, lazy) => {
    const kept = made.get(content) ?? stored(reader, content)
    if (kept !== null || lazy) return kept
    // Whoever asks for many takes turns with everybody else.
    await nextTurn()
    const text = previewOf(await structure(content), (start, end) => readContent(reader, content, start, end))
    made.set(content, text)
    // Nobody waits for it, and where it cannot be kept it is made again.
    const done = () => made.delete(content)
    writer.run(storePreview, { content, text }).then(done, done)
    return text
  }
}

function stored(reader: Connection, content: ContentId): string | null {
  return reader.raw<[string]>('SELECT text FROM previews WHERE content_id = ?').get(content)?.[0] ?? null
}
