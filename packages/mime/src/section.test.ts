import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMessage, sectionRange } from './index.ts'
import { crlf, text } from './testing/messages.ts'

/** RFC 3501 §6.4.5, the example: 3 is an encapsulated multipart, 4 a multipart that holds another such message. */
const message = crlf(`Subject: top
Content-Type: multipart/mixed; boundary=a

--a
Content-Type: text/plain

1
--a
Content-Type: application/octet-stream

2
--a
Content-Type: message/rfc822

Subject: three
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain

3.1
--b
Content-Type: application/octet-stream

3.2
--b--
--a
Content-Type: multipart/mixed; boundary=c

--c
Content-Type: image/gif

4.1
--c
Content-Type: message/rfc822

Subject: four
Content-Type: multipart/mixed; boundary=d

--d
Content-Type: text/plain

4.2.1
--d
Content-Type: multipart/alternative; boundary=e

--e

4.2.2.1
--e
Content-Type: text/richtext

4.2.2.2
--e--
--d--
--c--
--a--
`)

type Name = 'HEADER' | 'TEXT' | 'MIME'

function section(octets: Uint8Array, specifier: string): string | null {
  const words = specifier === '' ? [] : specifier.split('.')
  const name = words.findIndex(word => /[A-Z]/.test(word))
  const path = (name === -1 ? words : words.slice(0, name)).map(Number)
  const range = sectionRange(parseMessage(octets), path, name === -1 ? null : (words[name] as Name))
  return range === null ? null : text(octets.subarray(range.start, range.end))
}

describe('sections of RFC 3501 §6.4.5', () => {
  for (const [specifier, expected] of [
    ['', text(message)],
    ['HEADER', 'Subject: top\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n'],
    ['1', '1'],
    ['1.MIME', 'Content-Type: text/plain\r\n\r\n'],
    ['2', '2'],
    ['3.HEADER', 'Subject: three\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'],
    ['3.MIME', 'Content-Type: message/rfc822\r\n\r\n'],
    ['3.1', '3.1'],
    ['3.2', '3.2'],
    ['3.2.MIME', 'Content-Type: application/octet-stream\r\n\r\n'],
    ['4.1', '4.1'],
    ['4.1.MIME', 'Content-Type: image/gif\r\n\r\n'],
    ['4.2.HEADER', 'Subject: four\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n'],
    ['4.2.1', '4.2.1'],
    ['4.2.2.1', '4.2.2.1'],
    ['4.2.2.1.MIME', '\r\n'],
    ['4.2.2.2', '4.2.2.2'],
    ['4.2.2.MIME', 'Content-Type: multipart/alternative; boundary=e\r\n\r\n'],
    // There are no such sections.
    ['MIME', null],
    ['0', null],
    ['5', null],
    ['1.1', null],
    ['1.HEADER', null],
    ['1.TEXT', null],
    ['4.HEADER', null],
    ['4.2.2.HEADER', null],
    ['3.3', null],
    ['4.2.2.3', null],
  ] as const)
    it(specifier, () => assert.equal(section(message, specifier), expected))

  it('TEXT is the body of the message, also of an encapsulated one', () => {
    assert.equal(section(message, 'HEADER') + (section(message, 'TEXT') ?? ''), text(message))
    assert.equal((section(message, '3.HEADER') ?? '') + section(message, '3.TEXT'), section(message, '3'))
  })
})

describe('sections of a message that is no multipart', () => {
  const plain = crlf('Subject: a\n\nbody\n')

  it('1 is its body', () => {
    assert.equal(section(plain, '1'), 'body\r\n')
    assert.equal(section(plain, '2'), null)
    assert.equal(section(plain, '1.1'), null)
  })

  it('BODY[1.MIME] of a message that is no multipart is its header', () => {
    assert.equal(section(plain, '1.MIME'), 'Subject: a\r\n\r\n')
    assert.equal(section(plain, '1.HEADER'), null)
  })

  it('of an encapsulated one the same numbers go on', () => {
    const forward = crlf('Content-Type: message/rfc822\n\nSubject: inner\n\nbody\n')
    assert.equal(section(forward, '1'), 'Subject: inner\r\n\r\nbody\r\n')
    assert.equal(section(forward, '1.HEADER'), 'Subject: inner\r\n\r\n')
    assert.equal(section(forward, '1.TEXT'), 'body\r\n')
    assert.equal(section(forward, '1.1'), 'body\r\n')
    assert.equal(section(forward, '1.1.MIME'), 'Subject: inner\r\n\r\n')
    assert.equal(section(forward, '1.2'), null)
  })

  it('of a message in a message in a message', () => {
    const nested = crlf('Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nSubject: x\n\nbody')
    assert.equal(section(nested, '1.1.HEADER'), 'Subject: x\r\n\r\n')
    assert.equal(section(nested, '1.1.1'), 'body')
  })
})
