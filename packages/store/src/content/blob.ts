/**
 * Blobs: octets by their SHA-256. The jobs that put them into the store, and the reading of them.
 *
 * - A blob's octets never change. One hash, one blob.
 * - While content is prepared, claims keep its blobs from the collector; they run out if the process dies.
 */
import { createHash, hash } from 'node:crypto'
import type { Connection } from '../connection.ts'
import { StoreError } from '../problem.ts'
import { job, type Tx } from '../writer/job.ts'
import { chunkOctets, decodeChunk, type Encoded, encodeChunk } from './chunk.ts'

/** How long prepared content may wait for its transaction. */
export const claimMilliseconds = 60 * 60 * 1000

/** A blob that is in memory, cut and compressed. */
export interface NewBlob {
  readonly sha256: Uint8Array
  readonly octets: number
  readonly chunks: readonly Encoded[]
}

export interface Claim {
  readonly claim: number
  readonly blob: number
}

export function sha256(octets: Uint8Array): Uint8Array {
  return new Uint8Array(hash('sha256', octets, 'buffer'))
}

export function newBlob(octets: Uint8Array): NewBlob {
  const chunks: Encoded[] = []
  for (let at = 0; at < octets.length; at += chunkOctets) {
    chunks.push(encodeChunk(octets.subarray(at, Math.min(at + chunkOctets, octets.length))))
  }
  return { sha256: sha256(octets), octets: octets.length, chunks }
}

/** Stores a blob, or finds the one that has its octets already. */
export function storeBlob(tx: Tx, blob: NewBlob): number {
  return findBlob(tx, blob.sha256) ?? insertBlob(tx, blob)
}

export function findBlob(tx: Tx, digest: Uint8Array): number | null {
  return tx.raw<[number]>('SELECT id FROM blobs WHERE sha256 = ?').get(digest)?.[0] ?? null
}

function insertBlob(tx: Tx, blob: NewBlob): number {
  const { sha256, octets, chunks } = blob
  const only = chunks.length === 1 ? chunks[0] : undefined
  const insert = tx.sql('INSERT INTO blobs (sha256, octets, encoding, data) VALUES (?, ?, ?, ?)')
  const id = Number(insert.run(sha256, octets, only?.encoding ?? 0, only?.data ?? null).lastInsertRowid)
  if (only === undefined) insertChunks(tx, id, 0, chunks)
  return id
}

function insertChunks(tx: Tx, blob: number, ordinal: number, chunks: readonly Encoded[]): void {
  const insert = tx.sql('INSERT INTO chunks (blob_id, ordinal, encoding, data) VALUES (?, ?, ?, ?)')
  for (const [index, { encoding, data }] of chunks.entries()) insert.run(blob, ordinal + index, encoding, data)
}

/** Keeps a blob from the collector for a while. */
export function claimBlob(tx: Tx, blob: number): Claim {
  const insert = tx.sql('INSERT INTO claims (blob_id, until) VALUES (?, ?)')
  return { blob, claim: Number(insert.run(blob, tx.now + claimMilliseconds).lastInsertRowid) }
}

/** Stores small blobs ahead of the content that will name them. */
export const stageBlobs = job('content.stage-blobs', (tx, blobs: readonly NewBlob[]): Claim[] =>
  blobs.map(blob => claimBlob(tx, storeBlob(tx, blob))),
)

/** Claims the blob with these octets where there is one, else a new one that waits for its chunks. */
export const beginBlob = job(
  'content.begin-blob',
  (tx, blob: { sha256: Uint8Array; octets: number }): Claim & { complete: boolean } => {
    const found = findBlob(tx, blob.sha256)
    if (found !== null) return { ...claimBlob(tx, found), complete: true }
    const insert = tx.sql('INSERT INTO blobs (sha256, octets, encoding, data) VALUES (NULL, ?, 0, NULL)')
    return { ...claimBlob(tx, Number(insert.run(blob.octets).lastInsertRowid)), complete: false }
  },
)

/** Adds chunks to a blob that is coming in, and renews the claim on it. */
export const addChunks = job('content.add-chunks', (tx, args: { at: Claim; ordinal: number; chunks: Encoded[] }) => {
  renew(tx, args.at)
  insertChunks(tx, args.at.blob, args.ordinal, args.chunks)
})

/** Gives a complete blob its name. Where the same octets have come in meanwhile, the claim moves to those. */
export const sealBlob = job('content.seal-blob', (tx, args: { at: Claim; sha256: Uint8Array }): Claim => {
  renew(tx, args.at)
  const same = findBlob(tx, args.sha256)
  if (same === null) {
    tx.sql('UPDATE blobs SET sha256 = ? WHERE id = ?').run(args.sha256, args.at.blob)
    return args.at
  }
  tx.sql('UPDATE claims SET blob_id = ? WHERE id = ?').run(same, args.at.claim)
  loosenBlob(tx, args.at.blob)
  return { blob: same, claim: args.at.claim }
})

function renew(tx: Tx, at: Claim): void {
  const update = tx.sql('UPDATE claims SET until = ? WHERE id = ? AND blob_id = ?')
  if (update.run(tx.now + claimMilliseconds, at.claim, at.blob).changes === 0) throw claimLost()
}

/** Ends claims, because a rope names the blobs now or because nobody wants them. */
export const releaseClaims = job('content.release-claims', (tx, claims: readonly Claim[]) => {
  for (const claim of claims) endClaim(tx, claim)
})

/** Throws busy where the claim has run out and the blob may be gone. */
export function useClaim(tx: Tx, claim: Claim): number {
  if (!endClaim(tx, claim)) throw claimLost()
  return claim.blob
}

function endClaim(tx: Tx, { claim, blob }: Claim): boolean {
  const ended = tx.sql('DELETE FROM claims WHERE id = ? AND blob_id = ?').run(claim, blob).changes > 0
  if (ended) loosenBlob(tx, blob)
  return ended
}

/** Lets the collector look whether anything still names the blob. */
export function loosenBlob(tx: Tx, blob: number): void {
  tx.sql('INSERT OR IGNORE INTO loose_blobs (blob_id) VALUES (?)').run(blob)
}

function claimLost(): StoreError {
  return new StoreError('busy', 'prepared content waited too long for its transaction')
}

/** A blob's row, and its octets where they are one chunk. */
export interface BlobRow {
  readonly id: number
  readonly sha256: Uint8Array | null
  readonly octets: number
  readonly encoding: number
  readonly data: Uint8Array | null
}

/** Octets [start, end) of a blob, a chunk at a time. Read as a whole, its hash is verified: throws damaged. */
export function readBlob(reader: Connection, id: number, start: number, end: number): Iterable<Uint8Array> {
  const row = reader.sql<BlobRow>('SELECT id, sha256, octets, encoding, data FROM blobs WHERE id = ?').get(id)
  if (row === undefined) throw new StoreError('damaged', `blob ${id} is missing`)
  return blobOctets(reader, row, start, end)
}

/** The same for a row that has been read. */
export function blobOctets(reader: Connection, blob: BlobRow, start: number, end: number): Iterable<Uint8Array> {
  if (start === end) return []
  if (blob.data === null) return chunksOf(reader, blob, start, end)
  const whole = decodeChunk({ encoding: blob.encoding, data: blob.data }, blob.octets)
  if (!same(sha256(whole), blob.sha256)) throw otherOctets(blob)
  return [start === 0 && end === blob.octets ? whole : whole.subarray(start, end)]
}

function* chunksOf(reader: Connection, blob: BlobRow, start: number, end: number): Generator<Uint8Array> {
  const { id, octets } = blob
  const running = start === 0 && end === octets ? createHash('sha256') : null
  const select = reader.raw<[number, Uint8Array]>('SELECT encoding, data FROM chunks WHERE blob_id = ? AND ordinal = ?')
  for (let ordinal = Math.floor(start / chunkOctets); ordinal * chunkOctets < end; ordinal++) {
    const offset = ordinal * chunkOctets
    const row = select.get(id, ordinal)
    if (row === undefined) throw new StoreError('damaged', `chunk ${ordinal} of blob ${id} is missing`)
    const chunk = decodeChunk({ encoding: row[0], data: row[1] }, Math.min(octets - offset, chunkOctets))
    running?.update(chunk)
    yield chunk.subarray(Math.max(start - offset, 0), end - offset)
  }
  if (running !== null && !same(running.digest(), blob.sha256)) throw otherOctets(blob)
}

function otherOctets({ id }: BlobRow): StoreError {
  return new StoreError('damaged', `blob ${id} has not the octets of its hash`)
}

function same(a: Uint8Array, b: Uint8Array | null): boolean {
  return b !== null && Buffer.compare(a, b) === 0
}
