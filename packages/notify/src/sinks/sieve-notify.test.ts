import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, type TestContext, test } from 'node:test'
import { type Log, silentLog } from '@lemonade/net'
import { defaultNotifyLimits, type NotifyLimits } from '../limits.ts'
import type { Destinations } from './destination.ts'
import { httpNotification } from './http-notification.ts'
import { sieveNotifySink } from './sieve-notify.ts'

const sinkTo = (destinations: Destinations, limits: NotifyLimits, log: Log = silentLog) => {
  const http = httpNotification({ destinations, limits, log })
  return sieveNotifySink({ methods: { http, https: http }, limits })
}

const event = (method: string, type = 'vnd.lemonade.SieveNotify') => ({
  id: 17,
  type,
  timestamp: '2026-11-24T09:30:05.000Z',
  data: {
    uri: 'imap://localhost/',
    user: 'ned@example.org',
    'vnd.lemonade.method': method,
    'vnd.lemonade.message': 'hello',
    'vnd.lemonade.importance': 1,
    'vnd.lemonade.options': { a: 'b' },
    'vnd.lemonade.from': null,
  },
})

/** A target that answers with each status in turn, the last one again and again; resolves when it has been asked so often. */
async function target(t: TestContext, statuses: readonly number[], expected: number) {
  const bodies: unknown[] = []
  let enough = () => {}
  const asked = new Promise<void>(resolve => {
    enough = resolve
  })
  const server = createServer(async (request: IncomingMessage, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    bodies.push(JSON.parse(Buffer.concat(pieces).toString()))
    response.writeHead(statuses[bodies.length - 1] ?? statuses.at(-1) ?? 204).end()
    if (bodies.length === expected) enough()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`, bodies, asked }
}

suite('notifications of scripts by HTTP', () => {
  test('what is posted', async t => {
    const { url, bodies, asked } = await target(t, [204], 1)
    const sink = sinkTo('any', defaultNotifyLimits)
    await sink.deliver([event(url, 'MessageNew')], new AbortController().signal)
    await sink.deliver([event('mailto:a@b.example')], new AbortController().signal)
    await sink.deliver([event(url)], new AbortController().signal)
    await asked
    sink.close()
    assert.deepEqual(bodies, [
      {
        id: 17,
        type: 'SieveNotify',
        timestamp: '2026-11-24T09:30:05.000Z',
        owner: 'ned@example.org',
        importance: 1,
        from: null,
        options: { a: 'b' },
        message: 'hello',
      },
    ])
  })

  test('a target that fails gets it a few times, and holds up nobody', async t => {
    const failing = await target(t, [500], 3)
    const well = await target(t, [500, 204], 2)
    const limits = { ...defaultNotifyLimits, notificationsUnderWay: 2 }
    const sink = sinkTo('any', limits)
    for (const { url } of [failing, well]) await sink.deliver([event(url)], new AbortController().signal)
    await Promise.all([failing.asked, well.asked])
    // Only when one of the two is done there is room for a third.
    const more = await target(t, [204], 1)
    await sink.deliver([event(more.url)], new AbortController().signal)
    await more.asked
    sink.close()
    assert.deepEqual([failing.bodies.length, well.bodies.length, more.bodies.length], [3, 2, 1])
  })

  test('inner addresses are nobody’s to reach', async t => {
    const { url, bodies } = await target(t, [204], 1)
    const lines: unknown[] = []
    const note = (_: unknown, text: string) => void lines.push(text)
    const log = { trace: note, debug: note, info: note, warn: note, error: note, fatal: note } as never
    let told = () => {}
    const leftOut = new Promise<void>(resolve => {
      told = resolve
    })
    const warn = (facts: unknown, text: string) => {
      note(facts, text)
      told()
    }
    const sink = sinkTo('public', { ...defaultNotifyLimits, notificationAttempts: 1 }, {
      ...(log as object),
      warn,
    } as never)
    await sink.deliver([event(url)], new AbortController().signal)
    await leftOut
    sink.close()
    assert.deepEqual(bodies, [])
    assert.deepEqual(lines, ['a script’s notification is left out'])
  })
})
