import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import type { Connection } from './connection.ts'
import { ListenError, type Listener, type ListenerOptions, listen, listenForSockets } from './listen.ts'
import { testTls } from './testing.ts'

const limits = { total: 10, perAddress: 10 }
const here = { host: '127.0.0.1', port: 0 }
const open: Listener[] = []
after(() => Promise.all(open.map(listener => listener.close())))

async function listening(options: Partial<ListenerOptions>): Promise<Listener> {
  const listener = await listen({ addresses: [here], limits, onConnection: () => {}, ...options })
  open.push(listener)
  return listener
}

function portOf(listener: Listener, index = 0): number {
  return listener.endpoints[index]?.port ?? 0
}

/** What a protocol does at the least: reads to the end, then ends. */
async function readToEnd(connection: Connection): Promise<void> {
  while ((await connection.read()) !== null);
  await connection.end()
}

async function textOf(socket: Socket): Promise<string> {
  let text = ''
  for await (const octets of socket) text += octets
  return text
}

test('a connection is probed when it is silent, so that a peer that vanished is found', async () => {
  const accepted = Promise.withResolvers<Connection>()
  const listener = await listening({ onConnection: accepted.resolve })
  const client = connect(portOf(listener), '127.0.0.1')
  const connection = await accepted.promise
  try {
    // Only Linux says which timers a socket has: 02 is that of keep-alive.
    if (!existsSync('/proc/net/tcp')) return
    const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, '0')
    const ends = `0100007F:${hex(portOf(listener))} 0100007F:${hex(client.localPort ?? 0)}`
    const line = readFileSync('/proc/net/tcp', 'utf8')
      .split('\n')
      .find(one => one.includes(ends))
    assert.match(line ?? '', / 02:[0-9A-F]{8} /, 'the timer of keep-alive is running')
  } finally {
    client.destroy()
    await connection.end()
  }
})

test('several addresses share one count of connections', async () => {
  const connections: Connection[] = []
  const listener = await listening({
    addresses: [here, { host: '127.0.0.2', port: 0 }],
    limits: { total: 2, perAddress: 10 },
    onConnection: connection => {
      connections.push(connection)
      void connection.write('hello')
      void readToEnd(connection)
    },
    refuse: socket => socket.end('full'),
  })
  assert.equal(listener.endpoints.length, 2)
  assert.deepEqual(
    listener.endpoints.map(endpoint => endpoint.host),
    ['127.0.0.1', '127.0.0.2'],
  )
  const first = connect(portOf(listener), '127.0.0.1')
  await once(first, 'data')
  const second = connect(portOf(listener, 1), '127.0.0.2')
  await once(second, 'data')
  assert.equal(listener.connections, 2)
  assert.equal(connections[1]?.local.host, '127.0.0.2')
  assert.notEqual(connections[0]?.id, connections[1]?.id)
  assert.equal(await textOf(connect(portOf(listener), '127.0.0.1')), 'full')
  first.destroy()
  await connections[0]?.closed
  const third = connect(portOf(listener), '127.0.0.1')
  assert.equal(String((await once(third, 'data'))[0]), 'hello')
  second.destroy()
  third.destroy()
})

test('an address in use is an error with a sentence, and nothing stays open', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  assert(address !== null && typeof address === 'object')
  const free = createServer().listen(0, '127.0.0.1')
  await once(free, 'listening')
  const other = free.address()
  assert(other !== null && typeof other === 'object')
  await new Promise(resolve => free.close(resolve))

  const wanted = { host: '127.0.0.1', port: other.port }
  const occupied = { host: '127.0.0.1', port: address.port }
  await assert.rejects(listen({ addresses: [wanted, occupied], limits, onConnection: () => {} }), (error: unknown) => {
    assert(error instanceof ListenError)
    assert.equal(error.code, 'EADDRINUSE')
    assert.deepEqual(error.endpoint, occupied)
    assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${address.port}: another program uses this address`))
    return true
  })
  const again = await listening({ addresses: [wanted] })
  assert.equal(portOf(again), other.port)
  taken.close()
})

test('each error of the system has its sentence', async () => {
  const rows: [code: string, says: RegExp][] = [
    ['EACCES', /below 1024 need a privilege.*above 1023/],
    ['EADDRNOTAVAIL', /does not have that address/],
    ['EAFNOSUPPORT', /no such address family/],
    ['ENOTFOUND', /does not resolve/],
    ['EIO', /\[::1\]:143: strange/],
  ]
  for (const [code, says] of rows)
    assert.match(new ListenError({ host: '::1', port: 143 }, code, 'strange').message, says)
  await assert.rejects(listening({ addresses: [{ host: '192.0.2.1', port: 0 }] }), { code: 'EADDRNOTAVAIL' })
})

test('0.0.0.0 and [::] may share a port', async t => {
  const first = await listening({ addresses: [{ host: '0.0.0.0', port: 0 }] })
  const { port } = first.endpoints[0] ?? here
  await first.close()
  try {
    const both = await listening({
      addresses: [
        { host: '0.0.0.0', port },
        { host: '::', port },
      ],
    })
    assert.equal(both.endpoints.length, 2)
  } catch (error) {
    assert(error instanceof ListenError)
    t.diagnostic(error.message)
    assert.match(error.code, /EAFNOSUPPORT|EADDRNOTAVAIL/)
  }
})

test('after close the port is free and connections go on', async () => {
  const accepted: Connection[] = []
  const listener = await listening({ onConnection: connection => void accepted.push(connection) })
  const client = connect(portOf(listener), '127.0.0.1')
  await once(client, 'connect')
  client.write('still here')
  await listener.close()
  const late = connect(portOf(listener), '127.0.0.1')
  const [error] = await once(late, 'error')
  assert.equal(error.code, 'ECONNREFUSED')
  const again = createServer().listen(portOf(listener), '127.0.0.1')
  await once(again, 'listening')
  again.close()
  const octets = await accepted[0]?.read()
  assert.equal(Buffer.from(octets ?? []).toString(), 'still here')
  client.destroy()
})

test('implicit TLS: a connection is told of after its handshake, a failed one is counted out', async () => {
  const tls = testTls()
  let failed: (connection: Connection) => void = () => {}
  const failure = new Promise<Connection>(resolve => {
    failed = resolve
  })
  const listener = await listening({
    implicitTls: tls.source,
    onConnection: connection => {
      void connection.write(connection.tls?.protocol ?? 'clear')
      void readToEnd(connection)
    },
    onHandshakeFailure: failed,
  })
  const client = connectTls({ port: portOf(listener), host: '127.0.0.1', ca: tls.certificate })
  assert.equal(String((await once(client, 'data'))[0]), 'TLSv1.3')
  assert.equal(listener.connections, 1)
  client.destroy()

  const clear = connect(portOf(listener), '127.0.0.1')
  clear.on('error', () => {})
  clear.write('a NOOP\r\n')
  const connection = await failure
  await connection.closed
  assert.match(String(connection.error), /wrong version number|ssl|EPROTO|tls/i)
  clear.destroy()
})

test('implicit TLS over the limit closes without a clear word', async () => {
  const listener = await listening({
    implicitTls: testTls().source,
    limits: { total: 0, perAddress: 1 },
    refuse: socket => socket.end('never in the clear'),
  })
  assert.equal(await textOf(connect(portOf(listener), '127.0.0.1')), '')
})

test('bare sockets are counted as well', async () => {
  const sockets: Socket[] = []
  const listener = await listenForSockets({
    addresses: [here],
    limits: { total: 1, perAddress: 1 },
    onSocket: socket => void sockets.push(socket.on('error', () => {})),
  })
  open.push(listener)
  const client = connect(portOf(listener), '127.0.0.1')
  await once(client, 'connect')
  assert.equal(await textOf(connect(portOf(listener), '127.0.0.1')), '')
  assert.equal(sockets.length, 1)
  client.destroy()
})
