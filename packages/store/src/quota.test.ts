import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from './api.ts'
import type { Account } from './model.ts'
import { alice, everything, fill, findings, letter, mailbox, prepare, problem, uids } from './testing.ts'

const size = 1000

/** A message of a thousand octets. */
function thousand(): string {
  const start = letter('Full')
  return `${start}${'x'.repeat(size - start.length - 2)}\r\n`
}

async function put(store: Store, account: Account, name = 'INBOX', messages = 1): Promise<void> {
  const { id } = await mailbox(store, account, name)
  const contents = await Promise.all(Array.from({ length: messages }, () => prepare(store, thousand())))
  await store.messages.append(
    id,
    contents.map(content => ({ content, flags: [] })),
  )
}

async function used(store: Store, account: Account): Promise<[messages: number, octets: number]> {
  const { messages, octets } = (await store.quotas.get(account.id)).used
  return [messages, octets]
}

const { pid } = process

test('what is used is kept with every change', async t => {
  const { store, account, inbox } = await alice(t)
  assert.deepEqual(await used(store, account), [0, 0])
  await put(store, account, 'INBOX', 3)
  await put(store, account, 'Drafts')
  assert.deepEqual(await used(store, account), [4, 4 * size])
  const drafts = await mailbox(store, account, 'Drafts')
  await store.messages.copy(inbox.id, uids(1), drafts.id)
  assert.deepEqual(await used(store, account), [5, 5 * size])
  await store.messages.move(inbox.id, uids(2), drafts.id)
  assert.deepEqual(await used(store, account), [5, 5 * size])
  await store.messages.storeFlags(inbox.id, uids(1), { mode: 'add', flags: ['\\Deleted'] })
  assert.equal((await store.mailboxes.counts(inbox.id)).deletedOctets, size)
  await store.messages.expunge(inbox.id, everything)
  assert.deepEqual(await used(store, account), [4, 4 * size])
  await store.mailboxes.rename(account.id, 'INBOX', 'Old')
  await store.mailboxes.remove(account.id, 'Drafts')
  assert.deepEqual(await used(store, account), [1, size])
  assert.deepEqual(await findings(store), [])
  await store.collect()
  assert.deepEqual(await used(store, account), [1, size])
  assert.deepEqual(await findings(store), [])
})

test('a limit is kept to the last octet and message, and one past it refused', async t => {
  const { store, account, inbox } = await alice(t)
  await store.quotas.set(account.id, { octets: 2 * size, messages: null })
  await put(store, account, 'INBOX', 2)
  assert.equal(await problem(put(store, account)), 'over-quota')
  assert.equal(await problem(store.messages.copy(inbox.id, uids(1), inbox.id)), 'over-quota')
  await store.quotas.set(account.id, { octets: 3 * size - 1, messages: null })
  assert.equal(await problem(put(store, account)), 'over-quota')
  await store.quotas.set(account.id, { octets: 3 * size, messages: 3 })
  await put(store, account)
  await store.quotas.set(account.id, { octets: null, messages: 3 })
  assert.equal(await problem(put(store, account)), 'over-quota')
  await store.quotas.set(account.id, { octets: null, messages: 4 })
  await put(store, account)
  assert.deepEqual(await used(store, account), [4, 4 * size])
  assert.deepEqual(await findings(store), [])
})

test('who is over a limit already can still move, remove, and put less in place of more', async t => {
  const { store, account, inbox } = await alice(t)
  await put(store, account, 'INBOX', 3)
  await store.quotas.set(account.id, { octets: size, messages: 1 })
  const drafts = await mailbox(store, account, 'Drafts')
  await store.messages.move(inbox.id, uids(1), drafts.id)
  const content = await prepare(store, letter())
  await store.messages.replace(inbox.id, uids(2)[0]?.first as never, drafts.id, { content, flags: [] })
  const larger = await prepare(store, `${thousand()}more`)
  const replacing = store.messages.replace(inbox.id, uids(3)[0]?.first as never, inbox.id, {
    content: larger,
    flags: [],
  })
  assert.equal(await problem(replacing), 'over-quota')
  await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(inbox.id, everything)
  assert.deepEqual((await used(store, account))[0], 2)
  assert.deepEqual(await findings(store), [])
})

test('mail that goes from one account to another is counted where it comes to, and there refused', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const { id } = await mailbox(store, bob, 'INBOX')
  await put(store, account, 'INBOX', 2)
  await store.messages.move(inbox.id, uids(1), id)
  assert.deepEqual(await used(store, account), [1, size])
  assert.deepEqual(await used(store, bob), [1, size])
  await store.quotas.set(bob.id, { messages: 1, octets: null })
  assert.equal(await problem(store.messages.move(inbox.id, uids(2), id)), 'over-quota')
  assert.deepEqual(await used(store, account), [1, size])
  assert.deepEqual(await findings(store), [])
})

test('a deposit asks for room, unless it must be told whatever there is', async t => {
  const { store, account } = await alice(t)
  await store.quotas.set(account.id, { messages: 0, octets: null })
  const delivery = { account: account.id, mailbox: 'INBOX' }
  const content = await prepare(store, letter())
  const deposit = { content, deliveries: [delivery], enqueue: [] }
  assert.equal(await problem(store.messages.deposit(deposit)), 'over-quota')
  await store.messages.deposit({ ...deposit, beyondQuota: true })
  assert.equal((await used(store, account))[0], 1)
  assert.equal(await problem(put(store, account)), 'over-quota')
})

test('an account without limits of its own has those of the configuration', async t => {
  const { store, account } = await alice(t, { limits: { quotaOctets: 2 * size, quotaMessages: 5 } })
  assert.deepEqual((await store.quotas.get(account.id)).limits, { octets: 2 * size, messages: 5 })
  assert.deepEqual((await store.quotas.set(account.id, { messages: null })).limits, {
    octets: 2 * size,
    messages: null,
  })
  await put(store, account, 'INBOX', 2)
  assert.equal(await problem(put(store, account)), 'over-quota')
  assert.deepEqual((await store.quotas.set(account.id, { octets: null })).limits, { octets: null, messages: 5 })
  await put(store, account)
})

test('asking for room before mail comes takes nothing', async t => {
  const { store, account } = await alice(t)
  await store.quotas.set(account.id, { messages: 2, octets: size })
  assert.equal(await store.quotas.hasRoom(account.id, size), true)
  assert.equal(await store.quotas.hasRoom(account.id, size + 1), false)
  await fill(store, (await mailbox(store, account, 'INBOX')).id, [], [])
  assert.equal(await store.quotas.hasRoom(account.id, 0), false)
  await store.accounts.remove(account.id)
  assert.equal(await problem(store.quotas.hasRoom(account.id, 0)), 'no-such-account')
  assert.equal(await problem(store.quotas.set(account.id, {})), 'no-such-account')
})

test('a quota that is changed is an event, one that is set as it was is none', async t => {
  const { store, account } = await alice(t)
  const last = async () => (await store.outbox.after(0 as never, 1000)).filter(event => event.type === 'QuotaChange')
  await store.quotas.set(account.id, { octets: 5000, messages: null })
  await store.quotas.set(account.id, { octets: 5000, messages: null })
  const events = await last()
  assert.deepEqual(
    events.map(({ parameters }) => parameters),
    [{ diskUsed: 0, usedMessages: 0, diskQuota: 4, pid }],
  )
})

test('what is refused for want of room is an event, and so is to be within a limit again', async t => {
  const { store, account, inbox } = await alice(t)
  const events = async () =>
    (await store.outbox.after(0 as never, 1000)).filter(event => /^Quota(Exceed|Within)$/.test(event.type))
  await put(store, account, 'INBOX', 3)
  await store.quotas.set(account.id, { octets: null, messages: 2 })
  assert.equal(await problem(put(store, account)), 'over-quota')
  assert.equal((await events()).length, 1)
  await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(inbox.id, uids(1))
  await store.messages.expunge(inbox.id, uids(2))
  assert.deepEqual(
    (await events()).map(({ type, parameters }) => [type, parameters]),
    [
      ['QuotaExceed', { diskUsed: 3, usedMessages: 3, maxMessages: 2, pid }],
      ['QuotaWithin', { diskUsed: 2, usedMessages: 2, maxMessages: 2, pid }],
    ],
  )
  assert.deepEqual(await findings(store), [])
})
