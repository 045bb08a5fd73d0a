import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@lemonade/esmtp'
import fc from 'fast-check'
import { type HeaderFacts, mendHeader } from './header.ts'
import type { SenderRight } from './sender.ts'

const facts: HeaderFacts = {
  account: 'alice@example.org',
  hostname: 'mail.example.org',
  at: Date.UTC(2026, 10, 24, 9, 0, 0),
  uniqueId: 'unique',
  utf8: false,
  right: async (address: string) => rights[address] ?? null,
  isOurs: async (address: string) => address.endsWith('@example.org'),
}

const rights: Readonly<Record<string, SenderRight>> = {
  'alice@example.org': 'own',
  'sales@example.org': 'own',
  'team@example.org': 'as',
  'boss@example.org': 'on-behalf',
}

const mend = async (header: string) => Buffer.from(await mendHeader(Buffer.from(header), facts)).toString()

const mendOrRefuse = (header: string) =>
  mend(header).catch(error => {
    if (error instanceof Refusal) return null
    throw error
  })

const date = 'Date: Tue, 24 Nov 2026 09:00:00 +0000\r\n'
const id = 'Message-ID: <unique@mail.example.org>\r\n'
const stamped = 'Date: x\r\nMessage-ID: <1@x>\r\n'
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
    'From is an alias of hers',
    `${stamped}From: Sales <sales@example.org>\r\n\r\n`,
    `${stamped}From: Sales <sales@example.org>\r\n\r\n`,
  ],
  [
    'From is an address that she sends as: nobody is told',
    `${stamped}From: team@example.org\r\n\r\n`,
    `${stamped}From: team@example.org\r\n\r\n`,
  ],
  [
    'From is somebody on whose behalf she sends: Sender tells who it was (RFC 6409 §8.1)',
    `${stamped}From: boss@example.org\r\n\r\n`,
    `Sender: <alice@example.org>\r\n${stamped}From: boss@example.org\r\n\r\n`,
  ],
  [
    'Sender is hers already',
    `${stamped}From: boss@example.org\r\nSender: Alice <alice@example.org>\r\n\r\n`,
    `${stamped}From: boss@example.org\r\nSender: Alice <alice@example.org>\r\n\r\n`,
  ],
  [
    'Sender is somebody else',
    `${stamped}From: boss@example.org\r\nSender: boss@example.org\r\n\r\n`,
    `Sender: <alice@example.org>\r\n${stamped}From: boss@example.org\r\n\r\n`,
  ],
  [
    'Sender is a stranger, and nobody need be told',
    `${stamped}From: alice@example.org\r\nSender: x@far.example\r\n\r\n`,
    `${stamped}From: alice@example.org\r\n\r\n`,
  ],
  [
    'several in From, all of them hers: Sender tells who it was (RFC 5322 §3.6.2)',
    `${stamped}From: alice@example.org, team@example.org\r\n\r\n`,
    `Sender: <alice@example.org>\r\n${stamped}From: alice@example.org, team@example.org\r\n\r\n`,
  ],
  [
    'nobody in From (RFC 6854 §2)',
    `${stamped}From: Undisclosed:;\r\n\r\n`,
    `Sender: <alice@example.org>\r\n${stamped}From: Undisclosed:;\r\n\r\n`,
  ],
  [
    'names in From that say an address, in quotes, in a comment or her own',
    `${stamped}From: "bob@example.org" <alice@example.org> (x@far.example)\r\n\r\n`,
    `${stamped}From: "bob@example.org" <alice@example.org> (x@far.example)\r\n\r\n`,
  ],
  [
    'her address in the place of a name, as some programs have it',
    `${stamped}From: alice@example.org <alice@example.org>\r\n\r\n`,
    `${stamped}From: alice@example.org <alice@example.org>\r\n\r\n`,
  ],
  [
    'a name in From that has a comma in an encoded word',
    `${stamped}From: =?utf-8?Q?Doe=2C_bob=40example=2Eorg?= <alice@example.org>\r\n\r\n`,
    `${stamped}From: =?utf-8?Q?Doe=2C_bob=40example=2Eorg?= <alice@example.org>\r\n\r\n`,
  ],
  [
    'a message of somebody elsewhere, which she sends on as it is (RFC 5322 §3.6.6)',
    `Resent-From: alice@example.org\r\n${stamped}From: x@far.example\r\nSender: y@far.example\r\n\r\n`,
    `Resent-From: alice@example.org\r\n${stamped}From: x@far.example\r\nSender: y@far.example\r\n\r\n`,
  ],
  [
    'carriage returns that end no line',
    `${stamped}From: alice@example.org\r\nSubject: a\rX-Evil: b\r\r\n\r\n`,
    `${stamped}From: alice@example.org\r\nSubject: a X-Evil: b \r\n\r\n`,
  ],
  [
    'octets beyond US-ASCII, which SMTPUTF8 was not asked for',
    `${stamped}From: Jürgen <alice@example.org>\r\nSubject: Grüße\r\n\r\n`,
    `${stamped}From: =?utf-8?B?SsO8cmdlbg==?= <alice@example.org>\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n\r\n`,
  ],
]

for (const [name, header, mended] of rows) {
  test(`header: ${name}`, async () => {
    assert.equal(await mend(header), mended)
  })
}

test('header: From must be hers, or one that she was granted', async () => {
  const refused = [
    'From: ceo@far.example',
    'From: bob@example.org',
    'From: alice@example.org, ceo@far.example',
    'From: alice@example.org\r\nFrom: bob@example.org',
    'From: <alice@example.org> <bob@example.org>',
    'From: alice@example.org bob@example.org',
    'From: <alice@example.org> "<bob@example.org>',
    'From: <alice@example.org> (<bob@example.org>',
    'From: bob@example.org <alice@example.org>',
    'From: Friends: alice@example.org, bob@example.org;',
    'From: =?utf-8?Q?=3Calice=40example=2Eorg=3E?= <bob@example.org>',
    'From: "alice@example.org" <bob@example.org>',
    'From: bob@example.org\r\nSender: alice@example.org',
    // Nobody here can be taken for another by it.
    'From: bob@example.org\r\nResent-From: alice@example.org',
    'From: x@far.example\r\nResent-From: y@far.example',
    'From: x@far.example\r\nResent-From:',
  ]
  for (const from of refused) {
    const mending = mendHeader(Buffer.from(`${stamped}${from}\r\n\r\n`), facts)
    await assert.rejects(mending, (error: unknown) => {
      assert.ok(error instanceof Refusal, from)
      assert.equal(error.reply.status, '5.7.1', from)
      return true
    })
  }
})

test('header: so many addresses in From, and one more is refused; a long field takes no long time', async () => {
  // Each stands once as an address and once as it stands.
  const from = (count: number) => `${stamped}From: ${Array(count).fill('alice@example.org').join(',\r\n ')}\r\n\r\n`
  assert.notEqual(await mendOrRefuse(from(50)), null)
  assert.equal(await mendOrRefuse(from(51)), null)
  for (const filling of ['a', '"\\', '(', '"', '=?', '@', '<']) {
    const begun = performance.now()
    await mendOrRefuse(`${stamped}From: ${filling.repeat(200_000)}\r\n\r\n`)
    assert.ok(performance.now() - begun < 5000, filling)
  }
})

test('header: with SMTPUTF8 it stays as it is', async () => {
  const header = Buffer.from(`${stamped}From: Jürgen <alice@example.org>\r\nSubject: Grüße\r\n\r\n`)
  assert.deepEqual(Buffer.from(await mendHeader(header, { ...facts, utf8: true })), header)
})

test('header: a line that is no field is refused (RFC 6409 §8)', async () => {
  for (const header of [`${whole}no field\r\nBcc: x\r\n\r\n`, `${whole}no field\r\n`]) {
    assert.equal(await mendOrRefuse(header), null)
  }
})

test('header: whatever it is, it is mended without complaint, and mended once', async () => {
  const line = fc.constantFrom(
    'Bcc: x',
    'From: alice@example.org',
    'From: boss@example.org',
    'X: a\rb',
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
