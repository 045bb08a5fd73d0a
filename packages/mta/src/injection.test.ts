/** What is put into names, addresses and parameters never becomes a header field or a recipient, nor mail for elsewhere. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { headerFields } from '@lemonade/mime'
import type { Store } from '@lemonade/store'
import { code, type Talker } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, startMta, transact } from './testing.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'

let store: Store
let close: () => Promise<void>
let service: MtaService
let client: Talker

before(async () => {
  ;({ store, close } = await openTestStore())
  await store.domains.add('all.example')
  await store.aliases.add('@all.example', ['bob@example.org'])
  await store.aliases.add('away@example.org', ['friend@far.example'])
  service = await startMta(store, { limits: { errors: 1000, commandsWithoutMail: 1000 } })
})
after(async () => {
  client.close()
  await service.stop(0)
  await close()
})
beforeEach(async () => {
  client?.close()
  client = await greeted(service, 'smtp')
})

const fieldNames = (text: string): string[] => {
  const octets = Buffer.from(text)
  return headerFields(octets).map(({ nameLower }) => nameLower)
}

describe('header injection', () => {
  const names = [
    'a (b)',
    'a;b',
    'a by evil.example',
    '<a>',
    '[192.0.2.1] by evil',
    '[192.0.2.1',
    '[::1]',
    '[IPv6:::1%eth0]',
    'a\tb',
    'a\u0085b',
    'a\u2028b',
    'ü.example',
    '"a"',
    'a\\b',
    'a,b',
    'a:b',
    `a${'b'.repeat(255)}`,
  ]
  test('no name of a client that could say more than a name', async () => {
    for (const name of names) assert.match((await client.say(`EHLO ${name}`)) ?? '', /^50[01]/, JSON.stringify(name))
  })

  const envelopes: readonly (readonly [from: string, to: string])[] = [
    ['<a\rBcc:b@x.example>', '<alice@example.org>'],
    ['<a\u0085Bcc:b@x.example> SMTPUTF8', '<alice@example.org>'],
    ['<a\u2028b@x.example> SMTPUTF8', '<alice@example.org>'],
    ['<a\u2029b@x.example> SMTPUTF8', '<alice@example.org>'],
    ['<"a\tb"@x.example>', '<alice@example.org>'],
    ['<"a\\\tb"@x.example>', '<alice@example.org>'],
    ['<"a"b@x.example>', '<alice@example.org>'],
    ['<a b@x.example>', '<alice@example.org>'],
    ['<a@x.example>, <b@x.example>', '<alice@example.org>'],
    ['<a@x.example> <b@x.example>', '<alice@example.org>'],
    ['<a@x.example>b', '<alice@example.org>'],
    ['<a>b@x.example>', '<alice@example.org>'],
    ['<a@x.example (b)>', '<alice@example.org>'],
    ['<a@x.example;by>', '<alice@example.org>'],
    ['<a@[192.0.2.1]by>', '<alice@example.org>'],
    ['<a@x.example\\>', '<alice@example.org>'],
    ['<a@x.example> ENVID=a+0D+0ABcc:+20b', '<alice@example.org>'],
    ['<a@x.example> ENVID=a+00', '<alice@example.org>'],
    ['<a@x.example> ENVID=a+85', '<alice@example.org>'],
    ['<a@x.example> ENVID=a+0d+0aBcc:', '<alice@example.org>'],
    ['<a@x.example> RET=FULL;x', '<alice@example.org>'],
    ['<a@x.example> SIZE=1+0D+0A', '<alice@example.org>'],
    ['<a@x.example> BODY=8BITMIME\tX', '<alice@example.org>'],
    ['<a@x.example> BODY=8BITMIME BODY=7BIT', '<alice@example.org>'],
    ['<a@x.example> AUTH=<>', '<alice@example.org>'],
    ['<a@x.example> X-EVIL=1', '<alice@example.org>'],
    ['<a@x.example>', '<alice@example.org> ORCPT=rfc822;a+0D+0ABcc:+20b'],
    ['<a@x.example>', '<alice@example.org> ORCPT=rfc822;a+0AX'],
    ['<a@x.example>', '<alice@example.org> ORCPT=rfc822;a+00'],
    ['<a@x.example>', '<alice@example.org> ORCPT=rfc822;a+85'],
    ['<a@x.example>', '<alice@example.org> ORCPT=utf-8;a\\x{0D}\\x{0A}X'],
    ['<a@x.example>', '<alice@example.org> ORCPT=utf-8;a\\x{85}X'],
    ['<a@x.example>', '<alice@example.org> ORCPT=utf-8;a\\x{2028}X'],
    ['<a@x.example>', '<alice@example.org> ORCPT=rfc822\\x{0D};a'],
    ['<a@x.example>', '<alice@example.org> NOTIFY=SUCCESS,X'],
    ['<a@x.example>', '<alice@example.org> NOTIFY=NEVER,SUCCESS'],
    ['<a@x.example>', '<alice@example.org>,<bob@example.org>'],
    ['<a@x.example>', '<alice@example.org,bob@example.org>'],
    ['<a@x.example>', '<alice@example.org> <bob@example.org>'],
    ['<a@x.example>', '<alice@example.org\rX:>'],
  ]
  test('no address and no parameter that could', async () => {
    for (const [from, to] of envelopes) {
      await client.say('RSET')
      const sender = (await client.say(`MAIL FROM:${from}`)) ?? 'closed'
      const answer = sender.startsWith('250') ? ((await client.say(`RCPT TO:${to}`)) ?? 'closed') : sender
      assert.match(answer, /^5/, JSON.stringify([from, to]))
    }
  })

  const odd: readonly (readonly [from: string, parameters: string])[] = [
    ['<"a> Bcc: b"@x.example>', ''],
    ['<"a; by evil (x)"@x.example>', ''],
    ['<"a\\"b\\\\"@x.example>', ''],
    ['<a{b}`|~@x.example>', ''],
    ['<a@[IPv6:::1]>', ''],
    ['<a@x.example> ENVID=a+3B+20Bcc:+20b', ' ORCPT=rfc822;a>+20Bcc:+20<b'],
    ['<ü@ü.example> SMTPUTF8', ' ORCPT=utf-8;ü\\x{FC}'],
    ['<a@x.example> ENVID=+3D?utf-8?q?x+0Ay?+3D', ''],
  ]
  test('what is odd and allowed is where it belongs, in the message and in what is told of it', async () => {
    for (const [from, parameters] of odd) {
      const queued = new Set((await store.queue.list()).map(({ id }) => id))
      const answer = await transact(client, from, [`<alice@example.org> NOTIFY=SUCCESS${parameters}`], message)
      if (/\+0A/.test(from)) {
        assert.equal(code(answer), '501 5.5.4', from)
        continue
      }
      assert.equal(code(answer), '250 2.0.0', from)
      // She is the postmaster, too, who hears of what cannot be told.
      const isHers = ({ text }: { text: string }) => !/^Auto-Submitted:/m.test(text)
      const { text } = (await messagesIn(store, 'alice@example.org')).findLast(isHers) ?? assert.fail()
      assert.deepEqual(fieldNames(text), ['return-path', 'received', 'from', 'subject'], from)
      for (const entry of (await store.queue.list()).filter(({ id }) => !queued.has(id))) {
        const told = Buffer.from(await store.contents.readAll(entry.content)).toString()
        const known =
          /^(?:return-path|received|from|to|subject|date|message-id|mime-version|content-type|content-transfer-encoding|auto-submitted|in-reply-to|references)$/
        assert.deepEqual(
          fieldNames(told).filter(name => !known.test(name)),
          [],
          from,
        )
        assert.doesNotMatch(told, /^Bcc:/im)
      }
    }
  })
})

describe('relay probes', () => {
  const senders = ['<>', '<spam@far.example>', '<alice@example.org>', '<postmaster@example.org>', '<spam@[127.0.0.1]>']
  const foreign = [
    '<spam@far.example>',
    '<"spam@far.example">',
    '<spam%far.example@[127.0.0.1]>',
    '<"spam%far.example">',
    '<"spam%far.example"@[127.0.0.1]>',
    '<"spam@far.example"@[127.0.0.1]>',
    '<spam%far.example@example.org>',
    '<"spam%far.example"@example.org>',
    '<"spam@far.example"@example.org>',
    '<spam@far.example@example.org>',
    '<spam@far.example@[127.0.0.1]>',
    '<@example.org:spam@far.example>',
    '<@[127.0.0.1]:spam@far.example>',
    '<@example.org,@far.example:spam@far.example>',
    '<@far.example:spam@other.example>',
    '<far.example!spam>',
    '<far.example!spam@[127.0.0.1]>',
    '<far.example!spam@example.org>',
    '<"far.example!spam"@example.org>',
    '<spam@[192.0.2.1]>',
    '<spam@[IPv6:2001:db8::1]>',
    '<spam@192.0.2.1>',
    '<spam@far.example.>',
    '<spam@.far.example>',
    '<spam@far.example.example.org>',
    '<spam@example.org.far.example>',
    '<spam@example.org@far.example>',
    '<spam@EXAMPLE.ORG%far.example>',
    '<spam@xn--far-.example>',
    '<spam@localhost>',
    '<spam@127.1>',
    'spam@far.example',
    '<<spam@far.example>>',
    '<spam@far.example>, <alice@example.org>',
    '<>',
    '<@example.org>',
    '<spam@>',
    '<spam@@far.example>',
    '<spam:pass@far.example:25>',
    '<alice@example.org\0@far.example>',
    '<alice@far.example+example.org>',
  ]
  for (const listener of ['smtp', 'lmtp'] as const) {
    test(`by ${listener}: none is taken in, whoever says that he sends it`, async () => {
      const probing = await greeted(service, listener)
      for (const from of senders) {
        assert.equal(code(await probing.say(`MAIL FROM:${from}`)), '250 2.1.0', from)
        for (const to of foreign) assert.match((await probing.say(`RCPT TO:${to}`)) ?? '', /^5/, `${from} ${to}`)
        assert.match((await probing.say('DATA')) ?? '', /^50[34]|^55[04]/)
        await probing.say('RSET')
      }
      probing.close()
    })
  }

  test('a catch-all takes every name of its domain for a name, and sends nothing on', async () => {
    const queued = (await store.queue.list()).length
    for (const to of [
      '<spam%far.example@all.example>',
      '<far.example!spam@all.example>',
      '<@far.example:any@all.example>',
    ]) {
      assert.equal(code(await transact(client, '<spam@far.example>', [to], message)), '250 2.0.0', to)
      assert.match((await messagesIn(store, 'bob@example.org')).at(-1)?.text ?? '', /Subject: hello/)
    }
    assert.match((await client.say('MAIL FROM:<spam@far.example>')) ?? '', /^250/)
    assert.match((await client.say('RCPT TO:<"spam@far.example"@all.example>')) ?? '', /^5/)
    assert.equal((await store.queue.list()).length, queued)
  })

  test('an alias leads where it leads, whatever stands behind its name', async () => {
    const known = new Set((await store.queue.list()).map(({ id }) => id))
    await transact(client, '<spam@far.example>', ['<away+spam=other.example@example.org>'], message)
    const added = (await store.queue.list()).filter(({ id }) => !known.has(id))
    assert.deepEqual(
      added.map(({ recipient }) => recipient),
      ['friend@far.example'],
    )
  })
})
