import assert from 'node:assert/strict'
import { afterEach, beforeEach, suite, test } from 'node:test'
import { type Notify, type NotifyEvent, type NotifyOptions, type Sink, startNotify, verifyWebhook } from './index.ts'
import { MemoryOutbox, Target } from './testing.ts'

const quick = { firstRetryMilliseconds: 1, lastRetryMilliseconds: 4, pollMilliseconds: 60_000 }
const secret = 'a secret of the operator'

suite('webhooks', () => {
  let outbox: MemoryOutbox
  let target: Target
  let url: string
  let running: Notify[]
  beforeEach(async () => {
    outbox = new MemoryOutbox()
    target = new Target()
    url = await target.open()
    running = []
  })
  afterEach(async () => {
    for (const notify of running) await notify.stop(1000)
    await target.close()
  })
  const start = async (options: Partial<NotifyOptions> = {}) => {
    const limits = { ...quick, ...options.limits }
    const notify = await startNotify({
      store: outbox.store(),
      webhooks: [{ name: 'w', url, secret }],
      ...options,
      limits,
    })
    running.push(notify)
    return notify
  }

  test('each event is posted in order, over one connection, and the cursor follows', async () => {
    for (let i = 0; i < 200; i++) outbox.add('MessageNew', { mailbox: 'INBOX', uids: `${i + 1}` })
    const notify = await start({ limits: { pageEvents: 16 } })
    await target.seen(200)
    outbox.add('MessageRead')
    await target.seen(201)
    await notify.stop(1000)
    assert.deepEqual(
      target.ids,
      Array.from({ length: 201 }, (_, i) => i + 1),
    )
    assert.equal(target.connections, 1)
    assert.equal(outbox.cursors.get('webhook:w'), 201)
    assert.deepEqual(outbox.registered, ['webhook:w'])
    assert.ok(outbox.largestPage <= 16, 'memory is bounded by a page')
    assert.equal(outbox.watchers, 0)
  })

  test('a request is signed so that who knows the secret can verify it', async () => {
    outbox.add('MessageNew', { mailbox: 'INBOX', uidValidity: 1, uids: '7' })
    await start()
    await target.seen(1)
    const [{ headers, body, event }] = target.received as [(typeof target.received)[0]]
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['webhook-id'], '1')
    assert.equal(event.data['user'], 'ned@example.org')
    const request = {
      id: String(headers['webhook-id']),
      timestamp: String(headers['webhook-timestamp']),
      signature: String(headers['webhook-signature']),
      body,
    }
    assert.equal(verifyWebhook(request, secret), true)
    assert.equal(verifyWebhook(request, 'another'), false)
    assert.equal(verifyWebhook({ ...request, id: '2' }, secret), false)
    assert.equal(verifyWebhook({ ...request, body: Buffer.concat([body, Buffer.from(' ')]) }, secret), false)
    assert.equal(verifyWebhook({ ...request, signature: request.signature.slice(3) }, secret), false)
    const sent = Number(request.timestamp) * 1000
    assert.equal(verifyWebhook(request, secret, sent + 300_000), true)
    assert.equal(verifyWebhook(request, secret, sent + 301_000), false)
    assert.equal(verifyWebhook({ ...request, timestamp: 'NaN' }, secret), false)
  })

  test('what Standard Webhooks gives as its example verifies', () => {
    const request = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
      signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      body: Buffer.from('{"test": 2432232314}'),
    }
    assert.equal(verifyWebhook(request, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1614265330_000), true)
    const rotated = { ...request, signature: `v1,AAAA v1a,x ${request.signature}` }
    assert.equal(verifyWebhook(rotated, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1614265330_000), true)
  })

  test('anything but 2xx is tried again, and nothing is skipped or reordered', async () => {
    for (let i = 0; i < 4; i++) outbox.add('MessageNew')
    const answers = [500, 404, 301, 200, 429, 410, 202, 204]
    target.answer = response => response.writeHead(answers[target.received.length - 1] ?? 204, { location: url }).end()
    await start()
    await target.seen(9)
    assert.deepEqual(target.ids, [1, 1, 1, 1, 2, 2, 2, 3, 4])
    assert.ok(outbox.advances.every((to, i) => to >= (outbox.advances[i - 1] ?? 0)))
  })

  test('the cursor moves only behind what was taken', async () => {
    for (let i = 0; i < 3; i++) outbox.add('MessageNew')
    target.answer = (response, { event }) => response.writeHead(event.id === 2 ? 503 : 204).end()
    const notify = await start()
    await target.seen(5)
    assert.equal(outbox.cursors.get('webhook:w'), 1, 'marked before the first wait')
    await notify.stop(1000)
    assert.equal(outbox.cursors.get('webhook:w'), 1)
  })

  test('a target that is down, and comes back, misses nothing', async () => {
    const port = Number(new URL(url).port)
    await target.close()
    for (let i = 0; i < 3; i++) outbox.add('MessageNew')
    let failures = 0
    const failed = Promise.withResolvers<void>()
    const metrics = {
      counter: (name: string) => ({
        inc: () => {
          if (name.endsWith('failures_total') && ++failures === 3) failed.resolve()
        },
      }),
      gauge: () => ({ inc() {}, dec() {}, set() {} }),
      histogram: () => ({ observe() {} }),
    }
    await start({ metrics })
    await failed.promise
    target = new Target()
    await target.open(port)
    await target.seen(3)
    assert.deepEqual(target.ids, [1, 2, 3])
  })

  test('a target that restarts between two events is no failure', async () => {
    outbox.add('MessageNew')
    const failures: unknown[] = []
    const log = {
      debug() {},
      info() {},
      warn: (fields: unknown) => failures.push(fields),
      error() {},
      child: () => log,
    }
    await start({ log: log as NonNullable<NotifyOptions['log']> })
    await target.seen(1)
    target.answer = response => {
      response.writeHead(204).end(() => target.dropConnections())
    }
    outbox.add('MessageNew')
    await target.seen(2)
    outbox.add('MessageNew')
    await target.seen(3)
    assert.deepEqual([...new Set(target.ids)], [1, 2, 3])
  })

  test('after a crash the events behind the cursor come again', async () => {
    for (let i = 0; i < 3; i++) outbox.add('MessageNew')
    outbox.cursors.set('webhook:w', 1 as never)
    await start()
    await target.seen(2)
    assert.deepEqual(target.ids, [2, 3])
  })

  test('a target that does not answer in time is tried again', async () => {
    outbox.add('MessageNew')
    target.answer = response => {
      if (target.received.length > 1) response.writeHead(204).end()
    }
    await start({ limits: { requestMilliseconds: 20 } })
    await target.seen(2)
    assert.deepEqual(target.ids, [1, 1])
  })

  test('an answer without an end costs bounded memory, and its status counts', async () => {
    outbox.add('MessageNew')
    outbox.add('MessageNew')
    target.answer = response => {
      response.writeHead(200)
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(16_384)));
      }
      response.on('drain', more)
      more()
    }
    await start()
    await target.seen(2)
    assert.deepEqual(target.ids, [1, 2])
  })

  test('stop lets the request under way end, and starts no other', async () => {
    for (let i = 0; i < 3; i++) outbox.add('MessageNew')
    let answer = () => {}
    target.answer = response => {
      answer = () => response.writeHead(204).end()
    }
    const notify = await start()
    await target.seen(1)
    const stopped = notify.stop(10_000)
    answer()
    await stopped
    assert.deepEqual(target.ids, [1])
    assert.equal(outbox.cursors.get('webhook:w'), 1)
  })

  test('stop leaves a request that takes too long, and its event for the next start', async () => {
    outbox.add('MessageNew')
    target.answer = () => {}
    const notify = await start()
    await target.seen(1)
    await notify.stop(1)
    assert.equal(outbox.cursors.get('webhook:w'), undefined)
  })

  test('one sink that is down holds back no other', async () => {
    const taken: number[] = []
    const all = Promise.withResolvers<void>()
    const other: Sink = {
      name: 'other',
      async deliver(events: readonly NotifyEvent[]) {
        taken.push(...events.map(({ id }) => id))
        if (taken.length === 3) all.resolve()
      },
      close() {},
    }
    target.answer = response => response.writeHead(500).end()
    for (let i = 0; i < 3; i++) outbox.add('MessageNew')
    await start({ sinks: [other] })
    await all.promise
    assert.deepEqual(taken, [1, 2, 3])
  })

  test('user and password of a URL become basic authentication', async () => {
    outbox.add('MessageNew')
    await start({ webhooks: [{ name: 'w', url: url.replace('//', '//me:p%40ss@'), secret }] })
    await target.seen(1)
    assert.equal(target.received[0]?.headers.authorization, `Basic ${Buffer.from('me:p@ss').toString('base64')}`)
  })

  test('a webhook that must be public reaches no inner address, by number or by name', async () => {
    outbox.add('MessageNew')
    for (const inner of [url, url.replace('127.0.0.1', 'localhost'), url.replace('127.0.0.1', '[::ffff:127.0.0.1]')]) {
      const reasons: string[] = []
      const failed = Promise.withResolvers<void>()
      const log = {
        debug() {},
        info() {},
        warn(fields: { reason: string }) {
          reasons.push(fields.reason)
          failed.resolve()
        },
        error() {},
        child: () => log,
      }
      const webhooks = [{ name: 'w', url: inner, secret, destinations: 'public' as const }]
      const notify = await startNotify({ store: outbox.store(), webhooks, limits: quick, log: log as never })
      await failed.promise
      await notify.stop(0)
      assert.match(reasons[0] ?? '', /is no public address/, inner)
    }
    assert.equal(target.received.length, 0)
  })

  test('what cannot be is refused at the start', async () => {
    const store = outbox.store()
    await assert.rejects(
      startNotify({ store, webhooks: [{ name: 'w', url: 'ftp://x', secret }] }),
      /must begin with http/,
    )
    await assert.rejects(
      startNotify({ store, webhooks: [{ name: 'w', url: 'nonsense', secret }] }),
      /must begin with http/,
    )
    const hook = { name: 'w', url, secret }
    await assert.rejects(startNotify({ store, webhooks: [hook, hook] }), /Two notification sinks are named "webhook:w"/)
  })

  test('a store that fails is asked again', async () => {
    const store = outbox.store()
    let calls = 0
    const after = store.outbox.after.bind(store.outbox)
    store.outbox.after = async (id, limit) => {
      if (calls++ < 2) throw new Error('busy')
      return after(id, limit)
    }
    outbox.add('MessageNew')
    await start({ store })
    await target.seen(1)
  })
})
