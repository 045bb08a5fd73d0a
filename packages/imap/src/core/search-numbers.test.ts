import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SearchProgram } from '../grammar/search-program.ts'
import type { Session } from '../session.ts'
import type { View } from '../view.ts'
import { Writer } from '../wire/writer.ts'
import { numbersOf, plainResponse } from './search-numbers.ts'

/** A view that knows even UIDs, each by half of it. */
const view = {
  seqsOf: (uids: Uint32Array) => uids.filter(uid => uid % 2 === 0).map(uid => uid / 2),
} as unknown as View
const session = { writer: (octets: number) => new Writer({ octets }) } as unknown as Session
const criteria: SearchProgram = {
  prepare: async () => criteria,
  program: () => ({ key: 'all' }),
  enables: new Set(),
  says: [{ name: 'MODSEQ', value: (_, uids) => `${uids.length}` }],
  moves: [],
  isUntold: false,
  isScored: false,
}

test('UIDs are numbers already; of others, those that the view does not know are left out', async () => {
  const uids = Uint32Array.from([8, 3, 2])
  assert.equal(await numbersOf(view, uids, true), uids)
  assert.deepEqual([...(await numbersOf(view, uids, false))], [4, 1])
})

test('of many, none is lost between the slices, and others have their turns', async () => {
  const uids = Uint32Array.from({ length: 45_000 }, (_, at) => 100_000 - at)
  let turns = 0
  let done = false
  const others = (async () => {
    for (; !done; turns++) await nextTurn()
  })()
  const numbers = await numbersOf(view, uids, false)
  const pieces: string[] = []
  for await (const piece of plainResponse(session, 'SORT', { uids, numbers }, criteria)) {
    assert.ok(piece instanceof Uint8Array)
    assert.ok(piece.length < 70_000)
    pieces.push(Buffer.from(piece).toString())
  }
  done = true
  await others
  const expected = [...uids].filter(uid => uid % 2 === 0).map(uid => uid / 2)
  assert.deepEqual([...numbers], expected)
  assert.equal(pieces.join(''), `* SORT ${expected.join(' ')} (MODSEQ 45000)\r\n`)
  assert.ok(turns >= 4)
})

test('nothing found is a response without numbers', async () => {
  const none = new Uint32Array(0)
  const pieces: unknown[] = []
  for await (const piece of plainResponse(session, 'SEARCH', { uids: none, numbers: none }, criteria))
    pieces.push(piece)
  assert.deepEqual(
    pieces.map(piece => Buffer.from(piece as Uint8Array).toString()),
    ['* SEARCH\r\n'],
  )
})
