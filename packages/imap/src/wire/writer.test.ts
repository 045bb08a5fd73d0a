import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printNumbers } from './number-set.ts'
import { Parser } from './parser.ts'
import { octets, text } from './testing.ts'
import { Writer } from './writer.ts'

const written = (write: (w: Writer) => void, utf8 = false) => {
  const w = new Writer({ octets: 1, utf8 })
  write(w)
  return text(w.take())
}

test('strings are quoted where they may be', () => {
  const rows: [string, string][] = [
    ['', '""'],
    ['abc', '"abc"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['a\r\nb', '{4}\r\na\r\nb'],
    ['ü', '{2}\r\nü'],
    ['x'.repeat(2000), `{2000}\r\n${'x'.repeat(2000)}`],
  ]
  for (const [value, wire] of rows)
    assert.equal(
      written(w => w.string(value)),
      wire,
    )
  assert.equal(
    written(w => w.string('ü'), true),
    '"ü"',
  )
  assert.equal(
    written(w => w.nstring(null)),
    'NIL',
  )
})

test('values of any octets are read as they were written (RFC 4466 §4)', () => {
  const rows: [Uint8Array | null, string][] = [
    [null, 'NIL'],
    [octets(''), '""'],
    [octets('a"b'), '"a\\"b"'],
    [octets('a\r\n'), '{3}\r\na\r\n'],
    [octets('ü'), '{2}\r\nü'],
    [octets('a\0'), '~{2}\r\na\0'],
  ]
  for (const [value, wire] of rows) {
    assert.equal(
      written(w => w.value(value)),
      wire,
    )
    assert.deepEqual(new Parser(octets(wire)).value(), value)
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1100 }), value => {
      const w = new Writer()
      assert.deepEqual(Buffer.from(new Parser(w.value(value).take()).value() ?? []), Buffer.from(value))
    }),
    { seed: 4466, numRuns: 500 },
  )
})

test('astrings are atoms where they may be', () => {
  const rows: [string, string][] = [
    ['INBOX', 'INBOX'],
    ['a]b', 'a]b'],
    ['nil', '"nil"'],
    ['', '""'],
    ['with space', '"with space"'],
    ['50%', '"50%"'],
  ]
  for (const [value, wire] of rows)
    assert.equal(
      written(w => w.astring(value)),
      wire,
    )
})

test('mailbox names in the form of the client', () => {
  assert.equal(
    written(w => w.mailbox('Entwürfe')),
    'Entw&APw-rfe',
  )
  assert.equal(
    written(w => w.mailbox('Entwürfe'), true),
    '"Entwürfe"',
  )
  assert.equal(
    written(w => w.mailbox('Tom & Jerry')),
    '"Tom &- Jerry"',
  )
})

test('many numbers as printNumbers prints them', () => {
  for (const list of [[], [1], [1, 2, 3], [3, 2, 1], [1, 3, 4, 7, 8, 9, 11], [5, 6, 2, 3, 4294967295]]) {
    assert.equal(
      written(w => w.numbers(list)),
      printNumbers(list),
    )
  }
})

test('numbers digit by digit', () => {
  for (const n of [0, 9, 10, 99, 100, 2147483647, 2147483648, 4294967295, Number.MAX_SAFE_INTEGER]) {
    assert.equal(
      written(w => w.number(n)),
      `${n}`,
    )
  }
  fc.assert(
    fc.property(fc.maxSafeNat(), n =>
      assert.equal(
        written(w => w.number(n)),
        `${n}`,
      ),
    ),
    { seed: 7, numRuns: 2000 },
  )
})

test('any string that is written is read again', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter(s => !s.includes('\0') && s.isWellFormed()),
      value => {
        assert.equal(new Parser(octets(written(w => w.string(value)))).string(), value)
        assert.equal(new Parser(octets(written(w => w.astring(value)))).astring(), value)
      },
    ),
    { seed: 8, numRuns: 250 },
  )
})

test('what was taken is not touched again', () => {
  const w = new Writer()
  const first = w.ascii('one').take()
  w.ascii('two')
  assert.equal(text(first), 'one')
  assert.equal(w.length, 3)
  w.ascii('three').cut(3)
  assert.equal(text(w.take()), 'two')
  assert.equal(w.take().length, 0)
})
