import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { SendingLimits } from './api.ts'
import { octets, problem, temporaryStore } from './testing.ts'

test('what an account may send as: its own, what was granted, and a whole domain', async t => {
  const store = await temporaryStore(t)
  const alice = await store.accounts.add({ name: 'alice@example.org' })
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await store.domains.add('two.example')
  await store.aliases.add('al@example.org', ['alice@example.org'])
  await store.groups.add({ address: 'team@example.org', members: ['alice@example.org'], senders: 'anyone' })
  const right = (address: string, account = alice.id) => store.senders.right(account, address, '+')
  await store.senders.grant(alice.id, { address: 'Bob@example.org', onBehalf: true })
  await store.senders.grant(alice.id, { address: 'team@example.org', onBehalf: false })
  await store.senders.grant(alice.id, { address: '@two.example', onBehalf: false })
  await store.senders.grant(alice.id, { address: 'x@two.example', onBehalf: true })
  const rows: [address: string, right: string | null][] = [
    ['alice@example.org', 'own'],
    ['AL+x@example.org', 'own'],
    ['bob@example.org', 'on-behalf'],
    ['bob+x@example.org', null],
    ['team@example.org', 'as'],
    ['any@two.example', 'as'],
    ['x@two.example', 'on-behalf'],
    ['any@far.example', null],
    ['no address', null],
    ['', null],
  ]
  for (const [address, wanted] of rows) assert.equal(await right(address), wanted, address)
  assert.equal(await right('alice@example.org', bob.id), null)
  assert.deepEqual(await store.senders.grants(alice.id), [
    { address: '@two.example', onBehalf: false },
    { address: 'bob@example.org', onBehalf: true },
    { address: 'team@example.org', onBehalf: false },
    { address: 'x@two.example', onBehalf: true },
  ])
  assert.equal(
    await problem(store.senders.grant(alice.id, { address: 'x@far.example', onBehalf: false })),
    'no-such-domain',
  )
  assert.equal(await problem(store.senders.grant(alice.id, { address: 'x', onBehalf: false })), 'bad-address')
  assert.equal(await store.senders.revoke(alice.id, 'bob@EXAMPLE.org'), true)
  assert.equal(await store.senders.revoke(alice.id, 'bob@example.org'), false)
  assert.equal(await right('bob@example.org'), null)
  await store.accounts.remove(alice.id)
  assert.deepEqual(await store.senders.grants(alice.id), [])
})

const minute = 60_000
const unbounded: SendingLimits = { messagesPerHour: 0, recipientsPerHour: 0, messagesPerDay: 0, recipientsPerDay: 0 }

async function account(t: Parameters<typeof temporaryStore>[0]) {
  const clock = { now: Date.UTC(2026, 10, 24, 12, 0, 0) }
  const store = await temporaryStore(t, { clock: () => clock.now })
  const { id } = await store.accounts.add({ name: 'alice@example.org' })
  const send = async (recipients: number, limits: SendingLimits) => {
    const writer = store.contents.writer({ limitOctets: 100 })
    await writer.write(octets('Subject: x\r\n\r\n'))
    const content = await writer.finish()
    try {
      await store.messages.deposit({ content, deliveries: [], enqueue: [], spend: { account: id, recipients, limits } })
    } finally {
      await content.discard()
    }
  }
  const freeAt = (recipients: number, limits: SendingLimits) =>
    store.senders.freeAt(id, { messages: 1, recipients }, limits)
  return { clock, send, freeAt, store, id }
}

test('so many messages an hour: at the limit, one past it, and free again when the oldest are an hour old', async t => {
  const { clock, send, freeAt } = await account(t)
  const limits = { ...unbounded, messagesPerHour: 2 }
  const began = clock.now
  await send(5, limits)
  clock.now += 25 * minute
  assert.equal(await freeAt(1, limits), null)
  await send(5, limits)
  assert.equal(await freeAt(1, limits), began + 60 * minute)
  assert.equal(await problem(send(1, limits)), 'sending-limit')
  clock.now = began + 60 * minute - 1
  assert.equal(await problem(send(1, limits)), 'sending-limit')
  clock.now++
  assert.equal(await freeAt(1, limits), null)
  await send(1, limits)
  assert.equal(await freeAt(1, limits), began + 80 * minute)
  assert.equal(await freeAt(1, unbounded), null)
})

test('so many recipients a day, over all messages; what is refused counts for nothing', async t => {
  const { clock, send, freeAt } = await account(t)
  const limits = { ...unbounded, recipientsPerDay: 10 }
  const began = clock.now
  await send(7, limits)
  assert.equal(await problem(send(4, limits)), 'sending-limit')
  assert.equal(await freeAt(3, limits), null)
  await send(3, limits)
  assert.equal(await freeAt(1, limits), began + 24 * 60 * minute)
  assert.ok(((await freeAt(11, limits)) ?? 0) >= began + 24 * 60 * minute)
  clock.now = began + 24 * 60 * minute
  assert.equal(await freeAt(10, limits), null)
})

test('a refused deposit leaves nothing, and a failed one is not counted', async t => {
  const { send, freeAt, store, id } = await account(t)
  const limits = { ...unbounded, messagesPerHour: 1 }
  await send(1, limits)
  const writer = store.contents.writer({ limitOctets: 100 })
  const content = await writer.finish()
  const entry = { reversePath: '', recipient: 'x@far.example', expiresAt: 0 }
  const spend = { account: id, recipients: 1, limits }
  const deposit = store.messages.deposit({ content, deliveries: [], enqueue: [entry], spend })
  assert.equal(await problem(deposit), 'sending-limit')
  await content.discard()
  assert.deepEqual(await store.queue.list(), [])
  assert.notEqual(await freeAt(1, limits), null)
})

test('what an account has sent outlives a restart', async t => {
  const { send, store, id, clock } = await account(t)
  const limits = { ...unbounded, messagesPerDay: 1 }
  await send(1, limits)
  const { openStore } = await import('./open.ts')
  const again = await openStore(store.directory, { background: false, clock: () => clock.now })
  t.after(() => again.close())
  assert.notEqual(await again.senders.freeAt(id, { messages: 1, recipients: 1 }, limits), null)
})

test('never more than the limit in any hour, whatever the times', async t => {
  const { clock, send } = await account(t)
  const limits = { ...unbounded, messagesPerHour: 3 }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 20 }), async pauses => {
      clock.now += 120 * minute
      const times: number[] = []
      for (const pause of pauses) {
        clock.now += pause * minute
        if ((await problem(send(1, limits))) === 'none') times.push(clock.now)
      }
      // Steps of ten minutes: an hour is at least fifty.
      for (const at of times) assert.ok(times.filter(each => each >= at && each < at + 50 * minute).length <= 3)
    }),
    { seed: 6, numRuns: 15 },
  )
})
