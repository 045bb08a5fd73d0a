import assert from 'node:assert/strict'
import { test } from 'node:test'
import { storeLimits } from './limits.ts'
import { alice, everything, fill, findings, flagsOf, mailbox, problem, uids } from './testing.ts'

test('an account begins with INBOX and its special-use mailboxes, followed', async t => {
  const { store, account } = await alice(t)
  const list = await store.mailboxes.list(account.id)
  assert.deepEqual(
    list.map(({ name, specialUse, subscribed, selectable }) => [name, ...specialUse, subscribed, selectable]),
    [
      ['Archive', '\\Archive', true, true],
      ['Drafts', '\\Drafts', true, true],
      ['INBOX', true, true],
      ['Junk', '\\Junk', true, true],
      ['Sent', '\\Sent', true, true],
      ['Trash', '\\Trash', true, true],
    ],
  )
})

test('INBOX is found in any case, other names in theirs', async t => {
  const { store, account, inbox } = await alice(t)
  assert.equal((await store.mailboxes.find(account.id, 'inBoX'))?.id, inbox.id)
  assert.equal(await store.mailboxes.find(account.id, 'trash'), null)
  const below = await store.mailboxes.create(account.id, 'inbox/Work')
  assert.equal(below.name, 'INBOX/Work')
})

test('CREATE makes missing superiors, which can be selected (RFC 3501 §6.3.3)', async t => {
  const { store, account } = await alice(t)
  await store.mailboxes.create(account.id, 'a/b/c')
  for (const name of ['a', 'a/b', 'a/b/c']) {
    assert.equal((await store.mailboxes.find(account.id, name))?.selectable, true, name)
  }
  assert.equal(await problem(store.mailboxes.create(account.id, 'a/b')), 'mailbox-exists')
  assert.equal(await problem(store.mailboxes.create(account.id, 'Inbox')), 'mailbox-exists')
})

test('names that cannot be', async t => {
  const { store, account } = await alice(t)
  const { mailboxNameOctets, mailboxDepth } = storeLimits
  const deep = (levels: number) => Array.from({ length: levels }, () => 'x').join('/')
  const bad = [
    '',
    '/',
    'a//b',
    '/a',
    'a/',
    'a\u0000',
    'a\u2028',
    'a\ud800',
    'y'.repeat(mailboxNameOctets + 1),
    deep(mailboxDepth + 1),
  ]
  for (const name of bad)
    assert.equal(await problem(store.mailboxes.create(account.id, name)), 'bad-mailbox-name', name)
  const good = ['a b', '日本語', 'y'.repeat(mailboxNameOctets), deep(mailboxDepth), 'a%b*', '&']
  for (const name of good) await store.mailboxes.create(account.id, name)
  assert.deepEqual(await findings(store), [])
})

test('names are kept in Net-Unicode: composed and decomposed are one (RFC 9051 §5.1)', async t => {
  const { store, account } = await alice(t)
  const { id } = await store.mailboxes.create(account.id, 'Cafe\u0301')
  assert.equal((await store.mailboxes.find(account.id, 'Café'))?.id, id)
})

test('a limit on mailboxes: the last one fits, one more does not', async t => {
  const { store, account } = await alice(t, { limits: { mailboxesPerAccount: 8 } })
  await store.mailboxes.create(account.id, 'a/b')
  assert.equal(await problem(store.mailboxes.create(account.id, 'c')), 'over-quota')
  assert.equal((await store.mailboxes.list(account.id)).length, 8)
})

test('DELETE keeps the subscription, and the name where there are names below it (RFC 3501 §6.3.4)', async t => {
  const { store, account } = await alice(t)
  await store.mailboxes.create(account.id, 'a/b')
  await store.mailboxes.subscribe(account.id, 'a')
  await fill(store, (await mailbox(store, account, 'a')).id, [], [])
  await store.mailboxes.remove(account.id, 'a')
  const left = await mailbox(store, account, 'a')
  assert.equal(left.selectable, false)
  assert.equal(left.subscribed, true)
  assert.equal(await problem(store.messages.append(left.id, [])), 'no-such-mailbox')
  assert.equal(await problem(store.mailboxes.remove(account.id, 'a')), 'mailbox-has-children')
  await store.mailboxes.remove(account.id, 'a/b')
  assert.equal(await store.mailboxes.find(account.id, 'a'), null, 'the name goes with the last one below it')
  assert.ok((await store.mailboxes.subscriptions(account.id)).includes('a'))
  assert.equal(await problem(store.mailboxes.remove(account.id, 'a')), 'no-such-mailbox')
  assert.equal(await problem(store.mailboxes.remove(account.id, 'inbox')), 'inbox-is-special')
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('UIDVALIDITY never comes again for a name', async t => {
  // The clock stands still, and then it goes back.
  let now = 1_700_000_000_000
  const { store, account } = await alice(t, { clock: () => now })
  let last = 0
  for (let round = 0; round < 5; round++) {
    const { uidValidity, mailboxId } = await store.mailboxes.create(account.id, 'again')
    assert.ok(uidValidity > last, `${uidValidity} after ${last}`)
    assert.notEqual(mailboxId, '')
    last = uidValidity
    await store.mailboxes.remove(account.id, 'again')
    if (round === 2) now -= 86_400_000
  }
})

test('a name without a mailbox can get one, with a new UIDVALIDITY', async t => {
  const { store, account } = await alice(t)
  const { uidValidity } = await store.mailboxes.create(account.id, 'a')
  await store.mailboxes.create(account.id, 'a/b')
  await store.mailboxes.remove(account.id, 'a')
  const again = await store.mailboxes.create(account.id, 'a')
  assert.equal(again.selectable, true)
  assert.ok(again.uidValidity > uidValidity)
})

test('RENAME takes inferiors with it, keeps UIDs and MAILBOXID, and makes superiors (RFC 3501 §6.3.5)', async t => {
  const { store, account } = await alice(t)
  const before = await store.mailboxes.create(account.id, 'foo')
  await store.mailboxes.create(account.id, 'foo/bar')
  await store.mailboxes.create(account.id, 'foobar')
  await fill(store, before.id, ['\\Seen'])
  const after = await store.mailboxes.rename(account.id, 'foo', 'zap/new')
  assert.equal(after.id, before.id)
  assert.equal(after.mailboxId, before.mailboxId)
  assert.equal(after.uidValidity, before.uidValidity)
  const names = (await store.mailboxes.list(account.id)).map(({ name }) => name)
  assert.deepEqual(
    names.filter(name => /^(foo|zap)/.test(name)),
    ['foobar', 'zap', 'zap/new', 'zap/new/bar'],
  )
  assert.equal(await problem(store.mailboxes.rename(account.id, 'foo', 'x')), 'no-such-mailbox')
  assert.equal(await problem(store.mailboxes.rename(account.id, 'foobar', 'zap')), 'mailbox-exists')
  assert.equal(await problem(store.mailboxes.rename(account.id, 'zap', 'zap/new/deeper')), 'bad-mailbox-name')
})

test('RENAME INBOX leaves an empty INBOX and what is below it (RFC 3501 §6.3.5)', async t => {
  const { store, account, inbox } = await alice(t)
  await store.mailboxes.create(account.id, 'INBOX/below')
  await fill(store, inbox.id, ['\\Seen'], ['$Important'])
  const old = await store.mailboxes.rename(account.id, 'INBOX', 'old-mail')
  assert.deepEqual(await flagsOf(store, old.id), { 1: ['\\Seen'], 2: ['$Important'] })
  const after = await mailbox(store, account, 'INBOX')
  assert.equal(after.id, inbox.id)
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 0)
  assert.deepEqual([...(await store.messages.changesSince(inbox.id, inbox.highestModSeq)).expunged], [1, 2])
  assert.notEqual(await store.mailboxes.find(account.id, 'INBOX/below'), null)
  const below = await store.mailboxes.rename(account.id, 'inbox', 'INBOX/was')
  assert.equal(below.name, 'INBOX/was')
  assert.deepEqual(await findings(store), [])
})

test('subscriptions name what there is not (RFC 3501 §6.3.6)', async t => {
  const { store, account } = await alice(t, { limits: { subscriptionsPerAccount: 7 } })
  await store.mailboxes.subscribe(account.id, 'to/come')
  await store.mailboxes.subscribe(account.id, 'to/come')
  assert.ok((await store.mailboxes.subscriptions(account.id)).includes('to/come'))
  assert.equal((await store.mailboxes.create(account.id, 'to/come')).subscribed, true)
  assert.equal(await problem(store.mailboxes.subscribe(account.id, 'one/more')), 'over-quota')
  await store.mailboxes.unsubscribe(account.id, 'to/come')
  await store.mailboxes.unsubscribe(account.id, 'never/there')
  assert.equal((await mailbox(store, account, 'to/come')).subscribed, false)
})

test('\\Recent belongs to the first session that selects (RFC 3501 §2.3.2)', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], [])
  assert.equal((await store.mailboxes.counts(inbox.id)).recent, 3)
  assert.equal((await store.mailboxes.recent(inbox.id, false)).first, 1)
  assert.equal((await store.mailboxes.recent(inbox.id, true)).first, 1)
  assert.equal((await store.mailboxes.recent(inbox.id, true)).first, 4)
  assert.equal((await store.mailboxes.counts(inbox.id)).recent, 0)
  await fill(store, inbox.id, ['\\Deleted'], [])
  await store.messages.expunge(inbox.id, everything)
  assert.equal((await store.mailboxes.counts(inbox.id)).recent, 1)
  assert.equal((await store.mailboxes.recent(inbox.id, true)).first, 4)
  assert.deepEqual(await findings(store), [])
})

test('STATUS numbers follow every change', async t => {
  const { store, account, inbox } = await alice(t)
  const trash = await mailbox(store, account, 'Trash')
  await fill(store, inbox.id, [], ['\\Seen'], ['\\Seen', '\\Deleted'], ['$Junk'])
  const counts = async () => {
    const { messages, unseen, deleted } = await store.mailboxes.counts(inbox.id)
    return [messages, unseen, deleted]
  }
  assert.deepEqual(await counts(), [4, 2, 1])
  await store.messages.storeFlags(inbox.id, uids([1, 4]), { mode: 'add', flags: ['\\Seen'] })
  assert.deepEqual(await counts(), [4, 0, 1])
  await store.messages.move(inbox.id, uids(1), trash.id)
  assert.deepEqual(await counts(), [3, 0, 1])
  await store.messages.expunge(inbox.id, everything)
  assert.deepEqual(await counts(), [2, 0, 0])
  const page = await store.messages.page(inbox.id, everything, 10)
  const sum = page.reduce((octets, message) => octets + message.octets, 0)
  assert.equal((await store.mailboxes.counts(inbox.id)).octets, sum)
  assert.deepEqual(await findings(store), [])
})
