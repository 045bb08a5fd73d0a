import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MailboxId, Uid } from './model.ts'
import { alice, fill, findings, flagsOf, letter, octets, prepare, problem } from './testing.ts'

test('a message takes the place of another, in its mailbox and in another one', async t => {
  const { store, account, inbox } = await alice(t)
  const other = await store.mailboxes.create(account.id, 'other')
  await fill(store, inbox.id, ['\\Seen'], ['\\Flagged'], [])
  const before = (await store.mailboxes.get(inbox.id))?.highestModSeq as number
  const draft = { content: await prepare(store, letter()), flags: ['\\Draft'] }
  const here = await store.messages.replace(inbox.id, 2 as Uid, inbox.id, draft)
  assert.deepEqual(here.uids, [4])
  assert.ok(here.modSeq > before)
  assert.equal(here.mailbox.uidNext, 5)
  assert.deepEqual(await flagsOf(store, inbox.id), { 1: ['\\Seen'], 3: [], 4: ['\\Draft'] })
  const changes = await store.messages.changesSince(inbox.id, before as never)
  assert.deepEqual([...changes.expunged], [2])
  assert.deepEqual([...changes.uids], [4])
  assert.deepEqual([...changes.modSeqs], [here.modSeq], 'one step')
  const there = await store.messages.replace(inbox.id, 4 as Uid, other.id, {
    content: await prepare(store, letter()),
    flags: [],
  })
  assert.deepEqual([there.uids, there.mailbox.name], [[1], 'other'])
  assert.deepEqual(Object.keys(await flagsOf(store, inbox.id)), ['1', '3'])
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 2)
  assert.equal((await store.mailboxes.counts(inbox.id)).recent, 2)
  assert.deepEqual(
    (await store.outbox.after(0 as never, 100)).slice(-4).map(event => [event.type, event.parameters['mailbox']]),
    [
      ['MessageAppend', 'INBOX'],
      ['MessageExpunge', 'INBOX'],
      ['MessageAppend', 'other'],
      ['MessageExpunge', 'INBOX'],
    ],
  )
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('where the message is gone, or the mailbox, nothing happens', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [])
  const content = await prepare(store, octets(letter()))
  const message = { content, flags: [] }
  assert.equal(await problem(store.messages.replace(inbox.id, 9 as Uid, inbox.id, message)), 'no-such-message')
  assert.equal(await problem(store.messages.replace(inbox.id, 1 as Uid, 99 as MailboxId, message)), 'no-such-mailbox')
  assert.deepEqual(Object.keys(await flagsOf(store, inbox.id)), ['1'])
  assert.deepEqual((await store.messages.replace(inbox.id, 1 as Uid, inbox.id, message)).uids, [2])
  assert.deepEqual(await findings(store), [])
})
