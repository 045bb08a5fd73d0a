import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from './api.ts'
import type { EventId, ModSeq } from './model.ts'
import { alice, everything, fill, letter, mailbox, prepare, uids } from './testing.ts'

const start = 0 as EventId

async function told(store: Store, after = start): Promise<[type: string, parameters: Record<string, unknown>][]> {
  const events = await store.outbox.after(after, 10_000)
  return events.map(({ type, parameters }) => [type, parameters])
}

async function last(store: Store): Promise<EventId> {
  return (await store.outbox.after(start, 10_000)).at(-1)?.id ?? start
}

test('every change tells its event of RFC 5423 §4, in order', async t => {
  const { store, account, inbox } = await alice(t)
  const archive = await mailbox(store, account, 'Archive')
  const begin = await last(store)
  await store.messages.deposit({
    content: await prepare(store, letter()),
    deliveries: [{ account: account.id, mailbox: 'INBOX' }],
    enqueue: [],
  })
  await fill(store, inbox.id, [], [])
  const mark = (flags: string[], mode: 'add' | 'remove' = 'add') =>
    store.messages.storeFlags(inbox.id, uids([1, 2]), { mode, flags })
  await mark(['\\Seen', '\\Flagged', 'todo'])
  await mark(['\\Seen'], 'remove')
  await mark(['\\Deleted'])
  await store.messages.copy(inbox.id, uids(3), archive.id)
  await store.messages.expunge(inbox.id, everything)
  const events = await told(store, begin)
  const uidValidity = inbox.uidValidity
  assert.deepEqual(
    events.map(([type, { uids, flagNames, mailbox }]) => [type, mailbox, uids, flagNames]),
    [
      ['MessageNew', 'INBOX', '1', undefined],
      ['MessageAppend', 'INBOX', '2:3', undefined],
      ['MessageRead', 'INBOX', '1:2', ['\\Seen']],
      ['FlagsSet', 'INBOX', '1:2', ['\\Flagged', 'todo']],
      ['FlagsClear', 'INBOX', '1:2', ['\\Seen']],
      ['MessageTrash', 'INBOX', '1:2', ['\\Deleted']],
      ['MessageAppend', 'Archive', '1', undefined],
      ['MessageExpunge', 'INBOX', '1:2', undefined],
    ],
  )
  const { modSeq } = await store.messages.changesSince(inbox.id, 0 as ModSeq)
  assert.deepEqual(events.at(-1)?.[1], {
    mailbox: 'INBOX',
    mailboxId: inbox.mailboxId,
    uidValidity,
    uids: '1:2',
    messages: 2,
    modSeq,
  })
})

test('mailboxes tell theirs (RFC 5423 §4.4)', async t => {
  const { store, account } = await alice(t)
  const begin = await last(store)
  await store.mailboxes.create(account.id, 'a/b')
  await store.mailboxes.rename(account.id, 'a', 'c')
  await store.mailboxes.subscribe(account.id, 'c')
  await store.mailboxes.subscribe(account.id, 'c')
  await store.mailboxes.unsubscribe(account.id, 'c')
  await store.mailboxes.remove(account.id, 'c/b')
  assert.deepEqual(
    (await told(store, begin)).map(([type, { mailbox, oldMailbox }]) => [type, mailbox, oldMailbox]),
    [
      ['MailboxCreate', 'a/b', undefined],
      ['MailboxRename', 'c', 'a'],
      ['MailboxSubscribe', 'c', undefined],
      ['MailboxUnSubscribe', 'c', undefined],
      ['MailboxDelete', 'c/b', undefined],
    ],
  )
})

test('what is refused tells nothing', async t => {
  const { store, account } = await alice(t)
  const begin = await last(store)
  await store.mailboxes.create(account.id, 'INBOX').catch(() => {})
  await store.mailboxes.rename(account.id, 'Sent', 'Trash').catch(() => {})
  assert.deepEqual(await told(store, begin), [])
})

test('each sink has a cursor; what all are past is collected', async t => {
  const { store, inbox } = await alice(t)
  await store.outbox.register(['a', 'b'])
  const begin = await store.outbox.cursor('a')
  assert.equal(begin, await last(store), 'a new sink begins with what happens next')
  await fill(store, inbox.id, [])
  await fill(store, inbox.id, [])
  const [one, two] = await store.outbox.after(begin, 10)
  await store.outbox.advance('a', two?.id as EventId)
  await store.outbox.advance('b', one?.id as EventId)
  await store.outbox.advance('b', begin)
  assert.equal(await store.outbox.cursor('b'), one?.id, 'a cursor does not go back')
  await store.collect()
  assert.deepEqual(
    (await store.outbox.after(start, 10)).map(({ id }) => id),
    [two?.id],
  )
  await store.outbox.register(['a', 'c'])
  assert.equal(await store.outbox.cursor('a'), two?.id)
  assert.equal(await store.outbox.cursor('b'), 0)
  await store.collect()
  assert.deepEqual(await store.outbox.after(start, 10), [])
})

test('without sinks only so many events are kept', async t => {
  const { store, inbox } = await alice(t, { limits: { outboxEventsUnread: 5 } })
  for (let each = 0; each < 8; each++) await fill(store, inbox.id, [])
  await store.collect()
  assert.equal((await store.outbox.after(start, 100)).length, 5)
})

test('a sink that does not take events holds back only so many', async t => {
  const { store, inbox } = await alice(t, { limits: { outboxEventsKept: 5 } })
  await store.outbox.register(['slow'])
  const begin = await store.outbox.cursor('slow')
  const ids = async () => (await store.outbox.after(begin, 100)).map(({ id }) => id - begin)
  for (let each = 0; each < 5; each++) await fill(store, inbox.id, [])
  await store.collect()
  assert.deepEqual(await ids(), [1, 2, 3, 4, 5], 'at the limit')
  await fill(store, inbox.id, [])
  await store.collect()
  assert.deepEqual(await ids(), [2, 3, 4, 5, 6], 'one past it')
  assert.equal(await store.outbox.cursor('slow'), begin, 'it can see what it has missed')
})

test('what is refused leaves no gap in the numbers of events', async t => {
  const { store, account, inbox } = await alice(t)
  const begin = await last(store)
  const refused = store.mailboxes.create(account.id, 'x/'.repeat(40)).catch(() => {})
  const more = store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['bad keyword'] }).catch(() => {})
  await Promise.all([fill(store, inbox.id, []), refused, more, fill(store, inbox.id, [])])
  await fill(store, inbox.id, [])
  assert.deepEqual(
    (await store.outbox.after(begin, 10)).map(({ id }) => id - begin),
    [1, 2, 3],
  )
})

test('an event names so many ranges of UIDs, and says when there were more', async t => {
  const { store, inbox } = await alice(t, { limits: { outboxUidRanges: 2 } })
  await fill(store, inbox.id, [], [], [], [], [])
  const begin = await last(store)
  await store.messages.storeFlags(inbox.id, uids(1, 3), { mode: 'add', flags: ['x'] })
  await store.messages.storeFlags(inbox.id, uids(1, 3, 5), { mode: 'add', flags: ['y'] })
  assert.deepEqual(
    (await told(store, begin)).map(([, { uids, messages, uidsCut }]) => [uids, messages, uidsCut]),
    [
      ['1,3', 2, undefined],
      ['1,3', 3, true],
    ],
  )
})

test('who waits for the outbox is woken after the commit', async t => {
  const { store, inbox } = await alice(t)
  const begin = await last(store)
  const found = new Promise<number>((resolve, reject) => {
    store.bus.watchTopic('outbox', () => store.outbox.after(begin, 9).then(events => resolve(events.length), reject))
  })
  await fill(store, inbox.id, [])
  assert.equal(await found, 1)
})
