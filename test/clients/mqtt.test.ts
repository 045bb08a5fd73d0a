import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { connectAsync } from 'mqtt'
import type { NotifyEvent } from '../../packages/notify/src/event.ts'
import { isTopicTemplate, mqttDevice, mqttSink, topicOf } from '../../packages/notify/src/sinks/mqtt.ts'
import { eventOf, quick, signal, wakeOf } from '../../packages/notify/src/sinks/sink.testing.ts'
import { deliverByLmtp } from '../support/lmtp.ts'
import { startMosquitto } from '../support/mosquitto.ts'
import { startServer } from '../support/server.ts'

interface Heard {
  readonly topic: string
  readonly payload: unknown
}

/** Hears everything below a topic; `until` resolves with so many messages. */
async function listener(t: TestContext, url: string, topic: string, options: object = {}) {
  const client = await connectAsync(url, options)
  t.after(() => client.endAsync(true))
  const heard: Heard[] = []
  const waiting = new Set<() => void>()
  client.on('message', (at, payload) => {
    heard.push({ topic: at, payload: JSON.parse(payload.toString()) })
    for (const look of waiting) look()
  })
  await client.subscribeAsync(topic, { qos: 1 })
  const until = (count: number) =>
    new Promise<readonly Heard[]>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`heard ${heard.length} of ${count}`)), 20_000)
      const look = () => {
        if (heard.length < count) return
        clearTimeout(timer)
        waiting.delete(look)
        resolve(heard)
      }
      waiting.add(look)
      look()
    })
  return { heard, until }
}

suite('topics', () => {
  test('are filled in so that each value is one level and no wildcard', () => {
    const event = eventOf(1, { user: 'ned@example.org', 'vnd.lemonade.mailbox': 'a/b+c#d%e\0' })
    assert.equal(topicOf('mail/{user}/{type}/{mailbox}', event), 'mail/ned@example.org/MessageNew/a%2Fb%2Bc%23d%25e%00')
    assert.equal(topicOf('{mailbox}', eventOf(1)), '-')
  })

  test('must be such that a broker takes them', () => {
    for (const good of ['a', 'lemonade/{user}/{type}', '{mailbox}', 'x'.repeat(1_000)]) assert.ok(isTopicTemplate(good))
    for (const bad of ['', 'a/+', '#', '{size}', 'a\0', '{}', 'x'.repeat(1_001)]) assert.ok(!isTopicTemplate(bad), bad)
    for (const wrong of [{ topic: '#' }, { url: 'http://x' }, { url: 'mqtt://' }]) {
      assert.throws(() => mqttSink({ name: 'm', url: 'mqtt://localhost', ...wrong }, quick))
    }
  })
})

suite('a real Mosquitto', () => {
  test('is told of events in order, and again after it was away', async t => {
    const broker = await startMosquitto()
    const url = `mqtt://127.0.0.1:${broker.port}`
    const first = await listener(t, url, 'mail/#')
    const sink = mqttSink({ name: 'm', url, topic: 'mail/{user}/{type}' }, quick)
    t.after(() => sink.close())
    const events = Array.from({ length: 200 }, (_, i) => eventOf(i + 1))
    await sink.deliver(events, signal())
    const heard = await first.until(200)
    assert.deepEqual(
      heard.map(({ payload }) => (payload as NotifyEvent).id),
      events.map(({ id }) => id),
    )
    assert.equal(heard[0]?.topic, 'mail/ned@example.org/MessageNew')
    assert.deepEqual(heard[0]?.payload, eventOf(1))

    await broker.stop()
    await assert.rejects(sink.deliver([eventOf(201)], signal()), { name: 'DeliveryFailed', taken: 0 })
    const again = await startMosquitto({}, { port: broker.port })
    t.after(() => again.stop())
    const second = await listener(t, url, 'mail/#')
    await sink.deliver([eventOf(201)], signal())
    assert.deepEqual(
      (await second.until(1)).map(({ payload }) => (payload as NotifyEvent).id),
      [201],
    )
  })

  test('that hangs is waited for no longer than a request may take', async t => {
    const broker = await startMosquitto()
    t.after(() => broker.stop())
    const url = `mqtt://127.0.0.1:${broker.port}`
    const sink = mqttSink({ name: 'm', url }, { ...quick, requestMilliseconds: 20_000 })
    t.after(() => sink.close())
    await sink.deliver([eventOf(1)], signal())
    broker.daemon.pause()
    await assert.rejects(sink.deliver([eventOf(2)], AbortSignal.timeout(300)), {
      message: 'the broker does not answer',
    })
    broker.daemon.resume()
    await sink.deliver([eventOf(2)], signal())
  })

  test('is logged in to over TLS, whose certificate is verified', async t => {
    const broker = await startMosquitto({ ned: 's3cret' })
    t.after(() => broker.stop())
    const url = `mqtts://localhost:${broker.tlsPort}`
    const login = { user: 'ned', password: 's3cret' }
    const deliver = async (options: object) => {
      const sink = mqttSink({ name: 'm', url, topic: 'x', ...login, ...options }, quick)
      await sink.deliver([eventOf(1)], signal()).finally(() => sink.close())
    }
    await assert.rejects(deliver({}), { name: 'DeliveryFailed', message: /self-signed/ })
    const certificateAuthority = broker.certificate
    await assert.rejects(deliver({ certificateAuthority, password: 'x' }), { name: 'DeliveryFailed' })
    const heard = await listener(t, url, 'x', { ca: certificateAuthority, username: 'ned', password: 's3cret' })
    await deliver({ certificateAuthority })
    assert.equal((await heard.until(1)).length, 1)
  })

  test('of a user’s own wakes a device', async t => {
    const broker = await startMosquitto({ ned: 's3cret' })
    t.after(() => broker.stop())
    const url = `mqtt://127.0.0.1:${broker.port}`
    const target = { url, topic: 'ned/mail', user: 'ned', password: 's3cret' }
    const method = mqttDevice({ destinations: 'any', limits: quick })
    assert.equal(method.describe(target), `127.0.0.1:${broker.port}`)
    const { until } = await listener(t, url, 'ned/#', { username: 'ned', password: 's3cret' })
    await method.wake(target, wakeOf(), signal())
    assert.deepEqual(await until(1), [{ topic: 'ned/mail', payload: wakeOf().payload }])
    await assert.rejects(method.wake({ ...target, password: 'x' }, wakeOf(), signal()), { name: 'DeliveryRefused' })

    const guarded = mqttDevice({ destinations: 'public', limits: quick })
    await assert.rejects(guarded.wake(target, wakeOf(), signal()), { message: 'the broker has no TLS' })
    for (const host of ['127.0.0.1', '[::1]', '127.1', 'localhost']) {
      const inner = { ...target, url: `mqtts://${host}:${broker.tlsPort}` }
      await assert.rejects(guarded.wake(inner, wakeOf(), signal()), /is no public address/, host)
    }
  })

  test('what is no target is refused with a sentence', () => {
    const method = mqttDevice({ destinations: 'any', limits: quick })
    const target = { url: 'mqtts://broker.example', topic: 'a' }
    for (const wrong of [
      ...[undefined, null, {}, { url: target.url }],
      ...[{ topic: 'a/#' }, { topic: 7 }, { topic: '' }, { url: 'http://x' }, { url: 'mqtts://a:b@x' }].map(each => ({
        ...target,
        ...each,
      })),
      ...[{ user: 7 }, { password: {} }, { user: 'x'.repeat(1_001) }].map(each => ({ ...target, ...each })),
    ]) {
      assert.throws(() => method.describe(wrong), { name: 'BadTarget' }, JSON.stringify(wrong))
    }
  })
})

test('the whole server: what happens is published and told to a program, as the configuration says', async t => {
  const broker = await startMosquitto()
  t.after(() => broker.stop())
  const url = `mqtt://127.0.0.1:${broker.port}`
  const { until } = await listener(t, url, '#')
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-told-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const words = [
    '-e',
    "require('fs').appendFileSync(process.argv[1], require('fs').readFileSync(0))",
    join(directory, 'told'),
  ]
  const wishes = 'events = ["MessageNew"]\ninclude = ["envelope"]\ntags = ["a"]\n'
  const server = await startServer({
    config: `[[notify.mqtt]]
name = "broker"
url = "${url}"
topic = "mail/{user}/{mailbox}"
${wishes}
[[notify.command]]
name = "keep"
command = ${JSON.stringify([process.execPath, ...words])}
${wishes}`,
  })
  t.after(() => server.stop())
  await server.addAccount('ada@localhost', 'correct horse battery')
  for (const subject of ['first', 'second']) {
    await deliverByLmtp(
      server,
      'ada@localhost',
      Buffer.from(`From: ann@example.org\r\nSubject: ${subject}\r\n\r\nx\r\n`),
    )
  }
  const heard = await until(2)
  assert.deepEqual(
    heard.map(({ topic }) => topic),
    ['mail/ada@localhost/INBOX', 'mail/ada@localhost/INBOX'],
  )
  const [first, second] = heard.map(({ payload }) => payload as NotifyEvent)
  assert.ok(first !== undefined && second !== undefined && first.id < second.id)
  assert.deepEqual([first.type, first.data.tags, first.data.uidset], ['MessageNew', ['a'], '1'])
  assert.match(String(first.data.envelope), /^MAIL FROM:<>\r\nRCPT TO:<ada@localhost>/)
  const told = (await linesOf(directory, 'told', 2)).map(line => JSON.parse(line) as NotifyEvent)
  assert.deepEqual(
    told.map(({ id }) => id),
    [first.id, second.id],
  )
})

/** The lines of a file, once it has so many. */
async function linesOf(directory: string, name: string, count: number): Promise<readonly string[]> {
  const over = new AbortController()
  const watching = watch(directory, { signal: AbortSignal.any([over.signal, AbortSignal.timeout(30_000)]) })
  const changes = watching[Symbol.asyncIterator]()
  for (;;) {
    // Listening begins before the look, so that what comes between the two is not missed.
    const change = changes.next()
    const file = join(directory, name)
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
    if (lines.length >= count) {
      change.catch(() => undefined)
      over.abort()
      return lines
    }
    await change
  }
}
