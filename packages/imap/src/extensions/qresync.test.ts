import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Uid } from '@lemonade/store'
import fc from 'fast-check'
import { Parser } from '../wire/parser.ts'
import { matchedUid, type SequenceMatch, sequenceMatch } from './qresync.ts'

function parsed(text: string): SequenceMatch {
  const p = new Parser(Buffer.from(text))
  const match = sequenceMatch(p)
  p.end()
  return match
}

function viewOf(uids: readonly number[]) {
  return { count: uids.length, uidAt: (position: number) => uids[position] as Uid }
}

test('RFC 7162 §3.2.5.2: numbers and UIDs are paired across ranges', () => {
  assert.deepEqual(parsed('(1:4 11:14)'), [{ seq: 1, uid: 11, length: 4 }])
  assert.deepEqual(parsed('(1:4 11,13:15)'), [
    { seq: 1, uid: 11, length: 1 },
    { seq: 2, uid: 13, length: 3 },
  ])
  assert.deepEqual(parsed('(1,3:4,9 2:4,8)'), [
    { seq: 1, uid: 2, length: 1 },
    { seq: 3, uid: 3, length: 2 },
    { seq: 9, uid: 8, length: 1 },
  ])
  assert.deepEqual(parsed('(1:4294967295 1:4294967295)'), [{ seq: 1, uid: 1, length: 4294967295 }])
})

for (const text of [
  '(1 1,2)',
  '(1:2 1)',
  '(1:4294967295 1:4294967294)',
  '(2,1 1,2)',
  '(1,1 1,2)',
  '(1 2:1)',
  '(* 1)',
]) {
  test(`not ${text}`, () => {
    assert.throws(() => parsed(text))
  })
}

test('RFC 7162 §3.2.5.2: the last pair that is still so', () => {
  const third = viewOf(Array.from({ length: 10_003 }, (_, index) => 3 * index + 3))
  const rfc = '(5000,7500,9000,9990:9999 15000,22500,27000,29970,29973,29976,29979,29982,29985,29988,29991,29994,29997)'
  assert.equal(matchedUid(parsed(rfc), third), 29_997)
  assert.equal(matchedUid(parsed('(4,12 8,24)'), viewOf([1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 25])), 8)
  assert.equal(matchedUid(parsed('(1:100 1:100)'), viewOf([1, 2, 3, 5])), 3)
  assert.equal(matchedUid(parsed('(9 9)'), viewOf([1, 2, 3])), 0)
  assert.equal(matchedUid(parsed('(1 1)'), viewOf([])), 0)
  assert.equal(matchedUid([], viewOf([1])), 0)
})

test('the match is what comparing every pair finds', () => {
  const ascending = (most: number) => fc.uniqueArray(fc.integer({ min: 1, max: most }), { maxLength: 20 })
  fc.assert(
    fc.property(ascending(40), ascending(40), (known, gone) => {
      const before = known.toSorted((a, b) => a - b)
      const now = before.filter(uid => !gone.includes(uid))
      if (before.length === 0) return
      const match = parsed(`(1:${before.length} ${before.join(',')})`)
      const matching = before.filter((uid, position) => now[position] === uid)
      assert.equal(matchedUid(match, viewOf(now)), matching.at(-1) ?? 0)
    }),
    { seed: 7162, numRuns: 500 },
  )
})
