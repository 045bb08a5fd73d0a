import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { factsOf, parseMessage, sectionRange } from './index.ts'
import { crlf, octets, text } from './testing/messages.ts'
import { body, header, parse, shape } from './testing/parts.ts'

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

  it('a multipart whose header a delimiter cuts off is closed, and its boundary forgotten', () => {
    const message = crlf(`Content-Type: multipart/mixed; boundary=a

--a
Content-Type: multipart/mixed; boundary=b
--a

one
--b

two
--a--
`)
    const root = parse(message)
    assert.equal(shape(root), 'multipart/mixed(multipart/mixed(text/plain), text/plain)')
    assert.equal(body(message, root.parts[1]), 'one\r\n--b\r\n\r\ntwo')
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

it('parseMessage answers with the structure', () => {
  assert.deepEqual(parseMessage(simpleMultipart), factsOf(simpleMultipart).structure)
})
