/** What vacation and duplicate remember, alone and in a deposit's transaction. */
import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import type { Deposit, NewMemory, Store } from './api.ts'
import type { AccountId } from './model.ts'
import { openStore } from './open.ts'
import { alice, prepare, temporaryDirectory } from './testing.ts'

const far = 4_000_000_000_000

async function put(store: Store, rest: Partial<Deposit>): Promise<void> {
  const content = await prepare(store, 'Subject: x\r\n\r\nx\r\n')
  await store.messages.deposit({ content, deliveries: [], enqueue: [], ...rest })
}

const memory = (account: AccountId, key: string, until = far): NewMemory => ({
  account,
  purpose: 'duplicate',
  key,
  until,
})

suite('what scripts remember', () => {
  test('keys are known by purpose and by account, letter for letter', async t => {
    const { store, account } = await alice(t)
    const bob = await store.accounts.add({ name: 'bob@example.org' })
    await put(store, { remember: [memory(account.id, 'a\udc80')] })
    assert.equal(await store.memory.has(account.id, 'duplicate', 'a\udc80'), true)
    assert.equal(await store.memory.has(account.id, 'duplicate', 'a\udc81'), false)
    assert.equal(await store.memory.has(account.id, 'duplicate', 'A\udc80'), false)
    assert.equal(await store.memory.has(account.id, 'vacation', 'a\udc80'), false)
    assert.equal(await store.memory.has(bob.id, 'duplicate', 'a\udc80'), false)
  })

  test('what is remembered ends at its time, and is collected', async t => {
    let now = 1000
    const { store, account } = await alice(t, { clock: () => now })
    await put(store, { remember: [memory(account.id, 'a', 2000)] })
    now = 1999
    assert.equal(await store.memory.has(account.id, 'duplicate', 'a'), true)
    now = 2000
    assert.equal(await store.memory.has(account.id, 'duplicate', 'a'), false)
    now = 2001
    await store.collect()
    assert.equal(await store.memory.forget(account.id, 'duplicate'), 0)
  })

  test('RFC 7352 §3.3: only "last" moves the end', async t => {
    let now = 1000
    const { store, account } = await alice(t, { clock: () => now })
    await put(store, { remember: [memory(account.id, 'first', 2000), memory(account.id, 'last', 2000)] })
    now = 1500
    await put(store, {
      remember: [memory(account.id, 'first', 2500), { ...memory(account.id, 'last', 2500), refresh: true }],
    })
    now = 2100
    assert.equal(await store.memory.has(account.id, 'duplicate', 'first'), false)
    assert.equal(await store.memory.has(account.id, 'duplicate', 'last'), true)
    await put(store, { remember: [memory(account.id, 'first', 3000)] })
    assert.equal(await store.memory.has(account.id, 'duplicate', 'first'), true)
  })

  test('it survives a restart', async t => {
    const directory = await temporaryDirectory(t)
    const first = await openStore(directory, { background: false })
    const account = await first.accounts.add({ name: 'alice@example.org' })
    await put(first, { remember: [memory(account.id, 'a')] })
    await first.close()
    const second = await openStore(directory, { background: false })
    t.after(() => second.close())
    assert.equal(await second.memory.has(account.id, 'duplicate', 'a'), true)
    assert.equal(await second.memory.forget(account.id, 'duplicate'), 1)
    assert.equal(await second.memory.has(account.id, 'duplicate', 'a'), false)
  })

  test('as much as the limit allows; one more takes the place of what would end first', async t => {
    const { store, account } = await alice(t, { limits: { memoriesPerPurpose: 2 } })
    const known = async () => {
      const keys = ['a', 'b', 'c']
      const each = await Promise.all(keys.map(key => store.memory.has(account.id, 'duplicate', key)))
      return keys.filter((_, i) => each[i])
    }
    await put(store, { remember: [memory(account.id, 'a', far + 1), memory(account.id, 'b', far)] })
    assert.deepEqual(await known(), ['a', 'b'])
    await put(store, { remember: [memory(account.id, 'c', far + 2)] })
    assert.deepEqual(await known(), ['a', 'c'])
  })
})

suite('once', () => {
  const answer = (account: AccountId, recipient: string, key: string) =>
    ({ reversePath: '', recipient, account, expiresAt: far, once: memory(account, key) }) as const

  test('rows of one key are done together, and never again while it is remembered', async t => {
    const { store, account, inbox } = await alice(t)
    const content = await prepare(store, 'Subject: answer\r\n\r\n')
    const copy = { account: account.id, mailbox: 'INBOX', content, once: memory(account.id, 'k') }
    await put(store, { enqueue: [{ ...answer(account.id, 'x@far.example', 'k'), content }], deliveries: [copy] })
    assert.equal((await store.queue.list()).length, 1)
    assert.equal((await store.mailboxes.counts(inbox.id)).messages, 1)
    const again = await prepare(store, 'Subject: answer\r\n\r\n')
    await put(store, {
      enqueue: [
        { ...answer(account.id, 'y@far.example', 'k'), content: again },
        { ...answer(account.id, 'z@far.example', 'other'), content: again },
      ],
      deliveries: [{ ...copy, content: again }],
    })
    assert.deepEqual((await store.queue.list()).map(({ recipient }) => recipient).sort(), [
      'x@far.example',
      'z@far.example',
    ])
    assert.equal((await store.mailboxes.counts(inbox.id)).messages, 1)
    for await (const finding of store.check()) assert.fail(finding)
  })

  test('a deposit that fails remembers nothing and tells nothing', async t => {
    const { store, account } = await alice(t, { limits: { keywordOctets: 3 } })
    const failing = put(store, {
      remember: [memory(account.id, 'a')],
      events: [{ account: account.id, type: 'X', parameters: {} }],
      enqueue: [answer(account.id, 'x@far.example', 'k')],
      deliveries: [{ account: account.id, mailbox: 'INBOX', flags: ['too-long'] }],
    })
    await assert.rejects(failing, { problem: 'bad-keyword' })
    assert.equal(await store.memory.has(account.id, 'duplicate', 'a'), false)
    assert.equal(await store.memory.has(account.id, 'duplicate', 'k'), false)
    assert.deepEqual(await store.queue.list(), [])
  })

  test('events of a deposit are in the outbox with it', async t => {
    const { store, account } = await alice(t)
    await store.outbox.register(['test'])
    const cursor = await store.outbox.cursor('test')
    await put(store, { events: [{ account: account.id, type: 'SieveNotify', parameters: { a: 1 } }] })
    const events = await store.outbox.after(cursor, 10)
    assert.deepEqual(
      events.map(({ account: who, type, parameters }) => [who, type, parameters]),
      [[account.id, 'SieveNotify', { a: 1, pid: process.pid }]],
    )
  })
})
