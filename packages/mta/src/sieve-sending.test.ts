/** Messages that scripts send: vacation, notify, and copies of both; what duplicate remembers. Through all of delivery. */
import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { AccountId, Store } from '@lemonade/store'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from './testing.ts'

describe('messages of scripts', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService
  let alice: AccountId
  let now = Date.UTC(2026, 10, 24, 9, 30, 5)

  beforeEach(async () => {
    now = Date.UTC(2026, 10, 24, 9, 30, 5)
    ;({ store, close } = await openTestStore({ clock: () => now }))
    // Nothing goes out: what a script sends stays in the queue to be looked at.
    service = await startMta(store, { limits: { outboundConnections: 0 }, version: '1.2.3', now: () => now })
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
  })
  afterEach(async () => {
    await service.stop(0)
    await close()
  })

  const deliver = async (...fields: readonly string[]) => {
    const client = await greeted(service, 'lmtp')
    const header = ['From: Xavier <x@far.example>', 'To: <alice@example.org>', ...fields]
    const reply = await transact(
      client,
      '<x@far.example>',
      ['<alice@example.org>'],
      `${header.join('\r\n')}\r\n\r\nHi.`,
    )
    client.close()
    assert.match(reply, /^250 /)
  }
  const queued = async () => {
    const entries = await store.queue.list()
    return Promise.all(
      entries.map(async ({ content, ...entry }) => ({
        ...entry,
        text: Buffer.from(await store.contents.readAll(content)).toString('utf8'),
      })),
    )
  }
  /** Message identifiers hold chance. */
  const plain = (text: string | undefined) => text?.replace(/^(Message-ID: <\w+)\.[^@]*/m, '$1')

  test('RFC 5230 §5: the answer, field by field', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require "vacation"; vacation "Bin im Urlaub, schöne Grüße.\r\n\r\nA.";',
    )
    await deliver(
      'Subject: =?utf-8?q?Caf=C3=A9?=',
      'Message-ID: <3@far.example>',
      'References: <1@far.example>\r\n <2@far.example>',
    )
    const [answer, ...more] = await queued()
    assert.equal(more.length, 0)
    assert.deepEqual(
      [answer?.reversePath, answer?.recipient, answer?.account, answer?.options],
      ['', 'x@far.example', alice, { notify: ['NEVER'], body: '8BITMIME', authored: true }],
    )
    assert.equal(
      plain(answer?.text),
      [
        'Auto-Submitted: auto-replied',
        'From: <alice@example.org>',
        'To: <x@far.example>',
        'Subject: =?utf-8?B?QXV0bzogQ2Fmw6k=?=',
        'Date: Tue, 24 Nov 2026 09:30:05 +0000',
        'Message-ID: <vacation@mail.example.org>',
        'In-Reply-To: <3@far.example>',
        'References: <1@far.example> <2@far.example> <3@far.example>',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: quoted-printable',
        '',
        'Bin im Urlaub, sch=C3=B6ne Gr=C3=BC=C3=9Fe.',
        '',
        'A.',
        '',
      ].join('\r\n'),
    )
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 1)
  })

  test('RFC 5230 §4.2: once in its time for each sender and response, over restarts too', async () => {
    await setScript(
      store,
      'alice@example.org',
      `require ["vacation", "variables"]; if header :matches "subject" "*" { set "s" "\${1}"; }
       if header :contains "subject" "bug" { vacation "bugs"; } else { vacation :days 2 :subject "Auto \${s}" "all"; }`,
    )
    await deliver('Subject: one')
    await deliver('Subject: two')
    assert.equal((await queued()).length, 1)
    await deliver('Subject: bug')
    assert.equal((await queued()).length, 2)
    await service.stop(0)
    service = await startMta(store, { limits: { outboundConnections: 0 }, now: () => now })
    now += 2 * 86_400_000 - 1
    await deliver('Subject: three')
    assert.equal((await queued()).length, 2)
    now += 1
    await deliver('Subject: four')
    assert.equal((await queued()).length, 3)
  })

  test('RFC 6131 §2: no time at all is each time', async () => {
    await setScript(store, 'alice@example.org', 'require "vacation-seconds"; vacation :seconds 0 "a";')
    await deliver()
    await deliver()
    assert.equal((await queued()).length, 2)
  })

  test('RFC 5230 §4.3: only the own addresses of the owner are believed', async () => {
    await store.aliases.add('beep@example.org', ['alice@example.org'])
    const from = async (text: string) => {
      await setScript(
        store,
        'alice@example.org',
        `require "vacation-seconds"; vacation :seconds 0 :from "${text}" "a";`,
      )
      await deliver()
      const [last] = (await queued()).toReversed()
      return /^From: (.*)\r$/m.exec(last?.text ?? '')?.[1]
    }
    assert.equal(await from('Äe <beep@example.org>'), '=?utf-8?B?w4Rl?= <beep@example.org>')
    assert.equal(await from('beep@example.org'), '<beep@example.org>')
    assert.equal(await from('bob@example.org'), '<alice@example.org>')
    assert.equal(await from('alice+away@example.org, beep@example.org'), '<alice+away@example.org>, <beep@example.org>')
    assert.equal(await from('alice@example.org, bob@example.org'), '<alice@example.org>')
  })

  test('RFC 5230 §4.5: a subaddress and an alias are the owner too; nobody answers themselves', async () => {
    await store.aliases.add('beep@example.org', ['alice@example.org'])
    await setScript(store, 'alice@example.org', 'require "vacation-seconds"; vacation :seconds 0 "a";')
    const client = await greeted(service, 'lmtp')
    const send = (from: string, to: string) =>
      transact(client, from, ['<alice@example.org>'], `From: ${from}\r\nTo: ${to}\r\n\r\nx`)
    await send('<x@far.example>', '<beep@example.org>')
    await send('<x@far.example>', '<alice+list@example.org>')
    assert.deepEqual(
      (await queued()).map(({ text }) => /^From: (.*)\r$/m.exec(text)?.[1]),
      ['<beep@example.org>', '<alice+list@example.org>'],
    )
    await send('<x@far.example>', '<bob@example.org>')
    await send('<alice@example.org>', '<alice@example.org>')
    await send('<beep@example.org>', '<alice@example.org>')
    client.close()
    assert.equal((await queued()).length, 2)
  })

  test('RFC 5230 §4.4: a MIME entity brings its own fields, and no others', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require "vacation"; vacation :mime text:\r\nContent-Type: text/html;\r\n charset=us-ascii\r\nX-Evil: 1\r\nBcc: bob@example.org\r\n\r\n<p>Away\r\n.\r\n;',
    )
    await deliver()
    const [answer] = await queued()
    assert.match(
      answer?.text ?? '',
      /\r\nMIME-Version: 1\.0\r\nContent-Type: text\/html;\r\n charset=us-ascii\r\n\r\n<p>Away\r\n$/,
    )
    assert.doesNotMatch(answer?.text ?? '', /X-Evil|Bcc/)
  })

  test('no line break of a subject makes a field', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require ["vacation"]; vacation :subject "a\r\nBcc: bob@example.org\r\n\r\nbody" "text";',
    )
    await deliver()
    const [answer] = await queued()
    assert.match(answer?.text ?? '', /^Subject: a Bcc: bob@example\.org body\r$/m)
  })

  test('RFC 8580 §5: a copy where the script wants it, and none where there was no answer', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require ["vacation", "fcc", "mailbox", "imap4flags"]; vacation :create :fcc "Answers" :flags "\\\\Seen" "a";',
    )
    await deliver()
    await deliver()
    const copies = await messagesIn(store, 'alice@example.org', 'Answers')
    assert.equal(copies.length, 1)
    assert.deepEqual(copies[0]?.flags, ['\\Seen'])
    assert.equal(copies[0]?.text, (await queued())[0]?.text)
  })

  test('RFC 8580 §3: a copy for a mailbox that is not there, or is the same, is a message of its own in INBOX', async () => {
    await setScript(store, 'alice@example.org', 'require ["vacation", "fcc"]; vacation :fcc "Nowhere" "a";')
    await deliver()
    await setScript(store, 'alice@example.org', 'require ["vacation", "fcc"]; vacation :fcc "INBOX" "b";')
    await deliver()
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 4)
  })

  test('RFC 5436 §3: a notification by mail', async () => {
    await setScript(
      store,
      'alice@example.org',
      `require ["enotify", "variables"];
       if header :matches "Subject" "[*] *" {
         notify :message "From \${1} list: \${2}" :importance "3" "mailto:0123456789@sms.example.net?to=backup@example.com";
       }`,
    )
    await deliver('Subject: [Knitting] A new sweater', 'Message-ID: <1234567.89ABCDEF@example.com>')
    const entries = await queued()
    assert.deepEqual(
      entries.map(({ reversePath, recipient }) => [reversePath, recipient]),
      [
        ['alice@example.org', '0123456789@sms.example.net'],
        ['alice@example.org', 'backup@example.com'],
      ],
    )
    assert.equal(
      plain(entries[0]?.text),
      [
        'Auto-Submitted: auto-notified; owner-email="alice@example.org"',
        'From: <alice@example.org>',
        'To: <0123456789@sms.example.net>, <backup@example.com>',
        'Subject: From Knitting list: A new sweater',
        'Date: Tue, 24 Nov 2026 09:30:05 +0000',
        'Message-ID: <notify@mail.example.org>',
        'References: <1234567.89ABCDEF@example.com>',
        'Importance: low',
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: 7bit',
        '',
        'From: Xavier <x@far.example>',
        'Subject: [Knitting] A new sweater',
        '',
      ].join('\r\n'),
    )
  })

  test('RFC 5436 §2.7: what a URI may say, and what it may not', async () => {
    await setScript(
      store,
      'alice@example.org',
      `require "enotify"; notify "mailto:a@far.example?subject=S%C3%BC%C3%9F&body=one%0D%0Atwo&x-priority=1&from=evil@x.example&auto-submitted=no&received=x&message-id=x&bcc=b@far.example";`,
    )
    await deliver('Subject: original')
    const [entry, ...more] = await queued()
    assert.equal(more.length, 0)
    const text = entry?.text ?? ''
    assert.match(text, /^Subject: =\?utf-8\?B\?U8O8w58=\?=\r$/m)
    assert.match(text, /^X-priority: 1\r$/m)
    assert.match(text, /\r\n\r\none\r\ntwo\r\n$/)
    assert.doesNotMatch(text, /evil|Received|auto-submitted: no|Bcc/i)
  })

  test('RFC 5436 §2.7: nobody is told of a notification; a message from nobody is told of by nobody', async () => {
    await setScript(store, 'alice@example.org', 'require "enotify"; notify "mailto:a@far.example";')
    await deliver('Auto-Submitted: auto-notified')
    assert.deepEqual(await queued(), [])
    const client = await greeted(service, 'lmtp')
    await transact(client, '<>', ['<alice@example.org>'], 'Subject: undeliverable\r\n\r\nx')
    client.close()
    const [entry] = await queued()
    assert.equal(entry?.reversePath, '')
    assert.match(entry?.text ?? '', /^Subject: undeliverable\r$/m)
  })

  test('a notification by HTTP is an event of the outbox, with a copy where the script wants one (RFC 8580 §4)', async () => {
    await store.outbox.register(['test'])
    const cursor = await store.outbox.cursor('test')
    await setScript(
      store,
      'alice@example.org',
      `require ["enotify", "fcc", "mailbox"]; notify :create :fcc "Told" :importance "1" :options ["a=b=c"] "https://far.example/hook";
       notify :message "hi" "http://far.example/";`,
    )
    await deliver('Subject: news')
    const told = (await store.outbox.after(cursor, 100)).filter(({ type }) => type === 'vnd.lemonade.SieveNotify')
    assert.deepEqual(
      told.map(({ account, parameters: { pid: _, ...parameters } }) => [account, parameters]),
      [
        [
          alice,
          {
            method: 'https://far.example/hook',
            message: 'From: Xavier <x@far.example>\r\nSubject: news\r\n',
            importance: 1,
            from: null,
            options: { a: 'b=c' },
            isDefault: true,
          },
        ],
        [alice, { method: 'http://far.example/', message: 'hi', importance: 2, from: null, options: {} }],
      ],
    )
    const [copy] = await messagesIn(store, 'alice@example.org', 'Told')
    assert.match(copy?.text ?? '', /^Subject: Fcc: news\r$/m)
    assert.match(
      copy?.text ?? '',
      /\r\n\r\nFrom: Xavier <x@far\.example>\r\nSubject: news\r\n\r\nMethod: https:\/\/far\.example\/hook\r\n/,
    )
    assert.deepEqual(await queued(), [])
  })

  test('a notification by Web Push is an event of the outbox, too', async () => {
    await store.outbox.register(['test'])
    const cursor = await store.outbox.cursor('test')
    await setScript(
      store,
      'alice@example.org',
      `require "enotify";
       if valid_notify_method "webpush:phone" { notify :importance "3" :message "hi" "webpush:*"; }`,
    )
    await deliver()
    const told = (await store.outbox.after(cursor, 100)).filter(({ type }) => type === 'vnd.lemonade.SieveNotify')
    assert.deepEqual(
      told.map(({ parameters: { pid: _, ...parameters } }) => parameters),
      [{ method: 'webpush:*', message: 'hi', importance: 3, from: null, options: {} }],
    )
  })

  test('RFC 5435 §3.2: what this server cannot reach is an error of the run, and the message is kept', async () => {
    await setScript(store, 'alice@example.org', 'require "enotify"; notify "xmpp:a@far.example"; discard;')
    await deliver()
    const [message, complaint] = await messagesIn(store, 'alice@example.org')
    assert.match(message?.text ?? '', /Hi\./)
    assert.match(complaint?.text ?? '', /Nobody can be notified by "xmpp:a@far\.example" here/)
  })

  test('RFC 7352 §3: a message is a duplicate from its second delivery on, until that has been long ago', async () => {
    await setScript(
      store,
      'alice@example.org',
      'require ["duplicate", "fileinto", "mailbox"]; if duplicate :seconds 60 { fileinto :create "Again"; }',
    )
    const again = async () => (await messagesIn(store, 'alice@example.org', 'Again')).length
    await deliver('Message-ID: <1@far.example>')
    assert.equal(await again(), 0)
    now += 59_999
    await deliver('Message-ID: <1@far.example>')
    assert.equal(await again(), 1)
    now += 1
    await deliver('Message-ID: <1@far.example>')
    assert.equal(await again(), 1)
  })

  test('RFC 7352 §3: a discarded message is remembered, one of a failing script is not', async () => {
    await setScript(store, 'alice@example.org', 'require ["duplicate", "ihave"]; if not duplicate { discard; }')
    await deliver('Message-ID: <1@far.example>')
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 0)
    await deliver('Message-ID: <1@far.example>')
    assert.equal((await messagesIn(store, 'alice@example.org')).length, 1)
    await setScript(store, 'alice@example.org', 'require ["duplicate", "ihave"]; if duplicate { discard; } error "x";')
    await deliver('Message-ID: <2@far.example>')
    await deliver('Message-ID: <2@far.example>')
    assert.equal((await messagesIn(store, 'alice@example.org')).filter(({ text }) => text.includes('<2@')).length, 2)
  })

  test('RFC 5183 §4.1: what a script may know of where it runs', async () => {
    await setScript(
      store,
      'alice@example.org',
      `require ["environment", "variables", "fileinto", "mailbox"];
       if environment :matches "domain" "*" { set "a" "\${1}"; } if environment :matches "host" "*" { set "b" "\${1}"; }
       if environment :matches "name" "*" { set "c" "\${1}"; } if environment :matches "version" "*" { set "d" "\${1}"; }
       if environment :matches "remote-ip" "*" { set "e" "\${1}"; }
       if allof (environment "location" "MDA", environment "phase" "during", environment "remote-host" "") {
         fileinto :create "\${a} \${b} \${c} \${d} \${e}";
       }`,
    )
    await deliver()
    assert.equal(
      (await messagesIn(store, 'alice@example.org', 'example.org mail.example.org Lemonade 1.2.3 127.0.0.1')).length,
      1,
    )
  })
})
