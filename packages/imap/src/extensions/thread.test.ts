import assert from 'node:assert/strict'
import { test } from 'node:test'
import { text } from '../wire/testing.ts'
import { Writer } from '../wire/writer.ts'
import { writeThreads } from './thread.ts'

/** Nodes as [depth, UID]; the UID of a dummy is 0. */
const rows: [nodes: [depth: number, uid: number][], printed: string][] = [
  [[], ''],
  [[[0, 2]], '(2)'],
  // RFC 5256 §4
  [
    [
      [0, 2],
      [0, 3],
      [1, 6],
      [2, 4],
      [3, 23],
      [2, 44],
      [3, 7],
      [4, 96],
    ],
    '(2)(3 6 (4 23)(44 7 96))',
  ],
  [
    [
      [0, 0],
      [1, 3],
      [1, 5],
    ],
    '((3)(5))',
  ],
  [
    [
      [0, 0],
      [1, 177],
      [1, 183],
      [1, 188],
      [2, 184],
      [2, 189],
      [1, 185],
      [2, 186],
      [0, 190],
    ],
    '((177)(183)(188 (184)(189))(185 186))(190)',
  ],
  [
    [
      [0, 200],
      [1, 202],
      [0, 196],
      [1, 197],
      [1, 198],
    ],
    '(200 202)(196 (197)(198))',
  ],
]

test('threads as RFC 5256 §4 prints them', () => {
  for (const [nodes, printed] of rows) {
    const w = new Writer()
    const threads = {
      depths: Uint32Array.from(nodes, ([depth]) => depth),
      uids: Uint32Array.from(nodes, ([, uid]) => uid),
    }
    for (const _ of writeThreads(w, threads, uid => uid));
    assert.equal(text(w.take()), printed)
  }
})

test('a thread of 100,000 messages, each the answer to the one before, needs no stack', () => {
  const numbers = Uint32Array.from({ length: 100_000 }, (_, at) => at)
  const w = new Writer()
  for (const _ of writeThreads(w, { depths: numbers, uids: numbers.map(at => at + 1) }, uid => uid));
  assert.match(text(w.take()), /^\(1 2 3 .* 99999 100000\)$/)
})
