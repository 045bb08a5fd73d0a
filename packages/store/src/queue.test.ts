import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from './api.ts'
import type { QueueId } from './model.ts'
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
