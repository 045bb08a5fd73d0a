/** RFC 8689: messages that must be protected on every hop, and messages that would rather arrive. */
import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import type { NewQueueEntry } from '@lemonade/store'
import { untilQueue } from '../../testing.ts'
import { issue } from './authority.testing.ts'
import { daneEe, root, unknownRoot, World } from './world.testing.ts'

const good = issue({ names: ['mx.far.example'] }, root)
const untrusted = issue({ names: ['mx.far.example'], ownKey: true }, unknownRoot)
const keywords = ['REQUIRETLS']

const world = await World.open()
after(() => world.close())
beforeEach(() => world.reset())

const required = (more: Partial<NewQueueEntry> = {}): Partial<NewQueueEntry> => ({
  ...more,
  options: { tls: 'required', ...more.options },
})
const parameters = () => world.sinks[0]?.got[0]?.mailParameters as Record<string, unknown> | undefined

describe('REQUIRETLS', () => {
  test('§4.2.1: an authenticated server whose MX is validated, which offers it, is told of it', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    world.far(true)
    assert.equal(await world.send(required()), 'encrypted to 0')
    assert.equal(parameters()?.['REQUIRETLS'], true)
  })

  test('other messages do not say it', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    world.far(true)
    assert.equal(await world.send(), 'encrypted to 0')
    assert.equal(parameters()?.['REQUIRETLS'], undefined)
  })

  test('§4.2.1: MTA-STS validates the MX as well, in testing too', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    world.far(false)
    world.sts('testing')
    assert.equal(await world.send(required()), 'encrypted to 0')
  })

  test('§2: DANE authenticates the server as well', async () => {
    await world.server('127.0.0.1', { chain: [untrusted], keywords })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(untrusted)])
    assert.equal(await world.send(required()), 'encrypted to 0')
  })

  test('§4.2.1: a domain without MX is its own host', async () => {
    await world.server('127.0.0.1', { chain: [issue({ names: ['far.example'] }, root)], keywords })
    world.dns.say('A', 'far.example', ['127.0.0.1'])
    assert.equal(await world.send(required()), 'encrypted to 0')
  })

  const bounces = {
    'the server does not offer it': [[good], [], true, '5.7.30', /REQUIRETLS support required/],
    'there is no TLS': [null, keywords, true, '5.7.10', /starttls-not-supported/],
    'nobody trusts the certificate': [[untrusted], keywords, true, '5.7.10', /certificate-not-trusted/],
    'the certificate is of another name': [
      [issue({ names: ['mx.near.example'] }, root)],
      keywords,
      true,
      '5.7.10',
      /certificate-host-mismatch/,
    ],
    'nothing validates the MX': [[good], keywords, false, '5.7.10', /MX records are not validated/],
  } as const
  for (const [name, [chain, offered, secure, status, reason]] of Object.entries(bounces)) {
    test(`§4.2.1, §5: back it goes where ${name}, with its header and no more`, async () => {
      const sink = await world.server('127.0.0.1', { chain, keywords: offered })
      world.far(secure)
      const text = 'Subject: private\r\n\r\nthe secret\r\n'
      await world.enqueue(required({ options: { ret: 'FULL' } }), text)
      await world.start()
      await untilQueue(world.store, entries => (entries.length === 0 ? true : null))
      await world.stop()
      assert.deepEqual(sink.got, [])
      const [bounce = ''] = await world.bounces()
      assert.match(bounce, new RegExp(`^Status: ${status.replaceAll('.', '\\.')}\r$`, 'm'))
      assert.match(bounce, reason)
      assert.match(bounce, /^Subject: private\r$/m)
      assert.doesNotMatch(bounce, /the secret/)
    })
  }

  test('§4.2.1: a host that does not do gives way to one that does', async () => {
    await world.server('127.0.0.1', { chain: [good] })
    await world.server('127.0.0.2', { chain: [issue({ names: ['mx2.far.example'] }, root)], keywords })
    world.far(true, [
      ['mx.far.example', '127.0.0.1'],
      ['mx2.far.example', '127.0.0.2'],
    ])
    assert.equal(await world.send(required()), 'encrypted to 1')
  })

  test('a host that is only down leaves hope: the message waits', async () => {
    const down = await world.server('127.0.0.2', { chain: [good], keywords })
    await down.stop()
    world.sinks.length = 0
    await world.server('127.0.0.1', { chain: [good] })
    world.far(true, [
      ['mx.far.example', '127.0.0.1'],
      ['mx2.far.example', '127.0.0.2'],
    ])
    assert.match(await world.send(required()), /^waits: .*ECONNREFUSED/)
  })

  test('DNS that does not tell the TLSA records leaves hope too', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    world.far(true)
    world.dns.fail('TLSA', `_${world.port}._tcp.mx.far.example`, 'SERVFAIL')
    assert.match(await world.send(required()), /^waits: .*dnssec-invalid/)
  })

  test('§5: a bounce of such a message asks for it too, and is rather sent without than lost', async () => {
    await world.server('127.0.0.1', { chain: [untrusted] })
    world.far(true)
    assert.equal(await world.send(required({ reversePath: '' })), 'encrypted to 0')
    assert.equal(parameters()?.['REQUIRETLS'], undefined)
  })

  test('§5: it is sent with it where that can be', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    world.far(true)
    await world.send(required({ reversePath: '' }))
    assert.equal(parameters()?.['REQUIRETLS'], true)
  })

  test('messages with and without it have connections of their own', async () => {
    const sink = await world.server('127.0.0.1', { chain: [good] })
    world.far(true)
    await world.enqueue()
    await world.enqueue(required({ recipient: 'carol@far.example' }))
    await world.start()
    await untilQueue(world.store, entries => (entries.length === 0 ? true : null))
    await world.stop()
    assert.deepEqual(
      sink.got.map(({ to }) => to),
      [['bob@far.example']],
    )
    assert.equal((await world.bounces()).length, 1)
  })

  test('a smart host that is verified anyway must offer it', async () => {
    const sink = await world.server('127.0.0.1', { chain: [issue({ names: ['relay.example'] }, root)] })
    world.dns.say('A', 'relay.example', ['127.0.0.1'])
    const smartHost = { host: 'relay.example', port: world.port, tls: 'required' as const }
    await world.enqueue(required())
    await world.start({ smartHost })
    await untilQueue(world.store, entries => (entries.length === 0 ? true : null))
    await world.stop()
    assert.match((await world.bounces())[0] ?? '', /^Status: 5\.7\.30\r$/m)
    await sink.stop()
    world.sinks.length = 0
    await world.server('127.0.0.1', { chain: [issue({ names: ['relay.example'] }, root)], keywords })
    await world.enqueue(required())
    await world.start({ smartHost })
    await world.sinks[0]?.until(1)
    assert.equal(parameters()?.['REQUIRETLS'], true)
  })

  test('not through a smart host without TLS', async () => {
    await world.server('127.0.0.1', { chain: [good], keywords })
    await world.enqueue(required())
    await world.start({ smartHost: { host: '127.0.0.1', port: world.port, tls: 'never' } })
    await untilQueue(world.store, entries => (entries.length === 0 ? true : null))
    assert.match((await world.bounces())[0] ?? '', /^Status: 5\.7\.10\r$/m)
  })
})

describe('TLS-Required: No (§4.2.2)', () => {
  const optional = { options: { tls: 'optional' as const } }

  test('what the other domain asks for is not enforced, but done as far as it goes', async () => {
    await world.server('127.0.0.1', { chain: [untrusted] })
    world.far(false)
    world.sts('enforce')
    assert.equal(await world.send(optional), 'encrypted to 0')
    assert.deepEqual(await world.told(), [])
  })

  test('neither MTA-STS nor DANE', async () => {
    await world.server('127.0.0.1', { chain: null })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(good)])
    world.sts('enforce', ['mx.other.example'])
    assert.equal(await world.send(optional), 'plain to 0')
  })

  test('nor DNS that fails', async () => {
    await world.server('127.0.0.1', { chain: null })
    world.far(true)
    world.dns.fail('TLSA', `_${world.port}._tcp.mx.far.example`, 'SERVFAIL')
    assert.equal(await world.send(optional), 'plain to 0')
  })
})
