import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Connection } from './connection.ts'
import { schemaVersion } from './migrate.ts'
import type { AccountId, WakeUp } from './model.ts'
import { openStore } from './open.ts'
import {
  alice,
  everything,
  fill,
  findings,
  flagsOf,
  letter,
  mailbox,
  prepare,
  problem,
  temporaryDirectory,
} from './testing.ts'

test('what is in a directory is there when it is opened again', async t => {
  const directory = await temporaryDirectory(t)
  const first = await openStore(directory)
  const account = await first.accounts.add({ name: 'alice@example.org' })
  const inbox = await mailbox(first, account, 'INBOX')
  await fill(first, inbox.id, ['\\Seen', '$Work'])
  await first.close()
  assert.equal(await problem(first.accounts.add({ name: 'b@example.org' })), 'busy', 'closed')
  const again = await openStore(directory)
  t.after(() => again.close())
  assert.deepEqual(await flagsOf(again, inbox.id), { 1: ['\\Seen', '$Work'] })
  assert.equal((await stat(directory)).mode & 0o077, 0, 'nobody else reads mail')
})

test('closing lets what waits commit', async t => {
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory, { background: false })
  const added = Promise.all(['a@x', 'b@x', 'c@x'].map(name => store.accounts.add({ name })))
  await store.close()
  assert.equal((await added).length, 3)
})

test('a schema from a later version is refused', async t => {
  const directory = await temporaryDirectory(t)
  await (await openStore(directory)).close()
  const connection = new Connection(join(directory, 'lemonade.db'))
  connection.run(`PRAGMA user_version = ${schemaVersion + 1}`)
  connection.close()
  await assert.rejects(openStore(directory), /has schema \d+; this program knows schemas up to/)
})

test('commits are durable: WAL with synchronous FULL', async t => {
  const directory = await temporaryDirectory(t)
  const connection = new Connection(join(directory, 'x.db'))
  t.after(() => connection.close())
  assert.equal(connection.raw<[string]>('PRAGMA journal_mode').get()?.[0], 'wal')
  assert.equal(connection.number('PRAGMA synchronous'), 2)
  assert.equal(connection.number('PRAGMA foreign_keys'), 1)
})

test('two processes: each hears of what the other commits', async t => {
  const directory = await temporaryDirectory(t)
  const options = { background: false, pollMilliseconds: 10 }
  const one = await openStore(directory, options)
  const other = await openStore(directory, options)
  t.after(() => Promise.all([one.close(), other.close()]))
  const account = await one.accounts.add({ name: 'alice@example.org' })
  const inbox = await mailbox(other, account, 'INBOX')
  const index = await other.messages.index(inbox.id)
  const woken = new Promise<WakeUp>(resolve => other.bus.watch(account.id, resolve))
  const topic = new Promise<void>(resolve => other.bus.watchTopic('queue', resolve))
  const [uid] = await fill(one, inbox.id, [])
  const { modSeq } = await one.messages.changesSince(inbox.id, 0 as never)
  // The first wake-up may be of the account's own creation.
  for (let heard = await woken; heard.modSeq < modSeq; ) {
    heard = await new Promise<WakeUp>(resolve => other.bus.watch(account.id, resolve))
  }
  assert.deepEqual([(await index.refresh()).count, index.position(uid as never)], [1, 0])
  await topic
  index.release()
  // And both write at once.
  await Promise.all(Array.from({ length: 20 }, (_, each) => fill(each % 2 ? one : other, inbox.id, ['\\Seen'], [])))
  assert.equal((await one.mailboxes.counts(inbox.id)).messages, 41)
  assert.deepEqual(await findings(other), [])
})

test('a wake-up comes after the commit and before the answer, once a commit', async t => {
  const { store, account, inbox } = await alice(t)
  const heard: string[] = []
  const stop = store.bus.watch(account.id, ({ modSeq }) => heard.push(`wake ${modSeq}`))
  const before = (await store.accounts.get(account.id))?.modSeq ?? 0
  await fill(store, inbox.id, []).then(() => heard.push('answer'))
  assert.deepEqual(heard, [`wake ${before + 1}`, 'answer'])
  stop()
  await fill(store, inbox.id, [])
  assert.equal(heard.length, 2)
  store.bus.watch(99 as AccountId, () => heard.push('not mine'))()
})

test('jobs that wait together are each done or not', async t => {
  const { store, account } = await alice(t)
  const names = ['a', 'b', 'INBOX', 'c', 'a', '/', 'd']
  const results = await Promise.allSettled(names.map(name => store.mailboxes.create(account.id, name)))
  assert.deepEqual(
    results.map(({ status }) => status === 'fulfilled'),
    [true, true, false, true, false, false, true],
  )
  assert.deepEqual(await findings(store), [])
})

test('a mistake in one call is no other call’s', async t => {
  const { store, account } = await alice(t)
  const good = store.mailboxes.create(account.id, 'good')
  const bad = store.mailboxes.create(account.id, { toString: () => 'x' } as never)
  await assert.rejects(bad)
  assert.equal((await good).name, 'good')
  const uncloneable = store.mailboxes.create(account.id, (() => 'x') as never)
  await assert.rejects(uncloneable, { name: 'DataCloneError' })
  assert.equal((await store.mailboxes.create(account.id, 'after')).name, 'after')
})

test('a backup is a whole store, made while others write', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, ['\\Seen'], [], [])
  const directory = await temporaryDirectory(t)
  let writing = true
  const writer = (async () => {
    while (writing) await fill(store, inbox.id, [], [])
  })()
  const seen: number[] = []
  await store.backup(join(directory, 'lemonade.db'), done => seen.push(done))
  writing = false
  await writer
  assert.ok(seen.length > 0)
  const copy = await openStore(directory, { background: false })
  t.after(() => copy.close())
  assert.deepEqual(await findings(copy), [])
  assert.ok((await copy.mailboxes.counts(inbox.id)).messages >= 3)
  assert.deepEqual((await copy.accounts.find('alice@example.org'))?.id, account.id)
})

test('the audit finds what does not agree', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, ['\\Seen'], ['\\Deleted'])
  await store.messages.expunge(inbox.id, everything)
  await (await prepare(store, letter())).discard()
  assert.deepEqual(await findings(store), [])
  const connection = new Connection(join(store.directory, 'lemonade.db'))
  t.after(() => connection.close())
  const rows: [damage: string, finding: RegExp][] = [
    ['UPDATE mailbox_flag_sets SET messages = 7', /says that 7 messages/],
    ['UPDATE mailbox_flag_sets SET messages = 1, octets = octets + 1', /of \d+ octets carry flag set/],
    [
      'UPDATE mailbox_flag_sets SET octets = octets - 1; UPDATE mailboxes SET recent = 9',
      /says that 9 messages are recent/,
    ],
    [
      'UPDATE mailboxes SET recent = 0; UPDATE mailboxes SET recent = 1 WHERE id = 1; UPDATE mailboxes SET uid_next = 1',
      /will give UID 1 though UID 1/,
    ],
    [
      'UPDATE mailboxes SET uid_next = 3; UPDATE mailboxes SET highest_modseq = 1',
      /is at mod-sequence 1, and a message/,
    ],
    ['UPDATE accounts SET modseq = 0', /Account 1 is at mod-sequence 0/],
    [
      'UPDATE accounts SET modseq = 99; UPDATE mailboxes SET highest_modseq = 99; UPDATE mailboxes SET tombstones = 5 WHERE id = 1',
      /says that it has 5 tombstones/,
    ],
    [
      'UPDATE mailboxes SET tombstones = 1 WHERE id = 1; UPDATE tombstones SET first = 1',
      /UID 1 of mailbox 1 is there and has a tombstone/,
    ],
    ['UPDATE tombstones SET first = 2; UPDATE messages SET flag_set = 77', /names flag set 77/],
    ['PRAGMA foreign_keys = OFF; DELETE FROM segments', /its rope 0/],
    ['DELETE FROM facts', /has no facts/],
  ]
  for (const [damage, finding] of rows) {
    connection.run(damage)
    assert.match((await findings(store)).join('\n'), finding, damage)
  }
})
