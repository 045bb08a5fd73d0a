import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@lemonade/esmtp'
import { decodedText, headerFields, parseMessage } from '@lemonade/mime'
import fc from 'fast-check'
import { asciiHeader } from './eight-bit.ts'

const ascii = (header: string | Buffer) => Buffer.from(asciiHeader(Buffer.from(header as string))).toString('latin1')

const rows: readonly [name: string, header: string | Buffer, text: string][] = [
  ['US-ASCII stays octet for octet', 'Subject:  a\r\n  b\r\n\r\n', 'Subject:  a\r\n  b\r\n\r\n'],
  ['a subject', 'Subject: Grüße\r\nX: y\r\n\r\n', 'Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nX: y\r\n\r\n'],
  [
    'windows-1252',
    Buffer.from('Subject: Gr\xfc\xdfe \x80\r\n\r\n', 'latin1'),
    'Subject: =?utf-8?B?R3LDvMOfZSDigqw=?=\r\n\r\n',
  ],
  [
    'addresses with and without names, quoted and grouped',
    'To: "Müller, Jürgen" <j@x.example>, a@x.example,\r\n Ærlige: b@x.example;\r\n\r\n',
    'To: =?utf-8?B?TcO8bGxlciwgSsO8cmdlbg==?= <j@x.example>,\r\n a@x.example,\r\n =?utf-8?B?w4ZybGlnZQ==?=: b@x.example;\r\n\r\n',
  ],
  [
    'a file name (RFC 2231 §4)',
    'Content-Disposition: attachment; size=5; filename="Grüße (1).txt"\r\n\r\n',
    "Content-Disposition: attachment;\r\n size=5;\r\n filename*=utf-8''Gr%C3%BC%C3%9Fe%20%281%29.txt\r\n\r\n",
  ],
  ['a field of somebody’s own', 'X-Note: Ω\r\n\r\n', 'X-Note: =?utf-8?B?zqk=?=\r\n\r\n'],
]

for (const [name, header, text] of rows) {
  test(`8-bit header: ${name}`, () => assert.equal(ascii(header), text))
}

test('8-bit header: what cannot be said without SMTPUTF8 is refused', () => {
  const refused: [header: string, status: string][] = [
    ['From: jürgen@x.example\r\n\r\n', '5.6.7'],
    ['To: a@bücher.example\r\n\r\n', '5.6.7'],
    ['Message-ID: <ü@x.example>\r\n\r\n', '5.6.7'],
    ['Date: Di, 24 Nov 2026 09:00:00 +0000 (Mitteleuropäische Zeit)\r\n\r\n', '5.6.7'],
    ['Content-Type: text/plaïn\r\n\r\n', '5.6.7'],
    ['Content-Type: text/plain; ü=a\r\n\r\n', '5.6.7'],
  ]
  for (const [header, status] of refused) {
    assert.throws(
      () => ascii(header),
      (error: unknown) => error instanceof Refusal && error.reply.status === status,
      header,
    )
  }
})

test('8-bit header: whatever was said is said', () => {
  const said = fc.string({ unit: fc.constantFrom(...'aß€字😀 ,"(\\'), minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(said, text => {
      const subject = text.replace(/ +/g, ' ').trim()
      const header = asciiHeader(Buffer.from(`Subject: ${subject}\r\nX: y\r\n\r\n`))
      const [field] = headerFields(header)
      if (field === undefined) return assert.fail()
      assert.ok(header.every(octet => octet < 0x80))
      assert.equal(decodedText(header, field).trim(), subject)
      assert.equal(parseMessage(header).bodyStart, header.length)
    }),
    { seed: 2047, numRuns: 300 },
  )
})

test('8-bit header: whatever came, it ends in US-ASCII or is refused', () => {
  const name = fc.constantFrom('Subject', 'From', 'To', 'Content-Type', 'Content-Disposition', 'X', 'Date')
  const value = fc.uint8Array({ maxLength: 50 }).map(octets => octets.filter(octet => octet !== 10 && octet !== 13))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), fields => {
      const lines = fields.map(([field, octets]) =>
        Buffer.concat([Buffer.from(`${field}: x`), octets, Buffer.from('\r\n')]),
      )
      try {
        assert.ok(asciiHeader(Buffer.concat([...lines, Buffer.from('\r\n')])).every(octet => octet < 0x80))
      } catch (error) {
        assert.ok(error instanceof Refusal)
      }
    }),
    { seed: 8, numRuns: 500 },
  )
})
