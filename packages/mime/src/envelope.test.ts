import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { factsOf } from './index.ts'
import { readEnvelope } from './testing/grammar.ts'
import { crlf } from './testing/messages.ts'

/** Latin-1, so that octets can be compared. */
function envelope(message: Uint8Array): string {
  const octets = factsOf(message).facts.envelope
  readEnvelope(octets)
  return Buffer.from(octets).toString('latin1')
}

describe('ENVELOPE', () => {
  it('of the example of RFC 3501 §8', () => {
    assert.equal(
      envelope(
        crlf(`Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
From: Terry Gray <gray@cac.washington.edu>
Subject: IMAP4rev1 WG mtg summary and minutes
To: imap@cac.washington.edu
cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
Message-Id: <B27397-0100000@cac.washington.edu>
MIME-Version: 1.0
Content-Type: TEXT/PLAIN; CHARSET=US-ASCII

`),
      ),
      '("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")',
    )
  })

  const from = '((NIL NIL "a" "b"))'
  for (const [name, header, expected] of [
    ['no fields are NIL', '', '(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [
      'empty fields are empty strings, NIL where those cannot be',
      'Date:\nSubject:\nFrom:\nSender:\nReply-To:\nTo:\nCc:\nBcc:\nIn-Reply-To:\nMessage-ID:\n',
      '("" "" NIL NIL NIL NIL NIL NIL NIL NIL)',
    ],
    [
      'sender and reply-to default to from',
      'From: a@b\nReply-To: \n',
      `(NIL NIL ${from} ${from} ${from} NIL NIL NIL NIL NIL)`,
    ],
    [
      'sender and reply-to stand',
      'From: a@b\nSender: c@d\nReply-To: e@f\n',
      `(NIL NIL ${from} ((NIL NIL "c" "d")) ((NIL NIL "e" "f")) NIL NIL NIL NIL NIL)`,
    ],
    [
      'a group is its members between markers',
      'To: A Group:Ed Jones <joe@where.test>,joe@where.test;, x@y\nCc: Undisclosed recipients:;\n',
      '(NIL NIL NIL NIL NIL ((NIL NIL "A Group" NIL)("Ed Jones" NIL "joe" "where.test")(NIL NIL "joe" "where.test")(NIL NIL NIL NIL)(NIL NIL "x" "y")) ((NIL NIL "Undisclosed recipients" NIL)(NIL NIL NIL NIL)) NIL NIL NIL)',
    ],
    [
      'an address without a domain does not look like a group',
      'To: root, <>, A B\n',
      '(NIL NIL NIL NIL NIL ((NIL NIL "root" "")(NIL NIL "" "")("A B" NIL "" "")) NIL NIL NIL NIL)',
    ],
    ['a route', 'To: <@a,@b:c@d>\n', '(NIL NIL NIL NIL NIL ((NIL "@a,@b" "c" "d")) NIL NIL NIL NIL)'],
    ['a folded subject is unfolded', 'Subject: a\n  b\n', '(NIL "a  b" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ['encoded words stay', 'Subject: =?utf-8?q?a?=\n', '(NIL "=?utf-8?q?a?=" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ['quotes and backslashes are escaped', 'Subject: "a\\b"\n', '(NIL "\\"a\\\\b\\"" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ['NUL and CR are left out', 'Subject: a\0b\rc\n', '(NIL "abc" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ['8-bit octets are a literal', 'Subject: ä\n', '(NIL {2}\r\n\xc3\xa4 NIL NIL NIL NIL NIL NIL NIL NIL)'],
    ['of two fields the first counts', 'Subject: a\nSubject: b\n', '(NIL "a" NIL NIL NIL NIL NIL NIL NIL NIL)'],
    [
      'of address fields all count',
      'To: a@b\nTo: c@d\n',
      '(NIL NIL NIL NIL NIL ((NIL NIL "a" "b")(NIL NIL "c" "d")) NIL NIL NIL NIL)',
    ],
  ] as const)
    it(name, () => assert.equal(envelope(crlf(`${header}\n`)), expected))

  it('8-bit octets of any charset are the header’s own', () => {
    const message = Buffer.from('Subject: \xe4\r\nFrom: "\xe4" <a@b>\r\n\r\n', 'latin1')
    const from = '(({1}\r\n\xe4 NIL "a" "b"))'
    assert.equal(envelope(message), `(NIL {1}\r\n\xe4 ${from} ${from} ${from} NIL NIL NIL NIL NIL)`)
  })
})
