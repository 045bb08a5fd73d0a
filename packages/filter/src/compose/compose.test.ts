/** Messages that scripts write: whatever they say, it is one message with the header that it should have. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { decodeWords, headerEnd, headerFields, unfoldedText } from '@lemonade/mime'
import fc from 'fast-check'
import { entityBody, textBody } from './body.ts'
import { dateTime, mailbox, unstructured } from './header.ts'
import { mailtoMessage } from './mailto.ts'
import { referencesOf, vacationMessage } from './vacation.ts'

const act = {
  do: 'vacation',
  to: 'x@far.example',
  recipient: 'a@example.org',
  from: null,
  subject: '',
  reason: '',
  mime: false,
  messageId: '<1@far.example>',
  references: null,
  handle: '',
  seconds: 0,
} as const
const own = { at: 0, messageId: '<2@example.org>' }

suite('pieces', () => {
  test('a subject in US-ASCII stays, another is encoded without cutting a character (RFC 2047 §2)', () => {
    assert.equal(unstructured('Hello', 'Subject'), 'Hello')
    assert.equal(unstructured('a\r\nBcc: b', 'Subject'), 'a Bcc: b')
    assert.equal(decodeWords(unstructured('=?x?', 'Subject')), '=?x?')
    const long = 'ä€😀'.repeat(40)
    const written = unstructured(long, 'Subject')
    for (const word of written.split('\r\n ')) assert.ok(word.length <= 75, word)
    assert.equal(decodeWords(written.replaceAll('\r\n', '')), long)
  })

  test('names of mailboxes (RFC 5322 §3.4)', () => {
    assert.equal(mailbox('', 'a@b.example'), '<a@b.example>')
    assert.equal(mailbox('Ann Bo', 'a@b.example'), 'Ann Bo <a@b.example>')
    assert.equal(mailbox('Bo, "Ann"', 'a@b.example'), '"Bo, \\"Ann\\"" <a@b.example>')
    assert.equal(mailbox('Ä', 'a@b.example'), '=?utf-8?B?w4Q=?= <a@b.example>')
  })

  test('dates (RFC 5322 §3.3)', () => {
    assert.equal(dateTime(Date.UTC(2026, 0, 2, 3, 4, 5)), 'Fri, 2 Jan 2026 03:04:05 +0000')
  })

  test('quoted-printable where it is needed, with blanks at the end encoded (RFC 2045 §6.7)', () => {
    assert.equal(textBody('plain\r\ntext').text, 'plain\r\ntext\r\n')
    assert.equal(textBody('ä \nb=').text, '=C3=A4=20\r\nb=3D\r\n')
    for (const line of textBody('ö'.repeat(100)).text.split('\r\n')) assert.ok(line.length <= 76)
    assert.match(textBody('x'.repeat(999)).fields, /quoted-printable/)
    assert.match(textBody('x'.repeat(998)).fields, /7bit/)
  })

  test('an entity brings its MIME fields alone', () => {
    assert.deepEqual(entityBody('Content-Type: text/html\nTo: x\n\n<p>'), {
      fields: 'MIME-Version: 1.0\r\nContent-Type: text/html\r\n',
      text: '<p>\r\n',
    })
    assert.deepEqual(entityBody('\r\nonly a body'), { fields: 'MIME-Version: 1.0\r\n', text: 'only a body\r\n' })
    assert.deepEqual(entityBody('Content-Type: text/html'), {
      fields: 'MIME-Version: 1.0\r\nContent-Type: text/html\r\n',
      text: '',
    })
  })

  test('references: the first, the latest and the parent (RFC 5322 §3.6.4)', () => {
    assert.equal(referencesOf('<1@a.b>', null), null)
    assert.equal(referencesOf(null, '1@a.b'), '<1@a.b>')
    assert.equal(referencesOf('<0@a.b> <1@a.b>', '1@a.b'), '<0@a.b> <1@a.b>')
    const many = Array.from({ length: 50 }, (_, i) => `<${i}@a.b>`)
    const kept = referencesOf(many.join(' '), '50@a.b')?.split(' ') ?? []
    assert.deepEqual([kept.length, kept[0], kept[1], kept.at(-1)], [21, '<0@a.b>', '<31@a.b>', '<50@a.b>'])
  })
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ maxLength: 2000 }),
  fc.constant('a\r\nBcc: b\r\n\r\nc'),
)

function check(message: string, fields: readonly string[]): void {
  const octets = Buffer.from(message)
  const header = octets.subarray(0, headerEnd(octets))
  assert.deepEqual(
    headerFields(header).map(({ nameLower }) => nameLower),
    fields,
  )
  for (const line of message.split('\r\n')) {
    assert.ok(Buffer.byteLength(line) <= 998, line)
    assert.doesNotMatch(line, /[\r\n]/)
  }
}

test('whatever a script answers, the header is its own', () => {
  const property = fc.property(text, text, (subject, reason) => {
    const message = vacationMessage({ ...act, subject, reason }, '<a@example.org>', own)
    check(message, [
      ...['auto-submitted', 'from', 'to', 'subject', 'date', 'message-id', 'in-reply-to', 'references'],
      ...['mime-version', 'content-type', 'content-transfer-encoding'],
    ])
  })
  fc.assert(property, { seed: 1, numRuns: 2000 })
})

test('whatever a script tells of whatever message, the header is its own', () => {
  const property = fc.property(text, text, text, (told, subject, from) => {
    const header = Buffer.from(
      `Subject: ${subject.replace(/[\r\n]/g, ' ')}\r\nFrom: ${from.replace(/[\r\n]/g, ' ')}\r\n\r\n`,
    )
    const uri = { to: ['b@far.example'], cc: [], subject: null, body: null, fields: [['x-field', 'v']] as const }
    const notify = { do: 'notify', method: '', from: null, importance: 2, options: [], message: told || null } as const
    const message = mailtoMessage(notify, uri, { ...own, header, from: '<a@example.org>', owner: 'a@example.org' })
    check(message, [
      ...['auto-submitted', 'from', 'to', 'subject', 'date', 'message-id', 'x-field'],
      ...['mime-version', 'content-type', 'content-transfer-encoding'],
    ])
    const [first] = headerFields(Buffer.from(message))
    assert.equal(
      first && unfoldedText(Buffer.from(message), first).trim(),
      'auto-notified; owner-email="a@example.org"',
    )
  })
  fc.assert(property, { seed: 2, numRuns: 2000 })
})
