import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ProxyHeader, ProxyHeaderError, parseProxyHeader, proxyHeaderOctets } from './proxy-header.ts'

const signature = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

/** A header of version 2: version and command, family and transport, what follows; its length unless another is claimed. */
function binary(command: number, family: number, body: readonly number[], claimed = body.length): Buffer {
  return Buffer.from([...signature, command, family, claimed >> 8, claimed & 0xff, ...body])
}

const ipv4 = [192, 0, 2, 1, 198, 51, 100, 2, 0xdc, 0x04, 0x01, 0xbb]
const ipv6 = (tail: number) => [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, tail]
const ssl = [0x20, 0, 8, 0x01, 0, 0, 0, 0, 0x21, 0, 0]
const ends = (remote: string, from: number, local: string, to: number) => ({
  remote: { host: remote, port: from },
  local: { host: local, port: to },
})

const accepted: readonly [name: string, octets: Buffer | string, ends: ProxyHeader['ends']][] = [
  // The specification's own examples (section 2.1).
  [
    'the longest line of IPv4',
    'PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n',
    ends('255.255.255.255', 65535, '255.255.255.255', 65535),
  ],
  [
    'the longest line of IPv6',
    `PROXY TCP6 ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`,
    ends(`${'ffff:'.repeat(7)}ffff`, 65535, `${'ffff:'.repeat(7)}ffff`, 65535),
  ],
  ['the shortest line', 'PROXY UNKNOWN\r\n', null],
  ['the longest line', `PROXY UNKNOWN ${'ffff:'.repeat(7)}ffff ${'ffff:'.repeat(7)}ffff 65535 65535\r\n`, null],
  [
    'an ordinary line',
    'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n',
    ends('192.168.0.1', 56324, '192.168.0.11', 443),
  ],
  ['an IPv4 address in IPv6', 'PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n', ends('192.0.2.1', 1, '::1', 2)],
  ['version 2, IPv4', binary(0x21, 0x11, ipv4), ends('192.0.2.1', 56324, '198.51.100.2', 443)],
  [
    'version 2, IPv6',
    binary(0x21, 0x21, [...ipv6(1), ...ipv6(2), 0, 25, 0, 26]),
    ends('2001:db8::1', 25, '2001:db8::2', 26),
  ],
  [
    'version 2, IPv4 in IPv6',
    binary(0x21, 0x21, [...Array<number>(10).fill(0), 255, 255, 192, 0, 2, 1, ...ipv6(2), 0, 25, 0, 26]),
    ends('192.0.2.1', 25, '2001:db8::2', 26),
  ],
  [
    'version 2 with extensions, TLS among them',
    binary(0x21, 0x11, [...ipv4, ...ssl, 4, 0, 0, 4, 0, 2, 1, 2]),
    ends('192.0.2.1', 56324, '198.51.100.2', 443),
  ],
  ['LOCAL', binary(0x20, 0, []), null],
  ['LOCAL, whatever stands in it', binary(0x20, 0xff, [1, 2, 3]), null],
  ['an address that is not told', binary(0x21, 0, [9, 9]), null],
  ['a Unix socket', binary(0x21, 0x31, Array<number>(216).fill(0)), null],
  ['the longest of version 2', binary(0x21, 0, Array<number>(proxyHeaderOctets - 16).fill(0)), null],
]

for (const [name, octets, wanted] of accepted) {
  test(`PROXY header: ${name}`, () => {
    const header = Buffer.from(octets)
    const behind = Buffer.from('EHLO x\r\n')
    const found = parseProxyHeader(Buffer.concat([header, behind]))
    assert.deepEqual(found?.ends, wanted)
    assert.equal(found?.octets, header.length)
    for (let length = 0; length < Math.min(header.length, 300); length++) {
      assert.equal(parseProxyHeader(header.subarray(0, length)), null, `${length} octets are not enough`)
    }
  })
}

const refused: readonly [name: string, octets: Buffer | string][] = [
  ['another protocol', 'EHLO x\r\n'],
  ['TLS', Buffer.from([0x16, 0x03, 0x01])],
  ['an octet that is none of its first', 'Q'],
  ['lower case', 'proxy TCP4 1.2.3.4 1.2.3.4 1 2\r\n'],
  ['another family', 'PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n'],
  ['addresses of the other family', 'PROXY TCP4 ::1 ::1 1 2\r\n'],
  ['an address that is none', 'PROXY TCP4 1.2.3.400 1.2.3.4 1 2\r\n'],
  ['an address with a zone', 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n'],
  ['a port that is none', 'PROXY TCP4 1.2.3.4 1.2.3.4 65536 2\r\n'],
  ['a port with a zero in front', 'PROXY TCP4 1.2.3.4 1.2.3.4 025 2\r\n'],
  ['two spaces', 'PROXY TCP4  1.2.3.4 1.2.3.4 1 2\r\n'],
  ['too little', 'PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n'],
  ['too much', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n'],
  ['a bare LF', `PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n${'x'.repeat(100)}`],
  ['a line one octet too long', `PROXY UNKNOWN ${'x'.repeat(92)}\r\n`],
  ['UNKNOWN, and more of the word', 'PROXY UNKNOWNS\r\n'],
  ['version 1 in the form of version 2', binary(0x11, 0x11, ipv4)],
  ['a command that is none', binary(0x22, 0x11, ipv4)],
  ['a family that is none', binary(0x21, 0x41, ipv4)],
  ['a transport that is none', binary(0x21, 0x13, ipv4)],
  ['datagrams', binary(0x21, 0x12, ipv4)],
  ['IPv4 with less than its addresses', binary(0x21, 0x11, ipv4.slice(1))],
  ['an extension that is cut', binary(0x21, 0x11, [...ipv4, 4, 0])],
  ['an extension longer than the header', binary(0x21, 0x11, [...ipv4, 4, 0, 9, 1])],
  ['one octet more than is allowed', binary(0x21, 0, [], proxyHeaderOctets - 15)],
]

for (const [name, octets] of refused) {
  test(`PROXY header: refused is ${name}`, () => {
    assert.throws(() => parseProxyHeader(Buffer.from(octets)), ProxyHeaderError)
  })
}

test('PROXY header: whatever comes is a header, too little or refused, and is never waited for beyond the bound', () => {
  const piece = fc.oneof(
    fc
      .constantFrom('PROXY ', 'TCP4 ', 'TCP6 ', 'UNKNOWN', ' ', '\r\n', '\r', '\n', '1.2.3.4 ', '::1 ', '25', '\0')
      .map(Buffer.from),
    fc.uint8Array({ maxLength: 40 }).map(Buffer.from),
    fc.constantFrom(Buffer.from(signature), binary(0x21, 0x11, ipv4), binary(0x20, 0, [])),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), pieces => {
      const octets = Buffer.concat(pieces)
      try {
        const header = parseProxyHeader(octets)
        if (header === null) assert.ok(octets.length < proxyHeaderOctets)
        else assert.ok(header.octets <= octets.length)
      } catch (error) {
        assert.ok(error instanceof ProxyHeaderError)
      }
    }),
    { seed: 107, numRuns: 3000 },
  )
})

test('PROXY header: what is printed is read', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(65535), fc.nat(65535), (remote, local, from, to) => {
      const wanted = ends(remote, from, local, to)
      assert.deepEqual(parseProxyHeader(Buffer.from(`PROXY TCP4 ${remote} ${local} ${from} ${to}\r\n`))?.ends, wanted)
      const quads = [...remote.split('.'), ...local.split('.')].map(Number)
      const ports = [from >> 8, from & 255, to >> 8, to & 255]
      assert.deepEqual(parseProxyHeader(binary(0x21, 0x11, [...quads, ...ports]))?.ends, wanted)
    }),
    { seed: 2, numRuns: 300 },
  )
})
