/** Chunks: the pieces in which blobs are stored, so that a part of a large one is read without the rest. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { StoreError } from '../problem.ts'

/** A chunk before compression; the last one of a blob is shorter. Part of the format on disk. */
export const chunkOctets = 128 * 1024

/** How stored octets are to be read. Part of the format on disk. */
const asItIs = 0
const zstd = 1

export interface Encoded {
  readonly encoding: number
  readonly data: Uint8Array
}

/** Below this, zstd's own frame eats what it saves. */
const leastOctets = 64
const params = { [constants.ZSTD_c_compressionLevel]: 3 }

/** Compresses where that saves at least an eighth. */
export function encodeChunk(octets: Uint8Array): Encoded {
  if (octets.length >= leastOctets) {
    // Told the size, zstd makes its tables no larger than that needs: half the time for a small message.
    const compressed = zstdCompressSync(octets, { params, pledgedSrcSize: octets.length })
    if (compressed.length <= octets.length - (octets.length >> 3)) {
      return { encoding: zstd, data: exact(compressed) }
    }
  }
  return { encoding: asItIs, data: exact(octets) }
}

/** The octets of a chunk, whose number is known. Throws damaged where they cannot be those that were encoded. */
export function decodeChunk({ encoding, data }: Encoded, octets: number): Uint8Array {
  const decoded = encoding === asItIs ? data : decompress(encoding, data, octets)
  if (decoded.length !== octets) throw new StoreError('damaged', `a chunk has ${decoded.length} octets, not ${octets}`)
  return decoded
}

function decompress(encoding: number, data: Uint8Array, octets: number): Uint8Array {
  if (encoding !== zstd) throw new StoreError('damaged', `a chunk with encoding ${encoding}`)
  try {
    // Given room for exactly the answer, it takes one step and no copy.
    return zstdDecompressSync(data, { chunkSize: Math.max(octets, leastOctets), maxOutputLength: chunkOctets })
  } catch (error) {
    throw new StoreError('damaged', `a chunk: ${error instanceof Error ? error.message : error}`)
  }
}

/** Octets in a buffer of their own: a view would drag the whole buffer behind it across threads. */
export function exact(octets: Uint8Array): Uint8Array {
  return octets.byteLength === octets.buffer.byteLength && octets.constructor === Uint8Array
    ? octets
    : new Uint8Array(octets)
}
