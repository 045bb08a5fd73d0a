import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { decrypted, deviceKeys, subscription } from '../push.testing.ts'
import { httpTarget, type Told } from './http-target.testing.ts'
import { makeVapidKeys, PushService, payloadOctets } from './push-service.ts'
import { quick, signal, wakeOf } from './sink.testing.ts'
import { fitting, webPushDevice } from './web-push-device.ts'

async function phone(t: TestContext, ...answers: readonly Told[]) {
  const target = await httpTarget(t, ...answers)
  const contact = 'mailto:postmaster@example.org'
  const service = new PushService({ keys: makeVapidKeys(), contact, destinations: 'any', limits: quick })
  const method = webPushDevice(service)
  t.after(() => method.close())
  const keys = deviceKeys()
  const registered = JSON.parse(subscription(`${target.origin}/phone`, keys))
  return { asked: target.asked, method, keys, registered }
}

suite('devices that are woken by Web Push', () => {
  test('RFC 8030 §5.2, §5.3, §5.4: time to live, urgency and topic', async t => {
    const { asked, method, keys, registered } = await phone(t)
    await method.wake(registered, wakeOf({ urgency: 'high', ttlSeconds: 0, topic: 'aZ0-_' }), signal())
    const { headers, body } = asked[0] ?? assert.fail()
    assert.deepEqual([headers['ttl'], headers['urgency'], headers['topic']], ['0', 'high', 'aZ0-_'])
    assert.deepEqual(JSON.parse(decrypted(body, keys)), wakeOf().payload)
    assert.match(method.describe(registered), /^127\.0\.0\.1:\d+$/)
  })

  test('one that is too large is sent as a wake-up without a payload', async t => {
    const { asked, method, registered } = await phone(t, { status: 413 }, { status: 201 })
    await method.wake(registered, wakeOf(), signal())
    assert.ok((asked[0]?.body.length ?? 0) > 0)
    const { headers, body } = asked[1] ?? assert.fail()
    assert.equal(body.length, 0)
    assert.deepEqual([headers['content-encoding'], headers['topic'], headers['ttl']], [undefined, 'abc', '3600'])
    assert.match(String(headers.authorization), /^vapid /)
  })

  test('what the push service’s answer means', async t => {
    const rows: [status: number, name: string | null][] = [
      [201, null],
      [202, null],
      [400, 'DeliveryRefused'],
      [403, 'DeliveryRefused'],
      [404, 'TargetGone'],
      [410, 'TargetGone'],
      [429, 'DeliveryFailed'],
      [503, 'DeliveryFailed'],
    ]
    const answers = rows.map(([status]) => ({ status, headers: { 'retry-after': '120' } }))
    const { method, registered } = await phone(t, ...answers)
    for (const [status, name] of rows) {
      const woken = method.wake(registered, wakeOf(), signal())
      const retryAfterMilliseconds = name === 'DeliveryFailed' ? { retryAfterMilliseconds: 120_000 } : {}
      if (name === null) await woken
      else await assert.rejects(woken, { name, ...retryAfterMilliseconds }, `${status}`)
    }
  })

  test('a payload loses its longest values where it is too long for a push', () => {
    const frame = { id: 1, subject: '' }
    const room = payloadOctets - JSON.stringify(frame).length
    const whole = { ...frame, subject: 'x'.repeat(room) }
    assert.deepEqual(JSON.parse(fitting(whole).toString()), whole)
    const over = { ...frame, subject: 'x'.repeat(room + 1) }
    assert.deepEqual(JSON.parse(fitting(over).toString()), { id: 1 })
  })

  test('what is no subscription is refused with a sentence', () => {
    const service = new PushService({ keys: makeVapidKeys(), contact: '', destinations: 'public', limits: quick })
    for (const wrong of [undefined, null, 'x', {}, { endpoint: 'https://push.example/' }]) {
      assert.throws(() => webPushDevice(service).describe(wrong), { name: 'BadTarget' })
    }
  })
})
