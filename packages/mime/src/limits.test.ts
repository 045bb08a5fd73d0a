import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultMimeLimits, factsOf, MessageParser, type Part } from './index.ts'
import { crlf, octets, text } from './testing/messages.ts'
import { body, header, parse, shape } from './testing/parts.ts'

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
