import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseParameters } from './params.ts'
import { isHelloName, parseAddress, parseForwardPath, parseReversePath } from './path.ts'
import { decodeUtf8AddressXtext, decodeXtext, encodeUtf8AddressXtext, encodeXtext } from './xtext.ts'

const paths: readonly [path: string, address: string | null, rest?: string][] = [
  ['<Smith@bar.com>', 'Smith@bar.com'],
  ['<Smith@BAR.com> SIZE=3', 'Smith@bar.com', 'SIZE=3'],
  ['<@hosta.int,@jkl.org:userc@d.bar.org>', 'userc@d.bar.org'],
  ['<"Joe Bloggs"@example.com>', '"Joe Bloggs"@example.com'],
  ['<"joe"@example.com>', 'joe@example.com'],
  ['<"a\\"b>c"@example.com> X=1', '"a\\"b>c"@example.com', 'X=1'],
  ['<user+detail@example.com>', 'user+detail@example.com'],
  ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
  ['<a@[IPv6:2001:db8::1]>', 'a@[IPv6:2001:db8::1]'],
  ['<a@under_score.example>', 'a@under_score.example'],
  ['<dömi@bücher.example>', 'dömi@bücher.example'],
  ['<a@localhost>', 'a@localhost'],
  ['a@example.com', null],
  ['<a@example.com', null],
  ['<a@example.com>SIZE=1', null],
  ['<a>', null],
  ['<a@>', null],
  ['<@example.com>', null],
  ['<a..b@example.com>', null],
  ['<.a@example.com>', null],
  ['<a.@example.com>', null],
  ['<a b@example.com>', null],
  ['<a@b@example.com>', null],
  ['<a@-example.com>', null],
  ['<a@example..com>', null],
  ['<a@example.com.>', null],
  ['<a@[192.0.2.300]>', null],
  ['<a@[2001:db8::1]>', null],
  ['<a@exam ple.com>', null],
  ['<a@b>c>', null],
  ['<"a@example.com>', null],
  ['< a@example.com>', null],
  ['<a@example.com\r\nRCPT TO:<b@c>>', null],
]

for (const [text, address, rest = ''] of paths) {
  test(`path: ${JSON.stringify(text)}`, () => {
    for (const parse of [parseReversePath, parseForwardPath]) {
      const path = parse(text)
      assert.equal(path?.address ?? null, address)
      if (path !== null) assert.equal(path.rest, rest)
    }
  })
}

test('path: the null reverse-path and the postmaster without a domain', () => {
  assert.deepEqual(parseReversePath('<> RET=HDRS'), { address: '', local: '', domain: '', rest: 'RET=HDRS' })
  assert.equal(parseForwardPath('<>'), null)
  assert.equal(parseForwardPath('<PostMaster>')?.address, 'postmaster')
  assert.equal(parseReversePath('<Postmaster>'), null)
})

test('address: alone, and nothing behind it', () => {
  assert.equal(parseAddress('a@B.example')?.address, 'a@b.example')
  assert.equal(parseAddress('a@b.example '), null)
  assert.equal(parseAddress('a@b.example\r\nBcc: x@y.example'), null)
})

test('hello: what may be a name', () => {
  for (const name of [
    'client.example',
    '[192.0.2.1]',
    '[IPv6:::1]',
    '192.0.2.1',
    '::1',
    'my_pc',
    'x',
    "bob's-phone",
    'x.example.',
  ]) {
    assert.ok(isHelloName(name), name)
  }
  for (const name of [
    '',
    'a b',
    'a(b)',
    '[x]',
    'bücher.example',
    'a;b',
    '<a>',
    'a@b',
    '"a"',
    `${'x'.repeat(256)}`,
    'a\tb',
  ]) {
    assert.ok(!isHelloName(name), name)
  }
})

test('parameters: keywords in upper case, each once', () => {
  assert.deepEqual(parseParameters('size=12 Body=8BITMIME  SMTPUTF8'), [
    { keyword: 'SIZE', value: '12' },
    { keyword: 'BODY', value: '8BITMIME' },
    { keyword: 'SMTPUTF8', value: null },
  ])
  assert.deepEqual(parseParameters(''), [])
  for (const bad of ['=1', 'A=', 'A=1 A=2', 'a=1 A=1', 'A B=\u0001', '-A', 'A=1=2']) {
    assert.equal(parseParameters(bad), null, bad)
  }
})

test('xtext: the examples of RFC 3461 §10 and what is none', () => {
  assert.equal(decodeXtext('QQ314159'), 'QQ314159')
  assert.equal(decodeXtext('a+2Bb+3Dc+20d'), 'a+b=c d')
  for (const bad of ['+', '+2', '+2b', 'a=b', 'a b', 'ü', '\u007f']) assert.equal(decodeXtext(bad), null, bad)
})

test('xtext: what is encoded decodes to itself', () => {
  const ascii = fc.string({ unit: fc.integer({ min: 1, max: 126 }).map(n => String.fromCharCode(n)) })
  fc.assert(
    fc.property(ascii, text => {
      assert.equal(decodeXtext(encodeXtext(text)), text)
    }),
    { seed: 3461, numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), text => {
      assert.equal(decodeUtf8AddressXtext(encodeUtf8AddressXtext(text)), text)
    }),
    { seed: 6533, numRuns: 500 },
  )
  assert.equal(decodeUtf8AddressXtext('\\x{D800}@x'), null)
})
