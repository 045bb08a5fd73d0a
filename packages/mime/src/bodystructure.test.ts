import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bodyStructure, factsOf, parseMessage } from './index.ts'
import { readBody } from './testing/grammar.ts'
import { crlf, text } from './testing/messages.ts'

function structure(message: string): string {
  const { facts } = factsOf(crlf(message))
  readBody(facts.bodyStructure, true)
  readBody(facts.body, false)
  return text(facts.bodyStructure)
}

describe('BODYSTRUCTURE', () => {
  for (const [name, message, expected] of [
    ['of no header', '\na\nb\n', '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2 NIL NIL NIL NIL)'],
    ['counts line feeds', '\na\nb', '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 4 1 NIL NIL NIL NIL)'],
    [
      'all fields',
      'Content-Type: image/png; name=a\nContent-ID: <a@b>\nContent-Description: d "e"\nContent-Transfer-Encoding: BASE64\nContent-MD5: m\nContent-Disposition: attachment; filename=a\nContent-Language: en\nContent-Location: l\n\nAAAA',
      '("image" "png" ("name" "a") "<a@b>" "d \\"e\\"" "base64" 4 "m" ("attachment" ("filename" "a")) "en" "l")',
    ],
    [
      'several languages',
      'Content-Type: a/b\nContent-Language: en, de\n\n',
      '("a" "b" NIL NIL NIL "7bit" 0 NIL NIL ("en" "de") NIL)',
    ],
    [
      'an empty Content-Disposition is NIL',
      'Content-Type: a/b\nContent-Disposition:\n\n',
      '("a" "b" NIL NIL NIL "7bit" 0 NIL NIL NIL NIL)',
    ],
    [
      'a disposition without parameters',
      'Content-Type: a/b\nContent-Disposition: inline\n\n',
      '("a" "b" NIL NIL NIL "7bit" 0 NIL ("inline" NIL) NIL NIL)',
    ],
    [
      'a broken Content-Type means text/plain',
      'Content-Type: text; charset=utf-8\n\n',
      '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
    ],
    [
      'text/html has no default charset',
      'Content-Type: text/html\n\n',
      '("text" "html" NIL NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
    ],
    [
      'RFC 2231 continuations are joined',
      'Content-Type: a/b; url*0="ftp://"; url*1="x"\n\n',
      '("a" "b" ("url" "ftp://x") NIL NIL "7bit" 0 NIL NIL NIL NIL)',
    ],
    [
      'RFC 2231 extended values become one, in UTF-8',
      "Content-Type: a/b; n*0*=iso-8859-1''%E4; n*1=\"'b c\"\n\n",
      '("a" "b" ("n*" "utf-8\'\'%C3%A4%27b%20c") NIL NIL "7bit" 0 NIL NIL NIL NIL)',
    ],
    [
      '8-bit values do too',
      'Content-Type: a/b; n="ä"\n\n',
      '("a" "b" ("n*" "utf-8\'\'%C3%A4") NIL NIL "7bit" 0 NIL NIL NIL NIL)',
    ],
    [
      'encoded words in quoted parameters stay, for the client to decode',
      'Content-Type: a/b; name="=?utf-8?B?w6QudHh0?="\nContent-Disposition: attachment; filename="=?utf-8?Q?=C3=A4?=\n =?utf-8?Q?.txt?="\n\n',
      '("a" "b" ("name" "=?utf-8?B?w6QudHh0?=") NIL NIL "7bit" 0 NIL ("attachment" ("filename" "=?utf-8?Q?=C3=A4?= =?utf-8?Q?.txt?=")) NIL NIL)',
    ],
    [
      'a parameter without the semicolon before it counts',
      'Content-Type: TEXT/PLAIN charset=UTF-8\n\n',
      '("text" "plain" ("charset" "UTF-8") NIL NIL "7bit" 0 0 NIL NIL NIL NIL)',
    ],
    [
      'a multipart with its extension data',
      'Content-Type: multipart/mixed; boundary=b\nContent-Disposition: inline\nContent-Language: en\nContent-Location: l\n\n--b\n\n1\n--b\nContent-Type: a/b\n\n2\n--b--\n',
      '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0 NIL NIL NIL NIL)("a" "b" NIL NIL NIL "7bit" 1 NIL NIL NIL NIL) "mixed" ("boundary" "b") ("inline" NIL) "en" "l")',
    ],
    [
      'a multipart without a boundary',
      'Content-Type: multipart/mixed\n\na\n',
      '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 3 1 NIL NIL NIL NIL) "mixed" NIL NIL NIL NIL)',
    ],
    [
      'an encapsulated message with its envelope, body and lines',
      'Content-Type: message/rfc822\n\nSubject: s\n\na\nb\n',
      '("message" "rfc822" NIL NIL NIL "7bit" 20 (NIL "s" NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 6 2 NIL NIL NIL NIL) 4 NIL NIL NIL NIL)',
    ],
    [
      'message of another kind',
      'Content-Type: message/delivery-status\n\na\n',
      '("message" "delivery-status" NIL NIL NIL "7bit" 3 NIL NIL NIL NIL)',
    ],
    [
      'an unknown transfer encoding stands',
      'Content-Type: a/b\nContent-Transfer-Encoding: x"y\n\n',
      '("a" "b" NIL NIL NIL "x" 0 NIL NIL NIL NIL)',
    ],
    [
      'a description in UTF-8 is a literal',
      'Content-Type: a/b\nContent-Description: ä\n\n',
      '("a" "b" NIL NIL {2}\r\nä "7bit" 0 NIL NIL NIL NIL)',
    ],
  ] as const)
    it(name, () => assert.equal(structure(message), expected))

  it('BODY is the same without extension data', () => {
    const message = crlf(
      'Content-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--b\nContent-Type: message/rfc822\n\nContent-MD5: m\n\n--b--\n',
    )
    assert.equal(
      text(factsOf(message).facts.body),
      '(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 1 0)("message" "rfc822" NIL NIL NIL "7bit" 16 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) 1) "mixed")',
    )
  })

  it('of a subtree is what stands in that of the tree', () => {
    const root = parseMessage(
      crlf('Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: s\n\n--b--\n'),
    )
    const [part] = root.parts
    assert.ok(part)
    const whole = text(bodyStructure(root, { extensible: true }))
    assert.ok(whole.startsWith(`(${text(bodyStructure(part, { extensible: true }))} "mixed"`))
  })
})
