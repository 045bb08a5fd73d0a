/** Keeps stored content's blobs while a new rope over them is prepared. */
import type { ContentId } from '../model.ts'
import { job } from '../writer/job.ts'
import { type Claim, claimBlob } from './blob.ts'
import { ropeOf } from './content.ts'
import type { Rope } from './rope.ts'

/** Claims each blob of a content once; the rope names them by their index among the claims. */
export const claimContent = job(
  'content.claim-content',
  (tx, content: ContentId): { claims: Claim[]; rope: Rope<number> } => {
    const rope = ropeOf(tx, content)
    const blobs = [...new Set(rope.map(({ blob }) => blob))]
    const claims = blobs.map(blob => claimBlob(tx, blob))
    return { claims, rope: rope.map(segment => ({ ...segment, blob: blobs.indexOf(segment.blob) })) }
  },
)
