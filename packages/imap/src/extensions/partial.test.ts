import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accepts, refuses } from '../wire/testing.ts'
import { partialRange, partOf } from './partial.ts'

test('partial-range', () => {
  accepts(partialRange, ' 1:500', { first: 1, last: 500 })
  accepts(partialRange, ' 500:400', { first: 500, last: 400 })
  accepts(partialRange, ' -1:-100', { first: -1, last: -100 })
  accepts(partialRange, ' 4294967295:1)', { first: 4294967295, last: 1 }, ')')
  for (const given of [
    '1:2',
    ' 1',
    ' 0:1',
    ' 1:0',
    ' -0:-1',
    ' 1:-1',
    ' -1:1',
    ' 1:*',
    ' *:1',
    ' --1:-2',
    ' 1:4294967296',
  ]) {
    refuses(partialRange, given)
  }
})

test('what a range names of a list', () => {
  const list = Uint32Array.from([10, 20, 30, 40, 50])
  const rows: [first: number, last: number, part: number[]][] = [
    [1, 2, [10, 20]],
    [2, 1, [10, 20]],
    [4, 9, [40, 50]],
    [5, 5, [50]],
    [6, 9, []],
    [-1, -2, [40, 50]],
    [-2, -1, [40, 50]],
    [-4, -9, [10, 20]],
    [-5, -5, [10]],
    [-6, -9, []],
    [-1, -4294967295, [10, 20, 30, 40, 50]],
  ]
  for (const [first, last, part] of rows) assert.deepEqual([...partOf(list, { first, last })], part, `${first}:${last}`)
})

test('from the end is from the start of the list turned round', () => {
  const end = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(99), { maxLength: 9 }), end, end, (numbers, first, last) => {
      const list = Uint32Array.from(numbers)
      const turned = partOf(list.toReversed(), { first, last })
      assert.deepEqual([...partOf(list, { first: -first, last: -last })], [...turned].reverse())
    }),
    { seed: 9394, numRuns: 500 },
  )
})
