/** Octets that go by one BDAT (RFC 3030 §2). */
export interface Chunk {
  readonly pieces: readonly Uint8Array[]
  readonly octets: number
  readonly isLast: boolean
}

/** Cuts a stream into chunks of one size, and a last one that may be smaller, or empty. */
export async function* chunksOf(source: AsyncIterable<Uint8Array>, chunkOctets: number): AsyncGenerator<Chunk> {
  let pieces: Uint8Array[] = []
  let octets = 0
  for await (let piece of source) {
    while (octets + piece.length > chunkOctets) {
      const part = piece.subarray(0, chunkOctets - octets)
      piece = piece.subarray(part.length)
      yield { pieces: [...pieces, part], octets: chunkOctets, isLast: false }
      pieces = []
      octets = 0
    }
    pieces.push(piece)
    octets += piece.length
  }
  yield { pieces, octets, isLast: true }
}
