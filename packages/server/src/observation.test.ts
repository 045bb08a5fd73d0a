import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '@lemonade/store'
import { byListener } from './listeners.ts'
import { openMetrics, type ServerMetrics } from './metrics.ts'
import { commitCounter, observeConnections, observeStore } from './observation.ts'

/** The values of one metric, by its labels as they are printed. */
async function values(metrics: ServerMetrics, name: string): Promise<Readonly<Record<string, number>>> {
  const { text } = await metrics.expose()
  const rows = text.matchAll(new RegExp(`^${name}(\\{.*\\})? (\\S+)$`, 'gm'))
  return Object.fromEntries([...rows].map(([, labels = '', value]) => [labels, Number(value)]))
}

async function setUp(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-observation-'))
  const metrics = openMetrics()
  const store = await openStore(directory, { background: false, onCommit: commitCounter(metrics) })
  t.after(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })
  return { metrics, store }
}

test('connections are counted where they come in, until they are closed', async t => {
  const metrics = openMetrics()
  const server = createServer(socket => socket.resume()).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const endpoints = byListener(name => (name === 'imap' ? [{ host: '127.0.0.1', port }] : []))
  t.after(observeConnections(metrics, endpoints))
  assert.deepEqual(await values(metrics, 'lemonade_connections'), { '{listener="imap"}': 0 })
  const client = connect(port, '127.0.0.1')
  const [socket] = await once(server, 'connection')
  assert.deepEqual(await values(metrics, 'lemonade_connections'), { '{listener="imap"}': 1 })
  client.destroy()
  await once(socket, 'close')
  assert.deepEqual(await values(metrics, 'lemonade_connections'), { '{listener="imap"}': 0 })
  assert.deepEqual(await values(metrics, 'lemonade_connections_total'), { '{listener="imap"}': 1 })
})

test('the store is counted and measured: transactions, sizes, queue, and how far behind a sink is', async t => {
  const { metrics, store } = await setUp(t)
  const now = Date.now() + 60_000
  await store.outbox.register(['webhook:slow'])
  observeStore(metrics, store, () => now)
  assert.deepEqual(await values(metrics, 'lemonade_queue_entries'), { '': 0 })
  assert.deepEqual(await values(metrics, 'lemonade_notify_lag_seconds'), { '{sink="webhook:slow"}': 0 })

  await store.domains.add('mail.example')
  const { id } = await store.accounts.add({ name: 'ada@mail.example' })
  const inbox = await store.mailboxes.find(id, 'INBOX')
  assert.ok(inbox)
  const writer = store.contents.writer({ limitOctets: 100 })
  await writer.write(Buffer.from('Subject: x\r\n\r\n'))
  await store.messages.append(inbox.id, [{ content: await writer.finish(), flags: [], internalDate: 0 }])

  const lag = await values(metrics, 'lemonade_notify_lag_seconds')
  assert.ok((lag['{sink="webhook:slow"}'] ?? 0) >= 59)
  const { '': transactions = 0 } = await values(metrics, 'lemonade_store_transactions_total')
  const { '': writes = 0 } = await values(metrics, 'lemonade_store_writes_total')
  assert.ok(transactions >= 3 && writes >= transactions)
  const sizes = await values(metrics, 'lemonade_store_octets')
  assert.deepEqual(Object.keys(sizes), ['{file="lemonade.db"}', '{file="lemonade.db-wal"}'])
  assert.ok(Object.values(sizes).every(octets => octets > 0))
})

test('the queue is counted, with the age of the oldest in it', async t => {
  const { metrics, store } = await setUp(t)
  const writer = store.contents.writer({ limitOctets: 100 })
  await writer.write(Buffer.from('Subject: x\r\n\r\n'))
  const entry = { reversePath: '', recipient: 'a@far.example', expiresAt: 1e14 }
  await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue: [entry, entry] })
  observeStore(metrics, store, () => Date.now() + 60_000)
  assert.deepEqual(await values(metrics, 'lemonade_queue_entries'), { '': 2 })
  const { '': seconds = 0 } = await values(metrics, 'lemonade_queue_oldest_seconds')
  assert.ok(seconds >= 60 && seconds < 600)
})

test('what cannot be looked up hides nothing else', async () => {
  const metrics = openMetrics()
  metrics.sample(async () => {
    throw new Error('gone')
  })
  assert.ok('' in (await values(metrics, 'process_cpu_seconds_total')))
})
