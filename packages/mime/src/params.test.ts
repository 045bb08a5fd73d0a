import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseParameters } from './index.ts'

describe('parameters', () => {
  for (const [text, value, params] of [
    ['text/plain; charset=us-ascii (Plain text)', 'text/plain', [['charset', 'us-ascii']]],
    ['text/plain; charset="us-ascii"', 'text/plain', [['charset', 'us-ascii']]],
    ['Text / (a(b)) HTML ;Name = "a\\"b;c"', 'text/html', [['name', 'a"b;c']]],
    ['multipart/mixed; boundary="gc0pJq0M:08jU534c0p"', 'multipart/mixed', [['boundary', 'gc0pJq0M:08jU534c0p']]],
    // RFC 2231 §3.
    [
      'message/external-body; access-type=URL; URL*0="ftp://"; URL*1="cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"',
      'message/external-body',
      [
        ['access-type', 'URL'],
        ['url', 'ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar'],
      ],
    ],
    // RFC 2231 §4.
    [
      "application/x-stuff; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A",
      'application/x-stuff',
      [['title', 'This is ***fun***']],
    ],
    // RFC 2231 §4.1.
    [
      `application/x-stuff; title*0*=us-ascii'en'This%20is%20even%20more%20; title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2="isn't it!"`,
      'application/x-stuff',
      [['title', "This is even more ***fun*** isn't it!"]],
    ],
    // Sections in any order, characters cut in two, an extended form beside a plain one.
    ["a; n*1*=%A4; n*0*=utf-8''%C3; n=x", 'a', [['n', 'ä']]],
    ["a; n=x; n*=iso-8859-1''%E4", 'a', [['n', 'ä']]],
    ["a; n*=x-unknown''%E4", 'a', [['n', 'ä']]],
    ['a; n*=%C3%A4', 'a', [['n', 'ä']]],
    ["a; n*=utf-8''100%", 'a', [['n', '100%']]],
    ['a; n*1=b', 'a', []],
    ['a; n*0=a; n*2=c', 'a', [['n', 'a']]],
    // What senders do.
    ['a; n=1; n=2', 'a', [['n', '1']]],
    [
      'a; name=my file.txt; b=c',
      'a',
      [
        ['name', 'my file.txt'],
        ['b', 'c'],
      ],
    ],
    ['a; name="not closed', 'a', [['name', 'not closed']]],
    ['a;;; b ; =c; d=; e', 'a', [['d', '']]],
    [
      'text/html charset=utf-8; b=c',
      'text/html',
      [
        ['charset', 'utf-8'],
        ['b', 'c'],
      ],
    ],
    ['attachment (x) filename="a b"', 'attachment', [['filename', 'a b']]],
    ['attachment x; filename=a', 'attachment', [['filename', 'a']]],
    ['attachment; filename=a=b', 'attachment', [['filename', 'a=b']]],
    ['"attachment"; filename=a', 'attachment', [['filename', 'a']]],
    ['attachment; filename="ä.txt"', 'attachment', [['filename', 'ä.txt']]],
    ['(only a comment', '', []],
    ['', '', []],
  ] as const)
    it(text, () => assert.deepEqual(parseParameters(text), { value, params }))
})
