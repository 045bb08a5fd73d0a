import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId, MailboxId } from './model.ts'
import { StoreError } from './problem.ts'
import { alice } from './testing.ts'

/** Octets that came through a thread are of another class. */
const hex = (octets: Uint8Array | null | undefined) => octets && Buffer.from(octets).toString('hex')

test('a key is made when it is first needed, differs by user and by mailbox, and stays', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const drafts = await store.mailboxes.find(account.id, 'Drafts')
  assert.ok(drafts)
  assert.equal(await store.urlKeys.find(account.id, inbox.id), null)
  const key = await store.urlKeys.ensure(account.id, inbox.id)
  assert.equal(key.length, 32)
  assert.equal(hex(await store.urlKeys.ensure(account.id, inbox.id)), hex(key))
  assert.equal(hex(await store.urlKeys.find(account.id, inbox.id)), hex(key))
  assert.notEqual(hex(await store.urlKeys.ensure(account.id, drafts.id)), hex(key))
  assert.notEqual(hex(await store.urlKeys.ensure(bob.id, inbox.id)), hex(key))
  assert.equal(await store.urlKeys.resetAt(account.id, inbox.id), 0)
})

test('two that make the first key at once get the same', async t => {
  const { store, account, inbox } = await alice(t)
  const [one, other] = await Promise.all([1, 2].map(() => store.urlKeys.ensure(account.id, inbox.id)))
  assert.equal(hex(one), hex(other))
})

test('a reset makes another key, moves the account on and wakes who watches it', async t => {
  const { store, account, inbox } = await alice(t)
  const key = await store.urlKeys.ensure(account.id, inbox.id)
  const woken: number[] = []
  t.after(store.bus.watch(account.id, ({ modSeq }) => woken.push(modSeq)))
  const at = await store.urlKeys.reset(account.id, inbox.id)
  assert.notEqual(hex(await store.urlKeys.find(account.id, inbox.id)), hex(key))
  assert.equal(await store.urlKeys.resetAt(account.id, inbox.id), at)
  assert.deepEqual(woken, [at])
  assert.equal((await store.mailboxes.get(inbox.id))?.highestModSeq, inbox.highestModSeq, 'no message has changed')
})

test('all keys of a user go at once, and no other user’s', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await store.urlKeys.ensure(account.id, inbox.id)
  const kept = await store.urlKeys.ensure(bob.id, inbox.id)
  await store.urlKeys.removeAll(account.id)
  assert.equal(await store.urlKeys.find(account.id, inbox.id), null)
  assert.equal(hex(await store.urlKeys.find(bob.id, inbox.id)), hex(kept))
})

test('a mailbox that is renamed or deleted has no key any more, nor has one below it', async t => {
  const { store, account } = await alice(t)
  const above = await store.mailboxes.create(account.id, 'a')
  const below = await store.mailboxes.create(account.id, 'a/b')
  for (const { id } of [above, below]) await store.urlKeys.ensure(account.id, id)
  await store.mailboxes.rename(account.id, 'a', 'c')
  for (const { id } of [above, below]) assert.equal(await store.urlKeys.find(account.id, id), null)
  for (const { id } of [above, below]) await store.urlKeys.ensure(account.id, id)
  await store.mailboxes.remove(account.id, 'c/b')
  assert.equal(await store.urlKeys.find(account.id, below.id), null)
  assert.notEqual(await store.urlKeys.find(account.id, above.id), null)
})

test('nobody and nothing has no key', async t => {
  const { store, account, inbox } = await alice(t)
  const refuses = (problem: string) => (error: unknown) => error instanceof StoreError && error.problem === problem
  await assert.rejects(store.urlKeys.ensure(99 as AccountId, inbox.id), refuses('no-such-account'))
  await assert.rejects(store.urlKeys.ensure(account.id, 99 as MailboxId), refuses('no-such-mailbox'))
  await assert.rejects(store.urlKeys.reset(account.id, 99 as MailboxId), refuses('no-such-mailbox'))
  await assert.rejects(store.urlKeys.removeAll(99 as AccountId), refuses('no-such-account'))
})
