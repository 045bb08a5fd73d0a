import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import { silentLog } from '@lemonade/net'
import { defaultHttpLimits, type HttpLimits } from '../limits.ts'
import { line, type Page, type Pages, type StreamedAnswer } from './page.ts'
import { serveHttp } from './server.ts'

const noTls = {
  get context(): never {
    throw new Error('no listener here speaks TLS')
  },
  certificate: null,
}

async function serve(t: TestContext, open: Pages, limits: Partial<HttpLimits> = {}): Promise<string> {
  const service = await serveHttp({
    listen: { http: [{ host: '127.0.0.1', port: 0 }], https: [] },
    ...{ tls: noTls, operator: {}, open, limits: { ...defaultHttpLimits, ...limits }, log: silentLog },
  })
  t.after(() => service.stop())
  return `http://127.0.0.1:${service.endpoints.http[0]?.port}`
}

const says = (text: string): Page => ({ method: 'GET', answer: async () => line(200, text) })

test('a path with a star stands for what is below it, the longest first, and not for itself', async t => {
  const url = await serve(t, { '/a/*': says('below a'), '/a/b': says('b'), '/a/b/*': says('below b') })
  for (const [path, status, text] of [
    ['/a/x', 200, 'below a'],
    ['/A/b', 200, 'b'],
    ['/a/b/c/d', 200, 'below b'],
    ['/a/bc', 200, 'below a'],
    ['/a', 404, 'not found'],
    ['/b', 404, 'not found'],
  ] as const) {
    const response = await fetch(url + path)
    assert.deepEqual([response.status, await response.text()], [status, `${text}\n`], path)
  }
})

test('pages of one path differ by their methods', async t => {
  const page = (method: Page['method']): Page => ({
    method,
    answer: async ({ path, headers, body, remote }) =>
      line(200, [method, path, headers['x-kind'] ?? '', Buffer.from(body), remote].join(' ')),
  })
  const url = await serve(t, { '/x/*': [page('GET'), page('PUT'), page('DELETE')] })
  const ask = async (method: string, body?: string) => {
    const response = await fetch(`${url}/x/Y`, { method, headers: { 'x-kind': 'k' }, ...(body && { body }) })
    return [response.status, await response.text(), response.headers.get('allow')]
  }
  assert.deepEqual(await ask('GET'), [200, 'GET /x/Y k  127.0.0.1\n', null])
  assert.deepEqual(await ask('PUT', 'b'), [200, 'PUT /x/Y k b 127.0.0.1\n', null])
  assert.deepEqual(await ask('DELETE'), [200, 'DELETE /x/Y k  127.0.0.1\n', null])
  assert.deepEqual(await ask('POST', 'b'), [405, 'GET or HEAD or PUT or DELETE\n', 'GET, HEAD, PUT, DELETE'])
})

function stream(octets: number, read: () => AsyncIterable<Uint8Array>): Page {
  const answer: StreamedAnswer = { status: 200, type: 'application/octet-stream', octets, read }
  return { method: 'GET', answer: async () => answer }
}

test('an answer may come in pieces, which HEAD does not ask for', async t => {
  let reads = 0
  const url = await serve(t, {
    '/large': stream(3_000_000, async function* () {
      reads++
      for (let at = 0; at < 30; at++) yield Buffer.alloc(100_000, at)
    }),
  })
  const head = await fetch(`${url}/large`, { method: 'HEAD' })
  assert.deepEqual([head.headers.get('content-length'), reads], ['3000000', 0])
  const octets = new Uint8Array(await (await fetch(`${url}/large`)).arrayBuffer())
  assert.deepEqual([octets.length, octets[0], octets[2_999_999], reads], [3_000_000, 0, 29, 1])
})

test('an answer that cannot be finished ends the connection, not the server', async t => {
  const url = await serve(t, {
    '/broken': stream(10, async function* () {
      yield Buffer.from('half')
      throw new Error('no more')
    }),
    '/well': says('well'),
  })
  await assert.rejects(async () => (await fetch(`${url}/broken`)).text())
  assert.equal(await (await fetch(`${url}/well`)).text(), 'well\n')
})

test('who goes away, and who does not read, is not sent to for ever', async t => {
  const ended = Promise.withResolvers<void>()
  const url = await serve(
    t,
    {
      '/endless': stream(Number.MAX_SAFE_INTEGER, async function* () {
        try {
          for (;;) yield Buffer.alloc(1_000_000)
        } finally {
          ended.resolve()
        }
      }),
    },
    { sendSeconds: 0.2 },
  )
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.pause()
  socket.write('GET /endless HTTP/1.1\r\nHost: x\r\n\r\n')
  await ended.promise
})
