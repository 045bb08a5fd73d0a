import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { State } from './mailbox-state.ts'
import type { Changes, FlagSetId, ModSeq, Uid } from './model.ts'
import { pieceMessages, UidPieces } from './uid-list.ts'

function rows(state: State): number[][] {
  return Array.from({ length: state.count }, (_, at) => [state.uids.at(at), state.flagSetAt(at), state.modSeqAt(at)])
}

const uid = fc.oneof(fc.nat(400), fc.nat(9_000))
const expunges = fc.oneof(
  fc.array(uid, { maxLength: 30 }),
  fc
    .tuple(fc.nat(9_000), fc.integer({ min: 100, max: 6_000 }))
    .map(([first, count]) => Array.from({ length: count }, (_, at) => first + at)),
)

/** What may happen to a mailbox: arrivals, changed flags and expunges by the position among all UIDs ever given. */
const history = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('arrive' as const),
      count: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constant(3_000)),
    }),
    fc.record({ kind: fc.constant('change' as const), at: fc.array(uid, { maxLength: 100 }) }),
    fc.record({ kind: fc.constant('expunge' as const), at: expunges }),
    fc.record({ kind: fc.constant('learn' as const) }),
  ),
  { maxLength: 30 },
)

test('applying changes gives the table that there is, and keeps every state that was', () => {
  fc.assert(
    fc.property(history, steps => {
      const table = new Map<number, [flagSet: number, modSeq: number]>()
      const gone = new Map<number, number>()
      let uidNext = 1
      let modSeq = 0
      let state = State.empty(0 as ModSeq, 1 as Uid)
      const kept: [State, number[][]][] = []
      const expected = () => [...table].map(([uid, row]) => [uid, ...row])
      const learn = () => {
        const changed = [...table].filter(([, [, at]]) => at > state.modSeq)
        const changes: Changes = {
          modSeq: modSeq as ModSeq,
          uidNext: uidNext as Uid,
          uids: Uint32Array.from(changed.map(([uid]) => uid)),
          flagSets: Uint32Array.from(changed.map(([, [set]]) => set)),
          modSeqs: Float64Array.from(changed.map(([, [, at]]) => at)),
          expunged: Uint32Array.from([...gone].filter(([, at]) => at > state.modSeq).map(([uid]) => uid)).sort(),
          incomplete: false,
        }
        state = state.after(changes)
        const there = expected()
        assert.deepEqual(rows(state), there)
        const since = kept.at(-1)?.[0].modSeq ?? 0
        assert.deepEqual(
          [...state.changedAfter(since as ModSeq)],
          there.filter(row => (row[2] as number) > since).map(([uid]) => uid),
        )
        kept.push([state, there])
      }
      for (const step of steps) {
        modSeq++
        if (step.kind === 'arrive') for (let each = 0; each < step.count; each++) table.set(uidNext++, [0, modSeq])
        else if (step.kind === 'change')
          for (const uid of step.at) if (table.has(uid)) table.set(uid, [modSeq % 7, modSeq])
        if (step.kind === 'expunge') for (const uid of step.at) if (table.delete(uid)) gone.set(uid, modSeq)
        if (step.kind === 'learn') learn()
      }
      learn()
      for (const [held, then] of kept) assert.deepEqual(rows(held), then)
    }),
    { seed: 7, numRuns: 60 },
  )
})

test('a list of UIDs in pieces is as an array is', () => {
  const pieces = fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 9 }), { maxLength: 8 })
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(90)), fc.nat(80), fc.nat(80), (gaps, gone, from, to) => {
      let last = 0
      const parts = gaps.map(piece => Uint32Array.from(piece, gap => (last += gap)))
      const list = new UidPieces(parts)
      const array = parts.flatMap(part => [...part])
      assert.equal(list.length, array.length)
      assert.deepEqual(
        array.map((_, at) => list.at(at)),
        array,
      )
      for (let uid = 0; uid <= last + 2; uid++) {
        const expected = array.findIndex(one => one >= uid)
        assert.equal(list.lowerBound(uid), expected === -1 ? array.length : expected)
      }
      const end = Math.min(to, array.length)
      assert.deepEqual([...list.slice(from, end)], array.slice(from, end))
      const removed = Uint32Array.from(new Set(gone)).sort()
      const left = list.without(removed)
      assert.deepEqual(
        [...left.slice(0, left.length)],
        array.filter(uid => !gone.includes(uid)),
      )
      const more = left.concat(Uint32Array.of(last + 1, last + 5))
      assert.deepEqual([...more.slice(left.length, more.length)], [last + 1, last + 5])
      assert.deepEqual([...list.slice(0, list.length)], array)
    }),
    { seed: 7, numRuns: 300 },
  )
})

function stateOf(count: number): State {
  return State.empty(1 as ModSeq, (count + 1) as Uid).grown({
    uids: Uint32Array.from({ length: count }, (_, at) => at + 1),
    flagSets: new Uint32Array(count).fill(1),
    modSeqs: new Float64Array(count).fill(1),
  })
}

const nothing = { flagSets: new Uint32Array(0), modSeqs: new Float64Array(0), incomplete: false }

test('one message changes, comes or goes: all pieces but its own are shared', () => {
  const count = 100 * pieceMessages
  const state = stateOf(count)
  const columnsOf = (one: State) => [...one.stretches(0, one.count)]
  const shared = (next: State) => {
    const before = new Set(columnsOf(state).map(({ modSeqs }) => modSeqs.buffer))
    return columnsOf(next).filter(({ modSeqs }) => before.has(modSeqs.buffer)).length
  }
  const modSeq = 2 as ModSeq
  const change = { uids: Uint32Array.of(7), flagSets: Uint32Array.of(5), modSeqs: Float64Array.of(2) }
  const stored = state.after({ ...nothing, ...change, modSeq, uidNext: state.uidNext, expunged: new Uint32Array(0) })
  assert.equal(shared(stored), 99)
  assert.equal(stored.flagSetAt(6), 5)
  assert.equal(stored.uids, state.uids)
  const none = { uids: new Uint32Array(0), ...nothing, modSeq, uidNext: state.uidNext }
  const expunged = state.after({ ...none, expunged: Uint32Array.of(7, count + 9) })
  assert.equal(shared(expunged), 99)
  assert.notEqual(expunged.uids.root, state.uids.root)
  assert.equal(state.after({ ...none, expunged: Uint32Array.of(count + 9) }).uids, state.uids)
  const arrival = { uids: Uint32Array.of(count + 1), flagSets: Uint32Array.of(1), modSeqs: Float64Array.of(2) }
  const grown = state.after({
    ...nothing,
    ...arrival,
    modSeq,
    uidNext: (count + 2) as Uid,
    expunged: new Uint32Array(0),
  })
  assert.equal(shared(grown), 100)
  assert.equal(grown.uids.root, state.uids.root)
})

test('pieces that become small are joined', () => {
  const count = 20 * pieceMessages
  const state = stateOf(count)
  const expunged = Uint32Array.from({ length: count }, (_, at) => at + 1).filter(uid => uid % 1_000 !== 0)
  const left = state.after({
    uids: new Uint32Array(0),
    ...nothing,
    modSeq: 2 as ModSeq,
    uidNext: state.uidNext,
    expunged,
  })
  assert.equal(left.count, Math.floor(count / 1_000))
  assert.equal([...left.stretches(0, left.count)].length, 1)
  assert.deepEqual(
    rows(left).map(([uid]) => uid),
    Array.from({ length: left.count }, (_, at) => (at + 1) * 1_000),
  )
  assert.equal(left.flagSetAt(0), 1 as FlagSetId)
})
