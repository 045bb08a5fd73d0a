import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@lemonade/esmtp'
import fc from 'fast-check'
import { mendHeader } from './header.ts'

const facts = {
  account: 'alice@example.org',
  hostname: 'mail.example.org',
  at: Date.UTC(2026, 10, 24, 9, 0, 0),
  uniqueId: 'unique',
  owns: async (address: string) => address === 'alice@example.org' || address === 'sales@example.org',
}

const mend = async (header: string) => Buffer.from(await mendHeader(Buffer.from(header), facts)).toString()

const mendOrRefuse = (header: string) =>
  mend(header).catch(error => {
    if (error instanceof Refusal) return null
    throw error
  })

const date = 'Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n'
const id = 'Message-ID: <unique@mail.example.org>\r\n'
const whole = 'Date: x\r\nMessage-ID: <1@x>\r\nFrom: Alice <alice@example.org>\r\n'

const rows: readonly [name: string, header: string, mended: string][] = [
  ['nothing is missing, nothing changes', `${whole}\r\n`, `${whole}\r\n`],
  [
    'Date is missing',
    'Message-ID: <1@x>\r\nFrom: alice@example.org\r\n\r\n',
    `${date}Message-ID: <1@x>\r\nFrom: alice@example.org\r\n\r\n`,
  ],
  [
    'Message-ID is missing',
    'DATE: x\r\nFrom: alice@example.org\r\n\r\n',
    `${id}DATE: x\r\nFrom: alice@example.org\r\n\r\n`,
  ],
  ['there is no field', '\r\n', `${date}${id}From: <alice@example.org>\r\n\r\n`],
  ['there is nothing', '', `${date}${id}From: <alice@example.org>\r\n`],
  ['there is only text', 'just text', `${date}${id}From: <alice@example.org>\r\n\r\njust text`],
  [
    'Bcc is taken out, folded or not',
    `Bcc: a@x,\r\n b@x\r\n${whole}bcc: c@x\r\nTo: d@x\r\n\r\n`,
    `${whole}To: d@x\r\n\r\n`,
  ],
  ['an mbox line is taken out', `From alice Tue Nov 24 09:00:00 2026\r\n${whole}\r\n`, `${whole}\r\n`],
  ['Return-Path is taken out', `Return-Path: <x@y>\r\n${whole}\r\n`, `${whole}\r\n`],
  [
    'From is somebody else: Sender tells who it was',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: ceo@far.example\r\nSender: ceo@far.example\r\n\r\n',
    'Sender: <alice@example.org>\r\nDate: x\r\nMessage-ID: <1@x>\r\nFrom: ceo@far.example\r\n\r\n',
  ],
  [
    'From is an alias of hers',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: Sales <sales@example.org>\r\n\r\n',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: Sales <sales@example.org>\r\n\r\n',
  ],
  [
    'Sender is hers already',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: a@x, b@y\r\nSender: alice@example.org\r\n\r\n',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: a@x, b@y\r\nSender: alice@example.org\r\n\r\n',
  ],
  [
    'one of several in From is hers',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: a@x, alice@example.org\r\n\r\n',
    'Date: x\r\nMessage-ID: <1@x>\r\nFrom: a@x, alice@example.org\r\n\r\n',
  ],
]

for (const [name, header, mended] of rows) {
  test(`header: ${name}`, async () => {
    assert.equal(await mend(header), mended)
  })
}

test('header: a line that is no field is refused (RFC 6409 §8)', async () => {
  for (const header of [`${whole}no field\r\nBcc: x\r\n\r\n`, `${whole}no field\r\n`]) {
    assert.equal(await mendOrRefuse(header), null)
  }
})

test('header: whatever it is, it is mended without complaint, and mended once', async () => {
  const line = fc.constantFrom(
    'Bcc: x',
    'From: a@b',
    ' folded',
    'no colon',
    ': empty',
    'Date:',
    'Sender: <<',
    'X-\u00e4: \u00fc',
    '\ttab',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), async lines => {
      const once = await mendOrRefuse(`${lines.map(each => `${each}\r\n`).join('')}\r\n`)
      if (once === null) return
      const header = once.slice(0, once.indexOf('\r\n\r\n') + 4)
      assert.equal(await mend(header), header)
      assert.doesNotMatch(header, /^bcc:/im)
    }),
    { seed: 6409, numRuns: 300 },
  )
})
