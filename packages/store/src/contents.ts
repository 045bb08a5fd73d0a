/** Stored content: streamed by its rope, a chunk at a time, and taken up again for new transactions. */
import type { Part } from '@lemonade/mime'
import type { Contents } from './api.ts'
import { readBlob } from './content/blob.ts'
import { compose } from './content/compose.ts'
import { contentOctets, readContent, ropeOf } from './content/content.ts'
import { type IngestOptions, ingest } from './content/ingest.ts'
import { previews } from './content/preview.ts'
import { reuse } from './content/reuse.ts'
import { sliceRope } from './content/rope.ts'
import type { Engine } from './engine.ts'
import { structureOf } from './facts.ts'
import type { ContentId } from './model.ts'

export function contentsOf(engine: Engine): Contents {
  const { reader, writer, temporary, readings } = engine

  /** Octets [start, end) of a content. A reader that is slow holds no transaction, only the collector off. */
  async function* read(content: ContentId, start = 0, end = Number.MAX_SAFE_INTEGER): AsyncGenerator<Uint8Array> {
    const done = readings.begin(content)
    try {
      for (const segment of sliceRope(ropeOf(reader, content), start, end)) {
        yield* readBlob(reader, segment.blob, segment.start, segment.start + segment.octets)
      }
    } finally {
      done()
    }
  }

  const structure = async (content: ContentId): Promise<Part> => structureOf(reader, content)
  const options: IngestOptions = {
    writer,
    temporary,
    readStored: read,
    readBlob: (blob, start, end) => readBlob(reader, blob, start, end),
  }
  return {
    writer: ({ limitOctets, ahead }) => ingest(options, limitOctets, ahead),
    compose: (pieces, { limitOctets }) => compose({ ...options, structure }, pieces, limitOctets),
    reuse: (content, prefix = new Uint8Array(0)) => reuse({ ...options, structure }, content, prefix),
    octets: async content => contentOctets(reader, content),
    read,
    readAll: async (content, start = 0, end = Number.MAX_SAFE_INTEGER) => readContent(reader, content, start, end),
    structure,
    preview: previews({ reader, writer, structure }),
  }
}
