import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import type { NotifyEvent } from '../event.ts'
import { type HttpTarget, httpTarget } from './http-target.testing.ts'
import { eventOf, quick, signal, wakeOf } from './sink.testing.ts'
import { type Webhook, webhookSink } from './webhook.ts'
import { webhookDevice } from './webhook-device.ts'
import { verifyWebhook } from './webhook-signature.ts'

const secret = 'a secret'
const events = (count: number): NotifyEvent[] => Array.from({ length: count }, (_, i) => eventOf(i + 1))
const status = (...statuses: number[]) => statuses.map(each => ({ status: each }))

function sinkTo(t: TestContext, { origin }: HttpTarget, options: Partial<Webhook> = {}, limits = quick) {
  const sink = webhookSink({ name: 'w', url: `${origin}/hook`, secret, ...options }, limits)
  t.after(() => sink.close())
  return sink
}

const numbers = ({ asked }: HttpTarget) =>
  asked.map(({ body }) => (JSON.parse(body.toString()).events as NotifyEvent[]).map(({ id }) => id))

const batch = { events: 100, milliseconds: 5 }

suite('batches of a webhook', () => {
  test('go in one signed request with the numbers of the first and the last', async t => {
    const target = await httpTarget(t)
    const sink = sinkTo(t, target, { batch })
    assert.deepEqual(sink.batch, batch)
    await sink.deliver(events(3), signal())
    await sink.deliver([eventOf(4)], signal())
    assert.deepEqual(numbers(target), [[1, 2, 3], [4]])
    assert.deepEqual(
      target.asked.map(({ headers }) => headers['webhook-id']),
      ['1-3', '4'],
    )
    for (const { headers, body } of target.asked) {
      const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map(part =>
        String(headers[`webhook-${part}`]),
      )
      assert.ok(verifyWebhook({ id: `${id}`, timestamp: `${timestamp}`, signature: `${signature}`, body }, secret))
    }
  })

  test('have no more octets than the limit; what is larger alone goes alone', async t => {
    const one = Buffer.byteLength(JSON.stringify(eventOf(1))) + 1
    const target = await httpTarget(t)
    await sinkTo(t, target, { batch }, { ...quick, batchOctets: 2 * one }).deliver(events(5), signal())
    assert.deepEqual(numbers(target), [[1, 2], [3, 4], [5]])
    const narrow = await httpTarget(t)
    await sinkTo(t, narrow, { batch }, { ...quick, batchOctets: 2 * one - 1 }).deliver(events(2), signal())
    assert.deepEqual(numbers(narrow), [[1], [2]])
    const tight = await httpTarget(t)
    await sinkTo(t, tight, { batch }, { ...quick, batchOctets: 1 }).deliver(events(2), signal())
    assert.deepEqual(numbers(tight), [[1], [2]])
  })

  test('are halved for a target that finds them too large, until one event is', async t => {
    const target = await httpTarget(t, ...status(413, 413, 204, 413, 413, 413))
    await assert.rejects(sinkTo(t, target, { batch }).deliver(events(4), signal()), {
      ...{ name: 'DeliveryRefused', taken: 1, message: 'the target answered 413' },
    })
    assert.deepEqual(numbers(target), [[1, 2, 3, 4], [1, 2], [1], [2, 3, 4], [2, 3], [2]])
  })

  test('lose only the event that the target says that it cannot process', async t => {
    const target = await httpTarget(t, ...status(422, 204, 422))
    await assert.rejects(sinkTo(t, target, { batch }).deliver(events(2), signal()), { taken: 1 })
    assert.deepEqual(numbers(target), [[1, 2], [1], [2]])
  })

  test('say how much was taken before a failure, also where there is no answer', async t => {
    const target = await httpTarget(t, { status: 204 }, { status: 503, headers: { 'retry-after': '7' } })
    await assert.rejects(sinkTo(t, target).deliver(events(3), signal()), { taken: 1, retryAfterMilliseconds: 7_000 })
    const nowhere = { ...target, origin: 'http://127.0.0.1:1' }
    await assert.rejects(sinkTo(t, nowhere).deliver(events(1), signal()), { taken: 0, retryAfterMilliseconds: null })
  })
})

test('a user and password in the URL of a webhook are sent as basic authentication, and nowhere else', async t => {
  const target = await httpTarget(t)
  const url = `${target.origin.replace('//', '//ned:s%C3%A4cret@')}/hook?x=1`
  await sinkTo(t, target, { url }).deliver(events(1), signal())
  const [asked] = target.asked
  assert.equal(asked?.path, '/hook?x=1')
  assert.equal(asked?.headers.authorization, `Basic ${Buffer.from('ned:säcret').toString('base64')}`)
  assert.match(String(asked?.headers.host), /^127\.0\.0\.1:\d+$/)
})

suite('devices behind a webhook', () => {
  const method = (destinations: 'any' | 'public' = 'any') =>
    webhookDevice({ destinations, limits: quick, now: () => Date.now() })

  test('are woken by a signed request', async t => {
    const target = await httpTarget(t)
    await method().wake({ url: `${target.origin}/wake`, secret }, wakeOf(), signal())
    const [asked] = target.asked
    assert.deepEqual(JSON.parse(String(asked?.body)), wakeOf().payload)
    assert.equal(asked?.headers['webhook-id'], '17')
  })

  test('what an answer means', async t => {
    const rows: [status: number, name: string | null, retryAfter?: number][] = [
      [200, null],
      [301, 'DeliveryRefused'],
      [400, 'DeliveryRefused'],
      [404, 'TargetGone'],
      [410, 'TargetGone'],
      [429, 'DeliveryFailed', 9_000],
      [500, 'DeliveryFailed', 9_000],
    ]
    const answers = rows.map(([code]) => ({ status: code, headers: { 'retry-after': '9', location: '/x' } }))
    const target = await httpTarget(t, ...answers)
    for (const [code, name, retryAfterMilliseconds] of rows) {
      const woken = method().wake({ url: target.origin, secret }, wakeOf(), signal())
      if (name === null) await woken
      else {
        await assert.rejects(woken, { name, ...(retryAfterMilliseconds && { retryAfterMilliseconds }) }, `${code}`)
      }
    }
    assert.equal(target.asked.length, rows.length)
  })

  test('are asked for over TLS, at a public address', async () => {
    const wake = (url: string) => method('public').wake({ url, secret }, wakeOf(), signal())
    await assert.rejects(wake('http://push.example/'), { name: 'DeliveryRefused' })
    await assert.rejects(wake('https://127.0.0.1/'), { name: 'ForbiddenDestination' })
  })

  test('what is no target is refused with a sentence', () => {
    const url = 'https://push.example/'
    for (const wrong of [
      ...[undefined, null, 7, 'x', [], {}, { url }, { url, secret: '' }, { url, secret: 7 }, { secret }],
      ...['ftp://a/', 'x', 7, 'https://ned:x@push.example/', `${url}${'a'.repeat(2_000)}`].map(each => ({
        url: each,
        secret,
      })),
      { url, secret: 'x'.repeat(2_001) },
    ]) {
      assert.throws(() => method().describe(wrong), { name: 'BadTarget' }, JSON.stringify(wrong))
    }
    assert.equal(method().describe({ url, secret: 'x'.repeat(2_000) }), 'push.example')
  })
})
