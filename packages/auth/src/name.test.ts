import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountName } from './name.ts'

const codePoint = fc.oneof(fc.nat(0x2ff), fc.nat(0x10ffff)).map(point => String.fromCodePoint(point))

test('names are compared case-folded, width-mapped and composed', () => {
  const rows: [name: string, folded: string][] = [
    ['alice@example.org', 'alice@example.org'],
    ['Alice@EXAMPLE.org', 'alice@example.org'],
    ['JÖRG@bücher.example', 'jörg@bücher.example'],
    ['Jo\u0308rg@example.org', 'jörg@example.org'],
    ['ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｏｒｇ', 'alice@example.org'],
    ['用户@例子.广告', '用户@例子.广告'],
    ['O’Brien@example.org', 'o’brien@example.org'],
    ['"quoted"@example.org', 'quoted@example.org'],
    ['"q\\uoted"@example.org.', 'quoted@example.org'],
    ['"a,b"@example.org', '"a,b"@example.org'],
    ['alice@xn--bcher-kva.example', 'alice@bücher.example'],
    ['a@b@example.org', 'a@b@example.org'],
    ['postmaster', 'postmaster'],
    ['a'.repeat(320), 'a'.repeat(320)],
  ]
  for (const [name, folded] of rows) assert.equal(accountName(name), folded, name)
})

test('what can name no account is null', () => {
  const rows = [
    '',
    ' ',
    'a b',
    'a\u00a0b',
    'a\0b',
    'a\r\nb',
    'a\u007f',
    'a\ud800',
    'a\u2028',
    'a'.repeat(321),
    'a\u{e000}',
  ]
  for (const name of rows) assert.equal(accountName(name), null, JSON.stringify(name))
})

test('folding a folded name changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint, maxLength: 12 }), name => {
      const folded = accountName(name)
      if (folded !== null) assert.equal(accountName(folded), folded)
    }),
    { seed: 1, numRuns: 2_000 },
  )
})
