/** reject and ereject (RFC 5429), from the socket to the reply, the mailboxes and the queue. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { parseMessage } from '@lemonade/mime'
import type { Store } from '@lemonade/store'
import { code } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { dnsOf, greeted, messagesIn, openTestStore, setScript, startMta, transact, untilQueue } from './testing.ts'

const message = 'From: x@far.example\r\nMessage-ID: <1@far.example>\r\nSubject: hello\r\n\r\nHi.'
const alice = 'alice@example.org'
const bob = 'bob@example.org'
const both = [`<${alice}>`, `<${bob}>`]

const later = async (): Promise<never> => {
  throw Object.assign(new Error('queryMx ETIMEOUT'), { code: 'ETIMEOUT' })
}
/** An Internet that keeps what is for it waiting. */
const namesLater = dnsOf({ resolveMx: later, resolve4: later, resolve6: later })

describe('a script refuses', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService

  before(async () => {
    ;({ store, close } = await openTestStore())
    await store.aliases.add('team@example.org', [alice, bob])
    service = await startMta(store, { resolver: namesLater })
  })
  after(async () => {
    await service.stop(0)
    await close()
  })
  beforeEach(async () => {
    await setScript(store, alice, 'keep;')
    await setScript(store, bob, 'keep;')
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  /** All replies behind the data. */
  const send = async (listener: 'smtp' | 'lmtp', to: readonly string[], from = '<x@far.example>', text = message) => {
    const client = await greeted(service, listener)
    const replies = [await transact(client, from, to, text)]
    while (listener === 'lmtp' && replies.length < to.length) replies.push((await client.reply()) ?? 'closed')
    client.close()
    return replies
  }
  const count = async () => [(await messagesIn(store, alice)).length, (await messagesIn(store, bob)).length]
  /** What the mail brought to alice and bob. */
  const brought = async <T>(work: () => Promise<T>): Promise<[T, number[]]> => {
    const old = await count()
    const result = await work()
    return [result, (await count()).map((now, at) => now - (old[at] ?? 0))]
  }
  const reports = async () => {
    const entries = (await store.queue.list()).filter(({ recipient }) => recipient === 'x@far.example')
    return Promise.all(
      entries.map(async ({ content, reversePath }) => {
        const octets = Buffer.from(await store.contents.readAll(content))
        const { parts, params } = parseMessage(octets)
        const text = parts.map(({ bodyStart, end }) => octets.subarray(bodyStart, end).toString())
        const types = parts.map(({ type, subtype }) => `${type}/${subtype}`)
        return { reversePath, types, text, params: new Map(params), whole: octets.toString() }
      }),
    )
  }

  test('RFC 5429 §2.5: lines of a reason are lines of the reply, each with its code', async () => {
    await setScript(
      store,
      alice,
      'require ["ereject"]; ereject text:\r\nAntiSpam engine thinks your message is spam.\r\nIt is therefore being refused.\r\nPlease call 1-900-PAY-US if you want to reach us.\r\n.\r\n;',
    )
    for (const listener of ['smtp', 'lmtp'] as const) {
      const [replies, delivered] = await brought(() => send(listener, [`<${alice}>`]))
      assert.deepEqual(replies, [
        [
          '550-5.7.1 AntiSpam engine thinks your message is spam.',
          '550-5.7.1 It is therefore being refused.',
          '550 5.7.1 Please call 1-900-PAY-US if you want to reach us.',
        ].join('\n'),
      ])
      assert.deepEqual(delivered, [0, 0])
    }
    assert.deepEqual(await reports(), [])
  })

  test('RFC 5429 §2.1: for one address', async () => {
    await setScript(
      store,
      alice,
      'require ["ereject"];\r\n\r\nif address "from" "x@far.example" {\r\n    ereject "I no longer accept mail from this address";\r\n}\r\n',
    )
    assert.deepEqual(await send('smtp', [`<${alice}>`]), ['550 5.7.1 I no longer accept mail from this address'])
    assert.equal(
      code((await send('smtp', [`<${alice}>`], '<>', 'From: y@far.example\r\n\r\n'))[0] ?? null),
      '250 2.0.0',
    )
  })

  for (const how of ['reject', 'ereject'] as const) {
    test(`LMTP: one of two recipients, by ${how}`, async () => {
      await setScript(store, alice, `require "${how}"; ${how} "Not here.";`)
      const [replies, delivered] = await brought(() => send('lmtp', both))
      assert.equal(replies[0], '550 5.7.1 Not here.')
      assert.match(replies[1] ?? '', /^250 2\.0\.0 /)
      assert.deepEqual(delivered, [0, 1])
      const [again] = await brought(() => send('lmtp', both.toReversed(), '<>'))
      assert.deepEqual(
        again.map(reply => reply.slice(0, 3)),
        ['250', '550'],
      )
      assert.deepEqual(await reports(), [])
    })

    test(`SMTP: where every recipient refuses, by ${how}`, async () => {
      for (const name of [alice, bob]) await setScript(store, name, `require "${how}"; ${how} "Not ${name}.";`)
      const [replies, delivered] = await brought(() => send('smtp', both))
      assert.deepEqual(replies, [`550-5.7.1 Not ${alice}.\n550 5.7.1 Not ${bob}.`])
      assert.deepEqual(delivered, [0, 0])
      assert.deepEqual(await reports(), [])
    })
  }

  const birdseed = "I am not taking mail from you, and I don't\r\nwant your birdseed, either!"

  test('RFC 5429 §2.1.2: SMTP, one of two by ereject: a delivery status notification', async () => {
    await setScript(store, alice, `require "ereject"; ereject "${birdseed}";`)
    const [replies, delivered] = await brought(() => send('smtp', both, '<x@far.example> RET=HDRS ENVID=q'))
    assert.match(replies[0] ?? '', /^250 2\.0\.0 /)
    assert.deepEqual(delivered, [0, 1])
    const [report, ...others] = await reports()
    assert.deepEqual(others, [])
    assert.equal(report?.reversePath, '')
    assert.equal(report.params.get('report-type'), 'delivery-status')
    assert.deepEqual(report.types, ['text/plain', 'message/delivery-status', 'text/rfc822-headers'])
    assert.ok(report.text[0]?.includes(`\r\n${birdseed}\r\n`), report.text[0])
    assert.ok(report.text[0]?.includes("refused by the recipient's mail filtering program"))
    assert.match(report.text[1] ?? '', /^Original-Envelope-Id: q\r$/m)
    assert.match(
      report.text[1] ?? '',
      /^Final-Recipient: rfc822; alice@example\.org\r\nAction: failed\r\nStatus: 5\.7\.1\r$/m,
    )
  })

  test('RFC 5429 §2.2.1: SMTP, one of two by reject: a disposition notification', async () => {
    await setScript(
      store,
      alice,
      `require ["reject"];\r\nif header :contains "from" "x@far.example" { reject text:\r\n${birdseed}\r\n.\r\n; }`,
    )
    const [, delivered] = await brought(() => send('smtp', both))
    assert.deepEqual(delivered, [0, 1])
    const [report] = await reports()
    assert.equal(report?.params.get('report-type'), 'disposition-notification')
    assert.deepEqual(report.types, ['text/plain', 'message/disposition-notification', 'message/rfc822'])
    assert.ok(report.text[0]?.includes(`\r\n${birdseed}\r\n`), report.text[0])
    assert.equal(
      report.text[1],
      [
        'Reporting-UA: mail.example.org; Lemonade',
        'Final-Recipient: rfc822; alice@example.org',
        'Original-Message-ID: <1@far.example>',
        'Disposition: automatic-action/MDN-sent-automatically; deleted',
        '',
      ].join('\r\n'),
    )
    assert.ok(report.text[2]?.endsWith(`${message}\r\n`))
    assert.match(report.whole, /^Auto-Submitted: auto-replied\r$/m)
  })

  test('RFC 5429 §2.2: reject that is not US-ASCII goes by message, in LMTP too', async () => {
    await setScript(store, alice, 'require "reject"; reject "Nein, schönen Dank.";')
    for (const listener of ['smtp', 'lmtp'] as const) {
      const [replies, delivered] = await brought(() => send(listener, [`<${alice}>`]))
      assert.match(replies[0] ?? '', /^250 2\.0\.0 /)
      assert.deepEqual(delivered, [0, 0])
    }
    const found = await reports()
    assert.equal(found.length, 2)
    for (const { text } of found) assert.ok(text[0]?.includes('\r\nNein, schönen Dank.\r\n'))
  })

  test('RFC 5429 §2.1.1: ereject that is not US-ASCII has another text in the reply', async () => {
    await setScript(store, alice, 'require "ereject"; ereject "Nein, schönen Dank.";')
    const [reply] = await send('smtp', [`<${alice}>`], '<x@far.example> SMTPUTF8')
    assert.equal(reply, "550 5.7.1 Refused by the recipient's mail filter")
  })

  test('RFC 5429 §2.1.2: nothing is sent to the null reverse-path, and to nobody who wants none', async () => {
    await setScript(store, alice, 'require "ereject"; ereject "No.";')
    const [replies, delivered] = await brought(() => send('smtp', both, '<>'))
    assert.match(replies[0] ?? '', /^250 2\.0\.0 /)
    await send('smtp', [`<${alice}> NOTIFY=NEVER`, `<${bob}>`])
    assert.deepEqual(delivered, [0, 1])
    assert.deepEqual(await store.queue.list(), [])
  })

  test('an alias of two: one keeps it, so nobody is refused by a reply', async () => {
    await setScript(store, alice, 'require "ereject"; ereject "No.";')
    const [replies, delivered] = await brought(() => send('lmtp', ['<team@example.org> NOTIFY=SUCCESS,FAILURE']))
    assert.match(replies[0] ?? '', /^250 2\.0\.0 /)
    assert.deepEqual(delivered, [0, 1])
    const text = (await reports()).map(report => report.text[1]).join()
    assert.match(text, /Final-Recipient: rfc822; team@example\.org\r\nAction: failed/)
    assert.ok(!text.includes(alice), 'who is behind an alias stays there')
  })

  test('who refused is not told as delivered', async () => {
    await setScript(store, alice, 'require "ereject"; ereject "No.";')
    await send('lmtp', [`<${alice}> NOTIFY=SUCCESS`])
    assert.deepEqual(await reports(), [])
  })

  test('out of the queue: a report for ereject and for reject, none for what is automatic itself', async () => {
    const put = async (text: string) => {
      const writer = store.contents.writer({ limitOctets: 1000 })
      await writer.write(Buffer.from(text))
      const content = await writer.finish()
      const enqueue = [{ reversePath: 'x@far.example', recipient: alice, expiresAt: Date.now() + 60_000 }]
      await store.messages.deposit({ content, deliveries: [], enqueue })
      await untilQueue(store, entries => (entries.some(({ recipient }) => recipient === alice) ? null : entries))
    }
    await setScript(store, alice, 'require "ereject"; ereject "No.";')
    await put(message)
    assert.deepEqual(
      (await reports()).map(({ types }) => types[1]),
      ['message/delivery-status'],
    )
    await setScript(store, alice, 'require "reject"; reject "No.";')
    await put(message)
    await put(`Auto-Submitted: auto-generated\r\n${message}`)
    assert.deepEqual(
      (await reports()).map(({ types }) => types[1]),
      ['message/delivery-status', 'message/disposition-notification'],
    )
  })

  test('several of many that are gone (RFC 2033 §4.2)', async () => {
    const names = Array.from({ length: 9 }, (_, at) => `m${at}@example.org`)
    const accounts = await Promise.all(names.map(name => store.accounts.add({ name })))
    const client = await greeted(service, 'lmtp')
    await client.codes('MAIL FROM:<x@far.example>', ...names.map(name => `RCPT TO:<${name}> NOTIFY=SUCCESS`), 'DATA')
    for (const at of [0, 3, 8]) await store.accounts.remove(accounts[at]?.id ?? assert.fail())
    client.send(`${message}\r\n.\r\n`)
    const replies: string[] = []
    for (const _ of names) replies.push(code(await client.reply()).slice(0, 3))
    assert.equal(replies.join(' '), '451 250 250 451 250 250 250 250 451')
    for (const name of names.filter((_, at) => ![0, 3, 8].includes(at))) {
      assert.equal((await messagesIn(store, name)).length, 1, name)
    }
    assert.equal((await reports()).length, 6, 'nobody is told as delivered who is not')
    client.close()
  })

  test('one mailbox that is gone refuses nobody else (RFC 2033 §4.2)', async () => {
    for (const listener of ['lmtp', 'smtp'] as const) {
      const name = `${listener}@example.org`
      const account = await store.accounts.add({ name })
      const client = await greeted(service, listener)
      await client.codes('MAIL FROM:<x@far.example>', `RCPT TO:<${name}>`, `RCPT TO:<${bob}>`, 'DATA')
      await store.accounts.remove(account.id)
      const [replies, delivered] = await brought(async () => {
        client.send(`${message}\r\n.\r\n`)
        return [await client.reply(), listener === 'lmtp' ? await client.reply() : null].map(reply =>
          reply?.slice(0, 3),
        )
      })
      assert.deepEqual(replies, listener === 'lmtp' ? ['451', '250'] : ['250', undefined])
      assert.deepEqual(delivered, [0, 1])
      client.close()
    }
    // SMTP took it for both, so it tells the sender of the one that could not have it.
    const [report] = await untilQueue(store, entries =>
      entries.some(({ recipient }) => recipient === 'x@far.example') ? entries : null,
    ).then(reports)
    assert.match(
      report?.text[1] ?? '',
      /Final-Recipient: rfc822; smtp@example\.org\r\nAction: failed\r\nStatus: 5\.1\.1\r/,
    )
  })
})
