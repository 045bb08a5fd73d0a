/**
 * COMPRESS=DEFLATE, RFC 4978: all octets between client and server as one DEFLATE stream (RFC 1951) each way.
 *
 * - Whatever was to be said together is sent with one sync flush behind it, so the client can always read all of it.
 * - What a client sends is decoded no further than it is asked for: the limits of commands bound what it may expand to.
 * - The zlib of OpenSSL is not built in, so TLS never compresses and no other layer can be active.
 */
import { constants, createDeflateRaw, createInflateRaw, type DeflateRaw, type InflateRaw } from 'node:zlib'
import { command, extension, type StreamLayer } from '../extension.ts'
import { Bad, Bye, No } from '../problem.ts'
import { ok } from '../response.ts'

/**
 * 32 KB of history for 160 KB of memory, and 44 KB the other way. Of 950 KB of FETCH responses this leaves 13.5 %, as do
 * the 256 KB that are zlib's default.
 */
const deflateOptions = { windowBits: 15, memLevel: 6, level: 6, chunkSize: 8_192 }
/** A decoded piece has at most about twice as many octets. */
const inflateOptions = { windowBits: 15, flush: constants.Z_SYNC_FLUSH, chunkSize: 8_192, readableHighWaterMark: 8_192 }

/** An empty stored block, with which a sync flush ends. */
const flushMark = Uint8Array.of(0x00, 0x00, 0xff, 0xff)
/** A flush that has no more than this has nothing. */
const emptyFlushOctets = 5

const none = new Uint8Array(0)

class Deflate implements StreamLayer {
  readonly #deflate = createDeflateRaw(deflateOptions)
  readonly #inflate = createInflateRaw(inflateOptions)
  readonly #encoded = new Pieces(this.#deflate)
  readonly #decoded = new Pieces(this.#inflate)
  /** What zlib was given last, how much it had read before, and what comes behind. */
  #given: Uint8Array = none
  #readBefore = 0
  #behind: Uint8Array = none

  async *decode(octets: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    this.#behind = octets
    while (this.#behind.length > 0) {
      // One flush at a time: the client may leave this layer behind any (RFC 8437 §4.1).
      const end = endOfFlush(this.#behind)
      this.#given = this.#behind.subarray(0, end)
      this.#behind = this.#behind.subarray(end)
      this.#readBefore = this.#inflate.bytesWritten
      try {
        yield* this.#decoded.of(done => this.#inflate.write(this.#given, done))
      } catch {
        throw new Bye('That is no DEFLATE', 'CLIENTBUG')
      }
      if (this.#unread().length > 0) throw new Bye('The DEFLATE stream has ended', 'CLIENTBUG')
    }
  }

  async encode(octets: Uint8Array, last: boolean): Promise<Uint8Array> {
    const pieces: Uint8Array[] = []
    const encoded = this.#encoded.of(done => {
      this.#deflate.write(octets)
      this.#deflate.flush(last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH, done)
    })
    for await (const piece of encoded) pieces.push(piece)
    return pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
  }

  takeBack(): Uint8Array {
    return Buffer.concat([this.#unread(), this.#behind])
  }

  /** What zlib was given and did not read, because the stream had ended. */
  #unread(): Uint8Array {
    return this.#given.subarray(this.#inflate.bytesWritten - this.#readBefore)
  }

  close(): void {
    this.#deflate.destroy()
    this.#inflate.destroy()
  }
}

/** Where the first flush of some octets ends that says anything. */
function endOfFlush(octets: Uint8Array): number {
  for (let at = 0; ; ) {
    const mark = Buffer.prototype.indexOf.call(octets, flushMark, at)
    if (mark === -1) return octets.length
    at = mark + flushMark.length
    if (at > emptyFlushOctets) return at
  }
}

type Done = () => void

/** What a stream makes of what it is given, as it is asked for. */
class Pieces {
  readonly #stream: DeflateRaw | InflateRaw
  #wake = () => {}
  #error: Error | null = null

  constructor(stream: DeflateRaw | InflateRaw) {
    this.#stream = stream
    const fail = (error = new Error('The stream was closed')) => {
      this.#error ??= error
      this.#wake()
    }
    stream.on('readable', () => this.#wake())
    stream.on('error', fail)
    stream.on('close', fail)
  }

  async *of(start: (done: Done) => void): AsyncGenerator<Uint8Array, void, void> {
    let isDone = false
    start(() => {
      isDone = true
      this.#wake()
    })
    for (;;) {
      const piece = this.#stream.read() as Uint8Array | null
      if (piece !== null) yield piece
      else if (this.#error !== null) throw this.#error
      else if (isDone) return
      else await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }
}

/** compress = "COMPRESS" SP algorithm; algorithm = "DEFLATE" (RFC 4978 §5) */
export const compressCommand = command({
  states: ['authenticated', 'selected'],
  alone: true,
  parse: (p, { tables }) => {
    p.sp()
    const layer = tables.streams.get(p.word())
    if (layer === undefined) throw new Bad('Unknown algorithm')
    return layer
  },
  async run(session, layer) {
    // RFC 4978 §3 has BAD where COMPRESS itself made the layer and NO for others; the code is what clients look for.
    if (session.transport.layered()) throw new No('DEFLATE is active already', 'COMPRESSIONACTIVE')
    return { ...ok('DEFLATE active'), after: () => session.transport.push(layer()) }
  },
})

export const compress = extension({
  rfc: 4978,
  advertise: 'COMPRESS=DEFLATE',
  commands: { COMPRESS: compressCommand },
  streams: { DEFLATE: () => new Deflate() },
  codes: ['COMPRESSIONACTIVE'],
})
