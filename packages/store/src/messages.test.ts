import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentId, ModSeq } from './model.ts'
import { alice, everything, fill, findings, flagsOf, letter, mailbox, prepare, problem, text, uids } from './testing.ts'

test('APPEND is all or none, in order, with consecutive UIDs', async t => {
  const { store, inbox } = await alice(t)
  const contents = await Promise.all([letter('one'), letter('two'), letter('three')].map(each => prepare(store, each)))
  const [one, two, three] = contents
  assert.ok(one && two && three)
  const bad = [
    { content: one, flags: [] },
    { content: two, flags: ['not an atom'] },
  ]
  assert.equal(await problem(store.messages.append(inbox.id, bad)), 'bad-keyword')
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 0)
  const internalDate = 1_000_000_000_000
  const appended = await store.messages.append(inbox.id, [
    { content: one, flags: ['\\seen', 'Work'], internalDate },
    { content: two, flags: [] },
    { content: three, flags: ['\\Draft'] },
  ])
  assert.deepEqual(appended.uids, [1, 2, 3])
  assert.equal(appended.mailbox.uidNext, 4)
  assert.equal(appended.mailbox.highestModSeq, appended.modSeq)
  const page = await store.messages.page(inbox.id, everything, 2)
  assert.deepEqual(
    page.map(({ uid, modSeq }) => [uid, modSeq]),
    [
      [1, appended.modSeq],
      [2, appended.modSeq],
    ],
  )
  assert.equal(page[0]?.internalDate, internalDate)
  assert.deepEqual(await flagsOf(store, inbox.id), { 1: ['\\Seen', 'Work'], 2: [], 3: ['\\Draft'] })
})

test('a page goes through the ranges, and no further than its limit', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, ...Array.from({ length: 10 }, () => []))
  const page = async (ranges: ReturnType<typeof uids>, limit: number) =>
    (await store.messages.page(inbox.id, ranges, limit)).map(({ uid }) => uid)
  assert.deepEqual(await page(uids([2, 3], [5, 7], [9, 4_294_967_295]), 100), [2, 3, 5, 6, 7, 9, 10])
  assert.deepEqual(await page(uids([2, 3], [5, 7], [9, 10]), 4), [2, 3, 5, 6])
  assert.deepEqual(await page(uids(11), 4), [])
  assert.equal(await problem(store.messages.page(999 as typeof inbox.id, everything, 1)), 'no-such-mailbox')
})

test('keywords: without case, in their first spelling, bounded', async t => {
  const { store, account, inbox } = await alice(t, { limits: { keywordsPerMailbox: 3, keywordOctets: 10 } })
  await fill(store, inbox.id, ['$Forwarded'], ['$FORWARDED', '$forwarded'], ['abcdefghij'])
  assert.deepEqual(await flagsOf(store, inbox.id), { 1: ['$Forwarded'], 2: ['$Forwarded'], 3: ['abcdefghij'] })
  assert.deepEqual(await store.flagSets.keywords(inbox.id), ['$Forwarded', 'abcdefghij'])
  const add = (...flags: string[]) => store.messages.storeFlags(inbox.id, uids(1), { mode: 'add', flags })
  assert.equal(await problem(add('abcdefghijk')), 'bad-keyword')
  for (const bad of ['', 'a b', 'a(', 'a\\', '\\Recent', '\\Foo', 'é', 'a"', 'a]', 'a%', 'a*', 'a\u0000']) {
    assert.equal(await problem(add(bad)), 'bad-keyword', bad)
  }
  await add('third')
  assert.equal(await problem(add('fourth')), 'too-many-keywords')
  await store.messages.storeFlags(inbox.id, uids(3), { mode: 'replace', flags: [] })
  await add('fourth')
  // The limit is the mailbox's, for copies too.
  const archive = await mailbox(store, account, 'Archive')
  await fill(store, archive.id, ['one', 'two'])
  assert.equal(await problem(store.messages.copy(inbox.id, uids(1), archive.id)), 'too-many-keywords')
  assert.deepEqual(await findings(store), [])
})

test('STORE changes what changes, and tells only that', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Seen'], ['\\Seen', 'a', 'b'], ['\\Flagged', 'A'])
  const { highestModSeq } = await mailbox(store, { id: inbox.account } as never, 'INBOX')
  const added = await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Seen', 'A'] })
  assert.deepEqual([...added.uids], [1, 2, 4])
  assert.ok(added.modSeq > highestModSeq)
  assert.deepEqual(await flagsOf(store, inbox.id), {
    1: ['\\Seen', 'a'],
    2: ['\\Seen', 'a'],
    3: ['\\Seen', 'a', 'b'],
    4: ['\\Flagged', '\\Seen', 'a'],
  })
  const again = await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Seen', 'A'] })
  assert.deepEqual([...again.uids], [])
  assert.equal(again.modSeq, added.modSeq, 'no change, no mod-sequence')
  const removed = await store.messages.storeFlags(inbox.id, uids([2, 3]), { mode: 'remove', flags: ['\\seen', 'B'] })
  assert.deepEqual([...removed.uids], [2, 3])
  const replaced = await store.messages.storeFlags(inbox.id, uids(2, 4), { mode: 'replace', flags: ['c'] })
  assert.deepEqual([...replaced.flagSets], [replaced.flagSets[0], replaced.flagSets[0]])
  assert.deepEqual(await flagsOf(store, inbox.id), { 1: ['\\Seen', 'a'], 2: ['c'], 3: ['a'], 4: ['c'] })
  assert.deepEqual(await findings(store), [])
})

test('UNCHANGEDSINCE leaves alone what has changed, and names it (RFC 7162 §3.1.3)', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], [])
  const { modSeq: unchangedSince } = await store.messages.changesSince(inbox.id, 0 as ModSeq)
  await store.messages.storeFlags(inbox.id, uids(2), { mode: 'add', flags: ['\\Seen'] })
  const change = { mode: 'add', flags: ['\\Flagged'], unchangedSince } as const
  const stored = await store.messages.storeFlags(inbox.id, everything, change)
  assert.deepEqual([...stored.uids], [1, 3])
  assert.deepEqual([...stored.modified], [2])
  const none = await store.messages.storeFlags(inbox.id, everything, { ...change, unchangedSince: 0 as ModSeq })
  assert.deepEqual([...none.modified], [1, 2, 3])
})

test('COPY keeps flags, INTERNALDATE, EMAILID and THREADID, and shares content', async t => {
  const { store, account, inbox } = await alice(t)
  const archive = await mailbox(store, account, 'Archive')
  await fill(store, archive.id, [])
  await fill(store, inbox.id, ['\\Seen'], ['x'], [], [])
  const copied = await store.messages.copy(inbox.id, uids([1, 2], 4, [7, 9]), archive.id)
  assert.deepEqual(copied.from, [1, 2, 4])
  assert.deepEqual(copied.to, [2, 3, 4])
  const [source] = await store.messages.page(inbox.id, uids(1), 1)
  const [copy] = await store.messages.page(archive.id, uids(2), 1)
  assert.ok(source && copy)
  for (const same of ['content', 'flagSet', 'internalDate', 'emailId', 'threadId', 'octets'] as const) {
    assert.equal(copy[same], source[same], same)
  }
  assert.equal(copy.modSeq, copied.modSeq)
  const nothing = await store.messages.copy(inbox.id, uids([50, 60]), archive.id)
  assert.deepEqual([nothing.from, nothing.to], [[], []])
  const within = await store.messages.copy(inbox.id, everything, inbox.id)
  assert.deepEqual(within.to, [5, 6, 7, 8])
  assert.deepEqual(await findings(store), [])
})

test('MOVE is one change: copies there, tombstones here (RFC 6851 §3.3)', async t => {
  const { store, account, inbox } = await alice(t)
  const archive = await mailbox(store, account, 'Archive')
  await fill(store, inbox.id, [], [], [])
  const moved = await store.messages.move(inbox.id, uids([2, 3]), archive.id)
  const changes = await store.messages.changesSince(inbox.id, (moved.modSeq - 1) as ModSeq)
  assert.deepEqual([...changes.expunged], [2, 3])
  assert.equal(changes.modSeq, moved.modSeq)
  assert.deepEqual([...(await store.messages.changesSince(archive.id, 0 as ModSeq)).uids], [1, 2])
  const within = await store.messages.move(archive.id, uids(1), archive.id)
  assert.deepEqual([within.from, within.to], [[1], [3]])
  assert.deepEqual(await findings(store), [])
})

test('into another account flags and threads are made anew', async t => {
  const { store, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const bobs = await mailbox(store, bob, 'INBOX')
  await fill(store, bobs.id, ['todo'])
  await fill(store, inbox.id, ['\\Seen', 'TODO'], [])
  await store.messages.move(inbox.id, everything, bobs.id)
  assert.deepEqual(await flagsOf(store, bobs.id), { 1: ['todo'], 2: ['\\Seen', 'todo'], 3: [] })
  assert.deepEqual(await findings(store), [])
})

test('EXPUNGE takes only what is \\Deleted, among the UIDs given', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, ['\\Deleted'], [], ['\\Deleted', '\\Seen'], ['\\Deleted'])
  const first = await store.messages.expunge(inbox.id, uids([2, 3]))
  assert.deepEqual([...first.uids], [3])
  const rest = await store.messages.expunge(inbox.id, everything)
  assert.deepEqual([...rest.uids], [1, 4])
  const none = await store.messages.expunge(inbox.id, everything)
  assert.deepEqual([...none.uids], [])
  assert.equal(none.modSeq, rest.modSeq)
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('changesSince tells arrivals, changes and expunges after a mod-sequence', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [], [], ['\\Deleted'], [])
  const { modSeq } = await store.messages.changesSince(inbox.id, 0 as ModSeq)
  assert.deepEqual([...(await store.messages.changesSince(inbox.id, modSeq)).uids], [])
  await store.messages.storeFlags(inbox.id, uids(2), { mode: 'add', flags: ['\\Seen'] })
  await store.messages.expunge(inbox.id, everything)
  await fill(store, inbox.id, [])
  const changes = await store.messages.changesSince(inbox.id, modSeq)
  assert.deepEqual([...changes.uids], [2, 5])
  assert.deepEqual([...changes.expunged], [3])
  assert.deepEqual([changes.uidNext, changes.incomplete], [6, false])
  assert.equal(await problem(store.messages.changesSince(999 as typeof inbox.id, modSeq)), 'no-such-mailbox')
})

test('tombstones are bounded: past the limit changesSince says that it is incomplete', async t => {
  const { store, inbox } = await alice(t, { limits: { tombstonesPerMailbox: 4 } })
  await fill(store, inbox.id, ...Array.from({ length: 12 }, () => ['\\Deleted']))
  const { modSeq } = await store.messages.changesSince(inbox.id, 0 as ModSeq)
  for (const uid of [1, 3, 5, 7]) await store.messages.expunge(inbox.id, uids(uid))
  assert.deepEqual([...(await store.messages.changesSince(inbox.id, modSeq)).expunged], [1, 3, 5, 7])
  const last = await store.messages.expunge(inbox.id, uids(9))
  const changes = await store.messages.changesSince(inbox.id, modSeq)
  assert.equal(changes.incomplete, true)
  assert.deepEqual([...changes.uids], [2, 4, 6, 8, 10, 11, 12], 'all that is there')
  const recent = await store.messages.changesSince(inbox.id, (last.modSeq - 1) as ModSeq)
  assert.deepEqual([[...recent.expunged], recent.incomplete], [[9], false])
  assert.deepEqual(await findings(store), [])
})

test('messages of a conversation share a THREADID (RFC 8474 §5.2)', async t => {
  const { store, inbox } = await alice(t)
  const send = async (fields: string) => {
    const content = await prepare(store, `${fields}\r\n\r\nx`)
    const { uids } = await store.messages.append(inbox.id, [{ content, flags: [] }])
    const [message] = await store.messages.page(inbox.id, [{ first: uids[0] as never, last: uids[0] as never }], 1)
    return message?.threadId
  }
  const root = await send('Message-ID: <1@x>\r\nSubject: a')
  const other = await send('Message-ID: <2@x>\r\nSubject: a')
  assert.notEqual(root, other)
  assert.equal(await send('Message-ID: <3@x>\r\nReferences: <0@x> <1@x>\r\nSubject: Re: a'), root)
  assert.equal(await send('Message-ID: <4@x>\r\nIn-Reply-To: <3@x>\r\nSubject: Re: a'), root)
  // The ancestor comes late.
  assert.equal(await send('Message-ID: <0@x>\r\nSubject: a'), root)
  assert.notEqual(await send('Subject: none'), await send('Subject: none'))
})

test('a deposit of which nobody takes the message itself stores what they take', async t => {
  const { store, account, inbox } = await alice(t)
  const content = await prepare(store, letter('original'))
  const reply = await prepare(store, letter('reply'))
  const own = await prepare(store, letter('own'))
  await store.messages.deposit({
    content,
    deliveries: [{ account: account.id, mailbox: 'INBOX', content: own }],
    enqueue: [{ reversePath: '', recipient: 'x@example.org', expiresAt: 1, content: reply }],
  })
  const [message] = await store.messages.page(inbox.id, everything, 1)
  assert.match(text(await store.contents.readAll(message?.content as ContentId)), /^Subject: own/m)
  const [entry] = await store.queue.list()
  assert.match(text(await store.contents.readAll(entry?.content as ContentId)), /^Subject: reply/m)
  await content.discard()
  assert.deepEqual(await findings(store), [])
})

test('a deposit goes to several mailboxes and the queue at once, or nowhere', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const deliveries = [
    { account: account.id, mailbox: 'INBOX' },
    { account: account.id, mailbox: 'Lists/new', create: true, flags: ['\\Seen'] },
    { account: bob.id, mailbox: 'not there' },
  ]
  const enqueue = [{ reversePath: 'alice@example.org', recipient: 'c@elsewhere.example', expiresAt: 9e15 }]
  const gone = { account: 999 as typeof account.id, mailbox: 'INBOX' }
  const failing = await prepare(store, letter())
  const all = { content: failing, deliveries: [...deliveries, gone], enqueue }
  assert.equal(await problem(store.messages.deposit(all)), 'no-such-account')
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 0)
  assert.equal((await store.queue.list()).length, 0)
  assert.equal(await store.mailboxes.find(account.id, 'Lists'), null)

  await store.messages.deposit({ content: failing, deliveries, enqueue })
  const bobs = await mailbox(store, bob, 'INBOX')
  const lists = await mailbox(store, account, 'Lists/new')
  const [a] = await store.messages.page(inbox.id, everything, 9)
  const [b] = await store.messages.page(bobs.id, everything, 9)
  assert.equal(a?.content, b?.content, 'one content for all')
  assert.deepEqual(await flagsOf(store, lists.id), { 1: ['\\Seen'] })
  const [entry] = await store.queue.list()
  assert.equal(entry?.content, a?.content)
  assert.deepEqual(await findings(store), [])
})
