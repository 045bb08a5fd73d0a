/** Who may send as whom, and how much, at a running service. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { openAuth } from '@lemonade/auth'
import type { EsmtpService } from '@lemonade/esmtp'
import { type Log, noMetrics, silentLog } from '@lemonade/net'
import { type Account, openStore, type Store } from '@lemonade/store'
import { code, Talker } from '../../esmtp/src/testing.ts'
import { testTls } from '../../net/src/testing.ts'
import { defaultSubmitLimits, type SubmitLimits } from './limits.ts'
import { type SubmitOptions, serveSubmit } from './service.ts'

const password = 'correct horse'

describe('senders', () => {
  const tls = testTls()
  const clock = { now: Date.UTC(2026, 10, 24, 12, 34, 0) }
  let directory: string
  let store: Store
  let service: EsmtpService
  let alice: Account
  let bob: Account

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lemonade-senders-'))
    store = await openStore(directory, { clock: () => clock.now })
    const auth = openAuth({ store, allowPlaintext: 'never', wait: async () => {} })
    const add = async (name: string) => {
      const account = await store.accounts.add({ name: `${name}@example.org` })
      await auth.setPassword(account.id, password)
      return account
    }
    ;[alice, bob] = [await add('alice'), await add('bob')]
    await store.aliases.add('sales@example.org', ['alice@example.org'])
    await store.groups.add({ address: 'team@example.org', members: ['bob@example.org'], senders: 'members' })
    await store.groups.add({ address: 'staff@example.org', members: ['bob@example.org'], senders: 'local' })
  })
  after(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  afterEach(async () => {
    await service.stop(0)
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    clock.now += 48 * 3_600_000
  })

  const start = async (limits: Partial<SubmitLimits> = {}, options: Partial<SubmitOptions> = {}) => {
    const addresses = [{ host: '127.0.0.1', port: 0 }]
    service = await serveSubmit({
      store,
      auth: openAuth({ store, allowPlaintext: 'never', wait: async () => {} }),
      tls: tls.source,
      listen: { submission: addresses, submissions: addresses },
      hostname: 'mail.example.org',
      delimiter: '+',
      imapServers: [],
      log: silentLog,
      metrics: noMetrics,
      ...options,
      limits: { ...defaultSubmitLimits, ...limits },
    })
  }
  const login = async ({ name }: Account) => {
    const client = await Talker.openTls(service.endpoints['submissions']?.[0]?.port ?? 0)
    await client.reply()
    const plain = Buffer.from(`\0${name}\0${password}`).toString('base64')
    assert.deepEqual(await client.codes('EHLO client.example', `AUTH PLAIN ${plain}`), ['250', '235 2.7.0'])
    return client
  }
  /** The reply to the message, or the first that refuses it. */
  const send = async (client: Talker, from: string, to: readonly string[], header: string) => {
    for (const line of [`MAIL FROM:<${from}>`, ...to.map(address => `RCPT TO:<${address}>`), 'DATA']) {
      const reply = (await client.say(line)) ?? 'closed'
      if (!/^[23]/.test(reply)) {
        await client.say('RSET')
        return reply
      }
    }
    client.send(`${header}\r\n\r\nx\r\n.\r\n`)
    return (await client.reply()) ?? 'closed'
  }
  const newest = async () => {
    const entry = (await store.queue.list()).at(-1) ?? assert.fail()
    return Buffer.from(await store.contents.readAll(entry.content)).toString()
  }

  test('reverse-path and From: one’s own, and what was granted', async () => {
    await start()
    await store.senders.grant(alice.id, { address: 'team@example.org', onBehalf: false })
    await store.senders.grant(alice.id, { address: 'bob@example.org', onBehalf: true })
    const client = await login(alice)
    const rows: [from: string, author: string, code: string][] = [
      ['alice@example.org', 'alice@example.org', '250 2.0.0'],
      ['sales+x@example.org', 'sales@example.org', '250 2.0.0'],
      ['team@example.org', 'team@example.org', '250 2.0.0'],
      ['alice@example.org', 'bob@example.org', '250 2.0.0'],
      ['bob@example.org', 'bob@example.org', '250 2.0.0'],
      ['', 'alice@example.org', '250 2.0.0'],
      ['staff@example.org', 'alice@example.org', '550 5.7.1'],
      ['x@far.example', 'alice@example.org', '550 5.7.1'],
      ['alice@example.org', 'x@far.example', '550 5.7.1'],
      ['alice@example.org', 'staff@example.org', '550 5.7.1'],
    ]
    for (const [from, author, wanted] of rows) {
      const reply = await send(client, from, ['x@far.example'], `From: ${author}`)
      assert.equal(code(reply), wanted, `${from} ${author}`)
      if (wanted !== '250 2.0.0') continue
      const isOnBehalf = author === 'bob@example.org'
      assert.equal(/^Sender: <alice@example\.org>\r$/m.test(await newest()), isOnBehalf, author)
    }
    assert.equal(
      await send(client, 'alice@example.org', ['x@far.example'], 'From: x@far.example'),
      '550 5.7.1 The address in From is not one of yours',
    )
    await store.senders.revoke(alice.id, 'team@example.org')
    assert.equal(
      code(await send(client, 'team@example.org', ['x@far.example'], 'From: alice@example.org')),
      '550 5.7.1',
    )
    client.close()
    const other = await login(bob)
    assert.equal(code(await send(other, 'alice@example.org', ['x@far.example'], 'From: bob@example.org')), '550 5.7.1')
    other.close()
  })

  test('groups take mail of those who may write to them, at RCPT', async () => {
    await start()
    const client = await login(alice)
    assert.equal(
      await send(client, 'alice@example.org', ['team@example.org'], 'From: alice@example.org'),
      '550 5.7.1 The group takes no mail from you',
    )
    assert.equal(
      code(await send(client, 'alice@example.org', ['staff@example.org'], 'From: alice@example.org')),
      '250 2.0.0',
    )
    assert.equal(
      code(await send(client, 'alice@example.org', ['nobody@example.org'], 'From: alice@example.org')),
      '550 5.1.1',
    )
    client.close()
    const member = await login(bob)
    assert.equal(
      code(await send(member, 'bob@example.org', ['team@example.org'], 'From: bob@example.org')),
      '250 2.0.0',
    )
    member.close()
  })

  test('where a client is stands nowhere, unless the operator wants it', async () => {
    await start()
    const client = await login(alice)
    await send(client, 'alice@example.org', ['x@far.example'], 'From: alice@example.org')
    assert.doesNotMatch(await newest(), /127\.0\.0\.1|client\.example/)
    client.close()
    await service.stop(0)
    await start({}, { tellsClient: true })
    const told = await login(alice)
    await send(told, 'alice@example.org', ['x@far.example'], 'From: alice@example.org')
    assert.match(
      await newest(),
      /^Received: from client\.example \(\[127\.0\.0\.1\]\)\r\n\tby mail\.example\.org .* with ESMTPSA/,
    )
    told.close()
  })

  test('so many messages an hour, and one past it not, with when; the operator hears of it', async () => {
    const warned: object[] = []
    const log: Log = {
      ...silentLog,
      warn: ((fields: object) => void warned.push(fields)) as Log['warn'],
      child: () => log,
    }
    const counted: string[] = []
    const metrics = { ...noMetrics, counter: (name: string) => ({ inc: () => void counted.push(name) }) }
    await start({ messagesPerHour: 2 }, { log, metrics })
    const client = await login(alice)
    const began = clock.now
    for (const wanted of ['250 2.0.0', '250 2.0.0', '450 4.7.1']) {
      const reply = await send(client, 'alice@example.org', ['x@far.example'], 'From: alice@example.org')
      assert.equal(code(reply), wanted)
    }
    const free = new Date(Math.floor(began / 600_000) * 600_000 + 3_600_000).toISOString().slice(0, 16)
    assert.equal(
      await client.say('MAIL FROM:<alice@example.org>'),
      `450 4.7.1 You have sent as much as you may in an hour or a day; again from ${free}Z on`,
    )
    assert.equal(counted.filter(name => name === 'lemonade_submit_limited_total').length, 2)
    assert.deepEqual(warned.at(-1), { until: `${free}Z` })
    // Another account is another matter; and after a restart it is the same.
    const other = await login(bob)
    assert.equal(code(await other.say('MAIL FROM:<bob@example.org>')), '250 2.1.0')
    other.close()
    client.close()
    await service.stop(0)
    await start({ messagesPerHour: 2 })
    const again = await login(alice)
    assert.equal(code(await again.say('MAIL FROM:<alice@example.org>')), '450 4.7.1')
    clock.now = began + 3_600_000
    assert.equal(code(await again.say('MAIL FROM:<alice@example.org>')), '250 2.1.0')
    again.close()
  })

  test('so many recipients a day, and one past it not', async () => {
    await start({ recipientsPerDay: 3 })
    const client = await login(alice)
    const two = ['x@far.example', 'y@far.example']
    assert.equal(code(await send(client, 'alice@example.org', two, 'From: alice@example.org')), '250 2.0.0')
    assert.equal(code(await send(client, 'alice@example.org', two, 'From: alice@example.org')), '450 4.7.1')
    assert.equal(
      code(await send(client, 'alice@example.org', ['z@far.example'], 'From: alice@example.org')),
      '250 2.0.0',
    )
    clock.now += 24 * 3_600_000
    await client.say('MAIL FROM:<alice@example.org>')
    assert.deepEqual(await client.codes(...['a', 'b', 'c', 'd'].map(name => `RCPT TO:<${name}@far.example>`)), [
      '250 2.1.5',
      '250 2.1.5',
      '250 2.1.5',
      '452 4.5.3',
    ])
    client.close()
  })

  test('two sessions together send no more than one', async () => {
    await start({ messagesPerDay: 1 })
    const clients = [await login(alice), await login(alice)]
    for (const client of clients) {
      assert.deepEqual(await client.codes('MAIL FROM:<alice@example.org>', 'RCPT TO:<x@far.example>', 'DATA'), [
        '250 2.1.0',
        '250 2.1.5',
        '354',
      ])
    }
    const replies: string[] = []
    for (const client of clients) {
      client.send('From: alice@example.org\r\n\r\nx\r\n.\r\n')
      replies.push(code(await client.reply()))
      client.close()
    }
    assert.deepEqual(replies, ['250 2.0.0', '450 4.7.1'])
    assert.equal((await store.queue.list()).length, 1)
  })
})
