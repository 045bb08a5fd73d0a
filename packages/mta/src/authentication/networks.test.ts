import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isIn, networks } from './networks.ts'

test('addresses and networks, of both versions', () => {
  const list = networks(['192.0.2.0/24', '198.51.100.7', '2001:db8::/32', '::1']) ?? assert.fail()
  const rows: readonly [address: string, isIn: boolean][] = [
    ['192.0.2.255', true],
    ['192.0.3.0', false],
    ['198.51.100.7', true],
    ['198.51.100.8', false],
    ['::ffff:192.0.2.1', true],
    ['2001:db8:1::1', true],
    ['2001:db9::1', false],
    ['::1', true],
    ['fe80::1%eth0', false],
  ]
  for (const [address, expected] of rows) assert.equal(isIn(list, address), expected, address)
  assert.equal(isIn(networks([]) ?? assert.fail(), '127.0.0.1'), false)
  assert.equal(isIn(networks(['0.0.0.0/0']) ?? assert.fail(), '127.0.0.1'), true)
  for (const text of [
    '',
    'x',
    '192.0.2',
    '192.0.2.0/33',
    '192.0.2.0/',
    '2001:db8::/129',
    '10.0.0.0/8/8',
    'fe80::1%eth0',
  ]) {
    assert.equal(networks([text]), null, text)
  }
})
