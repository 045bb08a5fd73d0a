/**
 * What goes between the server and a worker process: frames of a JSON head and octets. Each side reads the other's as
 * hostile: a frame that breaks the form or a bound ends the reading with FrameError.
 *
 * frame = head-length (4 octets, big endian) head; head is a JSON object with `octets`, the number of those that follow it
 */
import type { Readable, Writable } from 'node:stream'

/** Octets of a head: names, settings and a sentence fit many times. */
const mostHeadOctets = 65_536

export interface Frame {
  readonly head: Readonly<Record<string, unknown>>
  readonly octets: Buffer
}

export class FrameError extends Error {}

/** Every frame of a stream, until it ends between two frames. */
export async function* readFrames(stream: Readable, mostOctets: number): AsyncGenerator<Frame, void> {
  const pieces = new Pieces(stream)
  for (;;) {
    const length = await pieces.take(4, true)
    if (length === null) return
    const headOctets = length.readUInt32BE()
    if (headOctets > mostHeadOctets) throw new FrameError('a head is too long')
    const head = parseHead(await pieces.take(headOctets))
    const octets = head['octets']
    if (typeof octets !== 'number' || !Number.isSafeInteger(octets) || octets < 0) throw new FrameError('no length')
    if (octets > mostOctets) throw new FrameError('more octets than are allowed')
    yield { head, octets: await pieces.take(octets) }
  }
}

/** Writes a frame, at the pace of the reader. The stream's errors are its owner's to hear. */
export async function writeFrame(stream: Writable, head: object, octets: Uint8Array): Promise<void> {
  const json = Buffer.from(JSON.stringify({ ...head, octets: octets.length }))
  if (json.length > mostHeadOctets) throw new FrameError('a head is too long')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  stream.write(Buffer.concat([length, json]))
  for (let at = 0; at < octets.length && !stream.destroyed; at += pieceOctets) {
    if (stream.write(octets.subarray(at, at + pieceOctets))) continue
    await new Promise<void>(resolve => {
      const done = () => {
        stream.off('drain', done).off('close', done).off('error', done)
        resolve()
      }
      stream.on('drain', done).on('close', done).on('error', done)
    })
  }
}

/** Small enough that between two of them other work of the process has its turn. */
const pieceOctets = 262_144

function parseHead(octets: Buffer): Readonly<Record<string, unknown>> {
  let head: unknown
  try {
    head = JSON.parse(octets.toString('utf8'))
  } catch {
    throw new FrameError('a head is not JSON')
  }
  if (typeof head !== 'object' || head === null || Array.isArray(head)) throw new FrameError('a head is no object')
  return head as Readonly<Record<string, unknown>>
}

/** A stream taken in pieces of asked lengths. */
class Pieces {
  readonly #chunks: AsyncIterator<Buffer>
  #held: Buffer[] = []
  #heldOctets = 0

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  }

  take(length: number): Promise<Buffer>
  /** Null where the stream has ended before the first octet. */
  take(length: number, orEnd: true): Promise<Buffer | null>
  async take(length: number, orEnd = false): Promise<Buffer | null> {
    while (this.#heldOctets < length) {
      const { value, done } = await this.#chunks.next()
      if (done === true) {
        if (orEnd && this.#heldOctets === 0) return null
        throw new FrameError('the stream ends inside a frame')
      }
      this.#held.push(value)
      this.#heldOctets += value.length
    }
    const all = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held, this.#heldOctets)
    this.#held = all.length === length ? [] : [all.subarray(length)]
    this.#heldOctets -= length
    return all.subarray(0, length)
  }
}
