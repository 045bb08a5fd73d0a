import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MetadataOf, Store } from './api.ts'
import type { AccountId, MailboxId, ModSeq } from './model.ts'
import { serverAccount } from './model.ts'
import { openStore } from './open.ts'
import { alice, fill, findings, mailbox, octets, problem, text } from './testing.ts'

const entry = (name: string, value: string | null) => ({ name, value: value === null ? null : octets(value) })

/** Sets entries and answers with the mod-sequence of the change. */
async function set(
  store: Store,
  of: MetadataOf,
  ...entries: { name: string; value: Uint8Array | null }[]
): Promise<ModSeq> {
  const [changed, ...others] = await store.metadata.set(of, entries)
  assert.ok(changed !== undefined && others.length === 0)
  return changed.modSeq
}

async function values(store: Store, of: MetadataOf): Promise<object> {
  const names = [...(await store.metadata.sizes(of, '/private', 'infinity'))]
  names.push(...(await store.metadata.sizes(of, '/shared', 'infinity')))
  const all = names.map(async ({ name }) => [name, text((await store.metadata.get(of, name)) ?? octets('-'))])
  return Object.fromEntries(await Promise.all(all))
}

test('entries are set, read by name and depth, and removed', async t => {
  const { store, account, inbox } = await alice(t)
  const of = { mailbox: inbox.id, account: account.id }
  assert.equal(await store.metadata.get(of, '/shared/comment'), null)
  await store.metadata.set(of, [
    entry('/private/filters/values/small', 'SMALLER 5000'),
    entry('/private/Filters/values/Boss', 'FROM boss'),
    entry('/private/filters/values/boss/more', ''),
    entry('/private/filters', 'top'),
    entry('/private/filters0', 'no child'),
    entry('/shared/comment', 'all'),
  ])
  const names = async (name: string, depth?: 0 | 1 | 'infinity') =>
    (await store.metadata.sizes(of, name, depth)).map(one => [one.name, one.octets])
  assert.deepEqual(await names('/PRIVATE/filters'), [['/private/filters', 3]])
  assert.deepEqual(await names('/private/filters/values'), [])
  assert.deepEqual(await names('/private/filters/values', 1), [
    ['/private/Filters/values/Boss', 9],
    ['/private/filters/values/small', 12],
  ])
  assert.equal((await names('/private/filters', 'infinity')).length, 4)
  assert.equal((await names('/private', 'infinity')).length, 5)
  assert.equal(text((await store.metadata.get(of, '/private/filters/VALUES/boss')) as Uint8Array), 'FROM boss')
  assert.equal((await store.metadata.get(of, '/private/filters/values/boss/more'))?.length, 0)
  await store.metadata.set(of, [entry('/private/filters/values/BOSS', null), entry('/private/none', null)])
  assert.equal(await store.metadata.get(of, '/private/filters/values/boss'), null)
  assert.equal((await names('/private', 'infinity')).length, 4)
})

test('private entries are each account’s own, shared ones everybody’s', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const hers = { mailbox: inbox.id, account: account.id }
  const his = { mailbox: inbox.id, account: bob.id }
  await store.metadata.set(hers, [entry('/private/comment', 'hers'), entry('/shared/comment', 'both')])
  const before = await store.metadata.modSeq(account.id)
  await store.metadata.set(his, [entry('/private/comment', 'his')])
  assert.deepEqual(await values(store, hers), { '/private/comment': 'hers', '/shared/comment': 'both' })
  assert.deepEqual(await values(store, his), { '/private/comment': 'his', '/shared/comment': 'both' })
  const told = async (who?: AccountId) =>
    (await store.metadata.changedAfter(account.id, before, who)).changes.map(change => change.name)
  assert.deepEqual([await told(), await told(bob.id)], [[], ['/private/comment']])
  await store.accounts.remove(bob.id)
  assert.deepEqual([await told(bob.id), await findings(store)], [[], []])
})

test('a change takes a mod-sequence, raises the mailbox’s, wakes, and is found; the same value is no change', async t => {
  const { store, account, inbox } = await alice(t)
  const of = { mailbox: inbox.id, account: account.id }
  const woken: ModSeq[] = []
  t.after(store.bus.watch(account.id, ({ modSeq }) => woken.push(modSeq)))
  const start = await store.metadata.modSeq(account.id)
  const first = await set(store, of, entry('/shared/comment', 'a'), entry('/private/comment', 'b'))
  assert.ok(first > start)
  assert.deepEqual(woken, [first])
  assert.equal((await mailbox(store, account, 'INBOX')).highestModSeq, first)
  assert.deepEqual(await store.metadata.set(of, [entry('/shared/comment', 'a'), entry('/shared/none', null)]), [])
  const second = await set(store, of, entry('/shared/comment', null))
  const changed = async (after: ModSeq) => {
    const { modSeq, changes } = await store.metadata.changedAfter(account.id, after)
    assert.equal(modSeq, second)
    return changes
  }
  const removed = { mailbox: inbox.id, name: '/shared/comment', modSeq: second }
  assert.deepEqual(await changed(start), [{ mailbox: inbox.id, name: '/private/comment', modSeq: first }, removed])
  assert.deepEqual(await changed(first), [removed])
  assert.deepEqual(await changed(second), [])
  const changes = await store.messages.changesSince(inbox.id, start)
  assert.deepEqual([changes.modSeq, changes.uids.length, changes.incomplete], [second, 0, false])
})

test('the server has shared entries of its own, with a mod-sequence, and private ones of each account', async t => {
  const { store, account } = await alice(t)
  const woken: AccountId[] = []
  for (const each of [serverAccount, account.id]) t.after(store.bus.watch(each, one => woken.push(one.account)))
  const server = { mailbox: null, account: serverAccount }
  const hers = { mailbox: null, account: account.id }
  const before = await store.metadata.modSeq(serverAccount)
  const modSeq = await set(store, server, entry('/shared/admin', 'mailto:a@example.org'))
  await store.metadata.set(hers, [entry('/private/vendor/x/y', 'mine')])
  assert.deepEqual(woken, [serverAccount, account.id])
  assert.deepEqual(await values(store, hers), {
    '/private/vendor/x/y': 'mine',
    '/shared/admin': 'mailto:a@example.org',
  })
  assert.deepEqual(await store.metadata.changedAfter(serverAccount, before, account.id), {
    modSeq,
    changes: [{ mailbox: null, name: '/shared/admin', modSeq }],
  })
  assert.equal((await store.metadata.changedAfter(account.id, 0 as ModSeq)).changes[0]?.name, '/private/vendor/x/y')
  assert.deepEqual(await findings(store), [])
})

test('another process’s change of the server’s entries wakes', async t => {
  const { store } = await alice(t)
  const other = await openStore(store.directory, { background: false })
  t.after(() => other.close())
  const woken = new Promise(resolve => t.after(store.bus.watch(serverAccount, resolve)))
  await other.metadata.set({ mailbox: null, account: serverAccount }, [entry('/shared/comment', 'Down at noon')])
  await woken
})

test('entries follow RENAME, are copied by RENAME INBOX, go with DELETE, and stay where a name becomes a mailbox', async t => {
  const { store, account, inbox } = await alice(t)
  const on = async (name: string) =>
    values(store, { mailbox: (await mailbox(store, account, name)).id, account: account.id })
  const set = async (name: string, value: string) =>
    store.metadata.set({ mailbox: (await mailbox(store, account, name)).id, account: account.id }, [
      entry('/shared/comment', value),
    ])
  await store.mailboxes.create(account.id, 'a/b')
  await set('a', 'of a')
  await set('a/b', 'of b')
  await store.mailboxes.rename(account.id, 'a', 'c')
  assert.deepEqual([await on('c'), await on('c/b')], [{ '/shared/comment': 'of a' }, { '/shared/comment': 'of b' }])
  await store.mailboxes.remove(account.id, 'c')
  assert.deepEqual(await on('c'), {}, 'the name stays without')
  await set('c', 'of a name')
  await store.mailboxes.create(account.id, 'c')
  assert.deepEqual(await on('c'), { '/shared/comment': 'of a name' })
  await store.mailboxes.remove(account.id, 'c/b')
  await store.mailboxes.create(account.id, 'c/b')
  assert.deepEqual(await on('c/b'), {})
  await set('INBOX', 'of INBOX')
  await fill(store, inbox.id, [])
  await store.mailboxes.rename(account.id, 'INBOX', 'old')
  assert.deepEqual(
    [await on('old'), await on('INBOX')],
    [{ '/shared/comment': 'of INBOX' }, { '/shared/comment': 'of INBOX' }],
  )
  assert.deepEqual(await findings(store), [])
})

test('limits: entries, octets of a value and of all, at each and one past; nothing is changed then', async t => {
  const limits = { metadataEntries: 3, metadataValueOctets: 20, metadataOctets: 60 }
  const { store, account, inbox } = await alice(t, { limits })
  const of = { mailbox: inbox.id, account: account.id }
  assert.equal(store.metadata.limits.valueOctets, 20)
  const set = (...entries: readonly (readonly [string, string | null])[]) =>
    problem(
      store.metadata.set(
        of,
        entries.map(([name, value]) => entry(name, value)),
      ),
    )
  assert.equal(await set(['/shared/a', '1'.repeat(20)]), 'none')
  assert.equal(await set(['/shared/b', '1'], ['/shared/a', '1'.repeat(21)]), 'entry-too-big')
  assert.equal(await store.metadata.get(of, '/shared/b'), null)
  assert.equal(await set(['/shared/b', ''], ['/shared/c', '']), 'none')
  assert.equal(await set(['/shared/a', 'new'], ['/shared/d', '']), 'too-many-entries')
  assert.equal((await store.metadata.get(of, '/shared/a'))?.length, 20)
  assert.equal(await set(['/shared/b', null], ['/shared/d', '']), 'none')
  // 9 octets a name so far, 20 of a value; a private name has 10.
  assert.equal(await set(['/private/a', '3']), 'none')
  assert.equal(await set(['/private/a', '12']), 'none', '59 octets')
  assert.equal(await set(['/private/a', '123']), 'none', '60 octets')
  assert.equal(await set(['/private/a', '1234']), 'over-quota')
  assert.equal(await problem(store.metadata.set({ ...of, mailbox: 9999 as MailboxId }, [])), 'no-such-mailbox')
  assert.equal(await problem(store.metadata.set({ mailbox: null, account: 9999 as AccountId }, [])), 'no-such-account')
})

test('removed entries are remembered up to a bound', async t => {
  const { store, account, inbox } = await alice(t, { limits: { metadataEntries: 2 } })
  const of = { mailbox: inbox.id, account: account.id }
  for (const name of ['/shared/a', '/shared/b', '/shared/c', '/shared/d']) {
    await store.metadata.set(of, [entry(name, 'x')])
    await store.metadata.set(of, [entry(name, null)])
  }
  const { changes } = await store.metadata.changedAfter(account.id, 0 as ModSeq)
  assert.deepEqual(
    changes.map(change => change.name),
    ['/shared/c', '/shared/d'],
  )
})
