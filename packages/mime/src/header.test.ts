import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodedText, fieldValue, headerEnd, headerFields, selectFields, unfoldedText } from './index.ts'
import { crlf, octets, text } from './testing/messages.ts'

const header = crlf(`From nobody Mon Sep 17 00:00:00 2001
Received: from a
 by b;
\tdate
SUBJECT : =?iso-8859-1?q?gr=FC=DFe?=
 =?iso-8859-1?q?_an?= alle
to:a@b
X-Empty:

`)

describe('header fields', () => {
  it('have names, and offsets of their octets', () => {
    assert.deepEqual(
      headerFields(header).map(field => [field.name, field.nameLower, text(header.subarray(field.start, field.end))]),
      [
        ['Received', 'received', 'Received: from a\r\n by b;\r\n\tdate\r\n'],
        ['SUBJECT', 'subject', 'SUBJECT : =?iso-8859-1?q?gr=FC=DFe?=\r\n =?iso-8859-1?q?_an?= alle\r\n'],
        ['to', 'to', 'to:a@b\r\n'],
        ['X-Empty', 'x-empty', 'X-Empty:\r\n'],
      ],
    )
  })

  it('have values: raw, unfolded, decoded', () => {
    const [received, subject, to, empty] = headerFields(header)
    assert.ok(received && subject && to && empty)
    assert.equal(text(fieldValue(header, received)), ' from a\r\n by b;\r\n\tdate')
    assert.equal(unfoldedText(header, received), 'from a by b;\tdate')
    assert.equal(unfoldedText(header, subject), '=?iso-8859-1?q?gr=FC=DFe?= =?iso-8859-1?q?_an?= alle')
    assert.equal(decodedText(header, subject), 'grüße an alle')
    assert.equal(unfoldedText(header, to), 'a@b')
    assert.equal(unfoldedText(header, empty), '')
  })

  it('of 8-bit octets are UTF-8, or else windows-1252', () => {
    for (const [octets, expected] of [
      [Buffer.from('Subject: grüße €\r\n'), 'grüße €'],
      [Buffer.from('Subject: gr\xfc\xdfe \x80\r\n', 'latin1'), 'grüße €'],
    ] as const) {
      const [field] = headerFields(octets)
      assert.ok(field)
      assert.equal(unfoldedText(octets, field), expected)
    }
  })

  it('end at the blank line', () => {
    assert.equal(headerFields(crlf('A: 1\n\nB: 2\n')).length, 1)
    assert.equal(headerEnd(crlf('A: 1\n\nB: 2\n')), 8)
    assert.equal(headerEnd(octets('A: 1\nB: 2')), 9)
  })

  it('may miss the last line break', () => {
    const bare = octets('A: 1\nB: 2')
    const [, last] = headerFields(bare)
    assert.ok(last)
    assert.equal(text(fieldValue(bare, last)), ' 2')
  })
})

describe('selectFields', () => {
  const all = crlf('A: 1\nB: 2\n folded\na: 3\n\n')

  it('selects by name without regard to case, in the order of the header, with the blank line', () => {
    assert.equal(text(selectFields(all, ['A'], false)), 'A: 1\r\na: 3\r\n\r\n')
    assert.equal(text(selectFields(all, ['b', 'x'], false)), 'B: 2\r\n folded\r\n\r\n')
    assert.equal(text(selectFields(all, ['x'], false)), '\r\n')
  })

  it('selects the others with not', () => {
    assert.equal(text(selectFields(all, ['A'], true)), 'B: 2\r\n folded\r\n\r\n')
    assert.equal(text(selectFields(all, [], true)), text(all))
  })

  it('leaves mbox lines out', () => {
    assert.equal(text(selectFields(crlf('From x\nA: 1\n\n'), ['b'], true)), 'A: 1\r\n\r\n')
  })

  it('of a header-only message gets no blank line', () => {
    assert.equal(text(selectFields(crlf('A: 1\nB: 2\n'), ['A'], false)), 'A: 1\r\n')
    assert.equal(text(selectFields(crlf('A: 1\nB: 2\n'), ['x'], false)), '')
  })

  it('keeps a bare LF as it is', () => {
    assert.equal(text(selectFields(octets('A: 1\nB: 2\n\n'), ['B'], false)), 'B: 2\n\n')
  })
})
