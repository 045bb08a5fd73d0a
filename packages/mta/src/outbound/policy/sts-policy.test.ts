import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isAllowedMx, parseStsPolicy } from './sts-policy.ts'
import { stsId } from './sts-record.ts'

test('RFC 8461 §3.1: the record', () => {
  const rows: readonly [records: readonly (readonly string[])[], id: string | null][] = [
    [[['v=STSv1; id=20160831085700Z;']], '20160831085700Z'],
    [[['v=STSv1; id=20160831085700Z']], '20160831085700Z'],
    [[['v=STSv1;', 'id=a', 'b']], 'ab'],
    [[['v=STSv1;\t foo=bar \t;id=1']], '1'],
    [[['v=STSv1;id=1;id=2']], '1'],
    [[['v=spf1 -all'], ['v=STSv1;id=1']], '1'],
    [[['v=STSv1;id=1'], ['v=STSv1;id=2']], null],
    [[['v=STSv12;id=1']], null],
    [[['v=STSv1']], null],
    [[['v=STSv1;']], null],
    [[['id=1;v=STSv1']], null],
    [[['v=STSv1;id=a-b']], null],
    [[['v=STSv1;id=']], null],
    [[[`v=STSv1;id=${'a'.repeat(32)}`]], 'a'.repeat(32)],
    [[[`v=STSv1;id=${'a'.repeat(33)}`]], null],
    [[['v=STSv1;id=1;;']], null],
    [[['v=STSv1;id=1;x=a b']], null],
    [[['V=STSv1;id=1']], null],
    [[], null],
  ]
  for (const [records, id] of rows) assert.equal(stsId(records), id, JSON.stringify(records))
})

test('RFC 8461 §3.2: its own example', () => {
  const text =
    'version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmx: backupmx.example.com\r\nmax_age: 604800\r\n'
  assert.deepEqual(parseStsPolicy(text), {
    mode: 'enforce',
    mx: ['mail.example.com', '*.example.net', 'backupmx.example.com'],
    maxAgeSeconds: 604_800,
    lines: text.trimEnd().split('\r\n'),
  })
})

test('what is a policy and what is not', () => {
  const base = 'version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1'
  const good: Readonly<Record<string, string>> = {
    'line feeds alone': base,
    'spaces behind': base.replace('enforce', 'enforce \t'),
    'no spaces': base.replaceAll(': ', ':'),
    'unknown fields': `${base}\nfoo: bar baz ü\n`,
    'the first of two counts': `${base}\nmode: none\n`,
    'another order': base.split('\n').toReversed().join('\n'),
    'none without mx': 'version: STSv1\nmode: none\nmax_age: 1',
  }
  for (const [name, text] of Object.entries(good)) assert.notEqual(parseStsPolicy(text), null, name)
  const bad: Readonly<Record<string, string>> = {
    empty: '',
    'no version': base.replace('version: STSv1\n', ''),
    'another version': base.replace('STSv1', 'STSv2'),
    'no mode': base.replace('mode: enforce\n', ''),
    'another mode': base.replace('enforce', 'Enforce'),
    'no mx': base.replace('mx: a.example\n', ''),
    'no age': base.replace('\nmax_age: 1', ''),
    'an age that is no number': base.replace('max_age: 1', 'max_age: 1d'),
    'an age that is too long': base.replace('max_age: 1', 'max_age: 12345678901'),
    'an mx that is no name': base.replace('a.example', 'a..example'),
    'a wildcard within': base.replace('a.example', 'a.*.example'),
    'a blank line within': base.replace('\nmx', '\n\nmx'),
    'a line that is no field': `${base}\n<html>`,
    'a control character': `${base}\nfoo: a\u0000b`,
  }
  for (const [name, text] of Object.entries(bad)) assert.equal(parseStsPolicy(text), null, name)
  assert.equal(parseStsPolicy(base.replace('max_age: 1', 'max_age: 9999999999'))?.maxAgeSeconds, 31_557_600)
  assert.equal(parseStsPolicy(`${base}\nmode: none\n`)?.mode, 'enforce')
})

test('RFC 8461 §4.1: a wildcard is one whole label', () => {
  const rows: readonly [pattern: string, host: string, allowed: boolean][] = [
    ['*.example.com', 'mail.example.com', true],
    ['*.example.com', 'MAIL.Example.com.', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'foo.bar.example.com', false],
    ['mail.example.com', 'mail.example.com', true],
    ['mail.example.com', 'mail2.example.com', false],
    ['MAIL.example.com', 'mail.example.com', true],
    ['*.com', 'com', false],
  ]
  for (const [pattern, host, allowed] of rows) {
    const rules = parseStsPolicy(`version: STSv1\nmode: testing\nmx: ${pattern}\nmax_age: 0`) ?? assert.fail(pattern)
    assert.equal(isAllowedMx(host, rules), allowed, `${pattern} ${host}`)
  }
})

test('texts of strangers never throw', () => {
  const words = [
    'version: STSv1',
    'mode: enforce',
    'mx: *.a.example',
    'max_age: 99',
    '\n',
    '\r\n',
    ' ',
    ':',
    'v=STSv1;',
    'id=1',
    ';',
    '=',
    '*',
  ]
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 12 })
  fc.assert(
    fc.property(text, pieces => {
      const rules = parseStsPolicy(pieces.join(''))
      if (rules !== null) isAllowedMx(pieces.join(''), rules)
      stsId([pieces])
    }),
    { seed: 8461, numRuns: 3000 },
  )
})
