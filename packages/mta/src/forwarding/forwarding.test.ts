/** Groups, accounts that forward, and the return paths of what goes on, through the whole MTA. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { Account, Store } from '@lemonade/store'
import { code } from '../../../esmtp/src/testing.ts'
import { networks } from '../authentication/networks.ts'
import { Sink } from '../outbound/sink.testing.ts'
import type { MtaService } from '../service.ts'
import { dnsOf, greeted, messagesIn, openTestStore, setScript, startMta, transact, untilQueue } from '../testing.ts'
import { isReturnPath } from './return-paths.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'
const nobody = networks([]) ?? assert.fail()

/** Everywhere else is the sink. */
const resolver = dnsOf({
  resolveMx: async () => [{ exchange: '127.0.0.1', priority: 0 }],
  resolve4: async () => [],
  resolve6: async () => [],
})

describe('forwarding', () => {
  let store: Store
  let close: () => Promise<void>
  let sink: Sink
  let port: number
  let service: MtaService
  let alice: Account
  let bob: Account

  before(async () => {
    ;({ store, close } = await openTestStore())
    alice = (await store.accounts.find('alice@example.org')) ?? assert.fail()
    bob = (await store.accounts.find('bob@example.org')) ?? assert.fail()
    await store.domains.add('two.example')
    await store.aliases.add('away@two.example', ['friend@away.example'])
    await store.aliases.add('both@example.org', ['alice@example.org', 'bob@example.org', 'friend@away.example'])
  })
  after(() => close())
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    sink = new Sink()
    port = await sink.listen()
  })
  afterEach(async () => {
    await service.stop(0)
    await sink.stop()
    for (const { id } of [alice, bob]) {
      await store.forwards.set(id, null)
      await store.quotas.set(id, {})
      await store.scripts.setActive(id, '')
    }
    for (const { address } of await store.groups.list()) await store.groups.remove(address)
  })
  const start = async (options: Parameters<typeof startMta>[1] = {}) => {
    const limits = { greetingSeconds: 0 }
    service = await startMta(store, { resolver, outboundPort: port, exempt: nobody, limits, ...options })
  }
  const send = async (from: string, to: string, listener: 'smtp' | 'lmtp' = 'smtp') => {
    const client = await greeted(service, listener)
    const reply = await transact(client, from, [to], message)
    client.close()
    return reply
  }
  const arrived = async (count = 1) => {
    await sink.until(count)
    return sink.got
  }
  const emptied = () => untilQueue(store, queue => (queue.length === 0 ? true : null))
  const deferred = () =>
    untilQueue(store, ([first, more]) => (more === undefined && first?.attempts === 1 ? first : null))
  const reportsTo = (address: string) => sink.got.filter(({ to, from }) => from === '' && to.includes(address))

  test('what goes on has a return path of the domain that it was written to, which leads back', async () => {
    await start()
    assert.equal(code(await send('<x@far.example>', '<away@two.example>')), '250 2.0.0')
    const [got] = await arrived()
    assert.deepEqual(got?.to, ['friend@away.example'])
    assert.match(got?.from ?? '', /^SRS0=\w{8}=\w\w=far\.example=x@two\.example$/)
    // A bounce from there goes to whoever wrote it, with the null reverse-path that it has.
    const bounce = await send('<>', `<${got?.from.toLowerCase()}>`)
    assert.equal(code(bounce), '250 2.0.0')
    const [, back] = await arrived(2)
    assert.deepEqual(back?.to, ['x@far.example'])
    assert.equal(back?.from, '')
    await emptied()
  })

  test('nobody has us send to others by way of a return path', async () => {
    await start()
    const own = 'SRS0=aaaaaaaa=aa=far.example=victim@example.org'
    assert.equal(code(await send('<>', `<${own}>`)), '550 5.1.1')
    assert.equal(code(await send('<>', '<SRS1=aaaaaaaa=far.example==x=y=z@example.org>')), '550 5.1.1')
    assert.equal(code(await send('<>', `<${own.replace('example.org', 'far.example')}>`)), '550 5.7.1')
    await send('<x@far.example>', '<away@two.example>')
    const [got] = await arrived()
    // It is for notifications alone.
    assert.equal(await send('<spam@far.example>', `<${got?.from}>`), '550 5.7.1 Only notifications go to a return path')
    assert.equal(sink.got.length, 1)
  })

  test('a return path of ours, the null one, and all where the operator wants it stay as they are', async () => {
    await start()
    await send('<alice@example.org>', '<away@two.example>')
    await send('<>', '<away@two.example>')
    assert.deepEqual(new Set((await arrived(2)).map(({ from }) => from)), new Set(['alice@example.org', '']))
    await emptied()
    await service.stop(0)
    await start({ rewritesSenders: false })
    await send('<x@far.example>', '<away@two.example>')
    assert.equal((await arrived(3))[2]?.from, 'x@far.example')
  })

  test('our own report about what went on goes to whoever wrote it', async () => {
    await start()
    sink.manners = { rcpt: address => (address === 'friend@away.example' ? '550 5.1.1 nobody' : undefined) }
    await send('<x@far.example>', '<away@two.example>')
    const [report] = await arrived()
    assert.deepEqual(report?.to, ['x@far.example'])
    assert.match(report?.text ?? '', /^Action: failed\r$/m)
    await emptied()
  })

  test('an account forwards instead of keeping, or keeps as well; a script redirects with the same return path', async () => {
    await start()
    await store.forwards.set(alice.id, { targets: ['friend@away.example'], keeps: false })
    const before = (await messagesIn(store, alice.name)).length
    await send('<x@far.example>', '<alice+detail@example.org>')
    assert.ok(isReturnPath((await arrived())[0]?.from ?? ''))
    assert.equal((await messagesIn(store, alice.name)).length, before)
    await store.forwards.set(alice.id, { targets: ['friend@away.example', 'bob@example.org'], keeps: true })
    const atBob = (await messagesIn(store, bob.name)).length
    await send('<x@far.example>', '<alice@example.org>')
    await arrived(2)
    assert.equal((await messagesIn(store, alice.name)).length, before + 1)
    assert.equal((await messagesIn(store, bob.name)).length, atBob + 1)
    await setScript(store, bob.name, 'redirect "third@away.example";')
    await send('<x@far.example>', '<bob@example.org>')
    const redirected = (await arrived(3))[2]
    assert.deepEqual(redirected?.to, ['third@away.example'])
    assert.match(redirected?.from ?? '', /^SRS0=.*=far\.example=x@example\.org$/)
  })

  test('an alias of one passes the wishes of RFC 3461 on, and tells nothing itself (§5.2.7.2)', async () => {
    await start()
    const client = await greeted(service, 'smtp')
    await client.codes(
      'MAIL FROM:<x@far.example> ENVID=e1 RET=HDRS',
      'RCPT TO:<away@two.example> NOTIFY=SUCCESS,FAILURE',
      'DATA',
    )
    client.send(`${message}\r\n.\r\n`)
    await client.reply()
    client.close()
    const [got] = await arrived()
    assert.deepEqual(got?.rcptParameters, { NOTIFY: 'SUCCESS,FAILURE', ORCPT: 'rfc822;away@two.example' })
    assert.deepEqual({ ...got?.mailParameters, SIZE: 0, BODY: 0 }, { ENVID: 'e1', RET: 'HDRS', SIZE: 0, BODY: 0 })
    await emptied()
    assert.equal(sink.got.length, 1)
  })

  test('an alias of several tells that it was expanded, and passes the rest of the wishes on (§5.2.7.3, c)', async () => {
    await start()
    for (const [notify, passed] of [
      ['SUCCESS,FAILURE', 'FAILURE'],
      ['SUCCESS', 'NEVER'],
    ] as const) {
      sink.got.length = 0
      const client = await greeted(service, 'smtp')
      await client.codes('MAIL FROM:<x@far.example> ENVID=e2', `RCPT TO:<both@example.org> NOTIFY=${notify}`, 'DATA')
      client.send(`${message}\r\n.\r\n`)
      assert.equal(code(await client.reply()), '250 2.0.0')
      client.close()
      await arrived(2)
      const onward = sink.got.find(({ to }) => to.includes('friend@away.example'))
      assert.deepEqual(onward?.rcptParameters, { NOTIFY: passed, ORCPT: 'rfc822;both@example.org' })
      const [report, more] = reportsTo('x@far.example')
      assert.equal(more, undefined)
      assert.match(report?.text ?? '', /^Action: expanded\r\nStatus: 2\.0\.0\r$/m)
      assert.match(report?.text ?? '', /^Final-Recipient: rfc822; both@example\.org\r$/m)
      assert.match(report?.text ?? '', /^Original-Envelope-Id: e2\r$/m)
      assert.doesNotMatch(report?.text ?? '', /friend@away/)
    }
  })

  test('a group takes mail of those who may write to it, at RCPT', async () => {
    await start()
    const members = ['alice@example.org', 'friend@away.example']
    await store.groups.add({ address: 'club@example.org', members, senders: 'members' })
    await store.groups.add({
      address: 'staff@example.org',
      members: ['club@example.org', 'bob@example.org'],
      senders: 'local',
    })
    assert.equal(await send('<x@far.example>', '<club@example.org>'), '550 5.7.1 The group takes no mail from you')
    assert.equal(code(await send('<>', '<club@example.org>')), '550 5.7.1')
    // Whoever says so from outside need not be her.
    assert.equal(code(await send('<alice@example.org>', '<club@example.org>')), '550 5.7.1')
    assert.equal(code(await send('<friend@away.example>', '<club@example.org>')), '250 2.0.0')
    // An MTA of ours in front has looked.
    assert.equal(code(await send('<alice@example.org>', '<club@example.org>', 'lmtp')), '250 2.0.0')
    assert.equal(code(await send('<x@far.example>', '<staff@example.org>')), '550 5.7.1')
  })

  test('mail of an account to a group goes by the queue, which knows who wrote it', async () => {
    await store.groups.add({ address: 'club@example.org', members: ['bob@example.org'], senders: 'members' })
    const atBob = (await messagesIn(store, bob.name)).length
    const queued = async (account: Account) => {
      const writer = store.contents.writer({ limitOctets: 1000 })
      await writer.write(Buffer.from(`${message}\r\n`))
      const content = await writer.finish()
      const entry = {
        reversePath: account.name,
        recipient: 'club@example.org',
        account: account.id,
        expiresAt: Date.now() + 60_000,
      }
      await store.messages.deposit({ content, deliveries: [], enqueue: [entry] })
    }
    await queued(bob)
    await queued(alice)
    await start()
    await emptied()
    assert.equal((await messagesIn(store, bob.name)).length, atBob + 1)
    const [report] = (await messagesIn(store, alice.name)).slice(-1)
    assert.match(report?.text ?? '', /^Diagnostic-Code: smtp; 550 5\.7\.1 The group takes no mail from you\r$/m)
  })

  for (const by of ['smtp', 'lmtp', 'queue'] as const) {
    test(`one full mailbox behind a group holds up nobody else: ${by}`, async () => {
      await store.groups.add({
        address: 'all@example.org',
        members: ['alice@example.org', 'bob@example.org'],
        senders: 'anyone',
      })
      await store.quotas.set(alice.id, { messages: (await store.quotas.get(alice.id)).used.messages })
      const atBob = (await messagesIn(store, bob.name)).length
      const atAlice = (await messagesIn(store, alice.name)).length
      if (by === 'queue') {
        const writer = store.contents.writer({ limitOctets: 1000 })
        await writer.write(Buffer.from(`${message}\r\n`))
        const content = await writer.finish()
        const entry = { reversePath: 'x@far.example', recipient: 'all@example.org', expiresAt: Date.now() + 60_000 }
        await store.messages.deposit({ content, deliveries: [], enqueue: [entry] })
        await start()
      } else {
        await start()
        assert.equal(code(await send('<x@far.example>', '<all@example.org>', by)), '250 2.0.0')
      }
      const left = await deferred()
      assert.equal((await messagesIn(store, bob.name)).length, atBob + 1)
      assert.equal(left.recipient, 'alice@example.org')
      assert.match(left.lastReply ?? '', /^452 4\.2\.2 /)
      await store.quotas.set(alice.id, {})
      await store.queue.retryNow(left.id)
      await emptied()
      assert.equal((await messagesIn(store, alice.name)).length, atAlice + 1)
      assert.equal((await messagesIn(store, bob.name)).length, atBob + 1)
    })
  }

  test('a full mailbox that forwards as well has its mail go on once', async () => {
    await store.forwards.set(alice.id, { targets: ['friend@away.example'], keeps: true })
    await store.quotas.set(alice.id, { messages: (await store.quotas.get(alice.id)).used.messages })
    await start()
    assert.equal(code(await send('<x@far.example>', '<alice@example.org>')), '250 2.0.0')
    await arrived()
    const left = await deferred()
    await store.quotas.set(alice.id, {})
    await store.queue.retryNow(left.id)
    await emptied()
    assert.equal(sink.got.length, 1)
  })

  test('so many messages a minute from one address, and one past it not; those that are trusted may', async () => {
    const limits = { greetingSeconds: 0, messagesPerMinute: 2 }
    await start({ limits })
    const client = await greeted(service, 'smtp')
    const say = (line: string) => client.say(line)
    assert.deepEqual(await client.codes('MAIL FROM:<>', 'RSET', 'MAIL FROM:<>', 'RSET'), [
      '250 2.1.0',
      '250 2.0.0',
      '250 2.1.0',
      '250 2.0.0',
    ])
    assert.equal(await say('MAIL FROM:<>'), '421 4.7.0 Too many messages from your address, try later')
    assert.equal(await client.reply(), null)
    const lmtp = await greeted(service, 'lmtp')
    assert.deepEqual(await lmtp.codes('MAIL FROM:<>', 'RSET', 'MAIL FROM:<>', 'RSET', 'MAIL FROM:<>'), [
      ...['250 2.1.0', '250 2.0.0', '250 2.1.0', '250 2.0.0', '250 2.1.0'],
    ])
    lmtp.close()
    await service.stop(0)
    await start({ limits, exempt: networks(['127.0.0.1']) ?? nobody })
    const trusted = await greeted(service, 'smtp')
    for (let each = 0; each < 3; each++) {
      assert.deepEqual(await trusted.codes('MAIL FROM:<>', 'RSET'), ['250 2.1.0', '250 2.0.0'])
    }
    trusted.close()
  })
})
