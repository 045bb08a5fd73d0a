import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { crlf, octets, text } from './testing/messages.ts'
import { header, parse, shape } from './testing/parts.ts'

describe('headers', () => {
  for (const [name, message, headerText] of [
    ['a body follows the blank line', 'Subject: a\n\nbody', 'Subject: a\n\n'],
    ['without a body', 'Subject: a\n\n', 'Subject: a\n\n'],
    ['without a blank line and body', 'Subject: a\n', 'Subject: a\n'],
    ['without even a line break', 'Subject: a', 'Subject: a'],
    ['a missing blank line', 'Subject: a\nbody text\n\nmore', 'Subject: a\n'],
    ['no header at all', 'body text\nmore', ''],
    ['an empty header', '\nbody', '\n'],
    ['folded lines, some of them blank but for white space', 'Subject: a\n \n\tb\n\nbody', 'Subject: a\n \n\tb\n\n'],
    [
      'an mbox line',
      'From a@b Mon Sep 17 00:00:00 2001\nSubject: a\n\nbody',
      'From a@b Mon Sep 17 00:00:00 2001\nSubject: a\n\n',
    ],
    ['a quoted mbox line', '>From a@b\nSubject: a\n\nbody', '>From a@b\nSubject: a\n\n'],
    ['an mbox line among fields is none', 'Subject: a\nFrom here on\n\nbody', 'Subject: a\n'],
    ['white space before the colon', 'Subject : a\n\nbody', 'Subject : a\n\n'],
    ['a continuation without a field', ' folded\nSubject: a\n', ''],
    ['a name of 997 octets', `${'x'.repeat(997)}: a\n\nbody`, `${'x'.repeat(997)}: a\n\n`],
    ['a name of 998 octets', `${'x'.repeat(998)}: a\n\nbody`, ''],
  ] as const) {
    it(name, () => {
      for (const octetsOf of [crlf, octets]) {
        const whole = octetsOf(message)
        assert.equal(header(whole, parse(whole)), text(octetsOf(headerText)))
      }
    })
  }

  it('of an encapsulated message that has none begin where its part begins', () => {
    const root = parse(crlf('Content-Type: message/rfc822\njust text\n'))
    assert.equal(shape(root), 'message/rfc822(text/plain)')
    assert.equal(root.parts[0]?.bodyStart, root.bodyStart)
  })
})

describe('content', () => {
  it('a broken Content-Type means text/plain', () => {
    for (const value of [
      '',
      ';',
      'text',
      'text/',
      '/plain',
      'text/x/y',
      'a b/c',
      '=?utf-8?q?text?=',
      '"',
      '(',
      'text/pl[ain',
    ]) {
      const root = parse(crlf(`Content-Type: ${value}\nContent-Transfer-Encoding: base64\n\nAAAA`))
      assert.equal(shape(root), 'text/plain', value)
      assert.deepEqual(root.params, [['charset', 'us-ascii']])
      assert.equal(root.encoding, 'base64')
      assert.equal(root.problem, 'bad-content-type')
    }
  })

  it('an empty Content-Disposition is none', () => {
    for (const value of ['', ' ', '()', ';', '; filename=x'])
      assert.equal(parse(crlf(`Content-Disposition: ${value}\n\n`)).disposition, null, value)
  })

  it('all fields are read, comments left out', () => {
    const root = parse(
      crlf(`Content-Type: TEXT/HTML (html); Charset="UTF-8" (x); format=flowed
Content-ID: <a@b>
Content-Description: =?utf-8?q?a?= b
Content-Transfer-Encoding: (c) Quoted-Printable
Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==
Content-Disposition: Attachment; filename*=utf-8''%C3%A4.html; size=3
Content-Language: en (English), de-DE
Content-Location: http://example.com/
 a/b

`),
    )
    const { headerStart, bodyStart, end, ...content } = root
    assert.deepEqual(content, {
      bodyLines: 0,
      type: 'text',
      subtype: 'html',
      params: [
        ['charset', 'UTF-8'],
        ['format', 'flowed'],
      ],
      id: '<a@b>',
      description: '=?utf-8?q?a?= b',
      encoding: 'quoted-printable',
      md5: 'Q2hlY2sgSW50ZWdyaXR5IQ==',
      disposition: {
        type: 'attachment',
        params: [
          ['filename', 'ä.html'],
          ['size', '3'],
        ],
      },
      language: ['en', 'de-DE'],
      location: 'http://example.com/a/b',
      parts: [],
    })
  })

  it('of two fields of a name the first counts', () => {
    assert.equal(shape(parse(crlf('Content-Type: text/html\nContent-Type: image/png\n\n'))), 'text/html')
  })

  it('message/global is a message (RFC 6532 §3.7)', () => {
    assert.equal(shape(parse(crlf('Content-Type: message/global\n\nSubject: ä\n\n'))), 'message/global(text/plain)')
  })

  it('an encapsulated message under a transfer encoding is a message without a header', () => {
    const message = crlf('Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogYQ==\n')
    const root = parse(message)
    const inner = root.parts[0]
    assert.equal(root.problem, 'encoded-message')
    assert.deepEqual([inner?.headerStart, inner?.bodyStart, inner?.end], [root.bodyStart, root.bodyStart, root.end])
    assert.equal(inner?.encoding, 'base64')
  })

  it('an unknown transfer encoding changes nothing else', () => {
    const message = crlf('Content-Type: text/plain\nContent-Transfer-Encoding: x-uuencode\n\nbody\n')
    assert.equal(parse(message).encoding, 'x-uuencode')
  })
})
