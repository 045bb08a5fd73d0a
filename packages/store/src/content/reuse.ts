/** Stored content as the beginning of another transaction: the rope is taken over, no octet is copied. */
import { MessageParser, type Part } from '@lemonade/mime'
import type { PreparedContent } from '../api.ts'
import type { Connection } from '../connection.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import { newBlob } from './blob.ts'
import { claimContent } from './claim.ts'
import { collect, factsFor, type IngestOptions, Prepared } from './ingest.ts'
import { joinRopes } from './rope.ts'

export interface ReuseOptions extends IngestOptions {
  readonly reader: Connection
  readonly structure: (content: ContentId) => Promise<Part>
}

/** Prepares a content again, with octets put before it. Throws no-such-message. */
export async function reuse(options: ReuseOptions, content: ContentId, prefix: Uint8Array): Promise<PreparedContent> {
  if (prefix.length === 0) return unchanged(options, content)
  const { claims, rope } = await options.writer.run(claimContent, content)
  const stored = (start: number, end: number) => options.readStored(content, start, end)
  async function* read(start: number, end: number): AsyncGenerator<Uint8Array> {
    if (start < prefix.length) yield prefix.subarray(start, end)
    if (end > prefix.length) yield* stored(Math.max(start - prefix.length, 0), end - prefix.length)
  }
  const parser = new MessageParser()
  for await (const octets of read(0, Number.MAX_SAFE_INTEGER)) parser.write(octets)
  const parsed = parser.end()
  const blob = newBlob(prefix)
  const first = [{ blob: claims.length, start: 0, octets: prefix.length }]
  return new Prepared(
    options,
    { kind: 'new', facts: factsFor(parsed), blobs: [...claims, blob], rope: joinRopes(first, rope) },
    parsed,
    { read, close: async () => {} },
  )
}

async function unchanged(options: ReuseOptions, content: ContentId): Promise<Prepared> {
  const structure = await options.structure(content)
  const header = await collect(options.readStored(content, 0, structure.bodyStart), structure.bodyStart)
  const octets = structure.end
  if (header.length !== structure.bodyStart) throw new StoreError('damaged', `content ${content} is too short`)
  return new Prepared(options, { kind: 'stored', content }, { octets, header, structure }, null)
}
