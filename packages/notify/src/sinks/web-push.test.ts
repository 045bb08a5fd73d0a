/** Web Push: RFC 8291's example, and pushes to a service that decrypts them. */
import assert from 'node:assert/strict'
import { createECDH } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import type { Log } from '@lemonade/net'
import { type Account, openStore, type Store } from '@lemonade/store'
import { defaultNotifyLimits, type NotifyLimits } from '../limits.ts'
import { claims, decrypted, deviceKeys, pushService, subscription } from '../push.testing.ts'
import type { Destinations } from './destination.ts'
import type { Notification } from './notification.ts'
import { pushTarget } from './push-devices.ts'
import { areVapidKeys, makeVapidKeys, PushService, payloadOctets } from './push-service.ts'
import { sieveNotify } from './sieve-notify.ts'
import { payloadOf, webPushNotification } from './web-push.ts'

const folder = '/private/vendor/lemonade/notify/webpush'
const keys = makeVapidKeys()

/** A store with ned, who registers devices, and a method that pushes; `logged` has what it says in the end. */
async function house(t: TestContext, { limits = {}, destinations = 'any' }: Partial<House> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-push-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })
  const ned = await store.accounts.add({ name: 'ned@example.org' })
  const logged: [text: string, reason: unknown][] = []
  const note = (facts: { reason?: unknown }, text: string) => void logged.push([text, facts.reason])
  const all = { ...defaultNotifyLimits, firstRetryMilliseconds: 1, ...limits }
  const service = new PushService({ keys, destinations, contact: 'mailto:postmaster@example.org', limits: all })
  t.after(() => service.close())
  const tell = webPushNotification({
    ...{ store, service, limits: all },
    log: { info: note, warn: note } as unknown as Log,
  })
  const notify = (uri: string, parameters: object = {}) =>
    tell(eventOf(parameters), new URL(uri), AbortSignal.timeout(10_000))
  return { store, ned, logged, notify }
}

interface House {
  readonly limits: Partial<NotifyLimits>
  readonly destinations: Destinations
}

const eventOf = (parameters: object) => ({
  ...{ id: 17, type: sieveNotify, timestamp: '2026-11-24T09:30:05.000Z' },
  data: {
    ...{ uri: 'imap://localhost/', user: 'ned@example.org', 'vnd.lemonade.message': 'Subject: häßlich' },
    ...{ 'vnd.lemonade.importance': 2, 'vnd.lemonade.options': {}, 'vnd.lemonade.from': null, ...parameters },
  },
})

const register = async (store: Store, { id }: Account, name: string, value: string) => {
  await store.metadata.set({ mailbox: null, account: id }, [{ name: `${folder}/${name}`, value: Buffer.from(value) }])
  const device = await store.devices.get(id, `webpush/${name}`)
  if (device !== null) await store.devices.setState(device.id, 'ready')
}

const devices = async (store: Store, { id }: Account) =>
  (await store.metadata.sizes({ mailbox: null, account: id }, folder, 1)).map(({ name }) => name.split('/').at(-1))

const pushed = 'a script’s notification was pushed'
const leftOut = 'a script’s notification is left out'

suite('notifications of scripts by Web Push', () => {
  test('RFC 8291 §5: the tests’ device reads the example', () => {
    const ecdh = createECDH('prime256v1')
    ecdh.setPrivateKey('q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94', 'base64url')
    const authSecret = Buffer.from('BTBZMqHH6r4Tts7J_aSIgg', 'base64url')
    const body =
      'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN'
    assert.equal(
      decrypted(Buffer.from(body, 'base64url'), { ecdh, authSecret }),
      'When I grow up, I want to be a watermelon',
    )
  })

  test('what is pushed: encrypted for the device, signed for its service, by the importance', async t => {
    const { store, ned, notify, logged } = await house(t)
    const [service, phone] = [await pushService(t), deviceKeys()]
    await register(store, ned, 'phone', subscription(`${service.url}/phone`, phone))
    for (const importance of [1, 2, 3]) await notify('webpush:Phone', { 'vnd.lemonade.importance': importance })
    const [push, ...more] = service.pushes
    assert.ok(push)
    assert.deepEqual(JSON.parse(decrypted(push.body, phone)), {
      ...{ id: 17, type: 'SieveNotify', timestamp: '2026-11-24T09:30:05.000Z', owner: 'ned@example.org' },
      ...{ importance: 1, from: null, options: {}, message: 'Subject: häßlich' },
    })
    assert.throws(() => decrypted(push.body, deviceKeys()))
    assert.equal(push.headers['content-encoding'], 'aes128gcm')
    assert.equal(push.headers['content-type'], 'application/octet-stream')
    const { key, aud, sub, exp } = claims(push)
    assert.deepEqual([key, aud, sub], [keys.publicKey, service.url, 'mailto:postmaster@example.org'])
    // No more than a day from now (RFC 8292 §2).
    const seconds = Number(exp) - Date.now() / 1000
    assert.ok(seconds > 3_600 && seconds <= 86_400, `${seconds}`)
    assert.deepEqual(
      [push, ...more].map(({ headers }) => [headers['ttl'], headers['urgency']]),
      [
        ['604800', 'high'],
        ['86400', 'normal'],
        ['14400', 'low'],
      ],
    )
    assert.deepEqual(
      logged,
      [1, 2, 3].map(() => [pushed, undefined]),
    )
  })

  test('all devices, up to the limit; one by its name; none that is not there', async t => {
    const { store, ned, notify, logged } = await house(t, { limits: { pushDevices: 2 } })
    const service = await pushService(t)
    const paths = () => service.pushes.splice(0).map(({ path }) => path)
    for (const name of ['a', 'b b', 'c']) {
      await register(store, ned, name, subscription(`${service.url}/${name[0]}`, deviceKeys()))
      await notify('webpush:*')
      assert.deepEqual(paths().sort(), name === 'a' ? ['/a'] : ['/a', '/b'])
    }
    await notify('webpush:b%20b')
    assert.deepEqual(paths(), ['/b'])
    logged.length = 0
    await notify('webpush:none')
    await notify('webpush:a', { user: 'gone@example.org' })
    await notify('webpush:a', { user: undefined })
    assert.deepEqual(paths(), [])
    assert.deepEqual(
      logged,
      [1, 2, 3].map(() => ['a script’s notification is for no device', undefined]),
    )
  })

  for (const status of [404, 410]) {
    test(`${status} ends the device, and no other (RFC 8030 §7.3)`, async t => {
      const { store, ned, notify, logged } = await house(t)
      const service = await pushService(t, path => ({ status: path === '/old' ? status : 201 }))
      for (const name of ['old', 'new'])
        await register(store, ned, name, subscription(`${service.url}/${name}`, deviceKeys()))
      await notify('webpush:*')
      assert.deepEqual(await devices(store, ned), ['new'])
      assert.equal(service.pushes.length, 2)
      assert.ok(logged.some(([text]) => text.startsWith('a device is forgotten')))
    })
  }

  test('a device that registers anew at that moment stays', async t => {
    const { store, ned, notify } = await house(t)
    const service = await pushService(t, async () => {
      await register(store, ned, 'phone', subscription('https://push.example/new', deviceKeys()))
      return { status: 410 }
    })
    await register(store, ned, 'phone', subscription(`${service.url}/old`, deviceKeys()))
    await notify('webpush:phone')
    assert.deepEqual(await devices(store, ned), ['phone'])
  })

  test('a busy service gets it again, as often as the limit says; one that refuses does not', async t => {
    const rows: [statuses: { status: number; retryAfter?: string }[], attempts: number, reason: string | undefined][] =
      [
        [[{ status: 429, retryAfter: '0' }, { status: 503 }, { status: 201 }], 3, undefined],
        [[{ status: 500 }, { status: 500 }, { status: 500 }, { status: 201 }], 3, 'the target answered 500'],
        [[{ status: 400 }, { status: 201 }], 1, 'the target answered 400'],
        [[{ status: 403 }, { status: 201 }], 1, 'the target answered 403'],
        [[{ status: 307 }, { status: 201 }], 1, 'the target answered 307'],
        // Longer than a request may take, nobody waits.
        [[{ status: 429, retryAfter: '16' }, { status: 201 }], 1, 'the target answered 429'],
      ]
    for (const [statuses, attempts, reason] of rows) {
      const { store, ned, notify, logged } = await house(t)
      const [service, phone] = [await pushService(t, (_, before) => statuses[before] ?? { status: 400 }), deviceKeys()]
      await register(store, ned, 'phone', subscription(`${service.url}/phone`, phone))
      await notify('webpush:phone')
      assert.deepEqual(logged, [[reason === undefined ? pushed : leftOut, reason]])
      assert.equal(service.pushes.length, attempts)
      for (const { body } of service.pushes) assert.match(decrypted(body, phone), /SieveNotify/)
      assert.equal(
        new Set(service.pushes.map(({ body }) => body.toString('hex'))).size,
        attempts,
        'no key is used twice',
      )
      assert.deepEqual(await devices(store, ned), ['phone'])
    }
  })

  test('inner addresses and services without TLS are nobody’s to reach', async t => {
    const { store, ned, notify, logged } = await house(t, {
      destinations: 'public',
      limits: { notificationAttempts: 1 },
    })
    const service = await pushService(t)
    await register(store, ned, 'plain', subscription(`${service.url}/`, deviceKeys()))
    await register(store, ned, 'inner', subscription(service.url.replace('http', 'https'), deviceKeys()))
    await register(store, ned, 'name', subscription('https://localhost/', deviceKeys()))
    for (const name of ['plain', 'inner', 'name']) await notify(`webpush:${name}`)
    assert.deepEqual(logged, [
      [leftOut, 'the push service has no TLS'],
      [leftOut, '127.0.0.1 is no public address'],
      [leftOut, 'localhost is no public address'],
    ])
    assert.equal(service.pushes.length, 0)
  })

  test('what is no subscription is left out', async t => {
    const { store, ned, notify, logged } = await house(t)
    const { endpoint, keys } = JSON.parse(subscription('https://push.example/x', deviceKeys()))
    const wrong = [
      ...['', 'null', '[]', '{}', '"x"', '{"endpoint":"https://push.example/x"}'],
      ...['ftp://push.example/', 'https://user:secret@push.example/', 'x', 7].map(each =>
        JSON.stringify({ endpoint: each, keys }),
      ),
      ...[{ p256dh: '' }, { p256dh: keys.auth }, { p256dh: `A${keys.p256dh.slice(1)}` }, { auth: keys.p256dh }].map(
        each => JSON.stringify({ endpoint, keys: { ...keys, ...each } }),
      ),
    ]
    for (const text of wrong) assert.equal(pushTarget(Buffer.from(text)), null, text)
    assert.equal(pushTarget(Buffer.from(JSON.stringify({ endpoint, keys })))?.endpoint.host, 'push.example')
    await register(store, ned, 'a', '{}')
    await notify('webpush:a')
    // Looks like a key, but is on no curve: that shows only when something is to be encrypted.
    const bad = Buffer.alloc(65, 1)
    bad[0] = 4
    const offCurve = { ...keys, p256dh: bad.toString('base64url') }
    await register(store, ned, 'b', JSON.stringify({ endpoint, keys: offCurve }))
    await notify('webpush:b')
    assert.deepEqual(logged[0], [leftOut, 'the device is no push subscription'])
    assert.equal(logged[1]?.[0], leftOut)
  })

  test('a message that is too long is cut to what every push service takes', () => {
    const frame: Notification = {
      ...{ id: 17, type: 'SieveNotify', timestamp: '2026-11-24T09:30:05.000Z', owner: 'ned@example.org' },
      ...{ importance: 2, from: null, options: { a: 'b' }, message: '' },
    }
    const room = payloadOctets - Buffer.byteLength(JSON.stringify(frame))
    const cut = (notification: Notification) => {
      const payload = payloadOf(notification)
      assert.ok(payload.length <= payloadOctets)
      return JSON.parse(payload.toString())
    }
    assert.deepEqual(cut({ ...frame, message: 'x'.repeat(room) }), { ...frame, message: 'x'.repeat(room) })
    assert.deepEqual(cut({ ...frame, message: 'x'.repeat(room + 1) }), { ...frame, message: 'x'.repeat(room) })
    const faces = cut({ ...frame, message: '😀'.repeat(room) }).message
    assert.equal(faces, '😀'.repeat(Math.floor(room / 4)))
    const long = cut({ ...frame, options: { a: 'b'.repeat(5_000) }, message: 'short' })
    assert.deepEqual(long, { ...frame, options: {}, message: 'short' })
  })

  test('keys', () => {
    assert.ok(areVapidKeys(keys))
    assert.notDeepEqual(makeVapidKeys(), keys)
    for (const wrong of [
      { ...keys, privateKey: '' },
      { ...keys, publicKey: keys.privateKey },
    ]) {
      assert.equal(areVapidKeys(wrong), false)
    }
  })
})
