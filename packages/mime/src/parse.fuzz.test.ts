import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  decodedText,
  defaultMimeLimits,
  factsOf,
  fieldValue,
  headerEnd,
  headerFields,
  MessageParser,
  type ParsedMessage,
  parseMessage,
  searchableText,
  sectionRange,
  selectFields,
} from './index.ts'
import { checkMessage, checkNumbers } from './testing/invariants.ts'
import { corpus, text } from './testing/messages.ts'

const seed = 20_261_124

/** Words of MIME: what a delimiter, a header and their ends are made of. */
const alphabet = [
  ...['\r\n', '\r\n', '\r\n', '\n', '\r', '--', '-', ' ', '\t', ':', ';', ',', '<', '>', '@', '(', ')', '"', '\\', '='],
  ...['a', 'b', 'ab', 'x', '\0', '\x80', '\xff', 'ä', '%', "'", '*', '[', ']', '{3}'],
  ...['\r\n\r\n', '\r\n--a\r\n', '\r\n--a--\r\n', '\n--ab\n', '\r\n--b\r\n\r\n', '\r\n--b--\r\n', '--a', '--ab--'],
  ...[
    'Content-Type: ',
    'multipart/mixed; boundary=a',
    'multipart/digest; boundary="ab"',
    'message/rfc822',
    'text/plain',
  ],
  ...['Content-Type: multipart/mixed; boundary=a\r\n\r\n', 'Content-Type: multipart/alternative; boundary=b\r\n\r\n'],
  ...[
    'Content-Type: multipart/mixed; boundary=b\r\n',
    'Content-Type: message/rfc822\r\n',
    'Content-Type: text/html\r\n',
  ],
  ...[
    'Content-Type: message/rfc822\r\n\r\n',
    'Content-Type: multipart/digest; boundary=ab\r\n\r\n',
    'boundary=a',
    'name*0*=',
  ],
  ...[
    'Content-Transfer-Encoding: ',
    'base64',
    'quoted-printable',
    'Content-Disposition: attachment; filename="',
    'From ',
    '>From ',
  ],
  ...['From: ', 'To: ', 'Group: a@b, c;', 'Subject: ', '=?utf-8?q?=C3?=', 'Date: ', 'Mon, 1 Jan 2001 00:00:00 +0000'],
  ...[
    'Message-ID: <a@b>',
    'References: <a@b> <"c"@d>',
    'Content-Language: en, de',
    "filename*=utf-8''%e4",
    'charset=utf-8',
  ],
]

const mimeLike = fc
  .array(fc.constantFrom(...alphabet), { maxLength: 60 })
  .map(words => Buffer.from(words.join(''), words.length % 2 === 0 ? 'latin1' : 'utf8'))

const anyOctets = fc.oneof(fc.uint8Array({ maxLength: 400 }), mimeLike, mimeLike, mimeLike)

const anyLimits = fc.record({
  nesting: fc.integer({ min: 1, max: 5 }),
  parts: fc.integer({ min: 1, max: 6 }),
  headerOctets: fc.integer({ min: 0, max: 200 }),
  allHeadersOctets: fc.integer({ min: 0, max: 400 }),
})

function inPieces(octets: Uint8Array, cuts: readonly number[], limits = defaultMimeLimits): ParsedMessage {
  const parser = new MessageParser(limits)
  let at = 0
  for (const cut of [...cuts.map(cut => cut % (octets.length + 1)).toSorted((a, b) => a - b), octets.length]) {
    const piece = Buffer.from(octets.subarray(at, cut))
    parser.write(piece)
    // What the parser was given is not its own.
    piece.fill(33)
    at = cut
  }
  return parser.end()
}

describe('for any octets', () => {
  it('ranges nest, leaves and gaps join to the message, ENVELOPE and BODYSTRUCTURE are of the grammar', () => {
    fc.assert(
      fc.property(anyOctets, octets => checkNumbers(checkMessage(octets).structure)),
      { seed, numRuns: 6000 },
    )
  })

  it('the same within any limits', () => {
    fc.assert(
      fc.property(anyOctets, anyLimits, (octets, limits) => checkNumbers(checkMessage(octets, limits).structure)),
      { seed, numRuns: 4000 },
    )
  })

  it('pieces of any size give the same as the whole', () => {
    fc.assert(
      fc.property(anyOctets, fc.array(fc.nat(), { maxLength: 12 }), (octets, cuts) => {
        assert.deepEqual(inPieces(octets, cuts), factsOf(octets))
      }),
      { seed, numRuns: 3000 },
    )
  })

  it('the same within any limits', () => {
    fc.assert(
      fc.property(anyOctets, anyLimits, fc.array(fc.nat(), { maxLength: 12 }), (octets, limits, cuts) => {
        assert.deepEqual(inPieces(octets, cuts, limits), factsOf(octets, limits))
      }),
      { seed, numRuns: 3000 },
    )
  })

  it('a header is its fields, what stands before them, and the blank line', () => {
    fc.assert(
      fc.property(anyOctets, octets => {
        const end = headerEnd(octets)
        assert.equal(end, parseMessage(octets).bodyStart)
        const header = octets.subarray(0, end)
        const fields = headerFields(header)
        for (const [index, field] of fields.entries()) {
          if (index > 0) assert.equal(field.start, fields[index - 1]?.end)
          assert.ok(field.start < field.valueStart && field.valueStart <= field.end)
          assert.ok(fieldValue(header, field).length <= field.end - field.valueStart)
          assert.doesNotMatch(decodedText(header, field), /[\r\n\0]/)
        }
        const all = text(selectFields(header, [], true))
        const none = text(selectFields(header, [], false))
        assert.match(none, /^(\r?\n)?$/)
        assert.equal(all, text(header.subarray(fields[0]?.start ?? header.length - none.length)))
      }),
      { seed, numRuns: 3000 },
    )
  })

  it('the searchable text can be read', () => {
    fc.assert(
      fc.property(anyOctets, octets => {
        const { structure } = factsOf(octets)
        const read = (start: number, end: number): Uint8Array => octets.subarray(start, end)
        for (const piece of searchableText(structure, read, { readOctets: 16 })) assert.ok(piece.text.length > 0)
      }),
      { seed, numRuns: 2000 },
    )
  })

  it('sections outside the tree are null', () => {
    const path = fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 4 })
    fc.assert(
      fc.property(anyOctets, path, fc.constantFrom('HEADER', 'TEXT', 'MIME', null), (octets, path, name) => {
        const range = sectionRange(parseMessage(octets), path, name)
        if (range !== null) assert.ok(0 <= range.start && range.start <= range.end && range.end <= octets.length)
      }),
      { seed, numRuns: 2000 },
    )
  })
})

describe('real messages', () => {
  it('have all invariants', () => {
    for (const { octets } of corpus(12)) checkNumbers(checkMessage(octets).structure)
  })

  it('and their mutations', () => {
    const messages = [...corpus(100)].map(message => message.octets).filter(octets => octets.length < 20_000)
    fc.assert(
      fc.property(
        fc.constantFrom(...messages),
        fc.array(fc.tuple(fc.nat(), fc.nat({ max: 40 }), fc.constantFrom('', ...alphabet)), { maxLength: 8 }),
        (octets, edits) => {
          let mutated = Buffer.from(octets)
          for (const [at, removed, inserted] of edits) {
            const start = at % (mutated.length + 1)
            mutated = Buffer.concat([
              mutated.subarray(0, start),
              Buffer.from(inserted, 'latin1'),
              mutated.subarray(start + removed),
            ])
          }
          checkMessage(mutated)
          assert.deepEqual(inPieces(mutated, [edits[0]?.[0] ?? 0, 1000]), factsOf(mutated))
        },
      ),
      { seed, numRuns: 300 },
    )
  })
})

describe('time is linear', () => {
  /** Each of these takes minutes where anything in it is quadratic. */
  const size = 300_000
  const fill = (unit: string): string => unit.repeat(Math.ceil(size / unit.length))
  const boundaries = Array.from(
    { length: 40 },
    (_, index) => `Content-Type: multipart/mixed; boundary=${'a'.repeat(index + 1)}\n\n--${'a'.repeat(index + 1)}\n`,
  )
  for (const [name, message] of [
    ['blank lines', fill('\n')],
    ['dashes', `${boundaries.join('')}${fill('--\n')}`],
    ['delimiters', `Content-Type: multipart/mixed; boundary=a\n\n${fill('--a\n')}`],
    ['near delimiters of nested multiparts', `${boundaries.join('')}${fill(`--${'a'.repeat(39)}b\n`)}`],
    ['encapsulated messages', fill('Content-Type: message/rfc822\n\n')],
    ['nested multiparts', fill('Content-Type: multipart/mixed; boundary=a\n\n--a\n')],
    ['fields', fill('To: a@b\n')],
    ['folded lines', `To: a${fill('\n ')}`],
    ['angles', `From: ${fill('<')}`],
    ['routes', `From: <${fill('@a,')}`],
    ['open comments', `From: ${fill('(')}`],
    ['quotes', `From: ${fill('"')}`],
    ['groups', `From: ${fill('a:')}`],
    ['words', `From: ${fill('a ')}`],
    ['encoded words', `Subject: ${fill('=?')}`],
    ['encoded words of many charsets', `Subject: ${fill('=?utf-8?q?a?= =?x?q?a?= ')}`],
    ['open blobs', `Subject: ${fill('[')}`],
    ['blobs', `Subject: ${fill('[a]')}`],
    ['blobs before a reply', `Subject: ${fill('[a]re:')}`],
    ['forwards', `Subject: ${fill('[fwd:')}${fill(']')}`],
    ['trailers', `Subject: ${fill('(fwd) ')}`],
    ['message ids', `References: ${fill('<"a')}`],
    ['quoted message ids', `References: <a${fill('"\\"')}`],
    ['parameters', `Content-Type: text/plain${fill(';a=b')}`],
    ['sections', `Content-Type: text/plain${fill(';a*0=b')}`],
    ['slashes', `Content-Type: ${fill('/ ')}`],
    ['equals signs', `Content-Type: text/plain; ${fill('=')}`],
    ['languages', `Content-Language: ${fill('(,')}`],
    ['dates', `Date: ${fill('1 ')}`],
    ['comments in dates', `Date: ${fill('((')}`],
  ] as const) {
    it(name, () => {
      const octets = Buffer.from(message)
      const limits = { ...defaultMimeLimits, headerOctets: 2 * size, allHeadersOctets: 4 * size }
      const start = performance.now()
      checkTime(factsOf(octets, limits), octets)
      assert.ok(performance.now() - start < 5000)
    })
  }

  function checkTime({ structure, header }: ParsedMessage, octets: Uint8Array): void {
    assert.equal(structure.end, octets.length)
    const pieces = searchableText(structure, (start, end) => octets.subarray(start, end))
    assert.ok(header.length === 0 || [...pieces].length >= 0)
  }
})
