import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UidRanges } from '@lemonade/store'
import fc from 'fast-check'
import { intersect, largestOf, printNumbers, printSet, rangesOf, resolveRanges, star } from './number-set.ts'
import { Parser } from './parser.ts'
import { octets } from './testing.ts'

const parse = (text: string) => new Parser(octets(text)).numberSet()
const ranges = (text: string, largest: number) => resolveRanges(parse(text), largest)

const rows: [text: string, largest: number, ranges: [number, number][]][] = [
  // RFC 3501 §9: "*:4" means "4:5" in a mailbox of 5; "12:*" alone means its last where there are fewer.
  [
    '2,4:7,9,12:*',
    15,
    [
      [2, 2],
      [4, 7],
      [9, 9],
      [12, 15],
    ],
  ],
  ['*:4,5:7', 10, [[4, 10]]],
  ['*', 3, [[3, 3]]],
  ['12:*', 5, [[5, 12]]],
  ['7:3', 9, [[3, 7]]],
  ['1,2,3', 9, [[1, 3]]],
  ['5,1:6,2', 9, [[1, 6]]],
  ['*', 0, []],
  ['1:*', 0, [[1, 1]]],
]

test('stars and order are resolved, neighbours joined', () => {
  for (const [text, largest, expected] of rows) {
    assert.deepEqual(
      ranges(text, largest),
      expected.map(([first, last]) => ({ first, last })),
      text,
    )
  }
})

test('the largest number named', () => {
  assert.equal(largestOf(parse('3,9:4')), 9)
  assert.equal(largestOf(parse('3,*')), star)
})

test('numbers print in the order given', () => {
  assert.equal(printNumbers([3, 5, 6, 7, 9]), '3,5:7,9')
  assert.equal(printNumbers([7, 6, 5]), '7,6,5')
  assert.equal(printNumbers([]), '')
  assert.equal(printNumbers(Uint32Array.of(1, 2)), '1:2')
})

test('what was written is printed again', () => {
  const end = fc.oneof(fc.integer({ min: 1, max: 2 ** 32 - 1 }), fc.constant(star))
  fc.assert(
    fc.property(
      fc.array(fc.record({ first: end, last: end }, { noNullPrototype: true }), { minLength: 1, maxLength: 6 }),
      written => {
        assert.deepEqual(parse(printSet({ ranges: written })).ranges, written)
      },
    ),
    { seed: 1, numRuns: 500 },
  )
})

test('resolving keeps exactly the members', () => {
  const end = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constant(star))
  fc.assert(
    fc.property(
      fc.array(fc.record({ first: end, last: end }, { noNullPrototype: true }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 30 }),
      (written, largest) => {
        const member = (n: number) =>
          written.some(({ first, last }) => {
            const [a, b] = [first === star ? largest : first, last === star ? largest : last]
            return n >= Math.min(a, b) && n <= Math.max(a, b)
          })
        const resolved = resolveRanges({ ranges: written }, largest)
        for (let n = 1; n <= 31; n++)
          assert.equal(
            resolved.some(r => n >= r.first && n <= r.last),
            member(n),
            `${n}`,
          )
        assert.ok(resolved.every((range, i) => i === 0 || range.first > (resolved[i - 1]?.last ?? 0) + 1))
      },
    ),
    { seed: 2, numRuns: 1000 },
  )
})

test('two lists of ranges have their members in common', () => {
  const members = (list: UidRanges) => {
    const all = new Set<number>()
    for (const { first, last } of list) for (let n: number = first; n <= last; n++) all.add(n)
    return all
  }
  const uids = fc.uniqueArray(fc.integer({ min: 1, max: 40 })).map(list => rangesOf(list.sort((a, b) => a - b)))
  fc.assert(
    fc.property(uids, uids, (left, right) => {
      assert.deepEqual(members(intersect(left, right)), members(left).intersection(members(right)))
    }),
    { seed: 3, numRuns: 500 },
  )
})
