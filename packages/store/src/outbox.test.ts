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
    count: 2,
    messages: 1,
    uidNext: 4,
    modSeq,
    pid: process.pid,
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

test('each sink has a cursor; what all are past is collected, but for the last ones', async t => {
  const { store, inbox } = await alice(t, { limits: { outboxEventsRecent: 1 } })
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
  assert.deepEqual(
    (await store.outbox.after(start, 10)).map(({ id }) => id),
    [two?.id],
    'the last one, for who looks',
  )
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
    (await told(store, begin)).map(([, { uids, count, uidsCut }]) => [uids, count, uidsCut]),
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

test('what a sink refuses is a dead letter, until it is replayed to that sink or discarded', async t => {
  const { store, inbox } = await alice(t, { limits: { deadLettersKept: 3 } })
  await store.outbox.register(['a', 'b'])
  await fill(store, inbox.id, [])
  const [event] = await store.outbox.after(await store.outbox.cursor('a'), 10)
  assert.ok(event !== undefined)
  assert.deepEqual(
    (await store.outbox.sinks()).map(({ name, waitsSince }) => [name, waitsSince]),
    [
      ['a', event.at],
      ['b', event.at],
    ],
  )
  await store.outbox.bury('a', event.id, 'too odd')
  assert.equal(await store.outbox.cursor('a'), event.id)
  const [letter] = await store.outbox.deadLetters(0, 10)
  assert.deepEqual([letter?.sink, letter?.reason, letter?.event], ['a', 'too odd', event])
  assert.equal(await store.outbox.replay([letter?.id ?? 0, 99]), 1)
  const [again] = await store.outbox.after(event.id, 10)
  assert.deepEqual(again?.parameters, { ...event.parameters, onlyFor: 'a', replayOf: event.id })
  assert.ok((again?.id ?? 0) > event.id, 'under a number of its own')
  await store.outbox.bury('a', again?.id as EventId, 'still')
  assert.equal(await store.outbox.replay(null), 1)
  const [third] = (await store.outbox.after(event.id, 10)).slice(-1)
  assert.equal(third?.parameters['replayOf'], event.id, 'of the first')
  for (let each = 0; each < 4; each++) await store.outbox.bury('b', event.id, `${each}`)
  assert.deepEqual(
    (await store.outbox.deadLetters(0, 10)).map(({ reason }) => reason),
    ['1', '2', '3'],
    'no more than so many are kept',
  )
  assert.equal(await store.outbox.discard(null), 3)
  assert.deepEqual(await store.outbox.deadLetters(0, 10), [])
})

test('an event says on whose behalf it happened (RFC 5423 §5)', async t => {
  const { store, account } = await alice(t)
  const begin = await last(store)
  const origin = { service: 'imap', user: 'alice@example.org', admin: 'root', clientIP: '192.0.2.7', clientPort: 4711 }
  const own = store.by(origin)
  assert.equal(own.contents, store.contents)
  await own.mailboxes.create(account.id, 'a')
  await store.mailboxes.create(account.id, 'b')
  await own.outbox.tell([{ type: 'Login', account: account.id, parameters: { mechanism: 'PLAIN' } }])
  const [a, b, login] = (await told(store, begin)).map(([, parameters]) => parameters)
  assert.partialDeepStrictEqual(a, { mailbox: 'a', ...origin })
  assert.equal(b?.['service'], undefined)
  assert.deepEqual(login, { mechanism: 'PLAIN', pid: process.pid, ...origin })
})

test('a new message tells its size, first flags and envelope', async t => {
  const { store, account, inbox } = await alice(t)
  const begin = await last(store)
  const envelope = 'MAIL FROM:<bob@example.net>\r\nRCPT TO:<alice@example.org>\r\n'
  await store.messages.deposit({
    content: await prepare(store, letter()),
    deliveries: [{ account: account.id, mailbox: 'INBOX', flags: ['\\Flagged'], envelope }],
    enqueue: [],
  })
  await fill(store, inbox.id, ['\\Seen'], ['\\Seen'])
  await fill(store, inbox.id, ['\\Seen'], [])
  const rows = (await told(store, begin)).map(([, parameters]) => parameters)
  assert.deepEqual(
    rows.map(({ octets, flagNames, envelope, messages, uidNext }) => [octets, flagNames, envelope, messages, uidNext]),
    [
      [letter().length, ['\\Flagged'], envelope, 1, 2],
      [undefined, ['\\Seen'], undefined, 3, 4],
      [undefined, undefined, undefined, 5, 6],
    ],
  )
})

test('rights, annotations and metadata tell theirs, to whom they concern', async t => {
  const { store, account, inbox } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await fill(store, inbox.id, [])
  const begin = await last(store)
  const change = (mode: 'add' | 'remove', rights: ('l' | 'r')[]) =>
    store.acl.change(inbox.id, { account: bob.id, negative: false, mode, rights })
  await change('add', ['r'])
  await change('add', ['l'])
  await change('remove', ['l'])
  const annotation = { entry: '/comment', shared: true, value: Buffer.from('x') }
  await store.annotations.set(inbox.id, uids(1), { account: account.id, values: [annotation] })
  const entries = [{ name: '/shared/comment', value: Buffer.from('x') }]
  await store.metadata.set({ mailbox: inbox.id, account: account.id }, entries)
  await store.metadata.set({ mailbox: null, account: account.id }, [{ name: '/private/x', value: Buffer.from('x') }])
  await store.metadata.set({ mailbox: null, account: account.id }, [{ name: '/private/x', value: Buffer.from('x') }])
  const events = await store.outbox.after(begin, 100)
  assert.deepEqual(
    events.map(({ type, account: of, parameters }) => [type, of, parameters['rights'] ?? parameters['entries']]),
    [
      ['vnd.lemonade.AclChange', account.id, 'r'],
      ['vnd.lemonade.AclChange', account.id, 'lr'],
      ['MailboxCreate', bob.id, undefined],
      ['vnd.lemonade.AclChange', account.id, 'r'],
      ['MailboxDelete', bob.id, undefined],
      ['vnd.lemonade.AnnotationChange', account.id, ['/comment']],
      ['vnd.lemonade.MailboxMetadataChange', account.id, ['/shared/comment']],
      ['vnd.lemonade.ServerMetadataChange', account.id, ['/private/x']],
    ],
  )
  assert.equal(events[2]?.parameters['owner'], account.name)
})

test('the last events are found from the end', async t => {
  const { store, account } = await alice(t)
  for (const name of ['a', 'b', 'c']) await store.mailboxes.create(account.id, name)
  const count = (await store.outbox.after(start, 10_000)).length
  const shown = async (last: number) => (await store.outbox.after(await store.outbox.beforeLast(last), 10_000)).length
  for (const last of [0, 1, 2, count - 1, count]) assert.equal(await shown(last), last)
  for (const last of [count + 1, 1e15]) assert.equal(await shown(last), count)
})
