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

/** Throws damaged where the octets cannot be those that were encoded. */
export function decodeChunk({ encoding, data }: Encoded): Uint8Array {
  if (encoding === asItIs) return data
  try {
    if (encoding === zstd) return zstdDecompressSync(data, { maxOutputLength: chunkOctets })
  } catch (error) {
    throw new StoreError('damaged', `chunk: ${error instanceof Error ? error.message : error}`)
  }
  throw new StoreError('damaged', `chunk with encoding ${encoding}`)
}

/** Octets in a buffer of their own: a view would drag the whole buffer behind it across threads. */
export function exact(octets: Uint8Array): Uint8Array {
  return octets.byteLength === octets.buffer.byteLength && octets.constructor === Uint8Array
    ? octets
    : new Uint8Array(octets)
}
