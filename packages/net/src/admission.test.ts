import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Admission } from './admission.ts'

test('the limit an address is the last that gets in', () => {
  const admission = new Admission({ total: 100, perAddress: 2 })
  assert.equal(admission.admit('192.0.2.1'), '192.0.2.1')
  const second = admission.admit('192.0.2.1')
  assert.equal(admission.admit('192.0.2.1'), null)
  assert.notEqual(admission.admit('192.0.2.2'), null)
  assert(second !== null)
  admission.release(second)
  assert.notEqual(admission.admit('192.0.2.1'), null)
})

test('a /64 is one address', () => {
  const admission = new Admission({ total: 100, perAddress: 1 })
  assert.notEqual(admission.admit('2001:db8::1'), null)
  assert.equal(admission.admit('2001:db8::2'), null)
  assert.notEqual(admission.admit('2001:db8:0:1::1'), null)
})

test('the total holds for everybody, the limit an address not for the own machine', () => {
  const admission = new Admission({ total: 3, perAddress: 1 })
  assert.notEqual(admission.admit('127.0.0.1'), null)
  assert.notEqual(admission.admit('127.0.0.1'), null)
  assert.notEqual(admission.admit('::1'), null)
  assert.equal(admission.admit('127.0.0.1'), null)
  assert.equal(admission.admit('192.0.2.1'), null)
})

test('so many connections a minute, but for those that are trusted', () => {
  let now = 0
  const limits = { total: 100, perAddress: 100, perMinute: 2 }
  const admission = new Admission(
    limits,
    address => address === '192.0.2.9',
    () => now,
  )
  const enter = (address: string) => {
    const peer = admission.admit(address)
    if (peer !== null) admission.release(peer)
    return peer !== null
  }
  assert.deepEqual(
    [1, 2, 3].map(() => enter('192.0.2.1')),
    [true, true, false],
  )
  assert.deepEqual(
    [1, 2, 3].map(() => enter('192.0.2.9')),
    [true, true, true],
  )
  now = 120_000
  assert.equal(enter('192.0.2.1'), true)
})

test('counts go back to nothing whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(5), fc.boolean())), steps => {
      const admission = new Admission({ total: 10, perAddress: 3 })
      const held: string[] = []
      for (const [host, enters] of steps) {
        if (enters) {
          const peer = admission.admit(`192.0.2.${host}`)
          if (peer !== null) held.push(peer)
        } else {
          const peer = held.pop()
          if (peer !== undefined) admission.release(peer)
        }
        assert.equal(admission.open, held.length)
        assert(held.length <= 10)
      }
      for (const peer of held) admission.release(peer)
      assert.equal(admission.open, 0)
      admission.release('never admitted')
      assert.equal(admission.open, 0)
    }),
    { seed: 3 },
  )
})
