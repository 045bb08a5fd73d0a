import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParameters } from '@lemonade/mime'
import fc from 'fast-check'
import { defaultConvertLimits } from '../limits.ts'
import { Refusal } from '../run/tools.ts'
import { header } from './header.ts'

function convert(text: string, charset = 'utf-8', replacement?: string): string {
  const settings = { to: charset, ...(replacement === undefined ? {} : { replacement }) }
  return Buffer.from(header(Buffer.from(text, 'latin1'), settings, defaultConvertLimits).octets).toString('latin1')
}

test('the header of RFC 5259 §6, from KOI8-R to UTF-8; its space becomes the underscore that RFC 2047 asks for', () => {
  const before = [
    'Date: Mon, 20 Apr 2007 20:05:43 +0200',
    'From: Peter <peter@siroe.example.com>',
    'To: Alexey <alexey@siroe.example.com>',
    'Subject: =?KOI8-R?Q?why encode this?=',
    '',
    '',
  ]
  const after = before.with(3, 'Subject: =?UTF-8?Q?why_encode_this?=')
  assert.equal(convert(before.join('\r\n')), after.join('\r\n'))
})

test('encoded words keep their encoding and language, and the words around them', () => {
  assert.equal(
    convert('Subject: Re: =?iso-8859-1*de?Q?Gr=FC=DFe?= an alle\r\n'),
    'Subject: Re: =?UTF-8*de?Q?Gr=C3=BC=C3=9Fe?= an alle\r\n',
  )
  assert.equal(convert('To: =?iso-8859-1?B?5A==?= <a@b>\r\n'), 'To: =?UTF-8?B?w6Q=?= <a@b>\r\n')
})

test('a character that is cut between two words is put together', () => {
  assert.equal(
    convert('Subject: =?utf-8?Q?=C3?= =?utf-8?Q?=A4?=\r\n', 'iso-8859-1'),
    'Subject: =?ISO-8859-1?Q?=E4?=\r\n',
  )
})

test('words that cannot be decoded stay as they are, beside others that are converted', () => {
  const unknown = '=?x-unknown?Q?=E4?='
  assert.equal(convert(`Subject: ${unknown} =?iso-8859-1?Q?=E4?=\r\n`), `Subject: ${unknown} =?UTF-8?Q?=C3=A4?=\r\n`)
  assert.equal(convert('Subject: =?utf-8?X?a?= =?broken\r\n'), 'Subject: =?utf-8?X?a?= =?broken\r\n')
})

test('long texts are cut between characters into words of 75', () => {
  const long = 'ä'.repeat(200)
  const word = `=?utf-8?B?${Buffer.from(long).toString('base64')}?=`
  for (const encoding of ['utf-8', 'iso-8859-1']) {
    const lines = convert(`Subject: ${word}\r\n`, encoding).trimEnd().split('\r\n')
    for (const line of lines) assert(/=\?[^ ]+\?=$/.test(line) && line.replace('Subject:', '').trim().length <= 75)
    const octets = lines.map(line => Buffer.from(/\?B\?(.*)\?=/.exec(line)?.[1] ?? '', 'base64'))
    for (const each of octets)
      assert.equal(each.toString(encoding === 'utf-8' ? 'utf8' : 'latin1').replaceAll('ä', ''), '')
  }
})

test('what the charset has not is refused, or replaced', () => {
  assert.throws(() => convert('Subject: =?utf-8?B?4oKs?=\r\n', 'iso-8859-1'), Refusal)
  assert.equal(convert('Subject: =?utf-8?B?4oKs?=\r\n', 'iso-8859-1', '?'), 'Subject: =?ISO-8859-1?B?Pw==?=\r\n')
})

test('parameters like those of RFC 5259 §6 are put together, converted, and their comments kept behind', () => {
  const before = [
    'Content-Type: text/plain; charset=utf-8;',
    " foo*0*=iso-8859-1'fr'tr%c0;",
    ' foo*1*(very)=%20s_m%c0;',
    ' foo*2*=(nasty)%09chant',
    '',
    '',
  ].join('\r\n')
  const after = convert(before)
  assert.equal(
    after,
    "Content-Type: text/plain; charset=utf-8;\r\n foo*=UTF-8'fr'tr%C3%80%20s_m%C3%80%09chant (very)(nasty)\r\n\r\n",
  )
})

test('long parameters are cut anew into lines shorter than 78', () => {
  const name = 'ä'.repeat(100)
  const value = [...Buffer.from(name, 'latin1')].map(octet => `%${octet.toString(16)}`).join('')
  const field = `Content-Disposition: attachment;\r\n filename*=iso-8859-1''${value}; size=3\r\n`
  const after = convert(field)
  for (const line of after.split('\r\n')) assert(line.length < 78, line)
  const parsed = parseParameters(after.slice(after.indexOf(':') + 1).trim())
  assert.deepEqual(parsed, {
    value: 'attachment',
    params: [
      ['filename', name],
      ['size', '3'],
    ],
  })
})

test('parameters that cannot be decoded stay as they are, and semicolons in quotes and comments part nothing', () => {
  for (const field of [
    "Content-Type: a/b; name*=x-none''%e4\r\n",
    'Content-Type: a/b; x="a;b*c"; y=(;*)z\r\n',
    'Content-Type: a/b; name*1*=%e4\r\n',
    'Content-Type: a/b; name*0="a"; name*1="b"\r\n',
  ]) {
    assert.equal(convert(field), field)
  }
})

test('all else stays octet for octet', () => {
  const text = 'From x\r\nX: \xe4\r\n\tfolded\nY:z\r\n\r\nbody =?iso-8859-1?Q?=E4?=\r\n'
  assert.equal(convert(text), text)
})

test('no header makes it fail but by a Refusal', () => {
  const piece = fc.constantFrom(
    'Subject:',
    'Content-Type:',
    '=?',
    '?=',
    'utf-8',
    '?Q?',
    '?B?',
    '=E4',
    '*0*=',
    "''",
    ';',
    '(',
    ')',
    '"',
    '\r\n',
    ' ',
    '%c3',
    'a',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), pieces => {
      try {
        convert(pieces.join(''), 'iso-8859-1')
      } catch (error) {
        if (!(error instanceof Refusal)) throw error
      }
    }),
    { seed: 2231, numRuns: 2000 },
  )
})

test('a header is converted up to its limit and not beyond', () => {
  const limits = { ...defaultConvertLimits, headerOctets: 20 }
  header(Buffer.alloc(20, 97), { to: 'utf-8' }, limits)
  assert.throws(() => header(Buffer.alloc(21, 97), { to: 'utf-8' }, limits), Refusal)
})
