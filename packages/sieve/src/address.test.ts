import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { addressesOf, envelopeAddress, sieveAddressOf } from './address.ts'

suite('addresses to send to (RFC 5228 §2.4.2.3)', () => {
  const good: [text: string, address: string][] = [
    ['tim@example.com', 'tim@example.com'],
    ['  tim@example.com\t', 'tim@example.com'],
    ['Tim Showalter <tim@example.com>', 'tim@example.com'],
    ['"Showalter, Tim" <tim@example.com>', 'tim@example.com'],
    ['<tim@example.com>', 'tim@example.com'],
    ['J. Doe <j.d+x@sub.example.com>', 'j.d+x@sub.example.com'],
    ['"a b"@example.com', '"a b"@example.com'],
    ['"a\\"b"@example.com', '"a\\"b"@example.com'],
    ['tim@[192.0.2.1]', 'tim@[192.0.2.1]'],
    ['tim@[IPv6:2001:db8::1]', 'tim@[IPv6:2001:db8::1]'],
    ['tim@localhost', 'tim@localhost'],
    ['jörg@exämple.de', 'jörg@exämple.de'],
    ['Tim <tim@example.com> (the author)', 'tim@example.com'],
    ["o'hara#x@example.com", "o'hara#x@example.com"],
  ]
  for (const [text, address] of good) test(text, () => assert.equal(sieveAddressOf(text), address))

  const bad = [
    ...[
      '',
      ' ',
      'tim',
      'tim (the author) @example.com',
      '@example.com',
      'tim@',
      'tim@@example.com',
      'a@b@c',
      'tim@example..com',
      '.tim@example.com',
    ],
    ...[
      'tim.@example.com',
      'tim@-example.com',
      'tim@example.com.',
      'tim@example.com, tom@example.com',
      'G: tim@example.com;',
    ],
    ...[
      '<@relay:tim@example.com>',
      'Tim <tim@example.com',
      'tim@example.com>',
      'tim@exa mple.com',
      'tim@example.com\r\nX: y',
    ],
    ...['tim\0@example.com', 'tim@example.com\u0007', 'tim\udc80@example.com', '"tim@example.com', 'tim@[192.0.2.1'],
    `${'a'.repeat(400)}@example.com`,
  ]
  for (const text of bad)
    test(`none: ${JSON.stringify(text).slice(0, 60)}`, () => assert.equal(sieveAddressOf(text), null))

  test('hostile text costs no time', () => {
    const start = performance.now()
    for (const piece of ['a', 'a.', '"a" ', '(', '()', '<', 'a@b.', '\\', '"\\'])
      sieveAddressOf(piece.repeat(1280 / piece.length))
    assert.ok(performance.now() - start < 500)
  })
})

suite('addresses of header fields and envelopes', () => {
  test('groups give their members, names alone give no valid address', () => {
    const found = addressesOf('G: a@x.example, "B" <b@y.example>;, Undisclosed, c@z.example')
    assert.deepEqual(
      found.filter(({ valid }) => valid).map(({ all }) => all),
      ['a@x.example', 'b@y.example', 'c@z.example'],
    )
  })

  const rows: [path: string, all: string, localPart: string, domain: string, valid: boolean][] = [
    ['a@b.example', 'a@b.example', 'a', 'b.example', true],
    ['@r.example,@s.example:a@b.example', 'a@b.example', 'a', 'b.example', true],
    ['"a b"@c.example', 'a b@c.example', 'a b', 'c.example', true],
    ['"a@b"@c.example', 'a@b@c.example', 'a@b', 'c.example', true],
    ['postmaster', 'postmaster', 'postmaster', '', false],
    ['@', '@', '', '', false],
  ]
  for (const [path, all, localPart, domain, valid] of rows) {
    test(path, () => assert.deepEqual(envelopeAddress(path), { all, localPart, domain, valid }))
  }
})
