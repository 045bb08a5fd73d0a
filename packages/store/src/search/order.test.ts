import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byCodePoints, order } from './order.ts'
import { finish } from './testing.ts'

const sorted = (count: number, ...criteria: Parameters<typeof order>[1]) => [...finish(order(count, criteria))]

test('nothing, and what no criterion tells apart, stays as it is', () => {
  assert.deepEqual(sorted(0), [])
  assert.deepEqual(sorted(3), [0, 1, 2])
  assert.deepEqual(sorted(3, { values: ['a', 'a', 'a'], reverse: true }), [0, 1, 2])
})

test('criteria in their order, each reversed for itself', () => {
  const subject = { values: ['B', 'A', 'B', '', 'A'], reverse: false }
  const date = { values: new Float64Array([5, 4, 3, 2, 1]), reverse: true }
  assert.deepEqual(sorted(5, subject), [3, 1, 4, 0, 2])
  assert.deepEqual(sorted(5, { ...subject, reverse: true }), [0, 2, 1, 4, 3])
  assert.deepEqual(sorted(5, subject, date), [3, 1, 4, 0, 2])
  assert.deepEqual(sorted(5, date, subject), [0, 1, 2, 3, 4])
})

test('many are merged in steps, and keep their order where they are equal', () => {
  for (const count of [4095, 4096, 4097, 8192, 20_000]) {
    const values = Float64Array.from({ length: count }, (_, index) => (index * 7919) % 101)
    const expected = Array.from(values.keys()).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b)
    const steps = order(count, [{ values, reverse: false }])
    let taken = 0
    for (;;) {
      const step = steps.next()
      taken++
      if (step.done) {
        assert.deepEqual([...step.value], expected)
        break
      }
    }
    assert.ok(taken > count / 4096)
  }
})

test('strings in the order of their code points, which is that of their UTF-8', () => {
  const unit = fc.constantFrom('a', 'z', '\u007f', 'é', '\ud7ff', '\ue000', '\uffff', '𐀀', '🍋', '\u{10ffff}')
  const text = fc.array(unit, { maxLength: 4 }).map(units => units.join(''))
  fc.assert(
    fc.property(text, text, (left, right) => {
      const [a, b] = [byCodePoints(left), byCodePoints(right)]
      assert.equal(
        Math.sign(a < b ? -1 : a > b ? 1 : 0),
        Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))),
      )
    }),
    { seed: 5256, numRuns: 2000 },
  )
})
