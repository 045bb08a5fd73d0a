import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { NewQueueEntry, Store } from './api.ts'
import { Connection } from './connection.ts'
import type { QueueId } from './model.ts'
import { leaseQuery } from './queue-jobs.ts'
import { alice, everything, findings, letter, prepare, problem, text } from './testing.ts'

async function enqueue(store: Store, ...recipients: readonly (readonly [recipient: string, notBefore: number])[]) {
  const content = await prepare(store, letter())
  await store.messages.deposit({
    content,
    deliveries: [],
    enqueue: recipients.map(([recipient, notBefore]) => ({
      reversePath: 'alice@example.org',
      recipient,
      notBefore,
      expiresAt: 1e12,
      options: { notify: ['FAILURE'] },
    })),
  })
}

test('a lease keeps an entry to one runner until it ends', async t => {
  const { store } = await alice(t, { clock: () => 1000 })
  await enqueue(store, ['a@far.example', 1000], ['b@far.example', 1000], ['c@far.example', 5000])
  assert.equal(await store.queue.nextDue(), 1000)
  const lease = async (now: number, limit = 10) =>
    (await store.queue.lease(now, 300, limit)).map(({ recipient }) => recipient)
  assert.deepEqual(await lease(999), [])
  assert.deepEqual(await lease(1000, 1), ['a@far.example'])
  assert.deepEqual(await lease(1000), ['b@far.example'])
  assert.deepEqual(await lease(1299), [])
  assert.equal(await store.queue.nextDue(), 1300)
  assert.deepEqual(await lease(1300), ['a@far.example', 'b@far.example'])
  const [entry] = await store.queue.list()
  assert.equal(entry?.nextAttemptAt, 1000)
  assert.deepEqual(entry?.options, { notify: ['FAILURE'] })
  assert.equal(entry?.attempts, 0)
})

test('an entry is retried, made due by hand, delivered', async t => {
  const { store } = await alice(t, { clock: () => 1000 })
  await enqueue(store, ['a@far.example', 1000])
  const [leased] = await store.queue.lease(1000, 300, 1)
  const id = leased?.id as QueueId
  await store.queue.retryAt(id, 9000, '451 4.7.1 later', { delayTold: true })
  const entry = await store.queue.get(id)
  assert.deepEqual(
    [entry?.attempts, entry?.lastReply, entry?.nextAttemptAt, entry?.options],
    [1, '451 4.7.1 later', 9000, { delayTold: true }],
  )
  await store.queue.retryAt(id, 9000, 'again')
  assert.deepEqual((await store.queue.get(id))?.options, { delayTold: true })
  await store.queue.retryNow(id)
  assert.equal(await store.queue.nextDue(), 1000)
  const content = entry?.content as never
  assert.match(text(await store.contents.readAll(content)), /^Message-ID/)
  await store.queue.delivered(id)
  assert.equal(await store.queue.get(id), null)
  assert.equal(await store.queue.nextDue(), null)
  for (const gone of [
    store.queue.delivered(id),
    store.queue.retryNow(id),
    store.queue.retryAt(id, 1, ''),
    store.queue.remove(id),
  ]) {
    assert.equal(await problem(gone), 'no-such-queue-entry')
  }
  await store.collect()
  assert.equal(await problem(store.contents.octets(content)), 'no-such-message')
  assert.deepEqual(await findings(store), [])
})

test('a failure and its DSN are one transaction', async t => {
  const { store, account, inbox } = await alice(t, { clock: () => 1000 })
  await enqueue(store, ['a@far.example', 1000], ['b@far.example', 1000])
  const [a, b] = await store.queue.list()
  const dsn = await prepare(store, letter('Undelivered'))
  const gone = { account: 99 as typeof account.id, mailbox: 'INBOX' }
  const bad = { content: dsn, deliveries: [gone], enqueue: [] }
  assert.equal(await problem(store.queue.failed(a?.id as QueueId, bad)), 'no-such-account')
  assert.equal((await store.queue.list()).length, 2)
  await store.queue.failed(a?.id as QueueId, { ...bad, deliveries: [{ account: account.id, mailbox: 'INBOX' }] })
  await store.queue.failed(b?.id as QueueId, null)
  assert.equal((await store.queue.list()).length, 0)
  assert.equal((await store.messages.page(inbox.id, everything, 9)).length, 1)
  assert.deepEqual(await findings(store), [])
})

test('who waits for the queue is woken', async t => {
  const { store } = await alice(t)
  const woken = new Promise<void>(resolve => store.bus.watchTopic('queue', resolve))
  await enqueue(store, ['a@far.example', 1000])
  await woken
})

/** One entry of each, in this order, all at once. */
async function enqueueAll(store: Store, entries: readonly Partial<NewQueueEntry>[]): Promise<void> {
  const content = await prepare(store, letter())
  const enqueue = entries.map(entry => ({ reversePath: '', recipient: 'x@far.example', expiresAt: 1e12, ...entry }))
  await store.messages.deposit({ content, deliveries: [], enqueue })
}

const minute = 60_000

test('what is urgent has its turn first, but for what has waited much longer (RFC 6710 §5.1)', async t => {
  const now = 1000 * minute
  const { store } = await alice(t, { clock: () => now })
  await enqueueAll(store, [
    { recipient: 'bulk', notBefore: now, options: { priority: -9 } },
    { recipient: 'usual', notBefore: now },
    { recipient: 'urgent', notBefore: now, options: { priority: 9 } },
    { recipient: 'later', notBefore: now + 1, options: { priority: 9 } },
    { recipient: 'bulk that waited', notBefore: now - 271 * minute, options: { priority: -9 } },
    { recipient: 'usual that waited', notBefore: now - 270 * minute - 1 },
  ])
  const order = async (limit: number) => (await store.queue.lease(now, minute, limit)).map(({ recipient }) => recipient)
  assert.deepEqual(await order(2), ['usual that waited', 'urgent'])
  assert.deepEqual(await order(9), ['bulk that waited', 'usual', 'bulk'])
})

test('the place in the order goes along with each attempt', async t => {
  const { store } = await alice(t, { clock: () => 1000 })
  await enqueueAll(store, [
    { recipient: 'usual', notBefore: 1000 },
    { recipient: 'urgent', notBefore: 1000, options: { priority: 4 } },
  ])
  const order = async (now: number) => {
    const leased = await store.queue.lease(now, 1, 9)
    for (const { id } of leased) await store.queue.retryAt(id, now + 10, 'later')
    return leased.map(({ recipient }) => recipient)
  }
  for (const now of [1000, 1010, 1020]) assert.deepEqual(await order(now), ['urgent', 'usual'])
  for (const { id } of await store.queue.list()) await store.queue.retryNow(id)
  assert.deepEqual(await order(1000), ['urgent', 'usual'])
})

test('an entry is held until it is released, whatever is done with it', async t => {
  const { store } = await alice(t, { clock: () => 1000 })
  await enqueue(store, ['a@far.example', 1000], ['b@far.example', 1000])
  const [a, b] = (await store.queue.lease(1000, 300, 9)).map(({ id }) => id) as [QueueId, QueueId]
  await store.queue.hold(a)
  await store.queue.hold(b)
  await store.queue.retryAt(a, 1500, '451 later')
  await store.queue.retryNow(b)
  await store.queue.endLeases()
  assert.equal(await store.queue.nextDue(), null)
  assert.deepEqual(await store.queue.lease(8e15, 1, 9), [])
  assert.deepEqual(
    (await store.queue.list()).map(({ held }) => held),
    [true, true],
  )
  await store.queue.release(a)
  assert.deepEqual(
    (await store.queue.lease(1000, 1, 9)).map(({ recipient, held }) => [recipient, held]),
    [['a@far.example', false]],
  )
  await store.queue.remove(b)
  for (const gone of [store.queue.hold(b), store.queue.release(b)]) {
    assert.equal(await problem(gone), 'no-such-queue-entry')
  }
})

test('leases end together when there is nobody who could have them', async t => {
  const { store } = await alice(t, { clock: () => 1000 })
  await enqueue(store, ['a@far.example', 1000], ['b@far.example', 9000])
  await store.queue.lease(1000, 3_600_000, 9)
  await store.queue.endLeases()
  assert.deepEqual(
    (await store.queue.lease(1000, 300, 9)).map(({ recipient }) => recipient),
    ['a@far.example'],
  )
})

test('what waits for a time that its sender gave is counted for the account (RFC 4865 §6)', async t => {
  const { store, account } = await alice(t, { clock: () => 1000 })
  const release = { at: 5000, request: 'for;4' }
  await enqueueAll(store, [
    { account: account.id, notBefore: 5000, options: { release } },
    { account: account.id, notBefore: 5000, options: { release } },
    { account: account.id },
    { notBefore: 5000, options: { release } },
  ])
  const [first] = await store.queue.list()
  assert.deepEqual(await store.queue.waitingFor(account.id, 4999), { entries: 2, octets: 2 * (first?.octets ?? 0) })
  assert.deepEqual(await store.queue.waitingFor(account.id, 5000), { entries: 0, octets: 0 })
  assert.deepEqual(await store.queue.counts(1000), { entries: 4, oldest: 1000 })
})

test('what is for later makes the queue no older before its time', async t => {
  for (const [now, oldest] of [
    [4999, null],
    [5000, 5000],
  ] as const) {
    const { store } = await alice(t, { clock: () => 1000 })
    await enqueueAll(store, [{ notBefore: 5000, options: { release: { at: 5000, request: 'for;4' } } }])
    assert.deepEqual(await store.queue.counts(now), { entries: 1, oldest })
  }
})

test('whose turn it is, is found without reading the queue', async t => {
  const { store } = await alice(t)
  const plan = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  t.after(() => plan.close())
  const steps = plan
    .sql<{ detail: string }>(`EXPLAIN QUERY PLAN ${leaseQuery}`)
    .all(0, 0, 10)
    .map(({ detail }) => detail)
  assert.ok(
    steps.some(step => step.includes('queue_by_turn')),
    steps.join('\n'),
  )
  assert.ok(!steps.some(step => /SCAN queue\b|TEMP B-TREE/.test(step)), steps.join('\n'))
})
