import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultMimeLimits, parseMessage, type SearchableOptions, searchableText } from './index.ts'
import { crlf } from './testing/messages.ts'

function searchable(message: Uint8Array, options?: Partial<SearchableOptions>): (readonly [string, string])[] {
  const read = (start: number, end: number): Uint8Array => message.subarray(start, end)
  return [...searchableText(parseMessage(message), read, options)].map(({ where, text }) => [where, text] as const)
}

describe('searchable text', () => {
  it('is decoded headers and text parts, of nested messages too', () => {
    const message = crlf(`From: =?utf-8?q?J=C3=B6rg?= <a@b>
Content-Type: multipart/mixed; boundary=b

preamble
--b
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

gr=FC=
=DFe
--b
Content-Type: image/png; name=picture

AAAA
--b
Content-Type: message/rfc822

Subject: inner

nested
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGI+w6Q8L2I+
--b--
`)
    assert.deepEqual(searchable(message), [
      ['header', 'From: Jörg <a@b>\nContent-Type: multipart/mixed; boundary=b'],
      ['inner-header', 'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable'],
      ['body', 'grüße'],
      ['inner-header', 'Content-Type: image/png; name=picture'],
      ['inner-header', 'Content-Type: message/rfc822'],
      ['inner-header', 'Subject: inner'],
      ['body', 'nested'],
      ['inner-header', 'Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64'],
      ['body', '<b>ä</b>'],
    ])
  })

  it('an unknown transfer encoding is an error of that part only', () => {
    const message = crlf(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: x-y\n\nunreadable\n--b\n\nreadable\n--b--\n',
    )
    const texts = searchable(message).map(([, text]) => text)
    assert.ok(texts.includes('readable') && !texts.includes('unreadable'))
  })

  it('an unknown charset is UTF-8 or else windows-1252', () => {
    for (const [octets, expected] of [
      ['\xc3\xa4', 'ä'],
      ['\xe4', 'ä'],
    ] as const)
      for (const charset of ['x-unknown', 'us-ascii', '""']) {
        const message = Buffer.from(`Content-Type: text/plain; charset=${charset}\r\n\r\n${octets}`, 'latin1')
        assert.deepEqual(searchable(message)[1], ['body', expected])
      }
  })

  it('long text comes in pieces that overlap', () => {
    const message = crlf(`\n${'0123456789'.repeat(3)}`)
    assert.deepEqual(
      searchable(message, { readOctets: 10, overlapCharacters: 4 }).map(([, text]) => text),
      ['0123456789', '67890123456789', '67890123456789'],
    )
    assert.deepEqual(
      searchable(message, { readOctets: 16, overlapCharacters: 0 }).map(([, text]) => text),
      ['0123456789012345', '67890123456789'],
    )
  })

  it('characters and encodings may be cut anywhere', () => {
    const text = 'grüße € 日本'
    const message = crlf(
      `Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\n${Buffer.from(text).toString('base64')}\n`,
    )
    for (let readOctets = 1; readOctets < 12; readOctets++)
      assert.equal(
        searchable(message, { readOctets, overlapCharacters: 0 })
          .slice(1)
          .map(([, piece]) => piece)
          .join(''),
        text,
      )
  })

  it('a body is read in slices of the size asked for', () => {
    const message = crlf(`\n${'x'.repeat(1000)}`)
    let most = 0
    const read = (start: number, end: number): Uint8Array => {
      most = Math.max(most, end - start)
      return message.subarray(start, end)
    }
    assert.equal([...searchableText(parseMessage(message), read, { readOctets: 100 })].length, 10)
    assert.equal(most, 100)
  })

  it('of a header no more is read than is ever looked at', () => {
    const limit = defaultMimeLimits.headerOctets
    const fields = 'A: 1\r\n'.repeat(limit / 4)
    const message = Buffer.from(`${fields}\r\n`)
    const [piece] = searchable(message)
    assert.equal(piece?.[1].split('\n').length, Math.ceil(limit / 6))
  })

  it('delivery status is text', () => {
    assert.deepEqual(searchable(crlf('Content-Type: message/delivery-status\n\nAction: failed\n')).at(-1), [
      'body',
      'Action: failed\r\n',
    ])
  })
})
