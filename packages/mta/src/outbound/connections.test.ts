/** How many connections there are, for how much, and in what order: against servers that write down all they hear. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { NewQueueEntry, Store } from '@lemonade/store'
import type { MtaLimits } from '../limits.ts'
import type { MtaOptions, MtaService } from '../service.ts'
import { openTestStore, startMta, untilQueue } from '../testing.ts'
import { everywhereHere, type Script, type Scripted, scripted } from './scripted.testing.ts'

describe('connections to other servers', () => {
  let store: Store
  let close: () => Promise<void>
  let server: Scripted
  let service: MtaService | null = null
  before(async () => {
    ;({ store, close } = await openTestStore())
  })
  after(() => close())
  afterEach(async () => {
    await service?.stop(0)
    await server.close()
  })

  const listen = async (script: Script): Promise<void> => {
    server = await scripted(script)
  }
  const start = async (limits: Partial<MtaLimits> = {}, options: Partial<Omit<MtaOptions, 'limits'>> = {}) => {
    service = await startMta(store, {
      resolver: everywhereHere,
      outboundPort: server.port,
      ...options,
      limits: { outboundPerDestination: 1, ...limits },
    })
  }
  const enqueue = async (recipients: readonly string[], entry: Partial<NewQueueEntry> = {}): Promise<void> => {
    const writer = store.contents.writer({ limitOctets: 1000 })
    await writer.write(Buffer.from(`Subject: ${crypto.randomUUID()}\r\n\r\n`))
    const expiresAt = Date.now() + 60_000
    const enqueue = recipients.map(recipient => ({ reversePath: 'alice@example.org', recipient, expiresAt, ...entry }))
    await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue })
  }
  const empty = () => untilQueue(store, entries => (entries.length === 0 ? true : null))
  const said = (verb: string) => server.lines.filter(line => line.startsWith(verb))
  const keywords = ['PIPELINING', 'CHUNKING']

  test('one is kept for what comes a bit later, and no longer than it may be', async () => {
    await listen({ keywords })
    await start({ outboundIdleSeconds: 60 })
    for (const recipient of ['a@far.example', 'b@far.example', 'c@far.example']) {
      await enqueue([recipient])
      await empty()
    }
    assert.equal(server.connections, 1)
    await service?.stop(0)
    await start({ outboundIdleSeconds: 0 })
    for (const recipient of ['a@far.example', 'b@far.example']) {
      await enqueue([recipient])
      await empty()
    }
    assert.equal(server.connections, 3)
  })

  test('one that the server ended meanwhile costs the message nothing', async () => {
    let mails = 0
    await listen({ keywords, reply: line => (line.startsWith('MAIL') && ++mails === 2 ? null : undefined) })
    await start({ outboundIdleSeconds: 60 })
    await enqueue(['a@far.example'])
    await empty()
    await enqueue(['b@far.example'])
    await empty()
    assert.deepEqual([mails, server.connections, server.contents.length], [3, 2, 2])
  })

  test('so many messages on one, and then another', async () => {
    await listen({ keywords })
    for (let count = 0; count < 5; count++) await enqueue([`${count}@far.example`])
    await start({ outboundPerConnection: 2 })
    await empty()
    assert.equal(server.connections, 3)
  })

  test('a hand that is full is filled again, with one entry or with many', async () => {
    for (const outboundEntries of [1, 3, 20]) {
      await listen({ keywords })
      for (let count = 0; count < 25; count++) await enqueue([`${count}@far.example`])
      await start({ outboundEntries })
      await empty()
      assert.equal(server.contents.length, 25)
      await service?.stop(0)
      await server.close()
    }
    await listen({})
  })

  test('RFC 9422 §4.1: no more messages than the server takes', async () => {
    await listen({ keywords: [...keywords, 'LIMITS MAILMAX=2'] })
    for (let count = 0; count < 5; count++) await enqueue([`${count}@far.example`])
    await start()
    await empty()
    assert.equal(server.connections, 3)
  })

  test('RFC 9422 §4.2: no more recipients than the server takes, in as many transactions as that makes', async () => {
    await listen({ keywords: [...keywords, 'LIMITS RCPTMAX=2 MAILMAX=2'] })
    await enqueue(['a', 'b', 'c', 'd', 'e'].map(name => `${name}@far.example`))
    await start()
    await empty()
    assert.deepEqual([said('MAIL').length, said('RCPT').length, server.connections], [3, 5, 2])
  })

  test('RFC 9422 §4.3: no more domains than the server takes', async () => {
    await listen({ keywords: [...keywords, 'LIMITS RCPTDOMAINMAX=1'] })
    await enqueue(['a@one.example', 'b@two.example', 'c@one.example'])
    await start({}, { smartHost: { host: '127.0.0.1', port: server.port } })
    await empty()
    assert.deepEqual(
      server.lines.filter(line => /^(?:EHLO|RCPT)/.test(line)).map(line => line.split(':')[1] ?? 'EHLO'),
      ['EHLO', '<a@one.example>', '<c@one.example>', 'EHLO', '<b@two.example>'],
    )
  })

  test('RFC 6710 §5.1: what is urgent goes before what waits already', async () => {
    await listen({ keywords: ['PIPELINING', 'MT-PRIORITY'] })
    await enqueue(['bulk@far.example'], { options: { priority: -4 } })
    await enqueue(['usual@far.example'])
    await enqueue(['urgent@far.example'], { options: { priority: 4 } })
    await start()
    await empty()
    assert.deepEqual(said('MAIL'), [
      'MAIL FROM:<alice@example.org> MT-PRIORITY=4',
      'MAIL FROM:<alice@example.org> MT-PRIORITY=0',
      'MAIL FROM:<alice@example.org> MT-PRIORITY=-4',
    ])
  })

  test('a route leads some domains elsewhere, by name and password', async () => {
    await listen({ keywords: ['AUTH PLAIN'], reply: line => (line.startsWith('AUTH') ? '235 2.7.0 OK' : undefined) })
    const usual = await scripted({})
    const login = { user: 'user', password: 'pass', tls: 'never' as const }
    await start(
      {},
      {
        smartHost: { host: '127.0.0.1', port: usual.port },
        routes: [{ to: ['far.example'], smartHost: { host: '127.0.0.1', port: server.port, ...login } }],
      },
    )
    await enqueue(['a@far.example', 'b@other.example'])
    await empty()
    assert.deepEqual(server.lines.slice(1, 4), [
      `AUTH PLAIN ${Buffer.from('\0user\0pass').toString('base64')}`,
      'MAIL FROM:<alice@example.org>',
      'RCPT TO:<a@far.example>',
    ])
    assert.deepEqual(usual.lines.slice(2, 3), ['RCPT TO:<b@other.example>'])
    await usual.close()
  })
})
