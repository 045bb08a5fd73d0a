import assert from 'node:assert/strict'
import { once } from 'node:events'
import { BlockList, connect, type Socket } from 'node:net'
import { mock, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Connection } from './connection.ts'
import type { Endpoint } from './endpoint.ts'
import { type Listener, type ListenerOptions, listen } from './listen.ts'
import { proxyHeaderMilliseconds } from './proxied.ts'
import { testTls } from './testing.ts'

const line = 'PROXY TCP4 192.0.2.9 198.51.100.1 4711 25\r\n'

interface Door {
  readonly listener: Listener
  /** Why connections were closed. */
  readonly refused: { proxy: Endpoint; reason: string }[]
  readonly client: (from?: string) => Socket
}

/** A listener that trusts 127.0.0.2 to speak for others, and says to each client where it comes from. */
async function open(
  t: { after(end: () => Promise<void>): void },
  options: Partial<ListenerOptions> = {},
): Promise<Door> {
  const addresses = new BlockList()
  addresses.addAddress('127.0.0.2')
  const refused: Door['refused'] = []
  const listener = await listen({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    limits: { total: 10, perAddress: 1 },
    proxies: { addresses, onRefused: (proxy, reason) => void refused.push({ proxy, reason }) },
    onConnection: tellItself,
    refuse: socket => socket.end('full'),
    ...options,
  })
  t.after(() => listener.close())
  const client = (from = '127.0.0.2') =>
    connect({ port: listener.endpoints[0]?.port ?? 0, host: '127.0.0.1', localAddress: from, noDelay: true })
  return { listener, refused, client }
}

/** Says who the client is and gives back its first words. */
async function tellItself(connection: Connection): Promise<void> {
  const { remote, local } = connection
  const words = Buffer.from((await connection.read()) ?? []).toString()
  await connection.write(`${remote.host} ${remote.port} ${local.host} ${words}`)
  while ((await connection.read()) !== null);
  await connection.end()
}

async function heard(socket: Socket): Promise<string> {
  let text = ''
  for await (const octets of socket) text += octets
  return text
}

test('a proxy says who the client is; its words follow in the same packet, or later, or in pieces', async t => {
  const { client, listener, refused } = await open(t)
  const together = client()
  together.end(`${line}hello`)
  assert.equal(await heard(together), '192.0.2.9 4711 198.51.100.1 hello')
  const apart = client()
  for (const octet of line) {
    apart.write(octet)
    await new Promise(resolve => setImmediate(resolve))
  }
  apart.end('later')
  assert.match(await heard(apart), /^192\.0\.2\.9 4711 198\.51\.100\.1 l/)
  const nothing = client()
  nothing.end(line)
  assert.equal(await heard(nothing), '192.0.2.9 4711 198.51.100.1 ')
  assert.equal(listener.connections, 0)
  assert.deepEqual(refused, [])
})

test('who is no proxy may not say anything of the kind, and a proxy says it before all else', async t => {
  const { client, refused, listener } = await open(t)
  const stranger = client('127.0.0.3')
  stranger.end(`${line}hello`)
  assert.match(await heard(stranger), /^127\.0\.0\.3 \d+ 127\.0\.0\.1 PROXY TCP4 .*\r\nhello$/)
  const proxy = client()
  proxy.on('error', () => {})
  proxy.end('EHLO x\r\n')
  assert.equal(await heard(proxy).catch(() => ''), '')
  assert.deepEqual(
    refused.map(({ proxy: { host }, reason }) => [host, reason]),
    [['127.0.0.2', 'the connection does not begin with a PROXY header']],
  )
  assert.equal(listener.connections, 0)
})

test('a proxy may speak for itself', async t => {
  const { client } = await open(t)
  const probe = client()
  probe.end('PROXY UNKNOWN\r\nhello')
  assert.match(await heard(probe), /^127\.0\.0\.2 \d+ 127\.0\.0\.1 hello$/)
})

test('a header that does not come whole closes the connection, in its time or with its end', async t => {
  const { client, refused, listener } = await open(t)
  const cut = client()
  cut.end('PROXY TCP4 ')
  cut.on('error', () => {})
  assert.equal(await heard(cut).catch(() => ''), '')
  assert.equal(refused[0]?.reason, 'the connection ended in its PROXY header')
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const slow = client()
    slow.on('error', () => {})
    slow.write('PROXY')
    while (listener.connections === 0) await new Promise(resolve => setImmediate(resolve))
    mock.timers.tick(proxyHeaderMilliseconds - 1)
    assert.equal(refused.length, 1)
    mock.timers.tick(1)
    assert.equal(await heard(slow).catch(() => ''), '')
    assert.equal(refused[1]?.reason, 'the PROXY header did not come in time')
  } finally {
    mock.timers.reset()
  }
  assert.equal(listener.connections, 0)
})

test('the limit an address is of clients, not of the proxy', async t => {
  const { client } = await open(t)
  const say = async (address: string): Promise<[Socket, string]> => {
    const socket = client()
    socket.write(`PROXY TCP4 ${address} 127.0.0.1 1 2\r\nx`)
    return [socket, String((await once(socket, 'data'))[0])]
  }
  const [first, one] = await say('192.0.2.1')
  const [second, two] = await say('192.0.2.2')
  const [, three] = await say('192.0.2.1')
  assert.match(one, /^192\.0\.2\.1/)
  assert.match(two, /^192\.0\.2\.2/)
  assert.equal(three, 'full')
  first.destroy()
  second.destroy()
})

test('connections of proxies count before they have said for whom', async t => {
  const { client, listener } = await open(t, { limits: { total: 1, perAddress: 1 } })
  const silent = client()
  while (listener.connections === 0) await new Promise(resolve => setImmediate(resolve))
  assert.equal(await heard(client('127.0.0.3')), 'full')
  silent.destroy()
  while (listener.connections > 0) await new Promise(resolve => setImmediate(resolve))
})

test('a listener that closes lets go of proxies that have not said for whom they speak', async t => {
  const { client, listener } = await open(t)
  const silent = client()
  silent.on('error', () => {})
  while (listener.connections === 0) await new Promise(resolve => setImmediate(resolve))
  await listener.close()
  assert.equal(await heard(silent).catch(() => ''), '')
})

test('the header comes before the handshake of implicit TLS', async t => {
  const tls = testTls()
  const { client } = await open(t, { implicitTls: tls.source })
  const socket = client()
  await once(socket, 'connect')
  socket.write(line)
  const secured = connectTls({ socket, ca: tls.certificate, servername: 'localhost' })
  await once(secured, 'secureConnect')
  secured.write('hello')
  assert.equal(String((await once(secured, 'data'))[0]), '192.0.2.9 4711 198.51.100.1 hello')
  secured.destroy()
})
