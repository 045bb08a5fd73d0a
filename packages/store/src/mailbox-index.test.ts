import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MailboxState } from './api.ts'
import type { Uid } from './model.ts'
import { alice, everything, fill, problem, uids } from './testing.ts'

function rows(state: MailboxState): number[][] {
  return Array.from({ length: state.count }, (_, at) => [state.uids.at(at), state.flagSetAt(at), state.modSeqAt(at)])
}

test('an index follows its mailbox, and a state that is held does not change', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], [])
  const index = await store.messages.index(inbox.id)
  const other = await store.messages.index(inbox.id)
  t.after(() => index.release())
  const first = index.state
  const before = rows(first)
  assert.deepEqual(
    before.map(([uid]) => uid),
    [1, 2, 3],
  )
  const { modSeq } = await store.messages.storeFlags(inbox.id, uids(2), { mode: 'add', flags: ['\\Deleted'] })
  const second = await index.refresh()
  assert.equal(second.modSeqAt(1), modSeq)
  assert.equal(other.state, second, 'shared')
  assert.deepEqual([...index.changedAfter(first.modSeq)], [2])
  await store.messages.expunge(inbox.id, everything)
  await fill(store, inbox.id, [])
  assert.equal(index.state, second, 'only refresh learns')
  const [third, same] = await Promise.all([index.refresh(), other.refresh()])
  assert.equal(third, same)
  assert.deepEqual(
    rows(third).map(([uid]) => uid),
    [1, 3, 4],
  )
  assert.deepEqual([index.position(1 as Uid), index.position(2 as Uid), index.position(4 as Uid)], [0, -1, 2])
  assert.deepEqual(rows(first), before)
  assert.equal(await index.refresh(), third, 'no news, no new state')
  other.release()
  other.release()
})

test('an index of a mailbox that goes away', async t => {
  const { store, account } = await alice(t)
  const created = await store.mailboxes.create(account.id, 'x')
  const index = await store.messages.index(created.id)
  await store.mailboxes.remove(account.id, 'x')
  assert.equal(await problem(index.refresh()), 'no-such-mailbox')
  assert.equal(await problem(store.messages.index(created.id)), 'no-such-mailbox')
  index.release()
})

test('EXPUNGE of a mailbox that is held takes what is \\Deleted now, and nothing else', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Deleted'], [], ['\\Deleted', 'x'], [])
  const index = await store.messages.index(inbox.id)
  await store.messages.storeFlags(inbox.id, uids(1), { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.storeFlags(inbox.id, uids(2), { mode: 'remove', flags: ['\\Deleted'] })
  assert.deepEqual([...(await store.messages.expunge(inbox.id, uids([2, 5]))).uids], [4])
  assert.deepEqual([...(await store.messages.expunge(inbox.id, everything)).uids], [1])
  assert.deepEqual([...(await store.messages.expunge(inbox.id, everything)).uids], [])
  index.release()
})

test('an index learns anew where tombstones are gone', async t => {
  const { store, inbox } = await alice(t, { limits: { tombstonesPerMailbox: 2 } })
  await fill(store, inbox.id, ...Array.from({ length: 9 }, () => ['\\Deleted']))
  const index = await store.messages.index(inbox.id)
  for (const uid of [1, 3, 5, 7]) await store.messages.expunge(inbox.id, uids(uid))
  assert.deepEqual(
    rows(await index.refresh()).map(([uid]) => uid),
    [2, 4, 6, 8, 9],
  )
  index.release()
})
