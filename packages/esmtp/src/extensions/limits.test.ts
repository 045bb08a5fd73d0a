import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enhancedStatusCodes, limits } from './index.ts'
import { served } from './served.testing.ts'

const offered = [limits, enhancedStatusCodes]
const line = /^250[ -](LIMITS.*)$/m

test('RFC 9422 §5: what EHLO says is what there is, and nothing where there is nothing', async t => {
  const rows = [
    [{ recipients: 20, mails: 5 }, 'LIMITS MAILMAX=5 RCPTMAX=20'],
    [{ recipients: 999_999, mails: 0, recipientDomains: 7 }, 'LIMITS RCPTMAX=999999 RCPTDOMAINMAX=7'],
    [{ recipients: 1_000_000 }, undefined],
  ] as const
  for (const [own, said] of rows) {
    const { hello } = await served(t, offered, own)
    assert.equal(line.exec(hello)?.[1], said)
  }
})

test('RFC 9422 §4.1: so many MAIL commands of a session, those that fail among them, and no more', async t => {
  const { client } = await served(t, offered, { mails: 3 })
  const talk = ['MAIL FROM:<a@x.example>', 'RSET', 'MAIL FROM:nobody', 'MAIL FROM:<a@x.example>', 'RSET']
  assert.deepEqual(await client.codes(...talk), ['250 2.1.0', '250 2.0.0', '501 5.1.7', '250 2.1.0', '250 2.0.0'])
  assert.deepEqual(await client.codes('MAIL FROM:<a@x.example>'), ['421 4.7.0'])
  assert.equal(await client.reply(), null, 'the session is over')
})

test('RFC 9422 §4.2: so many RCPT commands of a transaction, those that fail among them, and no more', async t => {
  const { client } = await served(t, offered, { recipients: 3 })
  for (let transaction = 0; transaction < 2; transaction++) {
    const codes = await client.codes(
      'MAIL FROM:<a@x.example>',
      ...['<b@x.example>', 'nobody', '<c@x.example>', '<d@x.example>'].map(path => `RCPT TO:${path}`),
      'RSET',
    )
    assert.deepEqual(codes.slice(1, 5), ['250 2.1.5', '501 5.1.3', '250 2.1.5', '452 4.5.3'])
  }
})

test('RFC 9422 §4.3: so many domains of recipients of a session, and each of them as often as it comes', async t => {
  const { client } = await served(t, offered, { recipientDomains: 2 })
  const mail = 'MAIL FROM:<a@x.example>'
  const to = (domain: string) => `RCPT TO:<b@${domain}>`
  const codes = await client.codes(
    mail,
    to('one.example'),
    to('ONE.example'),
    'RSET',
    mail,
    to('two.example'),
    to('three.example'),
  )
  assert.deepEqual(codes.slice(-2), ['250 2.1.5', '452 4.5.3'])
  assert.deepEqual(await client.codes(to('one.example'), to('two.example')), ['250 2.1.5', '250 2.1.5'])
})
