/** Puts octets that have come in into the store ahead of what will name them, under a claim. */
import { createHash } from 'node:crypto'
import type { Writer } from '../writer/client.ts'
import { addChunks, beginBlob, type Claim, newBlob, releaseClaims, sealBlob, stageBlobs } from './blob.ts'
import { chunkOctets, type Encoded, encodeChunk, exact } from './chunk.ts'
import type { Range } from './cut.ts'
import type { Spool } from './spool.ts'

/** Chunks that go to the writer in one job. */
const chunksPerJob = 8

/** A range of spooled octets as a blob; a large one goes a few chunks at a time. */
export async function stage(writer: Writer, spool: Spool, { start, end }: Range): Promise<Claim> {
  if (end - start <= chunkOctets) {
    const [claim] = await writer.run(stageBlobs, [newBlob(await collect(spool.read(start, end), end - start))])
    return claim as Claim
  }
  const digest = createHash('sha256')
  for await (const octets of spool.read(start, end)) digest.update(octets)
  const sha256 = exact(digest.digest())
  const at = await writer.run(beginBlob, { sha256, octets: end - start })
  if (at.complete) return at
  try {
    let ordinal = 0
    let chunks: Encoded[] = []
    for (let offset = start; offset < end; offset += chunkOctets) {
      const to = Math.min(offset + chunkOctets, end)
      chunks.push(encodeChunk(await collect(spool.read(offset, to), to - offset)))
      if (chunks.length < chunksPerJob && to < end) continue
      await writer.run(addChunks, { at, ordinal, chunks })
      ordinal += chunks.length
      chunks = []
    }
    return await writer.run(sealBlob, { at, sha256 })
  } catch (error) {
    await writer.run(releaseClaims, [at])
    throw error
  }
}

/** Joins pieces whose total is known. */
export async function collect(pieces: AsyncIterable<Uint8Array>, octets: number): Promise<Uint8Array> {
  const whole = new Uint8Array(octets)
  let at = 0
  for await (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return at === octets ? whole : whole.subarray(0, at)
}
