import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Facts, factsOf, messageIds } from './index.ts'
import { crlf, text } from './testing/messages.ts'

function facts(header: string): Facts {
  return factsOf(crlf(`${header}\n`)).facts
}

describe('message identifiers', () => {
  for (const [value, ...ids] of [
    ['<a@b>', 'a@b'],
    ['<a@b> <c@d>', 'a@b', 'c@d'],
    ['<a@b><c@d>,<e@f>', 'a@b', 'c@d', 'e@f'],
    // RFC 5256 §3: the same id with and without quoting.
    ['<"01KF8JCEOCBS0045PS"@xxx.yyy.com>', '01KF8JCEOCBS0045PS@xxx.yyy.com'],
    ['<01KF8JCEOCBS0045PS@xxx.yyy.com>', '01KF8JCEOCBS0045PS@xxx.yyy.com'],
    ['<"a\\"> b"@c>', 'a"> b@c'],
    ['<a@[192.0.2.1]>', 'a@[192.0.2.1]'],
    ["Your message of <Mon> from John <a@b> 'x'", 'a@b'],
    ['<a b@c> <@c> <a@> <a> a@b <d@e>', 'd@e'],
    [''],
  ] as readonly string[][])
    it(JSON.stringify(value), () => assert.deepEqual(messageIds(value as string), ids))
})

describe('facts', () => {
  it('references are References, else the first valid id of In-Reply-To, else none (RFC 5256 §3)', () => {
    assert.deepEqual(facts('References: <a@b>\n <c@d>\nIn-Reply-To: <e@f>\n').references, ['a@b', 'c@d'])
    assert.deepEqual(facts('References: junk\nIn-Reply-To: x <e@f> <g@h>\n').references, ['e@f'])
    assert.deepEqual(facts('In-Reply-To: <e@f> <g@h>\n').references, ['e@f'])
    assert.deepEqual(facts('In-Reply-To: your message\n').references, [])
    assert.equal(facts('Message-ID: <"a"@b>\n').messageId, 'a@b')
    assert.equal(facts('Message-ID: broken\n').messageId, null)
  })

  it('the sent day is that of the header’s own zone', () => {
    const { sentAt, sentDay } = facts('Date: 31 Dec 2000 16:01:33 -0800\n')
    assert.equal(sentAt, Date.UTC(2001, 0, 1, 0, 1, 33))
    assert.equal(sentDay, Date.UTC(2000, 11, 31) / 86_400_000)
  })

  it('a missing or invalid Date is null', () => {
    for (const header of ['', 'Date: \n', 'Date: yesterday\n'])
      assert.deepEqual([facts(header).sentAt, facts(header).sentDay], [null, null])
  })

  it('the subject is decoded, its base too', () => {
    const { subject, baseSubject, isReplyOrForward } = facts('Subject: =?utf-8?q?Re=3A_gr=C3=BC=C3=9Fe?=\n  x\n')
    assert.deepEqual([subject, baseSubject, isReplyOrForward], ['Re: grüße  x', 'grüße x', true])
  })

  it('sort keys are mailboxes, and names where there are some (RFC 5957 §3)', () => {
    assert.deepEqual(facts('From: =?utf-8?q?J=C3=B6rg?= <Jo@x>, b@c\nTo: A@Example\nCc: Group: a@b;\n').sort, {
      from: 'JO',
      to: 'A',
      cc: 'GROUP',
      displayFrom: 'JO\u0308RG',
      displayTo: 'A@EXAMPLE',
    })
    assert.equal(facts('From: root\n').sort.displayFrom, 'ROOT')
    assert.deepEqual(facts('').sort, { from: '', to: '', cc: '', displayFrom: '', displayTo: '' })
  })

  for (const [name, header, expected] of [
    ['plain text', '', false],
    ['by its disposition', 'Content-Disposition: attachment\n', true],
    ['a picture with a name', 'Content-Type: image/png; name=a\n', true],
    ['a picture with a file name', 'Content-Type: image/png\nContent-Disposition: x; filename=a\n', true],
    ['a picture in the text', 'Content-Type: image/png; name=a\nContent-Disposition: inline; filename=a\n', false],
    ['a picture without a name', 'Content-Type: image/png\n', false],
    ['in a multipart', 'Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment\n', true],
    ['in a multipart without any', 'Content-Type: multipart/mixed; boundary=b\n\n--b\n\n', false],
  ] as const)
    it(`hasAttachment: ${name}`, () => assert.equal(facts(header).hasAttachment, expected))

  it('the header is that of the message, a copy', () => {
    const message = crlf('Subject: a\n\nbody')
    const { header, octets } = factsOf(message)
    message.fill(0)
    assert.equal(text(header), 'Subject: a\r\n\r\n')
    assert.equal(octets, message.length)
  })
})
