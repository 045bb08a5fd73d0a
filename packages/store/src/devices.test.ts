import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AccountId, EventId, MailboxId } from './model.ts'
import { StoreError } from './problem.ts'
import { alice } from './testing.ts'

const folder = '/private/vendor/lemonade/notify'
const octets = (text: string) => new Uint8Array(Buffer.from(text))
const problem = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: unknown) => (error instanceof StoreError ? error.problem : assert.fail(String(error))),
  )

async function house(t: Parameters<typeof alice>[0], limits: Record<string, number> = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) }
  const { store, account, inbox } = await alice(t, { limits, clock: () => clock.now })
  const set = (name: string, value: string | null, mailbox: MailboxId | null = null) =>
    store.metadata.set({ mailbox, account: account.id }, [{ name, value: value === null ? null : octets(value) }])
  const states = async () => (await store.devices.of(account.id)).map(({ name, state }) => [name, state])
  return { store, account, inbox, clock, set, states }
}

test('entries of an account’s server metadata register its devices', async t => {
  const { store, account, inbox, set, states } = await house(t)
  let rings = 0
  store.bus.watchTopic('devices', () => rings++)
  await set(`${folder}/webpush/Phone`, '{"a":1}')
  await set(`${folder}/preferences/webpush/phone`, '{}')
  await set(`${folder}/preferences`, '{}')
  await set(`${folder}/a/b/c`, 'x')
  await set(`${folder}/mail/x`, 'x', inbox.id)
  assert.deepEqual(await states(), [['webpush/phone', 'new']])
  assert.equal(rings, 4)
  const [first] = await store.devices.of(account.id)
  assert.deepEqual(
    await store.metadata.get({ mailbox: null, account: account.id }, `${folder}/webpush/phone`),
    octets('{"a":1}'),
  )
  await store.devices.setState(first?.id ?? 0, 'ready')
  await set(`${folder}/webpush/phone`, '{"a":1}')
  assert.deepEqual(await states(), [['webpush/phone', 'ready']], 'the same again changes nothing')
  await set(`${folder}/webpush/phone`, '{"a":2}')
  assert.deepEqual(await states(), [['webpush/phone', 'new']], 'another registration is another device')
  assert.notEqual((await store.devices.get(account.id, 'WebPush/PHONE'))?.id, first?.id)
  await set(`${folder}/webpush/phone`, null)
  assert.deepEqual(await states(), [])
})

test('a device is used once it has echoed what it was told, in time', async t => {
  const { store, account, clock, set, states } = await house(t, { deviceEchoSeconds: 60 })
  await set(`${folder}/webpush/phone`, '{}')
  const echo = (value: string) => problem(set(`${folder}/validate/webpush/phone`, value))
  assert.equal(await echo(''), 'no-such-device', 'before it was asked')
  const [{ id } = assert.fail()] = await store.devices.unproved()
  await store.devices.setState(id, 'asked', { challenge: octets('secret') })
  assert.equal(await echo('other'), 'wrong-echo')
  clock.now += 60_001
  assert.equal(await echo('secret'), 'wrong-echo', 'too late')
  clock.now -= 1
  assert.equal(await echo('secret'), null)
  assert.deepEqual(await states(), [['webpush/phone', 'ready']])
  assert.equal(await echo('secret'), 'no-such-device', 'once')
  assert.equal(
    await store.metadata.get({ mailbox: null, account: account.id }, `${folder}/validate/webpush/phone`),
    null,
  )
  assert.deepEqual(await store.devices.unproved(), [])
  await store.devices.setState(id, 'asked', { challenge: octets('next') })
  assert.equal(await problem(store.devices.confirm(account.id, 'webpush/phone', octets('x'))), 'wrong-echo')
  await store.devices.confirm(account.id, 'WEBPUSH/phone', octets('next'))
  assert.deepEqual(await states(), [['webpush/phone', 'ready']])
})

test('each token of Delta Chat’s is a device; removing one leaves the others', async t => {
  const { store, account, inbox, set } = await house(t)
  await set('/private/devicetoken', 'openpgp:one', inbox.id)
  await set('/private/devicetoken', 'openpgp:two', inbox.id)
  await set('/private/devicetoken', 'openpgp:two')
  const devices = await store.devices.of(account.id)
  assert.equal(devices.length, 2)
  const tokens = devices.map(({ name }) =>
    store.metadata.get({ mailbox: null, account: account.id }, `${folder}/${name}`),
  )
  assert.deepEqual(new Set(await Promise.all(tokens)), new Set([octets('openpgp:one'), octets('openpgp:two')]))
  assert.deepEqual(
    await store.metadata.get({ mailbox: inbox.id, account: account.id }, '/private/devicetoken'),
    octets('openpgp:two'),
  )
})

test('an account has so many devices and no more', async t => {
  const { set, states } = await house(t, { devicesPerAccount: 2 })
  for (const name of ['a', 'b']) await set(`${folder}/mail/${name}`, '{}')
  assert.equal(await problem(set(`${folder}/mail/c`, '{}')), 'too-many-entries')
  await set(`${folder}/mail/b`, '{"x":1}')
  assert.equal((await states()).length, 2)
})

test('a device has one wake-up waiting, the newest', async t => {
  const { store, account, clock, set } = await house(t)
  await store.outbox.register(['devices'])
  await set(`${folder}/webpush/phone`, '{}')
  const [{ id: device } = assert.fail()] = await store.devices.of(account.id)
  const wake = (id: number, dueAt: number) => ({
    device,
    id: id as EventId,
    content: { id },
    dueAt,
    expiresAt: dueAt + 9,
  })
  const now = async () => (await store.devices.get(account.id, 'webpush/phone')) ?? assert.fail()
  assert.equal(await store.devices.nextDue(), null)
  const start = await store.outbox.cursor('devices')
  await store.devices.prepare([wake(7, clock.now + 5)], 'devices', (start + 7) as EventId)
  assert.equal(await store.outbox.cursor('devices'), start + 7)
  assert.equal(await store.devices.nextDue(), clock.now + 5)
  assert.deepEqual(await store.devices.due(clock.now + 4, 9), [])
  assert.equal((await store.devices.due(clock.now + 5, 9)).length, 1)
  await store.devices.postpone(device, clock.now + 6, 'busy')
  await store.devices.postpone(device, clock.now + 7, null)
  assert.partialDeepStrictEqual(await now(), { attempts: 1, problem: 'busy' })
  await store.devices.prepare([wake(8, clock.now)], 'devices', (start + 8) as EventId)
  await store.devices.woken(device, 7 as EventId, { credit: 3, waiting: true })
  assert.partialDeepStrictEqual(await now(), {
    ...{ pending: { id: 8, content: { id: 8 } }, problem: null, waiting: true, wokenAt: clock.now, attempts: 0 },
    credit: { left: 3, at: clock.now },
  })
  await store.devices.drop(device, 7 as EventId, null)
  assert.equal((await now()).pending?.id, 8)
  await store.devices.drop(device, 8 as EventId, 'too late')
  assert.partialDeepStrictEqual(await now(), { pending: null, problem: 'too late' })
})

test('an account that goes takes its devices along', async t => {
  const { store, account, set, states } = await house(t)
  await set(`${folder}/webpush/phone`, '{}')
  await store.accounts.remove(account.id)
  assert.deepEqual(await states(), [])
})

test('who is connected is known, and who listens', async t => {
  const { store, account } = await house(t)
  const { presence } = store
  const told: AccountId[] = []
  const unwatch = presence.watch(id => told.push(id))
  const phone = presence.enter(account.id, { service: 'imap', credential: 'phone' })
  const other = presence.enter(account.id, { service: 'imap', credential: '' })
  assert.deepEqual(presence.accounts(), [account.id])
  phone.listens(true)
  phone.listens(true)
  assert.deepEqual(presence.of(account.id), [
    { service: 'imap', credential: 'phone', isListening: true },
    { service: 'imap', credential: '', isListening: false },
  ])
  other.leave()
  phone.leave()
  phone.leave()
  phone.listens(true)
  assert.deepEqual([presence.of(account.id), presence.accounts()], [[], []])
  assert.equal(told.length, 3)
  const again = presence.enter(account.id, { service: 'imap', credential: '' })
  again.listens(true)
  assert.equal(presence.of(account.id).length, 1)
  unwatch()
  again.leave()
  assert.equal(told.length, 4)
})

test('what leads to a device is sealed at rest', async t => {
  const { store, account, inbox, set } = await house(t)
  await set(`${folder}/webpush/phone`, 'a-very-telling-endpoint')
  await set('/private/devicetoken', 'a-very-telling-token', inbox.id)
  await set('/private/comment', 'plain-comment')
  const of = { mailbox: null, account: account.id }
  const [size] = await store.metadata.sizes(of, `${folder}/webpush`, 1)
  assert.equal(size?.octets, 'a-very-telling-endpoint'.length)
  const copy = join(store.directory, 'copy.db')
  await store.backup(copy)
  const database = readFileSync(copy)
  assert.ok(database.includes('plain-comment'))
  assert.ok(!database.includes('a-very-telling'))
})
