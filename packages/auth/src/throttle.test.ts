import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BoundedMap } from './bounded-map.ts'
import { defaultAuthLimits } from './limits.ts'
import { Throttle } from './throttle.ts'

const limits = {
  ...defaultAuthLimits,
  failuresPerAddress: 3,
  failuresPerAccount: 2,
  failureWindowSeconds: 60,
  failureDelayMilliseconds: 100,
  failureDelayMaximumMilliseconds: 350,
}

function throttle(): { throttle: Throttle; pass: (seconds: number) => void } {
  let now = 1_000_000
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { throttle: new Throttle(limits, () => now), pass }
}

test('an address has its number of failures, then waits until one has drained', () => {
  const { throttle: t, pass } = throttle()
  for (const account of ['a', 'b', 'c']) assert.equal(t.attempt('192.0.2.1', account), 0)
  assert.equal(t.attempt('192.0.2.1', 'd'), 20)
  assert.equal(t.attempt('192.0.2.2', 'd'), 0)
  pass(19)
  assert.equal(t.attempt('192.0.2.1', 'e'), 1)
  pass(1)
  assert.equal(t.attempt('192.0.2.1', 'e'), 0)
  assert.equal(t.attempt('192.0.2.1', 'f'), 20)
  pass(60)
  for (const account of ['g', 'h', 'i']) assert.equal(t.attempt('192.0.2.1', account), 0)
})

test('an account has its number of failures from everywhere together', () => {
  const { throttle: t, pass } = throttle()
  assert.equal(t.attempt('192.0.2.1', 'alice'), 0)
  assert.equal(t.attempt('192.0.2.2', 'alice'), 0)
  assert.equal(t.attempt('192.0.2.3', 'alice'), 30)
  assert.equal(t.attempt('192.0.2.3', 'bob'), 0)
  pass(30)
  assert.equal(t.attempt('192.0.2.3', 'alice'), 0)
})

test('strangers do not lock an owner out, whose address is known', () => {
  const { throttle: t } = throttle()
  assert.equal(t.attempt('198.51.100.7', 'alice'), 0)
  t.succeeded('198.51.100.7', 'alice')
  for (const peer of ['192.0.2.1', '192.0.2.2']) assert.equal(t.attempt(peer, 'alice'), 0)
  assert.notEqual(t.attempt('192.0.2.3', 'alice'), 0)
  assert.equal(t.attempt('198.51.100.7', 'alice'), 0)
})

test('attempts that succeed or come to no verdict are not counted', () => {
  const { throttle: t } = throttle()
  for (let n = 0; n < 10; n++) {
    assert.equal(t.attempt('192.0.2.1', 'alice'), 0)
    if (n % 2 === 0) t.succeeded('192.0.2.1', 'alice')
    else t.forget('192.0.2.1', 'alice')
  }
})

test('a success does not wipe failures out', () => {
  const { throttle: t } = throttle()
  t.attempt('192.0.2.1', 'victim')
  t.attempt('192.0.2.1', 'victim2')
  t.attempt('192.0.2.1', 'own')
  t.succeeded('192.0.2.1', 'own')
  assert.equal(t.attempt('192.0.2.1', 'victim3'), 0)
  assert.equal(t.attempt('192.0.2.1', 'victim4'), 20)
})

test('answers to failures are held back longer each time, up to the maximum', () => {
  const { throttle: t } = throttle()
  const delays = ['a', 'b', 'c'].map(account => {
    t.attempt('192.0.2.1', account)
    return t.failed('192.0.2.1')
  })
  assert.deepEqual(delays, [100, 200, 350])
})

test('a bounded map forgets what was set longest ago', () => {
  const map = new BoundedMap<string, number>(2)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  map.set('c', 4)
  assert.equal(map.size, 2)
  assert.deepEqual([map.get('a'), map.get('b'), map.get('c')], [3, undefined, 4])
})
