import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { EightBitFinder, NulFinder, withoutBinary, withoutEightBits } from './nul.ts'
import { parseMessage } from './parse.ts'
import { Recoder, type Recoding } from './recode.ts'
import { TransferDecoder } from './transfer.ts'
import type { Part } from './tree.ts'

const octetsOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))

function recoded(octets: Uint8Array, recodings: readonly Recoding[], size: number): string {
  const recoder = new Recoder(recodings)
  const out: Uint8Array[] = []
  for (let at = 0; at < octets.length; at += size) out.push(...recoder.write(octets.subarray(at, at + size)))
  return Buffer.concat(out).toString('latin1')
}

function holders(finder: NulFinder | EightBitFinder, octets: Uint8Array): readonly Part[] | null {
  finder.write(octets)
  return finder.parts()
}

function textOf(message: string, size = 7): string | null {
  const octets = octetsOf(message)
  const structure = parseMessage(octets)
  const found = holders(new NulFinder(structure), octets)
  return found && recoded(octets, withoutBinary(structure, found), size)
}

function sevenBitsOf(message: string, size = 7): string | null {
  const octets = octetsOf(message)
  const structure = parseMessage(octets)
  const found = holders(new EightBitFinder(structure), octets)
  const recodings = found && withoutEightBits(structure, found)
  return recodings && recoded(octets, recodings, size)
}

const multipart = (type: string, encoding: string, ...parts: string[]) =>
  `Content-Type: multipart/${type}; boundary=b\r\n${encoding}\r\n${parts.map(part => `--b\r\n${part}\r\n`).join('')}--b--\r\n`
const label = (encoding: string) => `Content-Transfer-Encoding: ${encoding}\r\n`

test('a binary message becomes one of text (RFC 3030 §3, RFC 2045 §6.4)', () => {
  const rows: readonly (readonly [string, string | null])[] = [
    ['Subject: x\r\n\r\ntext\r\n', 'Subject: x\r\n\r\ntext\r\n'],
    [`${label('binary')}\r\na\nb`, `${label('base64')}\r\nYQpi`],
    [
      multipart('mixed', label('binary'), `${label('binary')}\r\na\nb`, '\r\nplain'),
      multipart('mixed', label('8bit'), `${label('base64')}\r\nYQpi`, '\r\nplain'),
    ],
    [
      `Content-Type: message/rfc822\r\n${label('binary')}\r\n${label('BINARY')}\r\n\n`,
      `Content-Type: message/rfc822\r\n${label('8bit')}\r\n${label('base64')}\r\nCg==`,
    ],
    [`${label('binary')}\r\n`, `${label('base64')}\r\n`],
    ['Subject: \0\r\n\r\n', null],
  ]
  for (const [message, expected] of rows) {
    for (const size of [1, 7, 1000]) assert.equal(textOf(message, size), expected, JSON.stringify(message))
  }
})

test('an eight-bit message becomes one of seven (RFC 6152 §3)', () => {
  const signed = (encoding: string, text: string) =>
    multipart('signed', label('8bit'), `${label(encoding)}\r\n${text}`, 'Content-Type: x/y\r\n\r\nsignature')
  const rows: readonly (readonly [string, string | null])[] = [
    ['Subject: x\r\n\r\ntext\r\n', 'Subject: x\r\n\r\ntext\r\n'],
    [`${label('8bit')}\r\ntext`, `${label('7bit')}\r\ntext`],
    ['A: b\r\n\r\ncaf\xe9 = \r\n\tx\t\r\n', `A: b\r\n${label('quoted-printable')}\r\ncaf=E9 =3D=20\r\n\tx=09\r\n`],
    [
      `Content-Type: image/png\r\n${label('8bit')}\r\n\xff\xfe`,
      `Content-Type: image/png\r\n${label('base64')}\r\n//4=`,
    ],
    [
      multipart('mixed', label('8bit'), `${label('8bit')}\r\n\xe9`, `${label('base64')}\r\n6Q==`),
      multipart('mixed', label('7bit'), `${label('quoted-printable')}\r\n=E9`, `${label('base64')}\r\n6Q==`),
    ],
    [multipart('mixed', label('8bit'), signed('8bit', '\xe9')), null],
    ['Subject: \xe9\r\n\r\ntext\r\n', null],
    [multipart('mixed', '', `Content-Description: \xe9\r\n\r\nx`), null],
    [`${label('base64')}\r\n\xe9`, null],
  ]
  for (const [message, expected] of rows) {
    for (const size of [1, 7, 1000]) assert.equal(sevenBitsOf(message, size), expected, JSON.stringify(message))
  }
})

test('quoted-printable: whatever the text, its lines are short, and it comes back', () => {
  const unit = fc.constantFrom(
    '\r\n',
    '\r',
    '\n',
    ' ',
    '\t',
    '=',
    'a',
    'xyz',
    '\xe9',
    '\0',
    '='.repeat(40),
    ' '.repeat(80),
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), fc.integer({ min: 1, max: 200 }), (units, size) => {
      const body = octetsOf(units.join(''))
      const message = Buffer.concat([octetsOf('A: b\r\n\r\n'), body])
      const part = parseMessage(message)
      const text = recoded(message, [{ part, to: 'quoted-printable' }], size)
      const encoded = text.slice(text.indexOf('\r\n\r\n') + 4)
      for (const line of encoded.split('\r\n')) assert.match(line, /^[\t -~]{0,76}(?<![ \t])$/)
      const decoder = new TransferDecoder('quoted-printable')
      const decoded = Buffer.concat([decoder.write(octetsOf(encoded)), decoder.end()])
      // An empty body has no header of its own to tell it.
      if (body.length > 0) assert.deepEqual(decoded, Buffer.from(body))
    }),
    { seed: 2045, numRuns: 1000 },
  )
})
