import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import { fieldStart, holds, needleOf, type TextKey, textOf } from './text.ts'

const octets = Buffer.from(
  [
    'From: Joe =?utf-8?Q?M=C3=BCller?= <joe@example.org>',
    'Subject: one',
    '\t folded line',
    'Subject: two',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'preamble',
    '--b',
    '',
    'first, two  spaces',
    '--b',
    'Content-Type: message/rfc822',
    '',
    'Subject: inner',
    '',
    'nested',
    '--b',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'gr=FC=DFe, soft=',
    'ly broken',
    '--b',
    'Content-Type: application/octet-stream',
    '',
    'no text',
    '--b--',
  ].join('\r\n'),
)
const text = textOf(parseMessage(octets), (start, end) => octets.subarray(start, end))

const inBody = (value: string): TextKey => ({ in: 'body', needle: needleOf(value) })
const inText = (value: string): TextKey => ({ in: 'text', needle: needleOf(value) })
const inField = (name: string, value: string): TextKey => {
  return { in: 'header', name, field: fieldStart(name), needle: needleOf(value) }
}

const found: readonly (readonly [string, TextKey])[] = [
  ['a decoded word of a field', inField('from', 'MÜLLER <')],
  ['the same in another normal form', inField('from', 'mu\u0308ller')],
  ['a letter without its accent, since the accent follows it', inField('from', 'mu')],
  ['text across a fold', inField('SUBJECT', 'one folded')],
  ['text across a fold, however much white space is asked for', inField('SUBJECT', 'one   folded')],
  ['text across a fold in a field of any name', inText('subject: one folded')],
  ['a second field of the name', inField('subject', 'two')],
  ['the presence of a field', inField('content-type', '')],
  ['text of the first part', inBody('FIRST')],
  ['decoded text', inBody('GRÜßE')],
  ['text across a soft line break', inBody('softly')],
  ['a field of a part', inText('transfer-encoding: quoted-printable')],
  ['a field of an encapsulated message', inText('subject: inner')],
  ['text of an encapsulated message', inBody('nested')],
  ['white space in a body as it stands', inText('two  spaces')],
  ['a field with its name', inText('subject: TWO')],
]
for (const [name, key] of found) test(`finds ${name}`, () => assert.equal(holds(text, key), true))

const missed: readonly (readonly [string, TextKey])[] = [
  ['the header of the message in its body', inBody('multipart')],
  ['a field of a part in the body', inBody('quoted-printable')],
  ['a field of an encapsulated message in the body', inBody('inner')],
  ['a field of a part or an encapsulated message as one of the message', inField('subject', 'inner')],
  ['a field that only a part has', inField('content-transfer-encoding', '')],
  ['other white space than there is in a body', inText('two spaces')],
  ['encoded octets', inText('gr=FC')],
  ['what is no text', inText('no text')],
  ['the name of a field in its value', inField('subject', 'subject')],
  ['a value in another field', inField('from', 'one')],
  ['a field by a piece of its name', inField('ubject', '')],
  ['text across two fields', inText('lineSubject')],
  ['text across two parts', inText('spacesContent')],
  ['text across two fields of a part', inText('iso-8859-1Content')],
]
for (const [name, key] of missed) test(`does not find ${name}`, () => assert.equal(holds(text, key), false))

test('half a surrogate pair is no text, and finds nothing that is', () => {
  const smile = Buffer.from('Subject: \u{1f600}\r\n\r\n')
  const of = textOf(parseMessage(smile), (start, end) => smile.subarray(start, end))
  assert.equal(holds(of, inField('subject', '\u{1f600}')), true)
  assert.equal(holds(of, inField('subject', '\ud83d')), false)
})
