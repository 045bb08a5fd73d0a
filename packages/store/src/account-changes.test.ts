import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ModSeq } from './model.ts'
import { alice, fill, mailbox, problem } from './testing.ts'

const start = 0 as ModSeq

test('from the beginning: all that is there, with its numbers', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Seen'])
  const { modSeq, changed, names } = await store.mailboxes.changedAfter(account.id, start)
  assert.equal(modSeq, (await store.accounts.get(account.id))?.modSeq)
  assert.equal(changed.length, 6)
  assert.deepEqual(
    names?.mailboxes.map(({ name }) => name),
    names?.subscriptions,
  )
  const found = changed.find(one => one.mailbox.id === inbox.id)
  assert.deepEqual([found?.counts.messages, found?.counts.unseen, found?.mailbox.uidNext], [2, 1, 3])
})

test('after that: only mailboxes whose messages changed, and by what', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, [])
  let { modSeq } = await store.mailboxes.changedAfter(account.id, start)
  const next = async () => {
    const answer = await store.mailboxes.changedAfter(account.id, modSeq)
    const before = modSeq
    modSeq = answer.modSeq
    const told = answer.changed.map(one => [one.mailbox.name, one.counts.messages, one.flagsModSeq > before])
    return { told, names: answer.names !== null }
  }
  assert.deepEqual(await next(), { told: [], names: false })
  const all = [{ first: 1, last: 9 }] as never
  await store.messages.storeFlags(inbox.id, all, { mode: 'add', flags: ['\\Deleted'] })
  assert.deepEqual(await next(), { told: [['INBOX', 1, true]], names: false })
  const trash = await mailbox(store, account, 'Trash')
  const { before } = await store.messages.copy(inbox.id, all, trash.id)
  assert.equal(before, trash.highestModSeq)
  assert.deepEqual(await next(), { told: [['Trash', 1, false]], names: false })
  await store.messages.expunge(inbox.id, all)
  assert.deepEqual(await next(), { told: [['INBOX', 0, false]], names: false })
})

test('names and subscriptions: CREATE, DELETE, RENAME, SUBSCRIBE, UNSUBSCRIBE, and a deposit that makes a mailbox', async t => {
  const { store, account } = await alice(t)
  const { mailboxes } = store
  let { modSeq } = await mailboxes.changedAfter(account.id, start)
  const next = async () => {
    const { names, changed, modSeq: now } = await mailboxes.changedAfter(account.id, modSeq)
    modSeq = now
    return [names?.mailboxes.length, names?.subscriptions.length, changed.map(one => one.mailbox.name)]
  }
  await mailboxes.create(account.id, 'a/b')
  assert.deepEqual(await next(), [8, 6, ['a', 'a/b']])
  await mailboxes.rename(account.id, 'a', 'c')
  assert.deepEqual(await next(), [8, 6, []])
  await mailboxes.subscribe(account.id, 'c')
  assert.deepEqual(await next(), [8, 7, []])
  await mailboxes.subscribe(account.id, 'c')
  assert.deepEqual(await next(), [undefined, undefined, []])
  await mailboxes.unsubscribe(account.id, 'c')
  assert.deepEqual(await next(), [8, 6, []])
  await mailboxes.remove(account.id, 'c')
  assert.deepEqual(await next(), [8, 6, ['c']])
  await mailboxes.remove(account.id, 'c/b')
  assert.deepEqual(await next(), [6, 6, []])
})

test('RENAME INBOX makes a mailbox that says so', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, [])
  const { modSeq } = await store.mailboxes.changedAfter(account.id, start)
  await store.mailboxes.rename(account.id, 'INBOX', 'old')
  const { changed } = await store.mailboxes.changedAfter(account.id, modSeq)
  assert.deepEqual(changed.map(one => [one.mailbox.name, one.counts.messages, one.wasInbox]).sort(), [
    ['INBOX', 0, false],
    ['old', 1, true],
  ])
})

test('many mailboxes at once have the numbers that each has alone', async t => {
  const { store, account, inbox } = await alice(t)
  const made = await Promise.all(Array.from({ length: 30 }, (_, i) => store.mailboxes.create(account.id, `m${i}`)))
  await fill(store, inbox.id, ['\\Seen', '\\Deleted'], [], ['\\Deleted'])
  for (const { id } of made.slice(10, 20)) await fill(store, id, [], ['\\Seen'], ['$Work'])
  const { changed } = await store.mailboxes.changedAfter(account.id, start)
  assert.equal(changed.length, 36)
  for (const { mailbox, counts } of changed) assert.deepEqual(counts, await store.mailboxes.counts(mailbox.id))
})

test('an account that is gone', async t => {
  const { store, account } = await alice(t)
  await store.accounts.remove(account.id)
  assert.equal(await problem(store.mailboxes.changedAfter(account.id, start)), 'no-such-account')
})
