import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Store } from '../api.ts'
import { Connection } from '../connection.ts'
import { storeLimits } from '../limits.ts'
import type { AccountId, MailboxId } from '../model.ts'
import { openStore } from '../open.ts'
import { StoreError } from '../problem.ts'
import { allUids } from '../uid-ranges.ts'
import { WriterClient } from '../writer/client.ts'
import { blockContents } from './block.ts'
import type { SearchKey } from './program.ts'
import { createSearch, type SearchService } from './service.ts'

let directory: string
let store: Store
let account: AccountId
let inbox: MailboxId
/** Indexes the store's texts when it is told to. */
let indexing: SearchService
let indexWriter: WriterClient

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lemonade-searching-'))
  store = await openStore(directory, { background: false })
  await store.domains.add('example.org')
  account = (await store.accounts.add({ name: 'joe@example.org' })).id
  inbox = (await store.mailboxes.find(account, 'INBOX'))?.id as MailboxId
  const file = join(directory, 'lemonade.db')
  const start = { file, busyMilliseconds: 10_000, pollMilliseconds: 60_000, limits: storeLimits }
  indexWriter = await WriterClient.start(start, Date.now, { committed() {}, foreign() {} })
  indexing = createSearch({
    file,
    writer: indexWriter,
    background: true,
    onError: error => {
      throw error
    },
  })
})

after(async () => {
  await indexing.close()
  await indexWriter.close()
  await store.close()
  await rm(directory, { recursive: true })
})

function number(sql: string): number {
  const reader = new Connection(join(directory, 'lemonade.db'), { readonly: true })
  try {
    return reader.number(sql)
  } finally {
    reader.close()
  }
}

async function append(mailbox: MailboxId, bodies: readonly string[]): Promise<void> {
  const messages = bodies.map(async body => {
    const writer = store.contents.writer({ limitOctets: 1_000_000 })
    await writer.write(Buffer.from(`Subject: number\r\n\r\n${body}\r\n`))
    return { content: await writer.finish(), flags: ['\\Deleted'] }
  })
  await store.messages.append(mailbox, await Promise.all(messages))
}

const text = (value: string): SearchKey => ({ key: 'text', value })

test('whole blocks are indexed, and answers stay the same', async () => {
  await append(
    inbox,
    Array.from({ length: blockContents * 5 + 3 }, (_, at) => `lemon ${at}`),
  )
  const before = await store.messages.search(inbox, text('lemon 7'))
  assert.deepEqual([...before], [8, 71, 72, 73, 74, 75, 76, 77, 78, 79, 80])
  await indexing.settle()
  assert.equal(number("SELECT value FROM counters WHERE name = 'text-index'"), blockContents * 5)
  assert.deepEqual(await store.messages.search(inbox, text('lemon 7')), before)
  assert.equal((await store.messages.search(inbox, text('lemon'))).length, blockContents * 5 + 3)
})

test('searches run side by side, and each has its own answer', async () => {
  const words = Array.from({ length: 30 }, (_, at) => `lemon ${at + 50}`)
  const answers = await Promise.all(words.map(word => store.messages.search(inbox, text(word))))
  assert.deepEqual(
    answers.map(uids => [...uids]),
    words.map((_, at) => [at + 51]),
  )
})

test('an aborted search rejects with the reason', async () => {
  const controller = new AbortController()
  const searching = store.messages.search(inbox, text('lemon'), controller.signal)
  controller.abort(new Error('the client has gone'))
  await assert.rejects(searching, /the client has gone/)
  await assert.rejects(store.messages.search(inbox, text('lemon'), controller.signal), /the client has gone/)
})

test('problems cross threads', async () => {
  await assert.rejects(
    store.messages.search(999 as MailboxId, text('lemon')),
    (error: unknown) => error instanceof StoreError && error.problem === 'no-such-mailbox',
  )
  await assert.rejects(
    store.messages.search(inbox, text('x'.repeat(2000))),
    (error: unknown) => error instanceof StoreError && error.problem === 'too-big',
  )
})

test('text of what is expunged leaves the index', async () => {
  const other = await store.mailboxes.create(account, 'Other')
  await append(
    other.id,
    Array.from({ length: blockContents * 2 }, (_, at) => `other ${at}`),
  )
  await store.messages.copy(other.id, [{ first: 3, last: 3 } as never], inbox)
  await store.messages.expunge(other.id, allUids)
  await indexing.settle()
  const texts = number('SELECT count(*) FROM text_terms_docsize')
  await store.collect()
  await indexing.settle()
  assert.ok(number('SELECT count(*) FROM text_terms_docsize') < texts)
  assert.equal(number(`SELECT count(*) FROM text_gone WHERE content_id <= ${blockContents * 6}`), 0)
  assert.equal((await store.messages.search(other.id, text('other'))).length, 0)
  assert.deepEqual((await store.messages.search(inbox, text('other'))).length, 1)
})

test('closing ends what runs', async () => {
  const second = await openStore(directory, { background: false })
  const searching = second.messages.search(inbox, text('lemon'))
  const settled = searching.then(
    uids => uids.length > 0,
    error => error instanceof StoreError,
  )
  await second.close()
  assert.equal(await settled, true)
  await assert.rejects(second.messages.search(inbox, text('lemon')), StoreError)
})
