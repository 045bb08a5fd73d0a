import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { authservId, resultsField, withResults } from './results-field.ts'

const field = 'Authentication-Results: mail.example.org;\r\n spf=pass\r\n'

test('who claims to have checked (RFC 8601 §2.2, and its own examples)', () => {
  const rows: readonly [value: string, id: string | null][] = [
    ['example.org 1; none', 'example.org'],
    ['example.com; spf=pass smtp.mailfrom=example.net', 'example.com'],
    [
      'foo.example.net (foobar) 1 (baz); dkim (Because I like it) / 1 (One yay) = (wait for it) fail',
      'foo.example.net',
    ],
    [' (a (nested \\) one)) Mail.Example.ORG.; none', 'mail.example.org'],
    ['"mail.\\example.org"; none', 'mail.example.org'],
    ['mail.example.org', 'mail.example.org'],
    ['mail.example.org(x); none', 'mail.example.org'],
    ['; none', null],
    ['(never closed', null],
    ['', null],
  ]
  for (const [value, id] of rows) assert.equal(authservId(value), id, value)
})

test('the field stands behind the Return-Path; forged ones are gone, others stay', () => {
  const forged = [
    'Authentication-Results: mail.example.org; dmarc=pass\r\n',
    'authentication-results:\r\n\t(x) "MAIL.example.org" 1;\r\n dkim=pass\r\n',
    'Authentication-Results : mail.example.org.; spf=pass\r\n',
    'Authentication-Results: ;\r\n',
  ]
  const other = 'Authentication-Results: mail.example.org.far.example; spf=pass\r\n'
  const arc = 'ARC-Authentication-Results: i=1; mail.example.org; spf=pass\r\n'
  const header = `Return-Path: <x@far.example>\r\nReceived: by x\r\n${forged[0]}${other}${forged[1]}${arc}From: x@far.example\r\n${forged[2]}${forged[3]}\r\n`
  assert.equal(
    Buffer.from(withResults(Buffer.from(header), field, 'mail.example.org')).toString(),
    `Return-Path: <x@far.example>\r\n${field}Received: by x\r\n${other}${arc}From: x@far.example\r\n\r\n`,
  )
})

test('no header makes it throw, and none keeps a field in our name', () => {
  const words = fc.constantFrom(
    ...['Authentication-Results', 'authentication-results ', ':', ' ', '\t', '\r\n', '\r\n ', '(', ')', '\\', '"', ';'],
    ...['mail.example.org', 'MAIL.EXAMPLE.ORG', '.', 'none', 'From: a\r\n', '1'],
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 40 }), parts => {
      const once = withResults(Buffer.from(`Received: by x\r\n${parts.join('')}\r\n\r\n`), field, 'mail.example.org')
      const again = withResults(once, '', 'mail.example.org')
      assert.equal(Buffer.from(once).toString().replace(field, ''), Buffer.from(again).toString())
    }),
    { seed: 8601, numRuns: 2_000 },
  )
})

test('the field of the library, with nothing in it that a header may not have', () => {
  const headers =
    'Authentication-Results: h;\r\n dkim=pass header.d=\u00fc\r\r\n\tx\u0000\r\n  \r\n spf=none\r\nReceived-SPF: none\r\n x\r\n'
  const told = (letter: string) =>
    `Authentication-Results: h;\r\n dkim=pass header.d=${letter}?\r\n\tx?\r\n spf=none\r\n`
  assert.equal(resultsField(headers, true), told('\u00fc'))
  assert.equal(resultsField(headers, false), told('?'))
  assert.throws(() => resultsField('Received-SPF: none\r\n', false))
})
