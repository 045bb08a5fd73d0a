import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultMimeLimits, factsOf, MessageParser, type Part, parseMessage, sectionRange } from './index.ts'
import { checkMessage, checkNumbers } from './testing/invariants.ts'
import { crlf, octets, text } from './testing/messages.ts'

/** Checks the invariants too. */
function parse(message: Uint8Array, limits = defaultMimeLimits): Part {
  const { structure } = checkMessage(message, limits)
  checkNumbers(structure)
  return structure
}

/** "multipart/mixed(text/plain, image/png)" */
function shape(part: Part): string {
  const children = part.parts.length === 0 ? '' : `(${part.parts.map(shape).join(', ')})`
  return `${part.type}/${part.subtype}${children}`
}

function body(message: Uint8Array, part: Part | undefined): string {
  assert.ok(part)
  return text(message.subarray(part.bodyStart, part.end))
}

function header(message: Uint8Array, part: Part | undefined): string {
  assert.ok(part)
  return text(message.subarray(part.headerStart, part.bodyStart))
}

/** RFC 2046 §5.1.1, the example. */
const simpleMultipart = crlf(`From: Nathaniel Borenstein <nsb@bellcore.com>
To: Ned Freed <ned@innosoft.com>
Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
Subject: Sample message
MIME-Version: 1.0
Content-type: multipart/mixed; boundary="simple boundary"

This is the preamble.  It is to be ignored, though it
is a handy place for composition agents to include an
explanatory note to non-MIME conformant readers.

--simple boundary

This is implicitly typed plain US-ASCII text.
It does NOT end with a linebreak.
--simple boundary
Content-type: text/plain; charset=us-ascii

This is explicitly typed plain US-ASCII text.
It DOES end with a linebreak.

--simple boundary--

This is the epilogue.  It is also to be ignored.
`)

describe('the tree', () => {
  it('of the example of RFC 2046 §5.1.1', () => {
    const root = parse(simpleMultipart)
    assert.equal(shape(root), 'multipart/mixed(text/plain, text/plain)')
    const [first, second] = root.parts
    assert.equal(
      body(simpleMultipart, first),
      'This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak.',
    )
    assert.equal(header(simpleMultipart, first), '\r\n')
    assert.equal(
      body(simpleMultipart, second),
      'This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n',
    )
    assert.deepEqual(second?.params, [['charset', 'us-ascii']])
    assert.equal(root.problem, undefined)
  })

  it('of a digest, whose parts are messages by default (RFC 2046 §5.1.5)', () => {
    const message = crlf(`Content-Type: multipart/digest; boundary="---- next message ----"

------ next message ----

From: someone-else
Subject: my opinion

body
------ next message ----
Content-Type: text/plain

text
------ next message ------
`)
    const root = parse(message)
    assert.equal(shape(root), 'multipart/digest(message/rfc822(text/plain), text/plain)')
    assert.equal(body(message, root.parts[0]?.parts[0]), 'body')
  })

  it('of nested multiparts with preamble and epilogue (RFC 2049 appendix A, in short)', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=unique-boundary-1

preamble
--unique-boundary-1

first
--unique-boundary-1
Content-Type: multipart/parallel; boundary=unique-boundary-2

inner preamble
--unique-boundary-2
Content-Type: audio/basic
Content-Transfer-Encoding: base64

AAAA
--unique-boundary-2
Content-Type: image/jpeg

--unique-boundary-2--
inner epilogue
--unique-boundary-1
Content-type: text/enriched

<bold>
--unique-boundary-1
Content-Type: message/rfc822

From: (mailbox in US-ASCII)
Content-Type: Text/plain; charset=ISO-8859-1
Content-Transfer-Encoding: Quoted-printable

text
--unique-boundary-1--
`)
    const root = parse(message)
    assert.equal(
      shape(root),
      'multipart/mixed(text/plain, multipart/parallel(audio/basic, image/jpeg), text/enriched, message/rfc822(text/plain))',
    )
    assert.equal(root.parts[1]?.parts[0]?.encoding, 'base64')
    assert.equal(root.parts[3]?.parts[0]?.encoding, 'quoted-printable')
    assert.ok(body(message, root.parts[1]).endsWith('--unique-boundary-2--\r\ninner epilogue'))
  })

  it('an outer boundary closes an unclosed inner multipart', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: multipart/alternative; boundary=inner

--inner

one
--outer

two
--outer--
`)
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(multipart/alternative(text/plain), text/plain)')
    assert.equal(body(message, root.parts[0]?.parts[0]), 'one')
    assert.equal(body(message, root.parts[1]), 'two')
    assert.equal(root.parts[0]?.problem, 'not-closed')
  })

  it('an outer boundary closes an encapsulated message and all in it', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: message/rfc822

Content-Type: multipart/mixed; boundary=inner

--inner
Content-Type: message/rfc822

Subject: deep
--outer--
`)
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(message/rfc822(multipart/mixed(message/rfc822(text/plain))))')
  })

  it('of equal boundaries the innermost counts', () => {
    const root = parse(
      crlf(`Content-Type: multipart/mixed; boundary=same

--same
Content-Type: multipart/mixed; boundary=same

--same

one
--same--
--same

two
--same--
`),
    )
    assert.equal(shape(root), 'multipart/mixed(multipart/mixed(text/plain), text/plain)')
  })

  it('of boundaries of which one begins the other the longer counts', () => {
    for (const [outer, inner] of [
      ['a', 'ab'],
      ['ab', 'a'],
    ]) {
      const root = parse(
        crlf(`Content-Type: multipart/mixed; boundary=${outer}

--${outer}
Content-Type: multipart/mixed; boundary=${inner}

--${inner}

--${inner}--
--${outer}

--${outer}--
`),
      )
      assert.equal(shape(root), 'multipart/mixed(multipart/mixed(text/plain), text/plain)')
    }
  })

  it('padding after a boundary is no part of it', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b \t \n\none\n--b--  \n')
    const root = parse(message)
    assert.equal(body(message, root.parts[0]), 'one')
    assert.equal(root.problem, undefined)
  })

  it('a boundary may end in white space in its parameter only', () => {
    assert.equal(
      shape(parse(crlf('Content-Type: multipart/mixed; boundary="b "\n\n--b\n\none\n--b--'))),
      'multipart/mixed(text/plain)',
    )
  })

  it('a boundary is compared by octets, 8-bit ones too', () => {
    const message = Buffer.from(
      'Content-Type: multipart/mixed; boundary="\xe4"\r\n\r\n--\xe4\r\n\r\none\r\n--\xe4--\r\n',
      'latin1',
    )
    assert.equal(body(message, parse(message).parts[0]), 'one')
  })

  it('a boundary in RFC 2231 continuations is joined', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary*0=ab; boundary*1=cd\n\n--abcd\n\none\n--abcd--\n')
    assert.equal(body(message, parse(message).parts[0]), 'one')
  })

  it('a line that only holds a boundary somewhere is content', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\n>--b\n --b\nx--b--\n--b--\n')
    assert.equal(body(message, parse(message).parts[0]), '>--b\r\n --b\r\nx--b--')
  })

  it('delimiters after the close delimiter are epilogue', () => {
    const root = parse(crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--\n--b\n\ntwo\n'))
    assert.equal(root.parts.length, 1)
  })

  it('lines may end in bare LF, those of delimiters too', () => {
    const message = octets(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\none\n\n--b--\n',
    )
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(text/html)')
    assert.equal(body(message, root.parts[0]), 'one\n')
  })

  it('a bare CR ends no line', () => {
    const message = octets('Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\none\r--b--\r\n--b--\r\n')
    assert.equal(body(message, parse(message).parts[0]), 'one\r--b--')
  })

  it('a truncated message ends what is open', () => {
    const whole = text(simpleMultipart)
    for (let end = 0; end <= whole.length; end++) parse(octets(whole.slice(0, end)))
    const root = parse(octets(whole.slice(0, whole.indexOf('It DOES'))))
    assert.equal(root.parts.length, 2)
    assert.equal(root.problem, 'not-closed')
  })

  it('of no octets', () => {
    assert.equal(shape(parse(new Uint8Array(0))), 'text/plain')
  })
})

describe('the line break before a boundary belongs to the boundary', () => {
  it('so an encapsulated message may have neither blank line nor body', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=b

--b
Content-Type: message/rfc822

Subject: x

--b--
`)
    const part = parse(message).parts[0]
    assert.equal(body(message, part), 'Subject: x\r\n')
    const inner = part?.parts[0]
    assert.ok(part && inner)
    assert.deepEqual([inner.headerStart, inner.bodyStart, inner.end], [part.bodyStart, part.end, part.end])
    assert.deepEqual([part.bodyLines, inner.bodyLines], [1, 0])
  })

  it('so a part may have neither', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: image/png\n\n--b--\n')
    const part = parse(message).parts[0]
    assert.equal(header(message, part), 'Content-Type: image/png\r\n')
    assert.equal(body(message, part), '')
  })

  it('and an encapsulated message may be empty', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b--\n')
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(message/rfc822(text/plain))')
    assert.equal(body(message, root.parts[0]), '')
  })

  it('but the break of one delimiter is not that of the next', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--\n')
    const root = parse(message)
    assert.equal(root.parts.length, 2)
    for (const part of root.parts) assert.equal(part.end, part.headerStart)
  })

  it('and a blank line before it stays', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n\n--b--\n')
    const part = parse(message).parts[0]
    assert.equal(body(message, part), 'one\r\n')
    assert.equal(part?.bodyLines, 1)
  })

  it('in a header that has no blank line too', () => {
    const message = crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b--\n')
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(text/html)')
    assert.equal(header(message, root.parts[0]), 'Content-Type: text/html')
  })
})

describe('a multipart that holds no parts', () => {
  for (const [name, contentType, content, problem] of [
    ['without a boundary', 'multipart/mixed', '--b\n\none\n--b--\n', 'no-boundary'],
    ['with an empty boundary', 'multipart/mixed; boundary=""', '--\n\none\n----\n', 'no-boundary'],
    [
      'with a boundary of 991 octets',
      `multipart/mixed; boundary=${'b'.repeat(991)}`,
      `--${'b'.repeat(991)}\n\n`,
      'no-boundary',
    ],
    ['without a delimiter', 'multipart/mixed; boundary=b', 'one\ntwo\n', 'no-parts'],
    ['with a close delimiter only', 'multipart/mixed; boundary=b', 'one\n--b--\ntwo\n', 'no-parts'],
    ['without a body', 'multipart/mixed; boundary=b', '', 'no-parts'],
  ] as const) {
    it(`${name} has all its body as one part, and a complete BODY[TEXT]`, () => {
      const message = crlf(`Content-Type: ${contentType}\n\n${content}`)
      const root = parse(message)
      assert.equal(shape(root), 'multipart/mixed(text/plain)')
      assert.equal(body(message, root.parts[0]), text(crlf(content)))
      const range = sectionRange(root, [], 'TEXT')
      assert.equal(text(message.subarray(range?.start, range?.end)), text(crlf(content)))
      assert.equal(root.problem, problem)
    })
  }

  it('a boundary of 990 octets is one', () => {
    const boundary = 'b'.repeat(990)
    const root = parse(
      crlf(`Content-Type: multipart/mixed; boundary=${boundary}\n\n--${boundary}\n\none\n--${boundary}--\n`),
    )
    assert.deepEqual([root.parts.length, root.problem], [1, undefined])
  })
})

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

describe('limits', () => {
  /** A message in a message … in all `levels` parts deep. */
  const nested = (levels: number): Uint8Array => crlf('Content-Type: message/rfc822\n\n'.repeat(levels - 1))
  const deepest = (part: Part): Part => (part.parts[0] === undefined ? part : deepest(part.parts[0]))

  it('nesting, at the limit and one past it', () => {
    const limits = { ...defaultMimeLimits, nesting: 5 }
    assert.equal(deepest(parse(nested(5), limits)).type, 'text')
    const last = deepest(parse(nested(6), limits))
    assert.deepEqual([`${last.type}/${last.subtype}`, last.problem], ['application/octet-stream', 'too-deep'])
  })

  it('nesting of multiparts leaves the octets of the deepest whole', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/mixed; boundary=b

--b

one
--b--
--a--
`)
    const root = parse(message, { ...defaultMimeLimits, nesting: 2 })
    assert.equal(shape(root), 'multipart/mixed(application/octet-stream)')
    assert.equal(body(message, root.parts[0]), '--b\r\n\r\none\r\n--b--')
    assert.equal(
      shape(parse(message, { ...defaultMimeLimits, nesting: 3 })),
      'multipart/mixed(multipart/mixed(text/plain))',
    )
  })

  it('parts, at the limit and one past it', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=b\n\n${'--b\n\npart\n'.repeat(3)}--b--\n`)
    const atLimit = parse(message, { ...defaultMimeLimits, parts: 4 })
    assert.deepEqual([atLimit.parts.length, atLimit.problem], [3, undefined])
    const past = parse(message, { ...defaultMimeLimits, parts: 3 })
    assert.deepEqual([past.parts.length, past.problem], [2, 'too-many-parts'])
    assert.equal(body(message, past.parts[1]), 'part\r\n--b\r\n\r\npart')
  })

  it('headerOctets: fields beyond are not looked at, but are in the header', () => {
    const message = crlf('Subject: a\nContent-Type: text/html\n\nbody')
    const within = factsOf(message, { ...defaultMimeLimits, headerOctets: message.length - 'body'.length })
    assert.equal(within.structure.subtype, 'html')
    const beyond = factsOf(message, { ...defaultMimeLimits, headerOctets: 30 })
    assert.equal(beyond.structure.subtype, 'plain')
    assert.equal(beyond.facts.subject, 'a')
    assert.equal(text(beyond.header), 'Subject: a\r\n')
    assert.equal(header(message, beyond.structure), 'Subject: a\r\nContent-Type: text/html\r\n\r\n')
  })

  it('allHeadersOctets: when they are used up, parts are plain text', () => {
    const message = crlf(
      `Content-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/html\n\npart\n'.repeat(3)}--b--\n`,
    )
    const top = 'Content-Type: multipart/mixed; boundary=b\r\n\r\n'.length
    const each = 'Content-Type: text/html\r\n\r\n'.length
    const root = parse(message, { ...defaultMimeLimits, allHeadersOctets: top + 2 * each })
    assert.equal(shape(root), 'multipart/mixed(text/html, text/html, text/plain)')
  })
})

describe('streaming', () => {
  it('a message of 50 MB is parsed without being held', () => {
    const line = `${'A'.repeat(76)}\r\n`
    const piece = octets(line.repeat(800)) // 62,400 octets, no multiple of a power of two
    const parser = new MessageParser()
    parser.write(
      crlf('Subject: big\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: image/png\n'),
    )
    parser.write(crlf('Content-Transfer-Encoding: base64\n\n'))
    let most = 0
    for (let written = 0; written < 50_000_000; written += piece.length) {
      parser.write(piece.subarray(0, 31_111))
      parser.write(piece.subarray(31_111))
      most = Math.max(most, parser.bufferedOctets)
    }
    parser.write(crlf('--b--\n'))
    const { structure, octets: total } = parser.end()
    assert.ok(most <= 1024, `${most} octets were held`)
    assert.ok(total > 50_000_000)
    assert.equal(shape(structure), 'multipart/mixed(text/plain, image/png)')
    assert.equal(structure.problem, undefined)
  })

  it('a line of 50 MB and a header of 50 MB are not held either', () => {
    for (const start of ['Subject: ', 'Content-Type: multipart/mixed; boundary=b\r\n\r\n--']) {
      const parser = new MessageParser()
      parser.write(octets(start))
      const piece = new Uint8Array(1_000_000).fill(120)
      for (let count = 0; count < 50; count++) parser.write(piece)
      assert.ok(parser.bufferedOctets <= defaultMimeLimits.headerOctets + 1024)
      assert.equal(parser.end().octets, start.length + 50_000_000)
    }
  })
})

it('parseMessage answers with the structure', () => {
  assert.deepEqual(parseMessage(simpleMultipart), factsOf(simpleMultipart).structure)
})
