import assert from 'node:assert/strict'
import { isAscii } from 'node:buffer'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeWords } from './encode-words.ts'
import { readList, writeList } from './imap-list.ts'
import {
  decodedBody,
  decodeWords,
  downgradedBody,
  downgradedEnvelope,
  downgradedHeader,
  factsOf,
  headerRanges,
  type Part,
  parseMessage,
  Surrogate,
} from './index.ts'
import { octetString } from './octets.ts'
import { readBody, readEnvelope } from './testing/grammar.ts'
import { crlf, text } from './testing/messages.ts'

const header = (lines: string): string | null => {
  const made = downgradedHeader(crlf(`${lines}\n\n`))
  return made && text(made).replaceAll('\r\n', '\n').replace(/\n\n$/, '')
}

const word = (value: string) => encodeWords(value)

describe('RFC 6858: a header in US-ASCII', () => {
  for (const [name, before, after] of [
    ['what is US-ASCII stays', 'Subject: =?utf-8?q?=C3=BC?=\nX: y', null],
    [
      '§2.1: an address',
      'From: Fred Foo <fred@ÉXAMPLE.com>',
      `From: ${word('Fred Foo')}\n <invalid@internationalized-address.invalid>`,
    ],
    [
      '§2.1: an address without a name',
      'To: fréd@example.com',
      `To: ${word('fréd@example.com')}\n <invalid@internationalized-address.invalid>`,
    ],
    [
      'a name alone',
      'Cc: "Müller, Jörg" <jm@example.com>, plain@example.com',
      `Cc: ${word('Müller, Jörg')} <jm@example.com>,\n plain@example.com`,
    ],
    ['names that need quotes', 'Cc: "a, b" <a@b>, ü <c@d>', `Cc: "a, b" <a@b>,\n ${word('ü')} <c@d>`],
    [
      'groups',
      'To: Freunde & Söhne: a@b, ö@c;',
      `To: ${word('Freunde & Söhne')}: a@b,\n ${word('ö@c')}\n <invalid@internationalized-address.invalid>;`,
    ],
    [
      'fields of resending',
      'Resent-Sender: é@x',
      `Resent-Sender: ${word('é@x')}\n <invalid@internationalized-address.invalid>`,
    ],
    ['§2.2: parameters', 'Content-Disposition: attachment; filename=FÖÖ.txt', 'Content-Disposition: attachment'],
    [
      '§2.2: other parameters stay as they are',
      `Content-Type: text/plain; charset="utf-8"; name="ü;x"; name*=utf-8''%C3%BC`,
      `Content-Type: text/plain; charset="utf-8"; name*=utf-8''%C3%BC`,
    ],
    ['§2.3: Subject, folded', 'Subject: Grüße\n und mehr', `Subject: ${word('Grüße und mehr')}`],
    ['§2.4: other fields go', 'Message-ID: <é@x>\nX-A: 1\nReferences: <é@x>', 'X-A: 1'],
    [
      'fields without 8-bit octets stay octet for octet',
      'X-A:  1 \n\t2\nSubject: ü',
      `X-A:  1 \n\t2\nSubject: ${word('ü')}`,
    ],
  ] as const) {
    it(name, () => assert.equal(header(before), after))
  }

  it('that is not UTF-8 is left as it is', () => {
    assert.equal(downgradedHeader(Buffer.from('Subject: \xfc\r\n\r\n', 'latin1')), null)
  })

  it('long subjects become several words of whole characters', () => {
    const subject = '長'.repeat(100)
    const made = header(`Subject: ${subject}`) ?? ''
    for (const line of made.split('\n')) assert.ok(line.length <= 90, line)
    assert.equal(decodeWords(made.replace(/\n/g, '').slice('Subject: '.length)), subject)
  })
})

const international = `From: Jörg <jörg@exämple.de>
To: Péter <p@example.com>, "a\\"b" <c@d>
Subject: Größe
Message-ID: <é@x>
Date: Wed, 17 Jul 1996 02:23:25 -0700
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8; name=ü.txt
Content-Description: Schöner Text
Content-ID: <ü@y>
Content-Transfer-Encoding: 8bit

ö
--b
Content-Type: message/rfc822

Subject: innen, außen
From: ö@x

body
--b
Content-Type: message/global

Subject: weltweit, überall
Content-Type: text/plain

body
--b--
`

describe('facts in US-ASCII', () => {
  const { facts } = factsOf(crlf(international))

  it('ENVELOPE', () => {
    const made = downgradedEnvelope(facts.envelope)
    readEnvelope(made)
    assert.equal(
      text(made),
      `("Wed, 17 Jul 1996 02:23:25 -0700" "${word('Größe')}" ${`(("${word('Jörg')}" NIL "invalid" "internationalized-address.invalid")) `.repeat(3)}(("${word('Péter')}" NIL "p" "example.com")("a\\"b" NIL "c" "d")) NIL NIL NIL NIL)`,
    )
  })

  it('BODYSTRUCTURE and BODY', () => {
    const { facts } = factsOf(crlf(international.replace('message/global', 'message/rfc822')))
    for (const [octets, extensible] of [
      [facts.bodyStructure, true],
      [facts.body, false],
    ] as const) {
      const made = downgradedBody(octets)
      readBody(made, extensible)
      assert.ok(isAscii(made))
      assert.ok(text(made).includes(`NIL "${word('Schöner Text')}" "8bit" 2 0`), text(made))
      assert.ok(text(made).includes(`"${word('innen, außen')}"`))
    }
  })

  it('message/global without what RFC 3501 does not know of it', () => {
    const global = (octets: Uint8Array) => /\("message" "global" [^()]*\)/.exec(text(downgradedBody(octets)))?.[0]
    assert.equal(global(facts.body), '("message" "global" NIL NIL NIL "7bit" 61)')
    assert.equal(global(facts.bodyStructure), '("message" "global" NIL NIL NIL "7bit" 61 NIL NIL NIL NIL)')
  })

  it('RFC 9051 §7.5.2: parameters in UTF-8 for who reads it', () => {
    const made = text(decodedBody(facts.bodyStructure))
    assert.ok(made.includes('("charset" "utf-8" "name*" "ü.txt")'), made)
    assert.ok(made.includes('"Schöner Text"'), made)
  })

  it('what only looks like RFC 2231 stays as it is', () => {
    const odd = factsOf(crlf(`Content-Type: text/plain; foo**="utf-8''%zz"; bar**="utf-8''%ff"\n\n`))
    assert.equal(text(decodedBody(odd.facts.bodyStructure)), text(odd.facts.bodyStructure))
    assert.ok(text(odd.facts.bodyStructure).includes('%zz'))
  })

  it('what must be a string stays one', () => {
    const odd = factsOf(
      crlf('Content-Type: text/plain\nContent-Disposition: attächment; a=b\nContent-Language: ü, en\n\n'),
    )
    readBody(downgradedBody(odd.facts.bodyStructure), true)
  })
})

describe('lists', () => {
  it('are written as they were read', () => {
    const part = fc.constantFrom('a', '"', '\\', 'ü', '(', ')', ' ', ', ', '<a@b>', 'x: y;', '\r\n ')
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), pieces => {
        const { facts } = factsOf(crlf(`From: ${pieces.join('')}\nSubject: ${pieces.join('')}\n\n`))
        for (const octets of [facts.envelope, facts.bodyStructure]) {
          const list = octetString(octets)
          assert.equal(writeList(readList(list)), list)
        }
        readEnvelope(downgradedEnvelope(facts.envelope))
      }),
      { seed: 6858, numRuns: 300 },
    )
  })

  it('come to an end, whatever is read', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('(', ')', ' ', '"', '{3}\r\n', 'NIL', '\\', 'ü', '7')), pieces => {
        writeList(readList(octetString(Buffer.from(pieces.join('')))))
      }),
      { seed: 6858, numRuns: 300 },
    )
  })
})

describe('a surrogate', () => {
  const message = crlf(international)
  const structure = parseMessage(message)
  const replacements = [...headerRanges(structure)].flatMap(({ start, end }) => {
    const octets = downgradedHeader(message.subarray(start, end))
    return octets === null ? [] : [{ start, end, octets }]
  })
  const surrogate = new Surrogate(replacements)
  const octetsOf = (start: number, end: number) =>
    Buffer.concat(
      [...surrogate.pieces(start, end)].map(piece =>
        piece instanceof Uint8Array ? piece : message.subarray(piece.start, piece.end),
      ),
    )
  const whole = octetsOf(0, surrogate.at(message.length))

  it('has its parts where a parser finds them', () => {
    const offsets = (part: Part): unknown => [part.headerStart, part.bodyStart, part.end, part.parts.map(offsets)]
    assert.equal(replacements.length, 4)
    assert.deepEqual(offsets(surrogate.part(structure)), offsets(parseMessage(whole)))
    for (const { start, end } of headerRanges(surrogate.part(structure))) assert.ok(isAscii(whole.subarray(start, end)))
  })

  it('gives the same octets of any range', () => {
    const offset = fc.integer({ min: 0, max: whole.length + 5 })
    fc.assert(
      fc.property(offset, offset, (start, end) => {
        assert.deepEqual(octetsOf(start, Math.min(end, whole.length)), Buffer.from(whole.subarray(start, end)))
      }),
      { seed: 6858, numRuns: 300 },
    )
  })
})
