import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { AccountId, Store } from '@lemonade/store'
import { code } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, startMta, transact, untilQueue } from './testing.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'

describe('mail comes in', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService
  let alice: AccountId
  let bob: AccountId

  before(async () => {
    ;({ store, close } = await openTestStore())
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
    bob = (await store.accounts.find('bob@example.org'))?.id ?? assert.fail()
    await store.aliases.add('team@example.org', ['alice@example.org', 'bob@example.org'])
    await store.aliases.add('away@example.org', ['friend@far.example'])
    service = await startMta(store, { limits: { hops: 3, ownHops: 2 } })
  })
  after(async () => {
    await service.stop(0)
    await close()
  })

  const script = async (account: AccountId, source: string) => {
    await store.scripts.put(account, 'main', source, { scripts: 10, octets: 10_000 })
    await store.scripts.setActive(account, 'main')
  }
  const newest = async (name: string, mailbox?: string) =>
    (await messagesIn(store, name, mailbox)).at(-1) ?? assert.fail()

  test('a message is in the mailbox when 250 is said, with its trace fields in front', async () => {
    const client = await greeted(service, 'smtp')
    const reply = await transact(client, '<x@far.example>', ['<Alice@Example.ORG>'], message)
    assert.match(reply, /^250 2\.0\.0 Accepted as [0-9A-F]{20}$/)
    const { text } = await newest('alice@example.org')
    const id = reply.slice(reply.lastIndexOf(' ') + 1)
    const trace = text.slice(0, -message.length - 2)
    assert.equal(text.slice(-message.length - 2), `${message}\r\n`)
    assert.match(
      trace,
      new RegExp(
        `^Return-Path: <x@far\\.example>\r\nReceived: from client\\.example \\(\\[127\\.0\\.0\\.1\\]\\)\r\n\tby mail\\.example\\.org \\(Lemonade\\) with ESMTP id ${id}\r\n\tfor <Alice@example\\.org>;\r\n\t\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000\r\n$`,
      ),
    )
    client.close()
  })

  test('LMTP, TLS and several recipients in the Received field', async () => {
    const lmtp = await greeted(service, 'lmtp')
    await transact(lmtp, '<>', ['<alice@example.org>', '<bob@example.org>'], message)
    assert.equal(code(await lmtp.reply()), '250 2.0.0')
    const { text } = await newest('bob@example.org')
    assert.match(text, /^Return-Path: <>\r\nReceived: from client\.example .*\r\n\tby .* with LMTP id \w+;\r\n/)
    assert.equal((await newest('alice@example.org')).content, (await newest('bob@example.org')).content, 'stored once')
    lmtp.close()
    const smtp = await greeted(service, 'smtp')
    await smtp.say('STARTTLS')
    await smtp.startTls()
    await smtp.say('EHLO client.example')
    await transact(smtp, '<ü@far.example> SMTPUTF8', ['<alice@example.org>'], message)
    assert.match((await newest('alice@example.org')).text, /^Return-Path: <ü@far\.example>\r\n.* with UTF8SMTPS id /s)
    smtp.close()
  })

  const probes: readonly [rcpt: string, code: string][] = [
    ['<someone@far.example>', '550 5.7.1'],
    ['<someone%far.example@example.org>', '550 5.1.1'],
    ['<someone@far.example@example.org>', '501 5.1.3'],
    ['<"someone@far.example"@example.org>', '550 5.1.1'],
    ['<"someone@far.example">', '501 5.1.3'],
    ['<@example.org:someone@far.example>', '550 5.7.1'],
    ['<far.example!someone@example.org>', '550 5.1.1'],
    ['<someone@[127.0.0.1]>', '550 5.7.1'],
    ['<someone@localhost>', '550 5.7.1'],
    ['<someone@mail.example.org>', '550 5.7.1'],
    ['<someone@sub.example.org>', '550 5.7.1'],
    ['<someone@example.org.far.example>', '550 5.7.1'],
    ['<nobody@example.org>', '550 5.1.1'],
    ['<+x@example.org>', '550 5.1.1'],
    ['<>', '501 5.1.3'],
    ['<alice>', '501 5.1.3'],
    ['<alice@example.org>', '250 2.1.5'],
    ['<alice+lists@example.org>', '250 2.1.5'],
    ['<ALICE@EXAMPLE.ORG>', '250 2.1.5'],
    ['<team@example.org>', '250 2.1.5'],
    ['<away@example.org>', '250 2.1.5'],
    ['<Postmaster>', '250 2.1.5'],
    ['<POSTMASTER@example.org>', '250 2.1.5'],
    ['<postmaster@mail.example.org>', '250 2.1.5'],
    ['<postmaster@far.example>', '550 5.7.1'],
  ]
  for (const listener of ['smtp', 'lmtp'] as const) {
    test(`who is taken in, by ${listener}`, async () => {
      const client = await greeted(service, listener)
      await client.say('MAIL FROM:<alice@example.org>')
      for (const [rcpt, expected] of probes) {
        assert.equal(code(await client.say(`RCPT TO:${rcpt}`)), expected, rcpt)
      }
      client.close()
    })
  }

  test('an alias delivers to each of its targets, a recipient named twice once', async () => {
    const counts = async () => [
      (await messagesIn(store, 'alice@example.org')).length,
      (await messagesIn(store, 'bob@example.org')).length,
    ]
    const [a = 0, b = 0] = await counts()
    const client = await greeted(service, 'smtp')
    await transact(client, '<x@far.example>', ['<team@example.org>', '<alice+x@example.org>'], message)
    assert.deepEqual(await counts(), [a + 1, b + 1])
    client.close()
  })

  test('an alias that leads away puts the message into the queue', async () => {
    const client = await greeted(service, 'smtp')
    await transact(client, '<x@far.example> RET=HDRS ENVID=q1', ['<away@example.org> NOTIFY=FAILURE'], message)
    const entry = (await store.queue.list()).find(({ recipient }) => recipient === 'friend@far.example')
    assert.match(entry?.reversePath ?? '', /^SRS0=.*=far\.example=x@example\.org$/)
    const { notify, orcpt, ret, envid } = entry?.options ?? {}
    assert.deepEqual(
      { notify, orcpt, ret, envid },
      { notify: ['FAILURE'], orcpt: 'rfc822;away@example.org', ret: 'HDRS', envid: 'q1' },
    )
    client.close()
  })

  test('the postmaster is somebody', async () => {
    const client = await greeted(service, 'smtp')
    await transact(client, '<x@far.example>', ['<Postmaster>'], 'Subject: to the postmaster\r\n\r\n')
    assert.match((await newest('alice@example.org')).text, /Subject: to the postmaster/)
    client.close()
  })

  test('a loop is ended: too many hops, or too many through here (RFC 5321 §6.3)', async () => {
    const hop = 'Received: from a by b; Tue, 24 Nov 2026 09:00:00 +0000\r\n'
    const own =
      'Received: from a\r\n\tby mail.example.org (Lemonade) with SMTP id 1; Tue, 24 Nov 2026 09:00:00 +0000\r\n'
    const client = await greeted(service, 'smtp')
    const send = (fields: string) => transact(client, '<x@far.example>', ['<alice@example.org>'], `${fields}${message}`)
    assert.equal(code(await send(hop.repeat(3))), '250 2.0.0')
    assert.equal(code(await send(hop.repeat(4))), '554 5.4.6')
    assert.equal(code(await send(own.repeat(2))), '250 2.0.0')
    assert.equal(code(await send(own.repeat(3))), '554 5.4.6')
    client.close()
  })

  test('a big message is stored as it came', async () => {
    const body = `${'.leading dots and text '.repeat(3)}\r\n`.repeat(60_000)
    const client = await greeted(service, 'smtp')
    await client.codes('MAIL FROM:<>', 'RCPT TO:<alice@example.org>', 'DATA')
    client.send(`Subject: big\r\n\r\n${body.replace(/^\./gm, '..')}.\r\n`)
    assert.equal(code(await client.reply()), '250 2.0.0')
    assert.ok((await newest('alice@example.org')).text.endsWith(`Subject: big\r\n\r\n${body}`))
    client.close()
  })

  describe('Sieve', () => {
    const deliver = async (to: string, text = message) => {
      const client = await greeted(service, 'smtp')
      assert.equal(code(await transact(client, '<x@far.example>', [to], text)), '250 2.0.0')
      client.close()
    }
    after(async () => {
      await store.scripts.setActive(bob, '')
    })

    test('files into a mailbox, and into INBOX where there is none such', async () => {
      await store.mailboxes.create(bob, 'Lists')
      await script(
        bob,
        'require ["fileinto", "envelope"]; if envelope :is "to" "bob+lists@example.org" { fileinto "Lists"; } elsif header :contains "subject" "lost" { fileinto "Nowhere"; }',
      )
      await deliver('<bob+lists@example.org>')
      assert.match((await newest('bob@example.org', 'Lists')).text, /Subject: hello/)
      const before = (await messagesIn(store, 'bob@example.org')).length
      await deliver('<bob@example.org>', 'Subject: lost\r\n\r\n')
      assert.equal((await messagesIn(store, 'bob@example.org')).length, before + 1)
    })

    test('discards', async () => {
      await script(bob, 'discard;')
      const before = (await messagesIn(store, 'bob@example.org')).length
      await deliver('<bob@example.org>')
      assert.equal((await messagesIn(store, 'bob@example.org')).length, before)
    })

    test('redirects through the queue, and keeps what it would send to itself', async () => {
      await script(bob, 'redirect "other@far.example"; redirect "bob+x@example.org";')
      const before = (await messagesIn(store, 'bob@example.org')).length
      await deliver('<bob@example.org>')
      assert.equal((await messagesIn(store, 'bob@example.org')).length, before + 1)
      const entry = (await store.queue.list()).find(({ recipient }) => recipient === 'other@far.example')
      assert.match(entry?.reversePath ?? '', /^SRS0=.*=far\.example=x@example\.org$/)
      assert.equal(entry?.account, bob)
    })

    test('two accounts that redirect to each other come to an end', async () => {
      await script(alice, 'redirect "bob@example.org";')
      await script(bob, 'redirect "alice@example.org";')
      await deliver('<bob@example.org>', 'From: x@far.example\r\nSubject: ping-pong\r\n\r\n')
      await untilQueue(store, entries => {
        return entries.some(({ recipient }) => /^(?:alice|bob)@/.test(recipient)) ? null : entries
      })
      const bounce = (await store.queue.list()).find(({ recipient }) => recipient === 'x@far.example')
      assert.equal(bounce?.reversePath, '')
      await store.scripts.setActive(alice, '')
    })

    test('a script that cannot run keeps the message, and its owner is told once', async () => {
      await script(bob, 'require "fileinto"; fileinto;')
      await deliver('<bob@example.org>', 'Subject: first\r\n\r\n')
      await deliver('<bob@example.org>', 'Subject: second\r\n\r\n')
      const subjects = (await messagesIn(store, 'bob@example.org')).map(
        ({ text }) => /^Subject: (.*)\r$/m.exec(text)?.[1],
      )
      assert.deepEqual(subjects.slice(-3), ['first', 'Your Sieve script failed', 'second'])
    })
  })

  test('NOTIFY=SUCCESS is answered when a message is delivered (RFC 3461 §5.2.6)', async () => {
    const client = await greeted(service, 'smtp')
    await transact(
      client,
      '<x@far.example> ENVID=my-id',
      ['<alice@example.org> NOTIFY=SUCCESS ORCPT=rfc822;Al+2Bice@example.org'],
      message,
    )
    const entry = (await store.queue.list()).findLast(({ recipient }) => recipient === 'x@far.example') ?? assert.fail()
    const text = Buffer.from(await store.contents.readAll(entry.content)).toString()
    assert.match(text, /^Original-Envelope-Id: my-id\r$/m)
    assert.match(text, /^Original-Recipient: rfc822; Al\+ice@example\.org\r$/m)
    assert.match(text, /^Action: delivered\r$/m)
    assert.match(text, /^Content-Type: text\/rfc822-headers\r$/m)
    assert.ok(!text.includes('\r\nHi.'))
    client.close()
  })
})
