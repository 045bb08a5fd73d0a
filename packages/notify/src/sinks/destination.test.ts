import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { isPublicAddress } from './destination.ts'

suite('addresses that a request of a user may reach', () => {
  const rows: [address: string, isPublic: boolean][] = [
    ['8.8.8.8', true],
    ['100.63.255.255', true],
    ['100.64.0.1', false],
    ['10.1.2.3', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['172.15.0.1', true],
    ['172.31.255.255', false],
    ['192.168.0.1', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['2606:4700:4700::1111', true],
    ['::', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:8.8.8.8', true],
    ['64:ff9b::7f00:1', false],
    ['fe80::1', false],
    ['fd00::1', false],
    ['ff02::1', false],
    ['2001:db8::1', false],
    ['2002:7f00:1::', false],
    ['nonsense', false],
  ]
  for (const [address, isPublic] of rows) test(address, () => assert.equal(isPublicAddress(address), isPublic))
})
