import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { type Connection, ConnectionClosed, queueOctets } from './connection.ts'
import { type Listener, listen } from './listen.ts'
import { testTls } from './testing.ts'
import type { TlsSource } from './tls.ts'

const tls = testTls()
const listeners: Listener[] = []
const clients: Socket[] = []
after(() => {
  for (const client of clients) client.destroy()
  return Promise.all(listeners.map(listener => listener.close()))
})

async function pair(implicitTls?: TlsSource, options: ConnectionOptions = {}): Promise<[Connection, Socket]> {
  const accepted = Promise.withResolvers<Connection>()
  const listener = await listen({
    addresses: [{ host: '127.0.0.1', port: 0 }],
    limits: { total: 10, perAddress: 10 },
    onConnection: accepted.resolve,
    ...(implicitTls === undefined ? {} : { implicitTls }),
  })
  listeners.push(listener)
  const port = listener.endpoints[0]?.port ?? 0
  const client =
    implicitTls === undefined
      ? connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      : connectTls({ port, host: '127.0.0.1', ca: tls.certificate, ...options })
  client.on('error', () => {})
  clients.push(client)
  return [await accepted.promise, client]
}

/** Reads until `octets` have come. */
async function take(connection: Connection, octets: number): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let had = 0; had < octets; ) {
    const part = await connection.read()
    assert(part !== null, 'the end came early')
    parts.push(part)
    had += part.length
  }
  return Buffer.concat(parts)
}

async function upgrade(socket: Socket, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const client = connectTls({ socket, ca: tls.certificate, host: 'localhost', ...options })
  client.on('error', () => {})
  clients.push(client)
  await once(client, 'secureConnect')
  return client
}

test('octets go both ways, and null is the end', async () => {
  const [connection, client] = await pair()
  client.write('one')
  assert.equal(String(await take(connection, 3)), 'one')
  await connection.write('zwei Öre')
  await connection.write(new Uint8Array([1, 2]))
  const [first] = await once(client, 'data')
  assert.deepEqual(first, Buffer.concat([Buffer.from('zwei Öre'), Buffer.from([1, 2])]))
  client.end('last')
  assert.equal(String(await take(connection, 4)), 'last')
  assert.equal(await connection.read(), null)
  assert.equal(await connection.read(), null)
  await connection.write('after your end')
  assert.equal(String((await once(client, 'data'))[0]), 'after your end')
  await connection.end()
  assert.equal(connection.open, false)
  assert.equal(connection.error, null)
})

test('what is written within a tick leaves in one piece', async () => {
  for (const source of [undefined, tls.source]) {
    const [connection, client] = await pair(source)
    for (const word of ['* OK', ' one', ' piece']) void connection.write(word)
    assert.equal(String((await once(client, 'data'))[0]), '* OK one piece')
    client.destroy()
  }
})

test('only one read waits at a time', async () => {
  const [connection, client] = await pair()
  const waiting = connection.read()
  assert.throws(() => connection.read(), /read\(\) while a read is waiting/)
  await assert.rejects(connection.startTls(tls.source, 'OK\r\n'), /startTls\(\) while a read is waiting/)
  client.write('x')
  assert.equal(String(await waiting), 'x')
})

test('write waits for a peer that does not read, and goes on when it does', async () => {
  const [connection, client] = await pair()
  client.pause()
  const page = new Uint8Array(65_536).fill(120)
  let written = 0
  let waits: Promise<void> | null = null
  while (waits === null) {
    const write = connection.write(page)
    written += page.length
    const first = await Promise.race([write.then(() => 'ready'), new Promise(resolve => setImmediate(resolve, 'late'))])
    if (first === 'late') waits = write
    assert(written < 64 * 1_048_576)
  }
  let read = 0
  client.on('data', octets => {
    read += octets.length
  })
  client.resume()
  await waits
  while (read < written) await once(client, 'data')
  assert.equal(read, written)
})

test('a caller that does not wait is cut off at the bound', async () => {
  const [connection, client] = await pair()
  client.pause()
  const page = new Uint8Array(1_048_576)
  let pages = 0
  while (connection.open) {
    connection.write(page)
    pages++
    assert(pages * page.length <= queueOctets + 16 * page.length)
  }
  await connection.closed
  assert.match(String(connection.error), /octets queued for a peer that does not read/)
  await assert.rejects(connection.write('x'), ConnectionClosed)
})

test('a peer that vanishes ends reads and rejects writes', async () => {
  const [connection, client] = await pair()
  const read = connection.read()
  client.resetAndDestroy()
  assert.equal(await read, null)
  await connection.closed
  assert.equal((connection.error as NodeJS.ErrnoException | null)?.code, 'ECONNRESET')
  await assert.rejects(connection.write('x'), ConnectionClosed)
  await assert.rejects(connection.startTls(tls.source, 'OK\r\n'), ConnectionClosed)
  await connection.end()
})

test('a write that waits is rejected when the peer vanishes', async () => {
  const [connection, client] = await pair()
  client.pause()
  const write = connection.write(new Uint8Array(queueOctets))
  client.resetAndDestroy()
  await assert.rejects(write, ConnectionClosed)
})

test('STARTTLS after the go-ahead, with the facts of both sides alike', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const [connection, client] = await pair()
    assert.equal(connection.secure, false)
    client.write('STARTTLS\r\n')
    await take(connection, 10)
    const turned = connection.startTls(tls.source, 'OK begin\r\n')
    assert.equal(connection.secure, false)
    await once(client, 'data')
    const secure = await upgrade(client, { maxVersion })
    await turned
    assert.equal(connection.secure, true)
    const facts = connection.tls
    assert(facts !== null)
    assert.equal(facts.protocol, maxVersion)
    assert.match(facts.cipher, /^TLS_/)
    assert.deepEqual(facts.certificate, tls.source.certificate)
    assert.deepEqual(Buffer.from(facts.certificate ?? []), secure.getPeerCertificate().raw)
    const label = 'EXPORTER-Channel-Binding'
    assert.deepEqual(facts.exporter(32, label), secure.exportKeyingMaterial(32, label, undefined as never))
    const context = new Uint8Array([1, 2, 3])
    assert.deepEqual(facts.exporter(16, label, context), secure.exportKeyingMaterial(16, label, Buffer.from(context)))
    secure.write('secret')
    assert.equal(String(await take(connection, 6)), 'secret')
    await connection.write('answer')
    assert.equal(String((await once(secure, 'data'))[0]), 'answer')
    await assert.rejects(connection.startTls(tls.source, 'OK\r\n'), /TLS is up already/)
    secure.end()
    assert.equal(await connection.read(), null)
    await connection.end()
  }
})

test('octets in the clear that came before the handshake are never read', async () => {
  const [connection, client] = await pair()
  client.write('STARTTLS\r\n')
  await take(connection, 10)
  client.write('a LOGIN mallory x\r\n')
  // The octets are in the socket's buffer before the go-ahead leaves.
  while (connection.buffered < 19) await new Promise(resolve => setImmediate(resolve))
  const turned = connection.startTls(tls.source, 'OK\r\n')
  await once(client, 'data')
  const secure = await upgrade(client)
  await turned
  secure.write('a NOOP\r\n')
  assert.equal(String(await take(connection, 8)), 'a NOOP\r\n')
})

test('octets in the clear that come instead of the handshake end the connection', async () => {
  const [connection, client] = await pair()
  const turned = connection.startTls(tls.source, 'OK\r\n')
  await once(client, 'data')
  client.write('a LOGIN mallory x\r\n')
  await assert.rejects(turned, (error: unknown) => error instanceof ConnectionClosed && error.cause instanceof Error)
  assert.equal(connection.secure, false)
  assert.equal(connection.tls, null)
  await connection.closed
  assert.equal(await connection.read(), null)
})

test('TLS 1.1 is refused', async () => {
  const [connection, client] = await pair()
  const turned = connection.startTls(tls.source, 'OK\r\n')
  await once(client, 'data')
  const old = connectTls({
    socket: client,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  })
  clients.push(old)
  old.on('error', () => {})
  await assert.rejects(turned, ConnectionClosed)
})

test('a reloaded certificate is for the next connection', async () => {
  const renewed = testTls('renewed')
  let current = tls.source
  const source: TlsSource = {
    get context() {
      return current.context
    },
    get certificate() {
      return current.certificate
    },
  }
  const [before] = await pair(source)
  current = renewed.source
  const [later] = await pair(source, { ca: renewed.certificate })
  assert.deepEqual(before.tls?.certificate, tls.source.certificate)
  assert.deepEqual(later.tls?.certificate, renewed.source.certificate)
})

test('end sends the last words and closes', async () => {
  for (const source of [undefined, tls.source]) {
    const [connection, client] = await pair(source)
    const read = connection.read()
    void connection.write('* BYE\r\n')
    const ended = connection.end()
    assert.equal(await read, null)
    assert.equal(connection.open, false)
    let text = ''
    client.on('data', octets => {
      text += octets
    })
    await once(client, 'end')
    client.end()
    await ended
    assert.equal(text, '* BYE\r\n')
    await connection.end()
    await assert.rejects(connection.write('x'), ConnectionClosed)
  }
})

test('end does not wait for a peer that never closes', async t => {
  const [connection, client] = await pair()
  client.resume()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const ended = connection.end()
  await once(client, 'end')
  t.mock.timers.tick(3_000)
  await ended
})

test('the idle time counts what the peer does, not what the server sends', async t => {
  const [connection, client] = await pair()
  let armed = 0
  let refreshed = 0
  let fire = () => {}
  // The mock timers of node:test know no refresh().
  t.mock.method(globalThis, 'setTimeout', (callback: (argument: unknown) => void, after: number, argument: unknown) => {
    armed = after
    fire = () => callback(argument)
    return { refresh: () => refreshed++, unref: () => {} }
  })
  let idle = 0
  connection.setIdleTimeout(1_000, () => idle++)
  assert.equal(armed, 1_000)
  client.write('x')
  await connection.read()
  assert.equal(refreshed, 1)
  await connection.write('push')
  assert.equal(refreshed, 1)
  client.pause()
  const waits = connection.write(new Uint8Array(8 * 1_048_576))
  client.resume()
  await waits
  assert.equal(refreshed, 2)
  fire()
  fire()
  assert.equal(idle, 1)
})

test('an idle timeout that was ended, or whose connection is gone, never calls', async t => {
  const [connection] = await pair()
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let idle = 0
  connection.setIdleTimeout(1_000, () => idle++)
  t.mock.timers.tick(999)
  assert.equal(idle, 0)
  t.mock.timers.tick(1)
  assert.equal(idle, 1)
  connection.setIdleTimeout(1_000, () => idle++)
  connection.setIdleTimeout(0, () => idle++)
  t.mock.timers.tick(5_000)
  connection.setIdleTimeout(1_000, () => idle++)
  connection.destroy()
  await connection.closed
  connection.setIdleTimeout(1_000, () => idle++)
  t.mock.timers.tick(5_000)
  assert.equal(idle, 1)
})

test('an idle timeout of a year is as long as a timer can be, and does not end at once', async t => {
  const [connection] = await pair()
  const timers = t.mock.method(globalThis, 'setTimeout')
  connection.setIdleTimeout(365 * 86_400_000, () => assert.fail('idle at once'))
  assert.deepEqual(
    timers.mock.calls.map(call => call.arguments[1]),
    [2_147_483_647],
  )
  connection.destroy()
})

test('the remote end of an IPv4 connection is an IPv4 address', async () => {
  const [connection, client] = await pair()
  if (client.connecting) await once(client, 'connect')
  assert.deepEqual(connection.remote, { host: '127.0.0.1', port: client.localPort })
  assert.deepEqual(connection.local, { host: '127.0.0.1', port: client.remotePort })
})
