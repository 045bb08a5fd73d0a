import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { dateOfFromLine } from './mbox.ts'
import { type ImportedMessage, withCrlf } from './message.ts'
import { openSource, type Source } from './source.ts'

interface Read {
  readonly messages: readonly (Omit<ImportedMessage, 'octets'> & { readonly text: string })[]
  readonly skipped: readonly string[]
  readonly advanced: number
}

async function read(source: Source, messageOctets = 10_000_000): Promise<Read> {
  const skipped: string[] = []
  const messages = []
  let advanced = 0
  const options = {
    messageOctets,
    advance: (octets: number) => {
      advanced += octets
    },
    skip: (where: string, why: string) => skipped.push(`${where}: ${why}`),
  }
  for await (const { octets, ...rest } of source.read(options)) {
    messages.push({ ...rest, text: Buffer.from(octets).toString('latin1') })
  }
  return { messages, skipped, advanced }
}

function folder(t: { after(undo: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'lemonade-import-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

const modifiedAt = Date.UTC(2020, 0, 2, 3, 4, 5)

function file(path: string, text: string): string {
  writeFileSync(path, text, 'latin1')
  utimesSync(path, new Date(modifiedAt), new Date(modifiedAt))
  return path
}

test('an mbox is cut at its From_ lines, and nowhere else', async t => {
  const text = `From ada@example.org Thu Jan  1 00:00:05 1998
Subject: one
Status: RO

Hello.
From here on it is not quoted, and no From_ line for it has no empty line before it 10:00 1998.

>From the start
>>From further on

From MAILER-DAEMON Fri Jul  8 12:08:34 2011 +0200
Subject: two
X-Status: AF

From me to you: no time of day.

From - Sat Jan 03 01:05:34 1996
Subject: three\r
\r
crlf\r
`
  const source = openSource(file(join(folder(t), 'mbox'), text))
  assert.equal(source.kind, 'mbox')
  const { messages, advanced } = await read(source)
  assert.equal(advanced, text.length)
  assert.deepEqual(
    messages.map(({ text }) => text.split('\r\n')[0]),
    ['Subject: one', 'Subject: two', 'Subject: three'],
  )
  assert.equal(
    messages[0]?.text,
    'Subject: one\r\nStatus: RO\r\n\r\nHello.\r\nFrom here on it is not quoted, and no From_ line for it has no empty line before it 10:00 1998.\r\n\r\nFrom the start\r\n>From further on\r\n',
  )
  assert.ok(messages[1]?.text.endsWith('\r\nFrom me to you: no time of day.\r\n'))
  assert.equal(messages[2]?.text, 'Subject: three\r\n\r\ncrlf\r\n')
  assert.deepEqual(
    messages.map(({ flags }) => flags),
    [['\\Seen'], ['\\Answered', '\\Flagged'], []],
  )
  assert.deepEqual(
    messages.map(({ internalDate }) => new Date(internalDate).toISOString()),
    ['1998-01-01T00:00:05.000Z', '2011-07-08T10:08:34.000Z', '1996-01-03T01:05:34.000Z'],
  )
})

test('dates of From_ lines', () => {
  const rows: [line: string, date: string | null][] = [
    ['From a Thu Nov 24 18:22:48 1986', '1986-11-24T18:22:48.000Z'],
    ['From a Thu Nov 24 18:22 1986', '1986-11-24T18:22:00.000Z'],
    ['From a Thu Nov 24 18:22:48 -0530 1986', '1986-11-24T23:52:48.000Z'],
    ['From a Thu Nov 24 18:22:48 1986 +0100', '1986-11-24T17:22:48.000Z'],
    ['From a Thu Nov 24 18:22:48 PST 1986', '1986-11-24T18:22:48.000Z'],
    ['From a Thu Foo 24 18:22:48 1986', null],
    ['From a', null],
  ]
  for (const [line, date] of rows) {
    const at = dateOfFromLine(line)
    assert.equal(at === null ? null : new Date(at).toISOString(), date, line)
  }
})

test('a message of an mbox that is too large is skipped and named; at the limit it is not', async t => {
  const body = `Subject: x\n\n${'a'.repeat(86)}\n\n`
  const from = 'From a Thu Nov 24 18:22:48 1986\n'
  const path = file(join(folder(t), 'mbox'), `${from}${body}${from}Subject: next\n\n\n`)
  assert.equal((await read(openSource(path), body.length)).messages.length, 2)
  const { messages, skipped } = await read(openSource(path), body.length - 1)
  assert.deepEqual(
    messages.map(({ text }) => text),
    ['Subject: next\r\n\r\n'],
  )
  assert.deepEqual(skipped, [`${path}, message 1: larger than ${body.length - 1} octets`])
})

test('lines longer than a read are kept whole', async t => {
  const long = 'x'.repeat(3_000_000)
  const path = file(join(folder(t), 'mbox'), `From a Thu Nov 24 18:22:48 1986\nSubject: x\n\n${long}\nend\n`)
  assert.equal((await read(openSource(path))).messages[0]?.text, `Subject: x\r\n\r\n${long}\r\nend\r\n`)
})

test('a Maildir gives its messages in order, with flags', async t => {
  const path = folder(t)
  for (const name of ['cur', 'new', 'tmp', '.Sent', '.Sent/cur', '.Sent/new']) mkdirSync(join(path, name))
  file(join(path, 'cur', '1000000002.M1.host:2,FRSTDP'), 'Subject: second\n\n')
  file(join(path, 'cur', '999999999.M1.host:2,'), 'Subject: first\n\n')
  file(
    join(path, 'new', '1000000003.M1.host'),
    'Received: from a by b;\n Thu, 1 Jan 1998 01:00:05 +0100\nSubject: third\n\n',
  )
  file(join(path, 'tmp', '1.partial'), 'Subject: never\n\n')
  const source = openSource(path)
  assert.equal(source.kind, 'Maildir')
  assert.match(source.remark ?? '', /\.Sent$/)
  const { messages } = await read(source)
  assert.deepEqual(
    messages.map(({ text, flags }) => [/Subject: (\w+)/.exec(text)?.[1], flags]),
    [
      ['first', []],
      ['second', ['\\Seen', '\\Answered', '\\Flagged', '\\Draft', '\\Deleted', '$Forwarded']],
      ['third', []],
    ],
  )
  assert.deepEqual(
    messages.map(({ internalDate }) => internalDate),
    [modifiedAt, modifiedAt, Date.UTC(1998, 0, 1, 0, 0, 5)],
  )
})

test('.eml files, one or a folder of them', async t => {
  const path = folder(t)
  file(join(path, 'b.eml'), 'Subject: b\r\n\r\nx')
  file(join(path, 'a.EML'), 'Subject: a\n\n')
  file(join(path, 'readme.txt'), 'no')
  assert.deepEqual(
    (await read(openSource(path))).messages.map(({ text }) => text),
    ['Subject: a\r\n\r\n', 'Subject: b\r\n\r\nx'],
  )
  assert.equal((await read(openSource(join(path, 'b.eml')))).messages[0]?.text, 'Subject: b\r\n\r\nx')
  const { messages, skipped } = await read(openSource(join(path, 'b.eml')), 14)
  assert.deepEqual([messages.length, skipped.length], [0, 1])
  assert.equal((await read(openSource(join(path, 'b.eml')), 15)).messages.length, 1)
})

test('what holds no mail is a sentence', t => {
  const path = folder(t)
  assert.throws(() => openSource(join(path, 'none')), /^UserError: There is nothing at /)
  assert.throws(() => openSource(path), /is no Maildir .* and has no \.eml files/)
  assert.throws(() => openSource(file(join(path, 'x'), '\u0000PNG')), /is neither an mbox nor a message/)
})

test('an empty file holds no message', async t => {
  assert.deepEqual((await read(openSource(file(join(folder(t), 'empty'), '')))).messages, [])
})

test('line ends become CRLF, and what has them stays as it is', () => {
  const rows: [text: string, whole: string][] = [
    ['', ''],
    ['a', 'a'],
    ['\n', '\r\n'],
    ['a\nb\r\nc\n', 'a\r\nb\r\nc\r\n'],
    ['\r\n\n\r\n', '\r\n\r\n\r\n'],
    ['a\rb\n', 'a\rb\r\n'],
  ]
  for (const [text, whole] of rows) assert.equal(Buffer.from(withCrlf(Buffer.from(text))).toString(), whole)
})
