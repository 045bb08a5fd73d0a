import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EndpointError, formatEndpoint, isLoopback, parseEndpoint, peerOf, plainAddress } from './endpoint.ts'

test('HOST:PORT is read', () => {
  const rows: [text: string, host: string, port: number][] = [
    ['127.0.0.1:143', '127.0.0.1', 143],
    ['0.0.0.0:0', '0.0.0.0', 0],
    ['[::1]:143', '::1', 143],
    ['[::]:65535', '::', 65_535],
    ['[fe80::1]:25', 'fe80::1', 25],
    ['localhost:1143', 'localhost', 1143],
    ['mail.example.org:993', 'mail.example.org', 993],
    [' mail_1.example:25 ', 'mail_1.example', 25],
  ]
  for (const [text, host, port] of rows) assert.deepEqual(parseEndpoint(text), { host, port }, text)
})

test('anything else is refused with a sentence', () => {
  const rows: [text: string, says: RegExp][] = [
    ['', /is not HOST:PORT/],
    ['143', /is not HOST:PORT/],
    ['localhost', /is not HOST:PORT/],
    ['localhost:', /is not HOST:PORT/],
    ['localhost:imap', /is not HOST:PORT/],
    ['localhost:-1', /is not HOST:PORT/],
    ['localhost:65536', /ports end at 65535/],
    ['localhost:999999', /is not HOST:PORT/],
    ['::1:143', /brackets/],
    ['2001:db8::1:143', /brackets/],
    ['[::1]', /is not HOST:PORT/],
    ['[127.0.0.1]:143', /is not an IPv6 address/],
    ['[]:143', /is not an IPv6 address/],
    [':143', /has no host/],
    ['1.2.3:25', /neither a host name nor an address/],
    ['300.1.1.1:25', /neither a host name nor an address/],
    ['-bad.example:25', /neither a host name nor an address/],
    ['a b:25', /neither a host name nor an address/],
    ['http://localhost:25', /is not HOST:PORT/],
  ]
  for (const [text, says] of rows) {
    assert.throws(
      () => parseEndpoint(text),
      (error: unknown) => error instanceof EndpointError && says.test(error.message),
      text,
    )
  }
})

test('what is printed is read back', () => {
  const endpoint = fc.record({
    host: fc.oneof(fc.ipV4(), fc.constantFrom('::', '::1', '2001:db8::25', 'localhost', 'mx.example.com')),
    port: fc.integer({ min: 0, max: 65_535 }),
  })
  fc.assert(
    fc.property(endpoint, value => {
      assert.deepEqual(parseEndpoint(formatEndpoint(value)), { ...value })
    }),
    { seed: 1 },
  )
})

test('no text makes the parser do anything but answer or refuse', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]:.-09afx%') }), text => {
      try {
        parseEndpoint(text)
      } catch (error) {
        assert(error instanceof EndpointError)
      }
    }),
    { seed: 2, numRuns: 500 },
  )
})

test('an IPv4 address through an IPv6 socket is the IPv4 address', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('::FFFF:192.0.2.1'), '192.0.2.1')
  assert.equal(plainAddress('fe80::1%eth0'), 'fe80::1')
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1')
})

test('loopback is 127.0.0.0/8 and ::1', () => {
  for (const address of ['127.0.0.1', '127.255.0.9', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1']) {
    assert.equal(isLoopback(address), true, address)
  }
  for (const address of ['128.0.0.1', '10.0.0.1', '::', '::2', '::ffff:10.0.0.1', 'localhost', '']) {
    assert.equal(isLoopback(address), false, address)
  }
})

test('a peer is an IPv4 address or a /64', () => {
  const rows: [address: string, peer: string][] = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::2:3:4:5:6:7', '1:0:2:3::/64'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ]
  for (const [address, peer] of rows) assert.equal(peerOf(address), peer, address)
})
