import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AnnotationValue, Store } from './api.ts'
import { entryMatches } from './entry-pattern.ts'
import type { Account, AccountId, MailboxId, ModSeq, Uid } from './model.ts'
import type { SearchKey } from './search/program.ts'
import { alice, everything, fill, findings, letter, mailbox, octets, prepare, problem, text, uids } from './testing.ts'

const value = (entry: string, content: string | null, shared = false): AnnotationValue => ({
  entry,
  shared,
  value: content === null ? null : octets(content),
})

/** What an account sees at a message: entry, private value, shared value. */
async function seen(store: Store, where: MailboxId, uid: number, account: Account): Promise<(string | null)[][]> {
  const found = await store.annotations.of(where, uid as Uid, account.id)
  return found.map(({ entry, priv, shared }) => [entry, priv && text(priv), shared && text(shared)])
}

test('values are set on many messages, read by entry, and removed; names are case-sensitive', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], [])
  const set = (range: number | readonly [number, number], ...values: AnnotationValue[]) =>
    store.annotations.set(inbox.id, uids(range), { account: account.id, values })
  const first = await set([1, 2], value('/comment', 'mine'), value('/comment', 'ours', true), value('/altsubject', ''))
  assert.deepEqual([...first.uids], [1, 2])
  assert.deepEqual(await seen(store, inbox.id, 2, account), [
    ['/altsubject', '', null],
    ['/comment', 'mine', 'ours'],
  ])
  const second = await set([1, 3], value('/comment', 'mine'), value('/Comment', 'other'))
  assert.deepEqual([...second.uids], [1, 2, 3])
  const third = await set([1, 3], value('/comment', 'mine'))
  assert.deepEqual([[...third.uids], third.modSeq], [[], second.modSeq], 'no change')
  await set(2, value('/comment', null, true), value('/Comment', null), value('/none', null))
  assert.deepEqual(await seen(store, inbox.id, 2, account), [
    ['/altsubject', '', null],
    ['/comment', 'mine', null],
  ])
  assert.deepEqual(await seen(store, inbox.id, 4, account), [])
  assert.deepEqual(await findings(store), [])
})

test('a change raises the mod-sequences of message and mailbox, wakes, and is found by who may see it', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await fill(store, inbox.id, [], [])
  const index = await store.messages.index(inbox.id)
  t.after(() => index.release())
  const before = index.state.modSeq
  let woken = 0
  t.after(store.bus.watch(account.id, () => woken++))
  const set = (who: AccountId, values: AnnotationValue[], unchangedSince?: ModSeq) =>
    store.annotations.set(inbox.id, everything, { account: who, values, ...(unchangedSince && { unchangedSince }) })
  const { modSeq } = await store.annotations.set(inbox.id, uids(2), {
    account: account.id,
    values: [value('/comment', 'a'), value('/altsubject', 'b', true)],
  })
  assert.equal(woken, 1)
  const state = await index.refresh()
  assert.deepEqual([state.modSeq, [...index.changedAfter(before)]], [modSeq, [2]])
  const changed = async (who: AccountId, after = before) =>
    (await store.annotations.changedAfter(inbox.id, after, who)).map(one => [one.uid, one.entry, one.modSeq])
  const both = [
    [2, '/altsubject', modSeq],
    [2, '/comment', modSeq],
  ]
  assert.deepEqual([await changed(account.id), await changed(bob.id)], [both, both.slice(0, 1)])
  const { changed: activities } = await store.mailboxes.changedAfter(account.id, before)
  assert.equal(activities[0]?.annotationsModSeq, modSeq)
  const conditional = await set(account.id, [value('/comment', null)], before)
  assert.deepEqual([[...conditional.uids], [...conditional.modified]], [[], [2]])
  const removed = await set(account.id, [value('/comment', null)])
  assert.deepEqual([...removed.uids], [2])
  assert.deepEqual(await changed(account.id, modSeq), [[2, '/comment', removed.modSeq]])
  await set(bob.id, [value('/comment', 'his')])
  assert.deepEqual(
    [await seen(store, inbox.id, 1, account), await seen(store, inbox.id, 1, bob)],
    [[], [['/comment', 'his', null]]],
  )
  await store.accounts.remove(bob.id)
  assert.deepEqual(await findings(store), [])
})

test('they go with their message, and with copies as far as they are carried (RFC 5257 §4.6)', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const archive = await mailbox(store, account, 'Archive')
  await fill(store, inbox.id, [], [], [], [])
  const all = [value('/comment', 'mine'), value('/comment', 'ours', true)]
  await store.annotations.set(inbox.id, uids(1, [3, 4]), { account: account.id, values: all })
  await store.annotations.set(inbox.id, uids(1), { account: bob.id, values: [value('/comment', 'his')] })
  const copy = async (shared: boolean, to = archive.id) => {
    const copied = await store.messages.copy(inbox.id, everything, to, 'stw', { account: account.id, shared })
    const first = copied.to[0] as Uid
    return Promise.all(copied.to.map(uid => seen(store, to, uid, account))).then(async one => [
      ...one,
      await seen(store, to, first, bob),
    ])
  }
  const whole = [['/comment', 'mine', 'ours']]
  assert.deepEqual(await copy(true), [whole, [], whole, whole, [['/comment', null, 'ours']]])
  const own = [['/comment', 'mine', null]]
  assert.deepEqual(await copy(false), [own, [], own, own, []])
  const theirs = await mailbox(store, bob, 'INBOX')
  assert.deepEqual(await copy(true, theirs.id), [whole, [], whole, whole, [['/comment', null, 'ours']]])
  const { highestModSeq } = (await store.mailboxes.get(archive.id)) ?? archive
  assert.equal((await store.annotations.changedAfter(archive.id, (highestModSeq - 1) as ModSeq, account.id)).length, 3)
  await store.messages.move(inbox.id, uids(3), archive.id, 'stw', { account: account.id, shared: true })
  assert.deepEqual([await seen(store, inbox.id, 3, account), await seen(store, archive.id, 9, account)], [[], whole])
  await store.mailboxes.rename(account.id, 'INBOX', 'old')
  const old = await mailbox(store, account, 'old')
  assert.deepEqual(await seen(store, old.id, 1, account), whole)
  assert.deepEqual(await seen(store, old.id, 1, bob), [['/comment', 'his', 'ours']], 'it is the same mailbox as before')
  await store.messages.storeFlags(old.id, uids(1), { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(old.id, everything)
  assert.deepEqual(await seen(store, old.id, 1, account), [])
  assert.deepEqual(await findings(store), [])
  await store.mailboxes.remove(account.id, 'Archive')
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('a new message may have some from its beginning; all of them or no message', async t => {
  const { store, account, inbox } = await alice(t, { limits: { annotationsPerMessage: 2 } })
  const append = async (...values: AnnotationValue[]) =>
    store.messages.append(inbox.id, [
      { content: await prepare(store, letter()), flags: [], annotations: { account: account.id, values } },
      { content: await prepare(store, letter()), flags: [] },
    ])
  const { uids: appended, modSeq } = await append(value('/comment', 'a'), value('/comment', 'b', true))
  assert.deepEqual(await seen(store, inbox.id, appended[0] as Uid, account), [['/comment', 'a', 'b']])
  assert.deepEqual(await seen(store, inbox.id, appended[1] as Uid, account), [])
  assert.equal((await store.annotations.changedAfter(inbox.id, (modSeq - 1) as ModSeq, account.id)).length, 1)
  const three = ['/a', '/b', '/c'].map(entry => value(entry, 'x'))
  assert.equal(await problem(append(...three)), 'too-many-annotations')
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 2)
})

test('limits: entries of a message, octets of a value and of a mailbox, at each and one past; nothing is changed then', async t => {
  const limits = { annotationsPerMessage: 2, annotationValueOctets: 10, annotationOctetsPerMailbox: 40 }
  const { store, account, inbox } = await alice(t, { limits })
  await fill(store, inbox.id, [], [])
  assert.equal(store.annotations.limits.valueOctets, 10)
  const set = (...values: AnnotationValue[]) =>
    problem(store.annotations.set(inbox.id, everything, { account: account.id, values }))
  assert.equal(await set(value('/a', '1'.repeat(11))), 'annotation-too-big')
  assert.equal(await set(value('/a', '1'.repeat(10))), 'none')
  assert.equal(await set(value('/b', ''), value('/c', '')), 'too-many-annotations')
  assert.equal(await set(value('/b', ''), value('/b', '', true)), 'none', 'what is shared counts by itself')
  // So far (2 + 10) + 2 + 2 octets a message.
  assert.equal(await set(value('/b', '1234')), 'none', '40 octets')
  assert.equal(await set(value('/b', '12345')), 'over-quota')
  assert.equal(await set(value('/a', null), value('/c', '')), 'none')
  assert.deepEqual(await seen(store, inbox.id, 1, account), [
    ['/b', '1234', ''],
    ['/c', '', null],
  ])
  for (const entry of ['/d', '/e', '/f']) {
    await set(value('/c', null), value(entry, 'x'))
    await set(value(entry, null))
  }
  const changes = await store.annotations.changedAfter(inbox.id, 0 as ModSeq, account.id)
  assert.deepEqual(
    changes.filter(({ uid }) => uid === 1).map(({ entry }) => entry),
    ['/b', '/e', '/f'],
    'removed ones are remembered up to the bound',
  )
  assert.equal(
    await problem(store.annotations.set(9999 as MailboxId, everything, { account: account.id, values: [] })),
    'no-such-mailbox',
  )
  assert.deepEqual(await findings(store), [])
})

test('searching by value, under i;unicode-casemap, and sorting', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await fill(store, inbox.id, [], [], [], [], [])
  const set = (uid: number, ...values: AnnotationValue[]) =>
    store.annotations.set(inbox.id, uids(uid), { account: account.id, values })
  await set(1, value('/comment', 'Grüße'), value('/altsubject', 'b', true))
  await set(2, value('/comment', 'GRÜSSE und mehr', true), value('/1/comment', 'part'))
  await set(3, value('/altsubject', 'A', true), value('/vendor/x/y', 'grüße'))
  await set(4, value('/comment', 'a\0b'))
  await store.annotations.set(inbox.id, uids(5), { account: bob.id, values: [value('/comment', 'grüße')] })
  const search = async (entry: string, of: 'priv' | 'shared' | 'both', text: string): Promise<number[]> => {
    const program: SearchKey = { key: 'annotation', entry, of, reader: account.id, value: text }
    return [...(await store.messages.search(inbox.id, program))]
  }
  assert.deepEqual(await search('/comment', 'both', 'grüss'), [2])
  assert.deepEqual(await search('/comment', 'both', 'GRÜ'), [1, 2])
  assert.deepEqual(await search('/comment', 'priv', 'GRÜ'), [1])
  assert.deepEqual(await search('/comment', 'shared', 'grü'), [2])
  assert.deepEqual(await search('*', 'both', 'grü'), [1, 2, 3])
  assert.deepEqual(await search('/%', 'both', ''), [1, 2, 3, 4])
  assert.deepEqual(await search('/1/%', 'both', 'P'), [2])
  assert.deepEqual(await search('/vendor/%', 'both', ''), [])
  await set(1, value('/comment', null))
  assert.deepEqual(await search('/comment', 'both', 'GRÜ'), [2])
  const keys = [
    { by: 'annotation', reverse: false, annotation: { entry: '/altsubject', reader: 0 as AccountId } },
  ] as const
  assert.deepEqual([...(await store.messages.sort(inbox.id, { key: 'all' }, keys))], [2, 4, 5, 3, 1])
  const list = Uint32Array.from([2, 4, 3, 1])
  const sorted = { length: 4, at: (index: number) => list[index] as Uid, has: () => true, indexOf: () => 0 }
  assert.deepEqual(await store.messages.place(inbox.id, keys, sorted as never, Uint32Array.from([5])), [
    { uid: 5, index: 2 },
  ])
})

test('a pattern of entries agrees with a regular expression, and is quick where that would not be', () => {
  const letters = (...signs: string[]) =>
    fc.array(fc.constantFrom(...signs), { maxLength: 8 }).map(each => each.join(''))
  fc.assert(
    fc.property(letters('a', '/', '*', '%', 'b'), letters('a', '/', 'b'), (pattern, entry) => {
      const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('%', '[^/]*')}$`)
      assert.equal(entryMatches(pattern, entry), regex.test(entry))
    }),
    { seed: 5257, numRuns: 3000 },
  )
  assert.equal(entryMatches(`${'*a'.repeat(100)}b`, 'a'.repeat(500)), false)
})
