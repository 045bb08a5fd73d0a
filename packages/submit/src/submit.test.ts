import assert from 'node:assert/strict'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openAuth } from '@lemonade/auth'
import type { EsmtpService } from '@lemonade/esmtp'
import { noMetrics, silentLog } from '@lemonade/net'
import { openStore, type QueueEntry, type Store } from '@lemonade/store'
import { code, Talker } from '../../esmtp/src/testing.ts'
import { testTls } from '../../net/src/testing.ts'
import { defaultSubmitLimits } from './limits.ts'
import { serveSubmit } from './service.ts'

const password = 'correct horse'
const plain = (user: string, secret: string) => Buffer.from(`\0${user}\0${secret}`).toString('base64')
const base64 = (text: string) => Buffer.from(text).toString('base64')

describe('submission', () => {
  const tls = testTls()
  let directory: string
  let store: Store
  let service: EsmtpService

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lemonade-submit-'))
    store = await openStore(directory)
    await store.domains.add('example.org')
    const auth = openAuth({ store, allowPlaintext: 'never', wait: async () => {} })
    for (const name of ['alice', 'bob']) {
      const account = await store.accounts.add({ name: `${name}@example.org` })
      await auth.setPassword(account.id, password)
    }
    await store.aliases.add('sales@example.org', ['alice@example.org'])
    const addresses = [{ host: '127.0.0.1', port: 0 }]
    service = await serveSubmit({
      store,
      auth,
      tls: tls.source,
      listen: { submission: addresses, submissions: addresses },
      hostname: 'mail.example.org',
      delimiter: '+',
      imapServers: [],
      limits: { ...defaultSubmitLimits, headerOctets: 1000 },
      log: silentLog,
      metrics: noMetrics,
    })
  })
  after(async () => {
    await service.stop(0)
    await store.close()
    await rm(directory, { recursive: true })
  })
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  const port = (name: string) => service.endpoints[name]?.[0]?.port ?? 0
  const secured = async (): Promise<Talker> => {
    const client = await Talker.openTls(port('submissions'))
    await client.reply()
    await client.say('EHLO client.example')
    return client
  }
  const authenticated = async (): Promise<Talker> => {
    const client = await secured()
    assert.equal(code(await client.say(`AUTH PLAIN ${plain('alice@example.org', password)}`)), '235 2.7.0')
    return client
  }
  const queued = async (): Promise<QueueEntry[]> => [...(await store.queue.list())]
  const textOf = async (entry: QueueEntry | undefined) =>
    entry === undefined ? '' : Buffer.from(await store.contents.readAll(entry.content)).toString()

  test('RFC 8689 §4.3: REQUIRETLS, or a header that rather has the message arrive', async () => {
    const client = await authenticated()
    assert.match((await client.say('EHLO client.example')) ?? '', /^250[ -]REQUIRETLS$/m)
    const rows: readonly [parameter: string, field: string, tls: QueueEntry['options']['tls']][] = [
      [' REQUIRETLS', '', 'required'],
      [' REQUIRETLS', 'TLS-Required: No\r\n', 'required'],
      ['', 'TLS-Required: No\r\n', 'optional'],
      ['', '', undefined],
    ]
    for (const [parameter, field, tls] of rows) {
      await client.codes(`MAIL FROM:<alice@example.org>${parameter}`, 'RCPT TO:<x@far.example>', 'DATA')
      client.send(`From: alice@example.org\r\n${field}\r\ntext\r\n.\r\n`)
      assert.match((await client.reply()) ?? '', /^250/)
      const [entry] = await queued()
      assert.equal(entry?.options.tls, tls, `${parameter} ${field}`)
      if (entry !== undefined) await store.queue.remove(entry.id)
    }
    client.close()
  })

  test('nobody submits who is not known (RFC 6409 §4.3), and no secret crosses in the clear', async () => {
    const client = await Talker.open(port('submission'))
    await client.reply()
    assert.ok(!((await client.say('EHLO x')) ?? '').includes('AUTH'))
    assert.equal(await client.say('MAIL FROM:<alice@example.org>'), '530 5.7.0 Must issue a STARTTLS command first')
    assert.equal(code(await client.say(`AUTH PLAIN ${plain('alice@example.org', password)}`)), '538 5.7.11')
    assert.equal(code(await client.say('STARTTLS')), '220 2.0.0')
    await client.startTls()
    assert.match((await client.say('EHLO x')) ?? '', /^250-AUTH .*SCRAM-SHA-256-PLUS.*PLAIN/m)
    assert.equal(await client.say('MAIL FROM:<alice@example.org>'), '530 5.7.0 Authentication required')
    assert.equal(code(await client.say(`AUTH PLAIN ${plain('alice@example.org', password)}`)), '235 2.7.0')
    assert.ok(!((await client.say('EHLO x')) ?? '').includes('AUTH'))
    assert.equal(code(await client.say('MAIL FROM:<alice@example.org>')), '250 2.1.0')
    client.close()
  })

  const exchanges: readonly [name: string, lines: readonly string[], codes: readonly string[]][] = [
    ['PLAIN behind a challenge', ['AUTH PLAIN', plain('alice@example.org', password)], ['334', '235 2.7.0']],
    ['LOGIN', ['AUTH LOGIN', base64('alice@example.org'), base64(password)], ['334', '334', '235 2.7.0']],
    ['a wrong password', [`AUTH PLAIN ${plain('alice@example.org', 'x')}`], ['535 5.7.8']],
    ['an unknown name', [`AUTH PLAIN ${plain('nobody@example.org', password)}`], ['535 5.7.8']],
    ['a cancelled exchange (RFC 4954 §4)', ['AUTH PLAIN', '*', 'NOOP'], ['334', '501 5.7.0', '250 2.0.0']],
    ['what is no base64', ['AUTH PLAIN !!!', 'AUTH PLAIN', 'a'], ['501 5.5.2', '334', '501 5.5.2']],
    ['an empty initial response', ['AUTH PLAIN ='], ['501 5.5.2']],
    ['a mechanism that is none', ['AUTH CRAM-MD5', 'AUTH'], ['504 5.5.4', '501 5.5.4']],
    ['a line that is too long', ['AUTH PLAIN', 'A'.repeat(12_288), 'NOOP'], ['334', '500 5.5.6', '250 2.0.0']],
    ['twice', [`AUTH PLAIN ${plain('alice@example.org', password)}`, 'AUTH PLAIN'], ['235 2.7.0', '503 5.5.1']],
  ]
  for (const [name, lines, codes] of exchanges) {
    test(`AUTH: ${name}`, async () => {
      const client = await secured()
      assert.deepEqual(await client.codes(...lines), codes)
      client.close()
    })
  }

  test('AUTH: SCRAM-SHA-256, whose last word is answered with an empty line (RFC 4954 §4, RFC 7677 §3)', async () => {
    const client = await secured()
    const bare = 'n=alice@example.org,r=clientnonce'
    const challenge = await client.say(`AUTH SCRAM-SHA-256 ${base64(`n,,${bare}`)}`)
    const serverFirst = Buffer.from((challenge ?? '').slice(4), 'base64').toString()
    const [, nonce = '', salt = '', iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(serverFirst) ?? []
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
    const clientKey = hmac(salted, 'Client Key')
    const withoutProof = `c=biws,r=${nonce}`
    const authMessage = `${bare},${serverFirst},${withoutProof}`
    const signature = hmac(createHash('sha256').update(clientKey).digest(), authMessage)
    const proof = Buffer.from(clientKey.map((octet, i) => octet ^ (signature[i] ?? 0))).toString('base64')
    const final = await client.say(base64(`${withoutProof},p=${proof}`))
    const expected = `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`
    assert.equal(Buffer.from((final ?? '').slice(4), 'base64').toString(), expected)
    assert.equal(code(await client.say('')), '235 2.7.0')
    assert.equal(code(await client.say('MAIL FROM:<alice@example.org>')), '250 2.1.0')
    client.close()
  })

  test('who may be in MAIL FROM (RFC 6409 §6.1)', async () => {
    const client = await authenticated()
    const rows: readonly [path: string, code: string][] = [
      ['<alice@example.org>', '250 2.1.0'],
      ['<ALICE@EXAMPLE.org>', '250 2.1.0'],
      ['<alice+shop@example.org>', '250 2.1.0'],
      ['<sales@example.org>', '250 2.1.0'],
      ['<>', '250 2.1.0'],
      ['<alice@example.org> AUTH=<>', '250 2.1.0'],
      ['<alice@example.org> AUTH=a+40b', '250 2.1.0'],
      ['<alice@example.org> AUTH=junk', '501 5.5.4'],
      ['<bob@example.org>', '550 5.7.1'],
      ['<alice@far.example>', '550 5.7.1'],
    ]
    for (const [path, expected] of rows) {
      assert.equal(code(await client.say(`MAIL FROM:${path}`)), expected, path)
      await client.say('RSET')
    }
    client.close()
  })

  test('RFC 2852 §3: EHLO says the least time for delivery; the queue keeps the time of each message', async () => {
    const client = await authenticated()
    assert.match((await client.say('EHLO x')) ?? '', /^250-DELIVERBY 10$/m)
    assert.equal(code(await client.say('MAIL FROM:<alice@example.org> BY=9;R')), '555 5.5.4')
    const before = Date.now()
    await client.codes('MAIL FROM:<alice@example.org> BY=10;RT', 'RCPT TO:<x@far.example>', 'DATA')
    assert.equal(code(await client.say('From: alice@example.org\r\n\r\nHi\r\n.')), '250 2.0.0')
    const by = (await queued())[0]?.options.by ?? assert.fail()
    assert.deepEqual([by.mode, by.trace], ['return', true])
    assert.ok(by.at >= before + 10_000 && by.at <= Date.now() + 10_000)
    client.close()
  })

  test('a message goes to the queue as it is, with what was missing; nothing tells where its sender is', async () => {
    const client = await authenticated()
    await client.codes(
      'MAIL FROM:<alice@example.org> BODY=8BITMIME SMTPUTF8 RET=FULL ENVID=e1',
      'RCPT TO:<bob@example.org> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;bob@example.org',
      'RCPT TO:<ü@far.example>',
      'RCPT TO:<bob@example.org>',
      'DATA',
    )
    client.send('From: alice@example.org\r\nBcc: secret@far.example\r\n')
    client.send('Subject: hi\r\n\r')
    client.send('\n..dot\r\nBcc: in the text\r\n.\r\n')
    assert.match((await client.reply()) ?? '', /^250 2\.0\.0 Queued as [0-9A-F]{20}$/)
    const entries = await queued()
    assert.deepEqual(
      entries.map(({ recipient, reversePath, options }) => ({ recipient, reversePath, options })),
      [
        {
          recipient: 'bob@example.org',
          reversePath: 'alice@example.org',
          options: { authored: true, ret: 'FULL', envid: 'e1', smtpUtf8: true, body: '8BITMIME' },
        },
        {
          recipient: 'ü@far.example',
          reversePath: 'alice@example.org',
          options: { authored: true, ret: 'FULL', envid: 'e1', smtpUtf8: true, body: '8BITMIME' },
        },
      ],
      'the last RCPT of an address counts',
    )
    assert.equal(entries[0]?.account, (await store.accounts.find('alice@example.org'))?.id)
    const text = await textOf(entries[0])
    assert.match(
      text,
      /^Received: by mail\.example\.org \(Lemonade\) with UTF8SMTPSA id \w+;\r\n\t.* \+0000\r\nDate: .*\r\nMessage-ID: <.*@mail\.example\.org>\r\nFrom: alice@example\.org\r\nSubject: hi\r\n\r\n\.dot\r\nBcc: in the text\r\n$/,
    )
    assert.ok(!text.includes('127.0.0.1') && !text.includes('client.example') && !text.includes('secret@'))
    client.close()
  })

  test('a header alone, a header over the limit, and no header at all', async () => {
    const client = await authenticated()
    const send = async (message: string) => {
      await client.codes('MAIL FROM:<alice@example.org>', 'RCPT TO:<x@far.example>', 'DATA')
      client.send(`${message}.\r\n`)
      return code(await client.reply())
    }
    assert.equal(await send('Subject: alone\r\n'), '250 2.0.0')
    assert.match(await textOf((await queued()).at(-1)), /From: <alice@example\.org>\r\nSubject: alone\r\n$/)
    assert.equal(await send(''), '250 2.0.0')
    assert.equal(await send('\r\ntext\r\n'), '250 2.0.0')
    assert.match(await textOf((await queued()).at(-1)), /\r\n\r\ntext\r\n$/)
    assert.equal(await send(`X: ${'x'.repeat(993)}\r\n\r\nbody\r\n`), '250 2.0.0')
    assert.equal(await send(`X: ${'x'.repeat(994)}\r\n\r\nbody\r\n`), '554 5.6.0')
    assert.equal(await send(`X: ${'x'.repeat(994)}\r\n`), '250 2.0.0')
    assert.equal(await send(`X: ${'x'.repeat(996)}\r\n`), '554 5.6.0')
    assert.equal(code(await client.say('NOOP')), '250 2.0.0')
    client.close()
  })

  test('a mistyped neighbour is refused at once; the postmaster is not', async () => {
    const client = await authenticated()
    assert.deepEqual(
      await client.codes(
        'MAIL FROM:<alice@example.org>',
        'RCPT TO:<bbo@example.org>',
        'RCPT TO:<bob+x@example.org>',
        'RCPT TO:<postmaster@example.org>',
        'RCPT TO:<Postmaster>',
        'DATA',
        '.',
      ),
      ['250 2.1.0', '550 5.1.1', '250 2.1.5', '250 2.1.5', '250 2.1.5', '354', '250 2.0.0'],
    )
    assert.deepEqual(
      (await queued()).map(({ recipient }) => recipient),
      ['bob+x@example.org', 'postmaster@example.org', 'postmaster@mail.example.org'],
    )
    client.close()
  })
})
