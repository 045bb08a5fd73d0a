import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Uid } from '@lemonade/store'
import fc from 'fast-check'
import { OrderedUids } from './ordered-uids.ts'
import { UidTable } from './uid-table.ts'

function assertSame(list: OrderedUids, model: readonly number[]): void {
  assert.equal(list.length, model.length)
  for (const [index, uid] of model.entries()) {
    assert.equal(list.at(index), uid)
    assert.equal(list.indexOf(uid as Uid), index)
    assert.ok(list.has(uid as Uid))
  }
}

test('an ordered list is what an array is, whatever comes and goes', async () => {
  const change = fc.record({ put: fc.boolean(), uid: fc.integer({ min: 1, max: 80 }), at: fc.nat() })
  const start = fc.uniqueArray(fc.integer({ min: 1, max: 80 }), { maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(start, fc.array(change, { maxLength: 120, size: 'max' }), async (first, changes) => {
      const model = [...first]
      const list = await OrderedUids.of(Uint32Array.from(first))
      assertSame(list, model)
      for (const { put, uid, at } of changes) {
        const index = model.indexOf(uid)
        assert.equal(list.indexOf(uid as Uid), index)
        if (put && index === -1) {
          const place = at % (model.length + 1)
          list.insert(place, uid as Uid)
          model.splice(place, 0, uid)
        } else if (!put && index !== -1) {
          list.remove(uid as Uid)
          model.splice(index, 1)
        }
      }
      assertSame(list, model)
    }),
    { seed: 5267, numRuns: 200 },
  )
})

test('what is not there is refused', async () => {
  const list = await OrderedUids.of([5, 3])
  assert.equal(list.indexOf(4 as Uid), -1)
  assert.throws(() => list.at(2), RangeError)
  assert.throws(() => list.at(-1), RangeError)
  assert.throws(() => list.insert(3, 9 as Uid), RangeError)
  assert.throws(() => list.remove(4 as Uid), RangeError)
  assertSame(list, [5, 3])
})

test('half a million messages keep a place that is found at once, also when they come in order', async () => {
  const list = await OrderedUids.of(Uint32Array.from({ length: 500_000 }, (_, at) => 500_000 - at))
  for (let uid = 500_001; uid <= 520_000; uid++) list.insert(list.length, uid as Uid)
  for (let uid = 1; uid <= 20_000; uid++) list.remove(uid as Uid)
  assert.equal(list.length, 500_000)
  const started = process.hrtime.bigint()
  for (let uid = 20_001; uid <= 120_000; uid++) assert.equal(list.indexOf(uid as Uid), 500_000 - uid)
  // Some twenty steps each; looking through the list would take hours.
  assert.ok(process.hrtime.bigint() - started < 10_000_000_000n)
})

test('a table of UIDs counts what it has and forgets what it has not', () => {
  const table = new UidTable()
  const uids = [1, 255, 256, 70_000, 4_294_967_295]
  for (const uid of uids) table.set(uid, uid % 7 === 0 ? 9 : 1)
  table.set(1, 2)
  assert.equal(table.size, 5)
  assert.equal(table.get(1), 2)
  assert.equal(table.get(2), 0)
  assert.ok(table.has(4_294_967_295))
  for (const uid of uids) table.set(uid, 0)
  table.set(3, 0)
  assert.equal(table.size, 0)
  assert.equal(table.get(256), 0)
})
