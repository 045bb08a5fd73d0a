/**
 * A mailbox's table in memory at one moment: UIDs, flag sets and mod-sequences, in pieces.
 *
 * - A state never changes for who holds it. The next one shares every piece in which nothing happened.
 * - Arrivals grow the last piece behind where older states look. Only the newest state may grow.
 */
import type { MailboxState, Stretch } from './api.ts'
import type { Changes, FlagSetId, ModSeq, Uid } from './model.ts'
import { lowerBound, pieceAt, pieceMessages, startsOf, UidPieces } from './uid-list.ts'

/** Parallel arrays. */
export type Columns = Pick<Stretch, 'uids' | 'flagSets' | 'modSeqs'>

/** Some rows that lie together. Its columns are the beginning of `room`, which has room for more. */
class Piece implements Columns {
  readonly length: number
  readonly uids: Uint32Array
  readonly flagSets: Uint32Array
  readonly modSeqs: Float64Array
  readonly room: Columns
  /** No mod-sequence in it is greater. */
  readonly newest: number

  constructor(room: Columns, length: number, newest: number) {
    this.length = length
    this.room = room
    this.uids = room.uids.subarray(0, length)
    this.flagSets = room.flagSets.subarray(0, length)
    this.modSeqs = room.modSeqs.subarray(0, length)
    this.newest = newest
  }
}

export class State implements MailboxState {
  readonly modSeq: ModSeq
  readonly uidNext: Uid
  readonly count: number
  readonly uids: UidPieces
  readonly #pieces: readonly Piece[]
  readonly #starts: Uint32Array
  /** The piece that was looked at last. */
  #piece = 0

  private constructor(pieces: readonly Piece[], uids: UidPieces, modSeq: ModSeq, uidNext: Uid) {
    this.#pieces = pieces
    this.#starts = startsOf(pieces)
    this.uids = uids
    this.count = uids.length
    this.modSeq = modSeq
    this.uidNext = uidNext
  }

  static empty(modSeq: ModSeq, uidNext: Uid): State {
    return new State([], new UidPieces([]), modSeq, uidNext)
  }

  flagSetAt(position: number): FlagSetId {
    const piece = this.#pieceAt(position)
    return this.#pieces[piece]?.flagSets[position - (this.#starts[piece] as number)] as FlagSetId
  }

  modSeqAt(position: number): ModSeq {
    const piece = this.#pieceAt(position)
    return this.#pieces[piece]?.modSeqs[position - (this.#starts[piece] as number)] as ModSeq
  }

  position(uid: number): number {
    const position = this.uids.lowerBound(uid)
    return position < this.count && this.uids.at(position) === uid ? position : -1
  }

  /** The rows of some positions, piece by piece. */
  *stretches(from: number, to: number): Generator<Stretch, void, void> {
    for (let position = from; position < to; ) {
      const rows = this.stretch(position)
      yield { ...rows, to: Math.min(rows.to, to - rows.start) }
      position = rows.start + rows.to
    }
  }

  stretch(position: number): Stretch {
    const at = this.#pieceAt(position)
    const { uids, flagSets, modSeqs, length } = this.#pieces[at] as Piece
    const start = this.#starts[at] as number
    return { start, from: position - start, to: length, uids, flagSets, modSeqs }
  }

  changedAfter(modSeq: ModSeq): Uint32Array {
    const changed: number[] = []
    for (const { newest, length, uids, modSeqs } of this.#pieces) {
      if (newest <= modSeq) continue
      for (let at = 0; at < length; at++) if ((modSeqs[at] as number) > modSeq) changed.push(uids[at] as number)
    }
    return Uint32Array.from(changed)
  }

  /** The state after changes. */
  after(changes: Changes): State {
    const { modSeq, uidNext, uids, flagSets, modSeqs } = changes
    const rows = { uids, flagSets, modSeqs }
    if (changes.incomplete) return State.empty(modSeq, uidNext).#grown(rows).#at(modSeq, uidNext)
    const last = this.count === 0 ? 0 : this.uids.at(this.count - 1)
    const arrivals = lowerBound(uids, uids.length, last + 1)
    return this.#changed(between(rows, 0, arrivals))
      .#without(changes.expunged)
      .#grown(between(rows, arrivals, uids.length))
      .#at(modSeq, uidNext)
  }

  /** With rows behind the last. */
  grown(rows: Columns): State {
    return this.#grown(rows)
  }

  #at(modSeq: ModSeq, uidNext: Uid): State {
    return new State(this.#pieces, this.uids, modSeq, uidNext)
  }

  /** Where pieces stay as they are, who knows the list by its root finds its messages where they were. */
  #with(pieces: readonly Piece[], root: object | null): State {
    const uids = new UidPieces(
      pieces.map(piece => piece.uids),
      root ?? {},
    )
    return new State(pieces, uids, this.modSeq, this.uidNext)
  }

  /** Other flags and mod-sequences; UIDs that are not there are left out. */
  #changed({ uids, flagSets, modSeqs }: Columns): State {
    if (uids.length === 0) return this
    const pieces = [...this.#pieces]
    let next = 0
    for (const [index, piece] of this.#pieces.entries()) {
      const end = lowerBound(uids, uids.length, (piece.uids[piece.length - 1] as number) + 1, next)
      if (end === next) continue
      const room = { ...piece.room, flagSets: piece.room.flagSets.slice(), modSeqs: piece.room.modSeqs.slice() }
      let { newest } = piece
      for (let at = 0; next < end; next++) {
        const uid = uids[next] as number
        if (piece.uids[at] !== uid) at = lowerBound(piece.uids, piece.length, uid, at)
        if (piece.uids[at] !== uid) continue
        room.flagSets[at] = flagSets[next] as number
        room.modSeqs[at] = modSeqs[next] as number
        newest = Math.max(newest, modSeqs[next] as number)
        at++
      }
      pieces[index] = new Piece(room, piece.length, newest)
    }
    return new State(pieces, this.uids, this.modSeq, this.uidNext)
  }

  /** Without some UIDs, of which not all need be there. */
  #without(expunged: Uint32Array): State {
    if (expunged.length === 0) return this
    const pieces: Piece[] = []
    let next = 0
    let isOther = false
    for (const piece of this.#pieces) {
      const end = lowerBound(expunged, expunged.length, (piece.uids[piece.length - 1] as number) + 1, next)
      const left = end === next ? piece : remainder(piece, expunged.subarray(next, end))
      next = end
      const before = pieces.at(-1)
      if (left !== piece) isOther = true
      if (left.length === 0) continue
      // Pieces that have become small are joined, or there would be ever more of them.
      const isSmall = before !== undefined && isOther && before.length + left.length <= pieceMessages / 2
      if (isSmall) pieces[pieces.length - 1] = joined(before, left)
      else pieces.push(left)
    }
    return isOther ? this.#with(pieces, null) : this
  }

  #grown(rows: Columns): State {
    if (rows.uids.length === 0) return this
    const pieces = [...this.#pieces]
    for (let from = 0; from < rows.uids.length; ) {
      const last = pieces.at(-1)
      const room = last === undefined ? pieceMessages : pieceMessages - last.length
      const some = between(rows, from, from + room)
      from += some.uids.length
      if (room === 0) pieces.push(new Piece(roomFor(0), 0, 0))
      else if (last === undefined) pieces.push(extended(new Piece(roomFor(0), 0, 0), some))
      else pieces[pieces.length - 1] = extended(last, some)
    }
    return this.#with(pieces, this.uids.root)
  }

  #pieceAt(position: number): number {
    const piece = this.#piece
    if (position >= (this.#starts[piece] as number) && position < (this.#starts[piece + 1] as number)) return piece
    this.#piece = pieceAt(this.#starts, position)
    return this.#piece
  }
}

function between({ uids, flagSets, modSeqs }: Columns, from: number, to: number): Columns {
  return { uids: uids.subarray(from, to), flagSets: flagSets.subarray(from, to), modSeqs: modSeqs.subarray(from, to) }
}

function roomFor(rows: number): Columns {
  return { uids: new Uint32Array(rows), flagSets: new Uint32Array(rows), modSeqs: new Float64Array(rows) }
}

/** With rows behind the last, for which a piece has room. */
function extended(piece: Piece, rows: Columns): Piece {
  const length = piece.length + rows.uids.length
  let { room } = piece
  if (length > room.uids.length) {
    room = roomFor(Math.min(pieceMessages, Math.max(length, piece.length + (piece.length >> 2) + 64)))
    put(room, piece, 0)
  }
  put(room, rows, piece.length)
  return new Piece(room, length, newestOf(rows.modSeqs, piece.newest))
}

function joined(left: Piece, right: Piece): Piece {
  const room = roomFor(left.length + right.length)
  put(room, left, 0)
  put(room, right, left.length)
  return new Piece(room, left.length + right.length, Math.max(left.newest, right.newest))
}

/** What stands between two that are gone moves as one. */
function remainder(piece: Piece, expunged: Uint32Array): Piece {
  const room = roomFor(piece.length)
  let length = 0
  let from = 0
  const take = (to: number) => {
    put(room, between(piece, from, to), length)
    length += to - from
  }
  for (const uid of expunged) {
    const at = lowerBound(piece.uids, piece.length, uid, from)
    if (piece.uids[at] !== uid) continue
    take(at)
    from = at + 1
  }
  if (from === 0) return piece
  take(piece.length)
  return new Piece(room, length, piece.newest)
}

function put(room: Columns, { uids, flagSets, modSeqs }: Columns, at: number): void {
  room.uids.set(uids, at)
  room.flagSets.set(flagSets, at)
  room.modSeqs.set(modSeqs, at)
}

function newestOf(modSeqs: Float64Array, least: number): number {
  let newest = least
  for (let at = 0; at < modSeqs.length; at++) newest = Math.max(newest, modSeqs[at] as number)
  return newest
}
