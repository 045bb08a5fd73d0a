/** Stored content as the beginning of another transaction: the rope is taken over, no octet is copied. */
import type { Part } from '@lemonade/mime'
import type { PreparedContent } from '../api.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import { compose } from './compose.ts'
import { type IngestOptions, Prepared, smallContent } from './ingest.ts'
import { collect } from './stage.ts'

export interface ReuseOptions extends IngestOptions {
  readonly structure: (content: ContentId) => Promise<Part>
}

/** Prepares a content again, with octets put before it. Throws no-such-message. */
export async function reuse(options: ReuseOptions, content: ContentId, prefix: Uint8Array): Promise<PreparedContent> {
  if (prefix.length === 0) return unchanged(options, content)
  return compose(options, [smallContent(options, prefix), { content, start: 0, end: Number.MAX_SAFE_INTEGER }])
}

async function unchanged(options: ReuseOptions, content: ContentId): Promise<Prepared> {
  const structure = await options.structure(content)
  const header = await collect(options.readStored(content, 0, structure.bodyStart), structure.bodyStart)
  const octets = structure.end
  if (header.length !== structure.bodyStart) throw new StoreError('damaged', `content ${content} is too short`)
  return new Prepared(options, { kind: 'stored', content }, { octets, header, structure, holdsNul: false }, null)
}
