/** BURL of URLs of this server's store (RFC 4468), alone and between chunks; and what refuses it. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openAuth } from '@lemonade/auth'
import type { EsmtpService } from '@lemonade/esmtp'
import { noMetrics, silentLog } from '@lemonade/net'
import { type Account, openStore, type Store } from '@lemonade/store'
import { mint } from '@lemonade/urlauth'
import fc from 'fast-check'
import { code, Talker } from '../../esmtp/src/testing.ts'
import { testTls } from '../../net/src/testing.ts'
import { defaultSubmitLimits, type SubmitLimits } from './limits.ts'
import { serveSubmit } from './service.ts'

const password = 'correct horse'
const message = [
  ...[
    'From: alice@example.org',
    'Date: Thu, 12 Nov 2004 16:57:05 +0000',
    'Message-ID: <1@example.org>',
    'Subject: trip',
  ],
  ...['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'Hello', '--b'],
  ...['Content-Type: text/plain', 'Content-Description: Your trip details', '', 'By train.', '--b--', ''],
].join('\r\n')

describe('BURL', () => {
  const tls = testTls()
  let directory: string
  let store: Store
  let alice: Account
  let service: EsmtpService
  const services: EsmtpService[] = []

  const serve = async (limits: Partial<SubmitLimits> = {}) => {
    const auth = openAuth({ store, allowPlaintext: 'never', wait: async () => {} })
    const addresses = [{ host: '127.0.0.1', port: 0 }]
    const started = await serveSubmit({
      store,
      auth,
      tls: tls.source,
      listen: { submission: [], submissions: addresses },
      hostname: 'mail.example.org',
      delimiter: '+',
      imapServers: [],
      limits: { ...defaultSubmitLimits, ...limits },
      log: silentLog,
      metrics: noMetrics,
    })
    services.push(started)
    return started
  }
  const append = async (account: Account, name: string, text: string): Promise<number> => {
    const mailbox = (await store.mailboxes.find(account.id, name)) ?? (await store.mailboxes.create(account.id, name))
    const writer = store.contents.writer({ limitOctets: 1e8 })
    await writer.write(Buffer.from(text))
    const { uids } = await store.messages.append(mailbox.id, [{ content: await writer.finish(), flags: [] }])
    return uids[0] ?? 0
  }

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lemonade-burl-'))
    store = await openStore(directory)
    await store.domains.add('example.org')
    const auth = openAuth({ store, allowPlaintext: 'never', wait: async () => {} })
    for (const name of ['alice', 'bob']) {
      const account = await store.accounts.add({ name: `${name}@example.org` })
      await auth.setPassword(account.id, password)
    }
    alice = (await store.accounts.find('alice@example.org')) ?? assert.fail()
    await append(alice, 'Sent', message)
    service = await serve()
  })
  after(async () => {
    await Promise.all(services.map(each => each.stop(0)))
    await store.close()
    await rm(directory, { recursive: true })
  })
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  const authorized = async (rest = '', access = 'submit+alice', mailbox = 'Sent', uid = 1): Promise<string> => {
    const rump = `imap://alice@example.org/${mailbox}/;UID=${uid}${rest};URLAUTH=${access}`
    return mint({ store, hostname: 'mail.example.org', now: Date.now }, alice, rump, new Set())
  }
  const plain = (user: string) => Buffer.from(`\0${user}@example.org\0${password}`).toString('base64')
  const loggedIn = async (user = 'alice', at = service): Promise<Talker> => {
    const client = await Talker.openTls(at.endpoints['submissions']?.[0]?.port ?? 0)
    await client.reply()
    await client.say('EHLO potter.example.com')
    assert.equal(code(await client.say(`AUTH PLAIN ${plain(user)}`)), '235 2.7.0')
    return client
  }
  const envelope = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<ron@gryffindor.example.com>']
  const queued = async (): Promise<string[]> => {
    const texts = (await store.queue.list()).map(async ({ content }) =>
      Buffer.from(await store.contents.readAll(content)).toString(),
    )
    return Promise.all(texts)
  }
  const bdat = (text: string, last = '') => `BDAT ${Buffer.byteLength(text)}${last}\r\n${text}`

  test('what EHLO says before and after AUTH (RFC 4468 §3.1, §3.3)', async () => {
    const client = await Talker.openTls(service.endpoints['submissions']?.[0]?.port ?? 0)
    await client.reply()
    assert.match((await client.say('EHLO x')) ?? '', /^250-BURL imap$/m)
    await client.say(`AUTH PLAIN ${plain('alice')}`)
    const after = (await client.say('EHLO x')) ?? ''
    assert.match(after, /^250-BURL imap imap:\/\/mail\.example\.org$/m)
    // RFC 4468 §4, RFC 5550 §4.1.
    for (const keyword of ['8BITMIME', 'BINARYMIME', 'CHUNKING', 'DSN', 'PIPELINING']) {
      assert.match(after, new RegExp(`^250[- ]${keyword}$`, 'm'))
    }
    client.close()
  })

  test('RFC 4468 §3.4: a whole message, step by step and in one flight; it is sent as it is stored', async () => {
    const url = await authorized()
    const client = await loggedIn()
    assert.deepEqual(await client.codes(...envelope, `BURL ${url} LAST`), ['250 2.1.0', '250 2.1.5', '250 2.0.0'])
    client.send(`${envelope.join('\r\n')}\r\nburl ${url} last\r\nQUIT\r\n`)
    const answers = [await client.reply(), await client.reply(), await client.reply(), await client.reply()]
    assert.deepEqual(answers.map(code), ['250 2.1.0', '250 2.1.5', '250 2.0.0', '221 2.0.0'])
    const texts = await queued()
    assert.equal(texts.length, 2)
    for (const text of texts) {
      assert.match(text, /^Received: by mail\.example\.org \(Lemonade\) with ESMTPSA id /)
      assert.ok(text.endsWith(message))
    }
  })

  test('RFC 5550 §8.4.2: parts of stored messages between chunks', async () => {
    const client = await loggedIn()
    const head = message.slice(0, message.indexOf('--b')).replace('trip', 'Fwd: trip')
    const first = `${head}--b\r\n\r\nThe schedule.\r\n--b\r\n`
    client.send(`${envelope[0]} BODY=BINARY\r\n${envelope[1]}\r\n`)
    client.send(bdat(first))
    client.send(`BURL ${await authorized('/;Section=2.MIME')}\r\nBURL ${await authorized('/;Section=2')}\r\n`)
    client.send(bdat('\r\n--b--\r\n', ' LAST'))
    const answers: string[] = []
    for (let i = 0; i < 6; i++) answers.push((await client.reply()) ?? 'closed')
    assert.deepEqual(answers.map(code), [
      ...['250 2.1.0', '250 2.1.5', '250 2.0.0', '250 2.5.0', '250 2.5.0', '250 2.0.0'],
    ])
    assert.equal(answers[3], '250 2.5.0 Waiting for additional BURL or BDAT commands')
    const part = 'Content-Type: text/plain\r\nContent-Description: Your trip details\r\n\r\nBy train.'
    assert.ok((await queued())[0]?.endsWith(`${first}${part}\r\n--b--\r\n`))
    client.close()
  })

  test('however a message is put together from chunks and ranges of stored messages, it is the same message', async () => {
    const client = await loggedIn()
    const cut = fc.tuple(fc.integer({ min: 1, max: message.length }), fc.boolean())
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 6 }), fc.boolean(), async (cuts, lastIsUrl) => {
        for (const { id } of await store.queue.list()) await store.queue.remove(id)
        let flight = `${envelope.join('\r\n')}\r\n`
        let at = 0
        let commands = 2
        for (const [octets, isUrl] of [...cuts, [message.length, lastIsUrl] as const]) {
          const end = Math.min(at + octets, message.length)
          const last = end === message.length ? ' LAST' : ''
          if (!isUrl) flight += bdat(message.slice(at, end), last)
          else flight += `BURL ${await authorized(`/;PARTIAL=${at}.${end - at}`)}${last}\r\n`
          at = end
          commands++
          if (last !== '') break
        }
        client.send(flight)
        for (let i = 0; i < commands; i++) assert.match((await client.reply()) ?? '', /^250/)
        const [text = ''] = await queued()
        assert.equal(text.slice(-message.length), message)
        assert.match(text.slice(0, -message.length), /^Received: by [^;]*;\r\n\t[^\r]*\r\n$/)
      }),
      { seed: 4468, numRuns: 80 },
    )
    client.close()
  })

  test('a header that comes from several commands is mended all the same, and Bcc is nowhere', async () => {
    const uid = await append(
      alice,
      'Drafts',
      'Subject: draft\r\nBcc: secret@example.net\r\nTo: ron@example.com\r\n\r\nText\r\n',
    )
    const client = await loggedIn()
    const whole = await authorized('', 'submit+alice', 'Drafts', uid)
    assert.equal((await client.codes(...envelope, `BURL ${whole} LAST`)).at(-1), '250 2.0.0')
    const header = await authorized('/;SECTION=HEADER', 'submit+alice', 'Drafts', uid)
    const text = await authorized('/;SECTION=TEXT', 'submit+alice', 'Drafts', uid)
    await client.codes(...envelope)
    client.send(`${bdat('X-First: 1\r\n')}BURL ${header}\r\n${bdat('')}BURL ${text}\r\n${bdat('end\r\n', ' LAST')}`)
    for (let i = 0; i < 4; i++) assert.match((await client.reply()) ?? '', /^250/)
    assert.equal(code(await client.reply()), '250 2.0.0')
    const [one = '', other = ''] = await queued()
    assert.match(one, /\r\nFrom: <alice@example\.org>\r\nSubject: draft\r\nTo: ron@example\.com\r\n\r\nText\r\n$/)
    assert.match(
      other,
      /\r\nFrom: <alice@example\.org>\r\nX-First: 1\r\nSubject: draft\r\nTo: ron@example\.com\r\n\r\nText\r\nend\r\n$/,
    )
    assert.ok(!`${one}${other}`.includes('secret@'))
    client.close()
  })

  test('a URL without authorization names what the user may read (RFC 4468 §3.3)', async () => {
    const client = await loggedIn()
    for (const url of ['imap://mail.example.org/Sent/;UID=1', 'imap://alice@example.org/Sent/;UID=1']) {
      assert.equal((await client.codes(...envelope, `BURL ${url} LAST`)).at(-1), '250 2.0.0', url)
    }
    for (const [url, answer] of [
      ['imap://bob@example.org/INBOX/;UID=1', '554 5.7.0'],
      ['imap://mail.example.org/Nowhere/;UID=1', '554 5.6.6'],
      ['imap://mail.example.org/Sent/;UID=9', '554 5.6.6'],
      ['imap://mail.example.org/Sent/;UID=1/;SECTION=7', '554 5.6.6'],
      ['imap://mail.example.org/Sent', '554 5.6.6'],
      ['imap://imap.elsewhere.example/Sent/;UID=1', '554 5.7.8'],
      ['/Sent/;UID=1', '554 5.6.6'],
      ['//mail.example.org/Sent/;UID=1', '554 5.6.6'],
      ['http://mail.example.org/', '554 5.6.6'],
      ['cid:x', '554 5.6.6'],
    ] as const) {
      assert.equal((await client.codes(...envelope, `BURL ${url} LAST`)).at(-1), answer, url)
    }
    client.close()
    const bob = await loggedIn('bob')
    assert.deepEqual(
      (
        await bob.codes(
          'MAIL FROM:<bob@example.org>',
          'RCPT TO:<x@example.com>',
          'BURL imap://mail.example.org/Sent/;UID=1 LAST',
        )
      ).at(-1),
      '554 5.6.6',
    )
    bob.close()
  })

  test('URLs that are not for this submission, or for none', async () => {
    const client = await loggedIn()
    const url = await authorized()
    const expired = await authorized(';EXPIRE=2005-10-28T23:59:59Z')
    const rows: readonly (readonly [url: string, answer: string])[] = [
      [url.replace(/.$/, last => (last === '0' ? '1' : '0')), '554 5.6.6'],
      [url.replace('/Sent/', '/INBOX/'), '554 5.6.6'],
      [expired, '554 5.6.6'],
      [await authorized('', 'submit+bob'), '554 5.7.0'],
      [await authorized('', 'submit+nobody'), '554 5.7.0'],
      [await authorized('', 'user+alice'), '554 5.6.6'],
      [await authorized('', 'stream'), '554 5.6.6'],
      [url.replace('alice@example.org', 'alice@imap.elsewhere.example'), '554 5.7.0'],
      [
        url.replace('alice@example.org', 'alice@imap.elsewhere.example').replace('submit+alice', 'anonymous'),
        '554 5.7.8',
      ],
      [url.replace(/:internal:.*/, ''), '554 5.6.6'],
      [await authorized('', 'anonymous'), '250 2.0.0'],
      [await authorized('', 'authuser'), '250 2.0.0'],
      [url, '250 2.0.0'],
    ]
    for (const [each, answer] of rows) {
      assert.equal((await client.codes(...envelope, `BURL ${each} LAST`)).at(-1), answer, each)
    }
    const sent = (await store.mailboxes.find(alice.id, 'Sent')) ?? assert.fail()
    await store.urlKeys.reset(alice.id, sent.id)
    assert.equal((await client.codes(...envelope, `BURL ${url} LAST`)).at(-1), '554 5.6.6', 'revoked')
    client.close()
    const bob = await loggedIn('bob')
    const fresh = await authorized()
    assert.equal(
      (await bob.codes('MAIL FROM:<bob@example.org>', 'RCPT TO:<x@example.com>', `BURL ${fresh} LAST`)).at(-1),
      '554 5.7.0',
    )
    bob.close()
  })

  test('the transaction, when a BURL goes wrong: it is over, and what was pipelined belongs to nothing', async () => {
    const client = await loggedIn()
    const url = await authorized()
    const nobody = ['MAIL FROM:<alice@example.org>', 'RCPT TO:<nobody@example.org>']
    const rows: readonly (readonly [lines: readonly string[], answers: readonly string[]])[] = [
      // RFC 4468 §3.4: all recipients were refused.
      [
        [...nobody, `BURL ${url} LAST`, 'BDAT 0 LAST'],
        ['250 2.1.0', '550 5.1.1', '554 5.5.0', '503 5.5.1'],
      ],
      [[`BURL ${url} LAST`], ['503 5.5.1']],
      [
        [...envelope, 'BURL', `BURL ${url} LAST`],
        ['250 2.1.0', '250 2.1.5', '501 5.5.4', '503 5.5.1'],
      ],
      [
        [...envelope, `BURL ${url} FIRST`],
        ['250 2.1.0', '250 2.1.5', '501 5.5.4'],
      ],
      [
        [...envelope, `BURL ${url}x`, 'BDAT 0 LAST'],
        ['250 2.1.0', '250 2.1.5', '554 5.6.6', '503 5.5.1'],
      ],
      [
        [...envelope, `BURL ${url}`, 'DATA', 'RCPT TO:<x@example.com>'],
        ['250 2.1.0', '250 2.1.5', '250 2.5.0', '503 5.5.1', '503 5.5.1'],
      ],
      [
        ['RSET', ...envelope, `BURL ${url}`, 'RSET', 'BDAT 0 LAST'],
        ['250 2.0.0', '250 2.1.0', '250 2.1.5', '250 2.5.0', '250 2.0.0', '503 5.5.1'],
      ],
    ]
    for (const [lines, answers] of rows) {
      await client.say('RSET')
      assert.deepEqual(await client.codes(...lines), answers, lines.join(' | '))
    }
    assert.deepEqual(await queued(), [])
    client.close()
  })

  test('the size is that of the whole when all URLs are expanded (RFC 5550 §4.4), at the limit and one past it', async () => {
    const octets = message.length
    const url = await authorized()
    const text = await authorized('/;SECTION=TEXT')
    const textOctets = message.length - message.indexOf('\r\n\r\n') - 4
    for (const [limit, codes] of [
      [octets + textOctets, ['250 2.5.0', '250 2.0.0']],
      [octets + textOctets - 1, ['250 2.5.0', '554 5.3.4']],
      [octets - 1, ['554 5.3.4', '503 5.5.1']],
    ] as const) {
      const client = await loggedIn('alice', await serve({ messageOctets: limit }))
      assert.deepEqual(
        (await client.codes(...envelope, `BURL ${url}`, `BURL ${text} LAST`)).slice(2),
        codes,
        `${limit}`,
      )
      client.close()
    }
    const chunked = await loggedIn('alice', await serve({ messageOctets: octets + 10 }))
    await chunked.codes(...envelope, `BURL ${url}`)
    chunked.send(bdat('0123456789A', ' LAST'))
    assert.equal(code(await chunked.reply()), '552 5.3.4')
    chunked.close()
  })

  test('so many URLs and no more; they are no commands to count', async () => {
    const client = await loggedIn('alice', await serve({ urls: 3, commandsWithoutMail: 5 }))
    const part = await authorized('/;SECTION=2')
    const rest = Array(3).fill(`BURL ${part}`)
    assert.equal((await client.codes(...envelope, ...rest, 'BDAT 0 LAST')).at(-1), '250 2.0.0')
    assert.equal((await client.codes(...envelope, ...rest, `BURL ${part} LAST`)).at(-1), '554 5.3.4')
    client.close()
  })

  test('binary data goes on as it is, and under base64 to accounts here, whoever brought it (RFC 4468 §4, RFC 3030 §3)', async () => {
    const binary = 'Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb'
    const uid = await append(alice, 'Drafts', `From: alice@example.org\r\n${binary}`)
    const client = await loggedIn()
    const url = await authorized('', 'submit+alice', 'Drafts', uid)
    const recipients = ['RCPT TO:<x@far.example>', 'RCPT TO:<alice@example.org>']
    const commands = ['MAIL FROM:<alice@example.org>', ...recipients, `BURL ${url} LAST`]
    assert.equal((await client.codes(...commands)).at(-1), '250 2.0.0')
    await client.codes('MAIL FROM:<alice@example.org> BODY=BINARYMIME', ...recipients)
    client.send(bdat(`From: alice@example.org\r\n${binary}`, ' LAST'))
    assert.equal(code(await client.reply()), '250 2.0.0')
    const entries = await store.queue.list()
    const texts = await queued()
    assert.equal(entries.length, 4)
    for (const [index, { recipient, options }] of entries.entries()) {
      const isHere = recipient === 'alice@example.org'
      assert.equal(options.body === 'BINARYMIME', !isHere)
      const sent = isHere ? /\r\nContent-Transfer-Encoding: base64\r\n\r\nYQpi$/ : /Encoding: binary\r\n\r\na\nb$/
      assert.match(texts[index] ?? '', sent)
    }
    client.close()
  })

  test('a message that is expunged before LAST: the end says so', async () => {
    const uid = await append(alice, 'Trash', message)
    const client = await loggedIn()
    await client.codes(...envelope, `BURL ${await authorized('', 'submit+alice', 'Trash', uid)}`)
    const trash = (await store.mailboxes.find(alice.id, 'Trash')) ?? assert.fail()
    const all = [{ first: 1 as never, last: uid as never }]
    await store.messages.storeFlags(trash.id, all, { mode: 'add', flags: ['\\Deleted'] })
    await store.messages.expunge(trash.id, all)
    await store.collect()
    const answer = code(await client.say('BDAT 0 LAST'))
    // It may still be there by another name: equal messages share what they are made of.
    assert.ok(answer === '554 5.6.6' || answer === '250 2.0.0', answer)
    client.close()
  })
})
