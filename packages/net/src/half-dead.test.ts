import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Connection } from './connection.ts'
import { endsOf } from './ends.ts'
import { HalfDead, readSockets, socketKeys, socketStates } from './half-dead.ts'
import { listen } from './listen.ts'
import { testTls } from './testing.ts'

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode                                                     '
const row = (ends: string, queued: number, retransmitted: number) =>
  `   7: ${ends} 01 ${queued.toString(16).padStart(8, '0')}:00000000 01:000000D4 ${retransmitted.toString(16).padStart(8, '0')}     0        0 154 1 0000 100 4 30 10 -1`

const ends = { local: { host: '192.0.2.1', port: 993 }, remote: { host: '198.51.100.7', port: 40000 } }
const [key = '', key6 = ''] = socketKeys(ends)

suite('what the kernel says of a socket', () => {
  test('ends are written as it writes them', () => {
    assert.deepEqual(
      socketKeys({ local: { host: '127.0.0.1', port: 143 }, remote: { host: '10.0.0.255', port: 65535 } }),
      ['0100007F:008F FF00000A:FFFF', '0000000000000000FFFF00000100007F:008F 0000000000000000FFFF0000FF00000A:FFFF'],
    )
    assert.deepEqual(socketKeys({ local: { host: '::1', port: 1 }, remote: { host: '2001:db8::a:1', port: 2 } }), [
      '00000000000000000000000001000000:0001 B80D0120000000000000000001000A00:0002',
    ])
  })

  test('a table is read', () => {
    const states = socketStates([header, row(key, 300, 0), header, row(key6, 0x1234, 11)].join('\n'))
    assert.deepEqual(states.get(key), { unacknowledgedOctets: 300, retransmissions: 0 })
    assert.deepEqual(states.get(key6), { unacknowledgedOctets: 0x1234, retransmissions: 11 })
    assert.equal(socketStates('nonsense').size, 0)
  })

  for (const host of ['127.0.0.1', '::1', '::']) {
    test(`a live socket of ${host} is found in it`, async t => {
      if (!existsSync('/proc/net/tcp')) return
      const pair = await connected(t, host)
      const states = socketStates(await readSockets())
      const found = socketKeys(endsOf(pair.server)).map(each => states.get(each))
      assert.deepEqual(
        found.filter(state => state !== undefined),
        [{ unacknowledgedOctets: 0, retransmissions: 0 }],
      )
    })
  }
})

async function connected(t: TestContext, host: string) {
  const server = createServer()
  server.listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client = connect(port, host === '::' ? '127.0.0.1' : host)
  const [[accepted]] = await Promise.all([once(server, 'connection'), once(client, 'connect')])
  t.after(() => {
    client.destroy()
    accepted.destroy()
    server.close()
  })
  return { client, server: accepted }
}

for (const secure of [false, true]) {
  test(`a peer that is silent is asked whether it is there, ${secure ? 'under TLS' : 'in the clear'}`, async t => {
    if (!existsSync('/proc/net/tcp')) return
    const tls = testTls()
    const taken = Promise.withResolvers<Connection>()
    const listener = await listen({
      addresses: [{ host: '127.0.0.1', port: 0 }],
      limits: { total: 2, perAddress: 2 },
      ...(secure ? { implicitTls: tls.source } : {}),
      onConnection: taken.resolve,
    })
    t.after(() => listener.close())
    const target = { host: '127.0.0.1', port: listener.endpoints[0]?.port ?? 0 }
    const client = secure ? connectTls({ ...target, ca: tls.certificate, servername: 'localhost' }) : connect(target)
    t.after(() => client.destroy())
    const connection = await taken.promise
    connection.keepAlive(40_000)
    const [key = '', mapped = ''] = socketKeys(connection.socketEnds)
    // The timer of kind 2 is that of keepalive; its time is in hundredths of a second.
    const timer = new RegExp(`(?:${key}|${mapped}) \\w\\w \\w+:\\w+ 02:(\\w{8}) `)
    const hundredths = async () => Number.parseInt(timer.exec(await readSockets())?.[1] ?? 'ffffffff', 16)
    const late = AbortSignal.timeout(5_000)
    while ((await hundredths()) > 4_000) late.throwIfAborted()
    assert.ok((await hundredths()) > 3_000)
    connection.destroy()
  })
}

suite('a peer that is gone without a word', () => {
  const house = () => {
    const table = { text: '', now: 0, reads: 0 }
    const halfDead = new HalfDead({
      everyMilliseconds: 3_600_000,
      patienceMilliseconds: 30_000,
      now: () => table.now,
      read: async () => {
        table.reads++
        return table.text
      },
    })
    const gone: string[] = []
    const connection = {}
    const look = async (seconds: number, queued: number, retransmitted: number) => {
      table.now = seconds * 1000
      table.text = row(key, queued, retransmitted)
      await halfDead.look()
    }
    return { halfDead, gone, look, connection, send: () => halfDead.sent(connection, ends, () => gone.push('gone')) }
  }

  test('is found when it has acknowledged nothing for as long as that, once', async () => {
    const { halfDead, gone, look, send } = house()
    send()
    await look(0, 50, 0)
    await look(10, 50, 3)
    await look(39, 50, 6)
    assert.deepEqual(gone, [])
    await look(40, 50, 7)
    assert.deepEqual(gone, ['gone'])
    await look(80, 50, 9)
    assert.deepEqual([gone, halfDead.size], [['gone'], 0])
  })

  test('is not one that is slow', async () => {
    const { halfDead, gone, look, send } = house()
    send()
    for (let at = 0; at < 200; at += 20) await look(at, 50, (at / 20) % 2)
    assert.deepEqual([gone, halfDead.size], [[], 1])
    await look(210, 0, 0)
    assert.equal(halfDead.size, 0, 'what has all is looked at no more')
  })

  test('is not looked for where nothing is known of a socket, or it was forgotten', async () => {
    const { halfDead, gone, look, send, connection } = house()
    send()
    await look(0, 50, 3)
    halfDead.forget(connection)
    await look(60, 50, 3)
    halfDead.sent(connection, { ...ends, local: { host: '192.0.2.9', port: 1 } }, () => gone.push('gone'))
    await look(120, 50, 3)
    assert.deepEqual([gone, halfDead.size], [[], 0])
  })
})
