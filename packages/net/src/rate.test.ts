import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Rate } from './rate.ts'

const taken = (rate: Rate, address: string, times: number) =>
  Array.from({ length: times }, () => rate.take(address)).filter(Boolean).length

test('so many a minute, and one past it not', () => {
  let now = 1_000_000
  const rate = new Rate(3, () => now)
  assert.equal(taken(rate, '192.0.2.1', 4), 3)
  assert.equal(taken(rate, '192.0.2.2', 1), 1)
  now += 59_999
  assert.equal(taken(rate, '192.0.2.1', 1), 0)
  now += 60_001
  assert.equal(taken(rate, '192.0.2.1', 4), 3)
})

test('the turn of a minute doubles nothing', () => {
  let now = 0
  const rate = new Rate(60, () => now)
  now = 59_999
  assert.equal(taken(rate, '192.0.2.1', 100), 60)
  now = 60_001
  assert.equal(taken(rate, '192.0.2.1', 100), 1)
  now = 90_000
  assert.equal(taken(rate, '192.0.2.1', 100), 29)
})

test('a /64 is one address', () => {
  const rate = new Rate(1, () => 0)
  assert.equal(rate.take('2001:db8::1'), true)
  assert.equal(rate.take('2001:db8::2'), false)
  assert.equal(rate.take('2001:db8:0:1::1'), true)
})

test('0 is no limit', () => {
  assert.equal(taken(new Rate(0), '192.0.2.1', 1000), 1000)
})

test('a clock that goes back locks nobody out', () => {
  let now = 1_000_000
  const rate = new Rate(1, () => now)
  assert.equal(rate.take('192.0.2.1'), true)
  now = 0
  assert.equal(rate.take('192.0.2.1'), true)
})

test('never more than twice as many in any minute, however the times fall', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20_000), { maxLength: 100 }), pauses => {
      let now = 0
      const rate = new Rate(5, () => now)
      const times: number[] = []
      for (const pause of pauses) {
        now += pause
        if (rate.take('192.0.2.1')) times.push(now)
      }
      for (const at of times) assert.ok(times.filter(each => each >= at && each < at + 60_000).length < 10)
    }),
    { seed: 60 },
  )
})
