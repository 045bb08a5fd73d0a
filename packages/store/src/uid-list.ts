/**
 * Ascending UIDs in pieces. A list never changes; one that differs a little shares all pieces but a few, so that a
 * change in a million messages costs a piece.
 */
import type { UidList } from './api.ts'
import type { Uid } from './model.ts'

/** Messages of a piece at most: what a single change copies. */
export const pieceMessages = 4_096

export class UidPieces implements UidList {
  readonly length: number
  readonly root: object
  readonly #pieces: readonly Uint32Array[]
  /** The position of the first of each piece, and one behind the last. */
  readonly #starts: Uint32Array
  /** The piece that was looked at last: mostly the next look is there too. */
  #piece = 0

  /** Without empty pieces. `root` is that of a list that this one begins with. */
  constructor(pieces: readonly Uint32Array[], root: object = {}) {
    this.#pieces = pieces
    this.#starts = startsOf(pieces)
    this.length = this.#starts[pieces.length] as number
    this.root = root
  }

  at(position: number): Uid {
    const piece = this.#pieceAt(position)
    return (this.#pieces[piece] as Uint32Array)[position - (this.#starts[piece] as number)] as Uid
  }

  lowerBound(uid: number): number {
    // The first piece whose last is not smaller.
    let low = 0
    let high = this.#pieces.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const piece = this.#pieces[middle] as Uint32Array
      if ((piece[piece.length - 1] as number) < uid) low = middle + 1
      else high = middle
    }
    const piece = this.#pieces[low]
    if (piece === undefined) return this.length
    return (this.#starts[low] as number) + lowerBound(piece, piece.length, uid)
  }

  slice(from: number, to: number): Uint32Array {
    if (from >= to) return new Uint32Array(0)
    const first = this.#pieceAt(from)
    const start = this.#starts[first] as number
    if (to <= (this.#starts[first + 1] as number)) {
      return (this.#pieces[first] as Uint32Array).subarray(from - start, to - start)
    }
    const whole = new Uint32Array(to - from)
    for (let at = first; at < this.#pieces.length && (this.#starts[at] as number) < to; at++) {
      const begins = this.#starts[at] as number
      const piece = (this.#pieces[at] as Uint32Array).subarray(Math.max(0, from - begins), to - begins)
      whole.set(piece, Math.max(begins, from) - from)
    }
    return whole
  }

  without(uids: Uint32Array): UidList {
    if (uids.length === 0) return this
    const gone = new Set(uids)
    const [first, last] = [uids[0] as number, uids[uids.length - 1] as number]
    const pieces = this.#pieces.map(piece => {
      const isFar = (piece[piece.length - 1] as number) < first || (piece[0] as number) > last
      return isFar ? piece : piece.filter(uid => !gone.has(uid))
    })
    return new UidPieces(pieces.filter(piece => piece.length > 0))
  }

  concat(uids: Uint32Array): UidList {
    if (uids.length === 0) return this
    const pieces = [...this.#pieces]
    for (let at = 0; at < uids.length; at += pieceMessages) pieces.push(uids.subarray(at, at + pieceMessages))
    return new UidPieces(pieces)
  }

  #pieceAt(position: number): number {
    const piece = this.#piece
    if (position >= (this.#starts[piece] as number) && position < (this.#starts[piece + 1] as number)) return piece
    this.#piece = pieceAt(this.#starts, position)
    return this.#piece
  }
}

export function startsOf(pieces: readonly { readonly length: number }[]): Uint32Array {
  const starts = new Uint32Array(pieces.length + 1)
  for (const [at, { length }] of pieces.entries()) starts[at + 1] = (starts[at] as number) + length
  return starts
}

/** The piece that holds a position. */
export function pieceAt(starts: Uint32Array, position: number): number {
  let low = 0
  let high = starts.length - 2
  while (low < high) {
    const middle = (low + high + 1) >>> 1
    if ((starts[middle] as number) <= position) low = middle
    else high = middle - 1
  }
  return low
}

/** The first position whose UID is not smaller. */
export function lowerBound(uids: Uint32Array, count: number, uid: number, from = 0): number {
  let low = from
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((uids[middle] as number) < uid) low = middle + 1
    else high = middle
  }
  return low
}
