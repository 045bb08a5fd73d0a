import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withFieldsBefore } from './fields-before.ts'
import { factsOf } from './parse.ts'

const octetsOf = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
const received = 'Received: by mail.example.org\r\n\tfor <x@example.org>; Tue, 24 Nov 2026 09:00:00 +0000\r\n'

function withBefore(before: string, message: string) {
  const octets = octetsOf(message)
  const { structure } = factsOf(octets)
  return withFieldsBefore(octetsOf(before), octets.slice(0, structure.bodyStart), structure)
}

test('fields before a message change its facts, and move its parts', () => {
  const message =
    'Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n'
  for (const before of [received, `${received}Message-ID: <1@x>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\n`]) {
    assert.deepEqual(withBefore(before, message), factsOf(octetsOf(before + message)))
  }
})

test('what cannot be told without a look at the body', () => {
  const message = 'Subject: x\r\n\r\nbody\r\n'
  assert.notEqual(withBefore(received, message), null)
  for (const [before, text] of [
    ['', message],
    ['Received: x', message],
    ['Received: x\r\n\r\n', message],
    ['no field\r\n', message],
    ['Content-Type: text/html\r\n', message],
    ['MIME-Version: 1.0\r\n', message],
    [received, ' folded\r\nSubject: x\r\n\r\nbody'],
    [received, 'From x Tue Nov 24\r\nSubject: x\r\n\r\nbody'],
    [received, '\r\nbody'],
    [received, 'Subject: x\r\n'],
    [received, 'just text'],
    [received, `Subject: ${'x'.repeat(65_536)}\r\n\r\nbody`],
  ] as const) {
    assert.equal(withBefore(before, text), null, JSON.stringify([before, text.slice(0, 60)]))
  }
})

test('whatever the message, what is told is what parsing tells', () => {
  const unit = fc.constantFrom(
    ...[
      'Subject: x\r\n',
      'Content-Type: multipart/mixed; boundary=b\r\n',
      'Content-Type: message/rfc822\r\n',
      '\r\n',
      '--b\r\n',
    ],
    ...[
      '--b--\r\n',
      'text',
      '\n',
      ' folded\r\n',
      'From: a@b\r\n',
      'Content-Transfer-Encoding: base64\r\n',
      ': \r\n',
      '\r',
      'a b: c\r\n',
    ],
  )
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 20 }), units => {
      const message = units.join('')
      const told = withBefore(received, message)
      if (told !== null) assert.deepEqual(told, factsOf(octetsOf(received + message)))
    }),
    { seed: 5322, numRuns: 3000 },
  )
})
