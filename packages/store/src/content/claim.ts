/** Keeps stored content's blobs while a new rope over them is prepared. */
import type { StoredRange } from '../api.ts'
import { job } from '../writer/job.ts'
import { type Claim, claimBlob } from './blob.ts'
import { ropeOf } from './content.ts'
import { type Rope, sliceRope } from './rope.ts'

/** Claims blobs that somebody else has a claim on too. */
export const claimBlobs = job('content.claim-blobs', (tx, blobs: readonly number[]): Claim[] =>
  blobs.map(blob => claimBlob(tx, blob)),
)

/** Claims each blob that the ranges need once; the ropes name them by their index among the claims. Throws no-such-message. */
export const claimRanges = job(
  'content.claim-ranges',
  (tx, ranges: readonly StoredRange[]): { claims: Claim[]; ropes: Rope<number>[] } => {
    const indexes = new Map<number, number>()
    const ropes = ranges.map(({ content, start, end }) =>
      sliceRope(ropeOf(tx, content), start, end).map(segment => {
        const index = indexes.get(segment.blob) ?? indexes.size
        indexes.set(segment.blob, index)
        return { ...segment, blob: index }
      }),
    )
    return { claims: [...indexes.keys()].map(blob => claimBlob(tx, blob)), ropes }
  },
)
