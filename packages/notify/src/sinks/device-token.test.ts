import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { BadTarget, DeliveryFailed, DeliveryRefused, type DeviceWake, TargetGone } from '../sink.ts'
import { deviceTokenDevice } from './device-token.ts'

test('a token is posted to the notification server and nothing else; only 410 ends it', async t => {
  const bodies: string[] = []
  const statuses = [200, 410, 503, 404, 400]
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += String(piece)
    bodies.push(`${request.method} ${request.headers['content-type']} ${body}`)
    response.writeHead(statuses.shift() ?? 500).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`
  const device = deviceTokenDevice({ url }, { requestMilliseconds: 5_000, answerOctets: 1_000 }, 'any')
  t.after(() => device.close())
  assert.equal(device.describe('openpgp:abc'), new URL(url).host)
  for (const none of [null, {}, '', 'a b', 'a\n', 'x'.repeat(8_193)])
    assert.throws(() => device.describe(none), BadTarget)
  assert.equal(device.describe('x'.repeat(8_192)), new URL(url).host)
  const wake: DeviceWake = {
    ...{ id: 1, account: 'ada@example.org', device: 'devicetoken/1', topic: 't', ttlSeconds: 1 },
    urgency: 'normal',
    ...{ payload: { secret: 1 }, text: 'secret' },
  }
  const wakes = () => device.wake('openpgp:abc', wake, AbortSignal.timeout(10_000))
  await wakes()
  await assert.rejects(wakes(), TargetGone)
  await assert.rejects(wakes(), DeliveryFailed)
  await assert.rejects(
    wakes(),
    (error: unknown) => error instanceof DeliveryFailed && !(error instanceof DeliveryRefused),
  )
  await assert.rejects(wakes(), DeliveryRefused)
  assert.deepEqual(new Set(bodies), new Set(['POST text/plain openpgp:abc']))
})
