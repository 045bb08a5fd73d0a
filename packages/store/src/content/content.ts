/** Contents: what stands once for a message however often it is stored, and the job's side of storing it. */
import type { Connection } from '../connection.ts'
import type { ContentId } from '../model.ts'
import { StoreError } from '../problem.ts'
import type { Tx } from '../writer/job.ts'
import { type BlobRow, blobOctets, type Claim, type NewBlob, storeBlob, useClaim } from './blob.ts'
import { type Rope, sliceRope } from './rope.ts'

/** The columns of `contents` and `facts`: computed at ingest, never again. */
export interface ContentFacts {
  readonly octets: number
  readonly headerOctets: number
  readonly messageId: string | null
  readonly references: readonly string[]
  readonly sentAt: number | null
  readonly sentDay: number | null
  readonly baseSubject: string
  readonly isReply: boolean
  readonly sortFrom: string
  readonly sortTo: string
  readonly sortCc: string
  readonly displayFrom: string
  readonly displayTo: string
  readonly hasAttachment: boolean
  readonly envelope: Uint8Array
  readonly bodyStructure: Uint8Array
  readonly structure: Uint8Array
}

/** Content on its way into a transaction: new, with a rope over `blobs` by their index, or there already. */
export type ContentSource =
  | {
      readonly kind: 'new'
      readonly facts: ContentFacts
      readonly blobs: readonly (NewBlob | Claim)[]
      readonly rope: Rope<number>
    }
  | { readonly kind: 'stored'; readonly content: ContentId }

/** What a message row needs of its content. */
export interface StoredContent {
  readonly content: ContentId
  readonly octets: number
  readonly messageId: string | null
  readonly references: readonly string[]
}

/** Stores content or finds it. Throws no-such-message where it is gone, busy where a claim has run out. */
export function storeContent(tx: Tx, source: ContentSource): StoredContent {
  if (source.kind === 'stored') return findContent(tx, source.content)
  const { facts } = source
  const content = insertFacts(tx, facts)
  const blobs = source.blobs.map(blob => ('claim' in blob ? useClaim(tx, blob) : storeBlob(tx, blob)))
  const insert = tx.sql('INSERT INTO segments (content_id, ordinal, blob_id, start, octets) VALUES (?, ?, ?, ?, ?)')
  for (const [ordinal, segment] of source.rope.entries()) {
    insert.run(content, ordinal, blobs[segment.blob] as number, segment.start, segment.octets)
  }
  return { content, octets: facts.octets, messageId: facts.messageId, references: facts.references }
}

/** Throws no-such-message. */
export function findContent(tx: Tx, content: ContentId): StoredContent {
  const row = tx
    .raw<[number, string | null, string]>('SELECT octets, message_id, message_references FROM contents WHERE id = ?')
    .get(content)
  if (row === undefined) throw new StoreError('no-such-message', `content ${content} is gone`)
  // Until now perhaps nothing named it: it may be on the collector's list, which looks again before it acts.
  return { content, octets: row[0], messageId: row[1], references: row[2] === '' ? [] : row[2].split('\n') }
}

function insertFacts(tx: Tx, facts: ContentFacts): ContentId {
  const content = Number(
    tx
      .sql(
        `INSERT INTO contents (octets, header_octets, message_id, message_references, sent_at, sent_day, base_subject,
           is_reply, sort_from, sort_to, sort_cc, display_from, display_to, has_attachment)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        facts.octets,
        facts.headerOctets,
        facts.messageId,
        facts.references.join('\n'),
        facts.sentAt,
        facts.sentDay,
        facts.baseSubject,
        Number(facts.isReply),
        facts.sortFrom,
        facts.sortTo,
        facts.sortCc,
        facts.displayFrom,
        facts.displayTo,
        Number(facts.hasAttachment),
      ).lastInsertRowid,
  ) as ContentId
  tx.sql('INSERT INTO facts (content_id, envelope, body_structure, structure) VALUES (?, ?, ?, ?)').run(
    content,
    facts.envelope,
    facts.bodyStructure,
    facts.structure,
  )
  return content
}

/** Lets the collector look whether anything still names the content. */
export function loosenContent(tx: Tx, content: ContentId): void {
  tx.sql('INSERT OR IGNORE INTO loose_contents (content_id) VALUES (?)').run(content)
}

/** The rope of a content over blob ids. Throws no-such-message. */
export function ropeOf(reader: Pick<Connection, 'raw'>, content: ContentId): Rope<number> {
  const rows = reader
    .raw<[number, number, number]>('SELECT blob_id, start, octets FROM segments WHERE content_id = ? ORDER BY ordinal')
    .all(content)
  if (rows.length === 0 && contentOctets(reader, content) > 0) {
    throw new StoreError('damaged', `content ${content} has no rope`)
  }
  return rows.map(([blob, start, octets]) => ({ blob, start, octets }))
}

/** Octets [start, end) of a content in one piece, by one statement. Throws no-such-message, damaged. */
export function readContent(reader: Connection, content: ContentId, start: number, end: number): Uint8Array {
  const rows = reader
    .raw<[number, number, number, Uint8Array | null, number, number, Uint8Array | null]>(
      `SELECT segments.start, segments.octets, blobs.id, sha256, blobs.octets, encoding, data
       FROM segments JOIN blobs ON blobs.id = blob_id WHERE content_id = ? ORDER BY ordinal`,
    )
    .all(content)
  if (rows.length === 0 && contentOctets(reader, content) > 0) {
    throw new StoreError('damaged', `content ${content} has no rope`)
  }
  const rope = rows.map(([start, length, id, sha256, octets, encoding, data]) => {
    const blob: BlobRow = { id, sha256, octets, encoding, data }
    return { blob, start, octets: length }
  })
  const pieces = sliceRope(rope, start, end).flatMap(segment => [
    ...blobOctets(reader, segment.blob, segment.start, segment.start + segment.octets),
  ])
  return pieces.length === 1 ? (pieces[0] as Uint8Array) : new Uint8Array(Buffer.concat(pieces))
}

/** Throws no-such-message. */
export function contentOctets(reader: Pick<Connection, 'raw'>, content: ContentId): number {
  const row = reader.raw<[number]>('SELECT octets FROM contents WHERE id = ?').get(content)
  if (row === undefined) throw new StoreError('no-such-message', `content ${content} is gone`)
  return row[0]
}
