import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { type Address, ListenError, silentLog } from '@lemonade/net'
import { defaultHttpLimits, type HttpLimits } from '../limits.ts'
import { openMetrics, type ServerMetrics } from '../metrics.ts'
import { operatorPages } from './operator.ts'
import { line, type Pages } from './page.ts'
import { serveHttp } from './server.ts'

const addresses = [{ host: '127.0.0.1', port: 0 }]

const noTls = {
  get context(): never {
    throw new Error('no listener here speaks TLS')
  },
  certificate: null,
}

interface Setting {
  readonly addresses: readonly Address[]
  readonly limits: HttpLimits
  readonly metrics: ServerMetrics
  readonly open: Pages
  healthy(): Promise<void>
}

/** The operator's listener. */
async function serve(setting: Partial<Setting> = {}) {
  const { limits = defaultHttpLimits, metrics = openMetrics(), healthy = async () => {} } = setting
  const service = await serveHttp({
    listen: { http: setting.addresses ?? addresses, https: [] },
    tls: noTls,
    operator: operatorPages({ metrics, healthy, patienceMilliseconds: limits.requestSeconds * 1000 }),
    open: setting.open ?? {},
    limits,
    log: silentLog,
  })
  return { endpoints: service.endpoints.http, stop: service.stop }
}

test('metrics, health, and nothing else', async t => {
  const metrics = openMetrics()
  const counter = metrics.metrics.counter('lemonade_test_total', 'A test', ['kind'])
  assert.equal(metrics.metrics.counter('lemonade_test_total', 'A test', ['kind']), counter)
  counter.inc({ kind: 'a' }, 3)
  metrics.metrics.gauge('lemonade_test', 'A test').set(7)
  metrics.metrics.histogram('lemonade_test_seconds', 'A test', [], [1, 2]).observe(1.5)
  let sick = false
  const healthy = async () => {
    if (sick) throw new Error('no')
  }
  const service = await serve({ metrics, healthy })
  t.after(() => service.stop())
  const url = `http://127.0.0.1:${service.endpoints[0]?.port}`
  const text = await (await fetch(`${url}/metrics`)).text()
  assert.match(text, /^lemonade_test_total\{kind="a"\} 3$/m)
  assert.match(text, /^lemonade_test 7$/m)
  assert.match(text, /^lemonade_test_seconds_bucket\{le="2"\} 1$/m)
  const rows: [method: string, path: string, status: number, body: string][] = [
    ['GET', '/healthz', 200, 'ok\n'],
    ['GET', '/healthz?verbose', 200, 'ok\n'],
    ['HEAD', '/healthz', 200, ''],
    ['POST', '/healthz', 405, 'GET or HEAD\n'],
    ['GET', '/', 404, 'not found\n'],
    ['GET', '/metrics/x', 404, 'not found\n'],
  ]
  for (const [method, path, status, body] of rows) {
    const response = await fetch(url + path, { method })
    assert.deepEqual([response.status, await response.text()], [status, body], `${method} ${path}`)
  }
  sick = true
  assert.equal((await fetch(`${url}/healthz`)).status, 503)
})

test('a header at the limit is taken, one past it refused', async t => {
  const limits = { ...defaultHttpLimits, headerOctets: 2048 }
  const service = await serve({ limits })
  t.after(() => service.stop())
  const url = `http://127.0.0.1:${service.endpoints[0]?.port}/healthz`
  assert.equal((await fetch(url, { headers: { 'x-long': 'x'.repeat(1500) } })).status, 200)
  assert.equal((await fetch(url, { headers: { 'x-long': 'x'.repeat(2100) } })).status, 431)
})

test('an address that is taken is a sentence, and nothing stays open', async t => {
  const first = await serve()
  t.after(() => first.stop())
  const { port = 0 } = first.endpoints[0] ?? {}
  await assert.rejects(serve({ addresses: [...addresses, { host: '127.0.0.1', port }] }), ListenError)
})

test('connections up to the limit are served over all addresses, and the next is closed', async t => {
  const limits = { ...defaultHttpLimits, connections: 2 }
  const service = await serve({ addresses: [...addresses, ...addresses], limits })
  t.after(() => service.stop())
  const client = (at: number) => connect(service.endpoints[at]?.port ?? 0, '127.0.0.1')
  const request = 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'
  const answered = async (at: number) => {
    const socket = client(at)
    socket.write(request)
    const [octets] = await once(socket, 'data')
    assert.match(String(octets), /^HTTP\/1\.1 200 /)
    return socket
  }
  const [first] = [await answered(0), await answered(1)]
  const refused = client(0)
  refused.on('error', () => {})
  assert.equal((await once(refused, 'close')).length, 1)
  assert.equal(refused.bytesRead, 0)
  first.destroy()
  await once(first, 'close')
  // The server learns of it a moment after its client does.
  for (;;) {
    const socket = client(1)
    socket.on('error', () => {})
    socket.write(request)
    const heard = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => null)])
    if (heard !== null) break
  }
})

test('a request that does not arrive in its time gets 408, and health that hangs is bad health', async t => {
  const limits = { ...defaultHttpLimits, requestSeconds: 0.2 }
  const hang = () => new Promise<void>(() => {})
  const service = await serve({ limits, healthy: hang })
  t.after(() => service.stop())
  const port = service.endpoints[0]?.port ?? 0
  const slow = connect(port, '127.0.0.1')
  slow.write('GET /metrics HTTP/1.1\r\nHost:')
  const [octets] = await once(slow, 'data')
  assert.match(String(octets), /^HTTP\/1\.1 408 /)
  assert.equal((await fetch(`http://127.0.0.1:${port}/healthz`)).status, 503)
})

test('a body at the limit is taken, one past it refused, by length and in pieces', async t => {
  const open: Pages = { '/echo': { method: 'POST', answer: async ({ body }) => line(200, String(body.length)) } }
  const service = await serve({ open, limits: { ...defaultHttpLimits, bodyOctets: 10 } })
  t.after(() => service.stop())
  const url = `http://127.0.0.1:${service.endpoints[0]?.port}/echo`
  const post = async (body: string | ReadableStream) => {
    const response = await fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
    return [response.status, await response.text()]
  }
  const pieces = (...texts: string[]) => ReadableStream.from(texts.map(text => Buffer.from(text))) as ReadableStream
  assert.deepEqual(await post('x'.repeat(10)), [200, '10\n'])
  assert.deepEqual(await post(pieces('12345', '67890')), [200, '10\n'])
  assert.deepEqual(await post('x'.repeat(11)), [413, 'at most 10 octets\n'])
  assert.deepEqual(await post(pieces('12345', '67890', '!')), [413, 'at most 10 octets\n'])
  assert.equal((await fetch(url)).status, 405)
})

test('a page that fails is 500 without detail, and targets that are no paths are 400', async t => {
  const broken = { method: 'GET', answer: () => Promise.reject(new Error('secret')) } as const
  const service = await serve({ open: { '/broken': broken } })
  t.after(() => service.stop())
  const port = service.endpoints[0]?.port ?? 0
  const response = await fetch(`http://127.0.0.1:${port}/broken`)
  assert.deepEqual([response.status, await response.text()], [500, 'internal error\n'])
  for (const target of ['*', 'http://other.example/healthz', 'healthz', '//', '/\\..', '/constructor', '/__proto__']) {
    const socket = connect(port, '127.0.0.1')
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    const [octets] = await once(socket, 'data')
    assert.match(String(octets), /^HTTP\/1\.1 40[04] /, target)
  }
})
