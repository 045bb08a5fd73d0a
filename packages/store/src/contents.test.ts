import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { PreparedContent, Store } from './api.ts'
import { Connection } from './connection.ts'
import { claimMilliseconds } from './content/blob.ts'
import type { ContentId, MailboxId, Uid } from './model.ts'
import { alice, everything, findings, letter, octets, prepare, problem, text, uids } from './testing.ts'

async function append(store: Store, mailbox: MailboxId, content: PreparedContent): Promise<ContentId> {
  const { uids } = await store.messages.append(mailbox, [{ content, flags: [] }])
  const last = uids.at(-1) as never
  const [message] = await store.messages.page(mailbox, [{ first: last, last }], 1)
  return message?.content as ContentId
}

function count(store: Store, sql: string): number {
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  try {
    return connection.number(sql)
  } finally {
    connection.close()
  }
}

const base64 = (size: number) => {
  const lines =
    randomBytes(size)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  return `${lines.join('\r\n')}\r\n`
}

function withAttachment(subject: string, attachment: string): string {
  return [
    `Subject: ${subject}`,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    '',
    `Dear ${subject}`,
    '--b',
    'Content-Type: image/png',
    'Content-Transfer-Encoding: base64',
    '',
    `${attachment}--b--`,
    '',
  ].join('\r\n')
}

test('messages of all sizes come back octet for octet, in pieces of any size', async t => {
  const { store, inbox } = await alice(t)
  const samples = [
    '',
    'x',
    '\r\n\r\n',
    letter(),
    withAttachment('a', base64(20_000)),
    withAttachment('b', base64(150_000)),
    withAttachment('c', base64(700_000)),
    `Subject: plain\r\n\r\n${'all work and no play\r\n'.repeat(30_000)}`,
  ]
  for (const [index, sample] of samples.entries()) {
    const content = await prepare(store, sample, [1_000_000, 65_536, 1000, 300_000][index % 4])
    assert.equal(content.octets, sample.length)
    const before = await text_(content.read(0, content.octets))
    assert.equal(before, sample, 'before it is stored')
    const id = await append(store, inbox.id, content)
    assert.equal(text(await store.contents.readAll(id)), sample, 'after')
    assert.equal(await text_(content.read(0, content.octets)), sample, 'through what was prepared')
    assert.equal(await store.contents.octets(id), sample.length)
    for (const [start, end] of [
      [0, 10],
      [5, 5],
      [131_070, 131_080],
      [100, 400_000],
      [sample.length - 3, sample.length + 100],
    ] as const) {
      assert.equal(text(await store.contents.readAll(id, start, end)), sample.slice(Math.max(start, 0), end))
    }
  }
  assert.deepEqual(await findings(store), [])
})

async function text_(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let all = ''
  for await (const piece of pieces) all += decoder.decode(piece, { stream: true })
  return all
}

test('the same attachment in two messages is stored once, whatever their size', async t => {
  const { store, inbox } = await alice(t)
  for (const size of [20_000, 150_000, 400_000]) {
    const attachment = base64(size)
    const before = count(store, 'SELECT count(*) FROM blobs')
    await append(store, inbox.id, await prepare(store, withAttachment('one', attachment)))
    await append(store, inbox.id, await prepare(store, withAttachment('another', attachment)))
    // The attachment; the first time also each message's beginning and the end of both.
    assert.equal(count(store, 'SELECT count(*) FROM blobs') - before, size === 20_000 ? 4 : 1)
  }
  assert.deepEqual(await findings(store), [])
})

test('a message that is in memory and one that went through a file share a blob', async t => {
  const { store, inbox } = await alice(t)
  const attachment = base64(170_000)
  await append(store, inbox.id, await prepare(store, withAttachment('small', attachment)))
  const long = withAttachment('x'.repeat(60_000), attachment)
  await append(store, inbox.id, await prepare(store, long))
  const octets = Buffer.byteLength(attachment) - 2
  assert.equal(count(store, `SELECT count(*) FROM blobs WHERE octets = ${octets}`), 1)
})

test('a writer refuses what is past its limit, and takes what is at it', async t => {
  const { store } = await alice(t)
  const fits = store.contents.writer({ limitOctets: 10 })
  await fits.write(octets('12345'))
  await fits.write(octets('67890'))
  assert.equal((await fits.finish()).octets, 10)
  const over = store.contents.writer({ limitOctets: 10 })
  await over.write(octets('1234567890'))
  assert.equal(await problem(over.write(octets('1'))), 'too-big')
  assert.equal(await problem(over.write(octets(''))), 'too-big', 'once refused, refused')
  assert.equal(await problem(over.finish()), 'too-big')
  await over.abort()
})

test('a file for a large message has no name, and nothing is left of one that is given up', async t => {
  const { store } = await alice(t)
  const writer = store.contents.writer({ limitOctets: 1e7 })
  await writer.write(new Uint8Array(1_000_000))
  assert.deepEqual(await readdir(join(store.directory, 'tmp')), [])
  await writer.abort()
  const prepared = await prepare(store, new Uint8Array(randomBytes(1_000_000)))
  assert.ok(count(store, 'SELECT count(*) FROM chunks') > 0)
  assert.deepEqual(await findings(store), [], 'prepared content is no orphan')
  await prepared.discard()
  await store.collect()
  assert.equal(count(store, 'SELECT (SELECT count(*) FROM blobs) + (SELECT count(*) FROM chunks)'), 0)
})

test('content whose claim has run out is collected, and its transaction refused', async t => {
  let now = 1_700_000_000_000
  const { store, inbox } = await alice(t, { clock: () => now })
  const prepared = await prepare(store, new Uint8Array(randomBytes(400_000)))
  now += claimMilliseconds - 1
  await store.collect()
  assert.equal(count(store, 'SELECT count(*) FROM blobs WHERE sha256 IS NOT NULL'), 1)
  now += 2
  await store.collect()
  assert.equal(count(store, 'SELECT count(*) FROM blobs'), 0)
  assert.equal(await problem(store.messages.append(inbox.id, [{ content: prepared, flags: [] }])), 'busy')
  await prepared.discard()
  assert.deepEqual(await findings(store), [])
})

test('octets go when the last message that names them does', async t => {
  const { store, account, inbox } = await alice(t)
  const attachment = base64(300_000)
  await append(store, inbox.id, await prepare(store, withAttachment('one', attachment)))
  await append(store, inbox.id, await prepare(store, withAttachment('two', attachment)))
  await append(store, inbox.id, await prepare(store, letter()))
  const archive = await store.mailboxes.create(account.id, 'A')
  await store.messages.copy(inbox.id, uids(1), archive.id)
  await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(inbox.id, everything)
  await store.collect()
  assert.equal(count(store, 'SELECT count(*) FROM contents'), 1)
  const [left] = await store.messages.page(archive.id, everything, 9)
  assert.equal(text(await store.contents.readAll(left?.content as ContentId)), withAttachment('one', attachment))
  await store.mailboxes.remove(account.id, 'A')
  await store.collect()
  for (const table of ['contents', 'facts', 'segments', 'blobs', 'chunks', 'loose_contents', 'loose_blobs']) {
    assert.equal(count(store, `SELECT count(*) FROM ${table}`), 0, table)
  }
  assert.deepEqual(await findings(store), [])
})

test('stored content is taken up again, as it is or with octets before it', async t => {
  const { store, inbox } = await alice(t)
  for (const sample of [letter(), withAttachment('big', base64(500_000))]) {
    const id = await append(store, inbox.id, await prepare(store, sample))
    const again = await store.contents.reuse(id)
    assert.equal(again.octets, sample.length)
    assert.match(text(again.header), /^(Message-ID|Subject): /)
    assert.equal(await append(store, inbox.id, again), id, 'the same content')
    const prefix = 'Resent-From: x@example.org\r\n'
    const resent = await store.contents.reuse(id, octets(prefix))
    assert.equal(await text_(resent.read(0, resent.octets)), prefix + sample)
    const blobs = count(store, 'SELECT count(*) FROM blobs')
    const other = await append(store, inbox.id, resent)
    assert.equal(text(await store.contents.readAll(other)), prefix + sample)
    assert.ok(count(store, 'SELECT count(*) FROM blobs') <= blobs + 1, 'only the prefix is new')
    const { bodyStart } = await store.contents.structure(other)
    assert.equal(bodyStart, prefix.length + sample.indexOf('\r\n\r\n') + 4)
  }
  assert.equal(await problem(store.contents.reuse(999 as ContentId)), 'no-such-message')
  assert.deepEqual(await findings(store), [])
})

test('facts are computed once and read by name', async t => {
  const { store, inbox } = await alice(t)
  const id = await append(store, inbox.id, await prepare(store, 'Subject: Hi\r\nFrom: a@example.org\r\n\r\nx\r\n'))
  await append(store, inbox.id, await prepare(store, 'Subject: Ho\r\nFrom: b@example.org\r\n\r\ny\r\n'))
  const page = await store.messages.facts(inbox.id, everything, ['envelope', 'bodyStructure', 'structure'], 9)
  assert.deepEqual([...page.keys()], [1, 2])
  assert.match(text(page.get(2 as Uid)?.envelope as Uint8Array), /^\(NIL "Ho" \(\(NIL NIL "b" "example.org"\)\)/)
  const facts = page.get(1 as Uid)
  assert.match(text(facts?.envelope as Uint8Array), /^\(NIL "Hi" \(\(NIL NIL "a" "example.org"\)\)/)
  assert.match(text(facts?.bodyStructure as Uint8Array), /^\("TEXT" "PLAIN"/i)
  assert.equal(facts?.structure.subtype, 'plain')
  const one = await store.messages.facts(inbox.id, everything, ['envelope'], 1)
  assert.deepEqual(
    [...one].map(([uid, names]) => [uid, Object.keys(names)]),
    [[1, ['envelope']]],
  )
  assert.equal((await store.messages.facts(inbox.id, uids(7, 9), ['envelope'], 9)).size, 0)
  assert.equal((await store.contents.structure(id)).subtype, 'plain')
  assert.equal(await problem(store.contents.structure(999 as ContentId)), 'no-such-message')
})

test('damage is noticed when octets are read, and by the audit', async t => {
  const { store, inbox } = await alice(t)
  const small = await append(store, inbox.id, await prepare(store, letter()))
  const large = await append(store, inbox.id, await prepare(store, new Uint8Array(randomBytes(400_000))))
  const connection = new Connection(join(store.directory, 'lemonade.db'))
  t.after(() => connection.close())
  connection.run("UPDATE blobs SET data = CAST('other' AS BLOB), encoding = 0 WHERE data IS NOT NULL")
  connection.run('UPDATE chunks SET data = zeroblob(length(data)) WHERE ordinal = 1')
  assert.equal(await problem(store.contents.readAll(small)), 'damaged')
  assert.equal(await problem(store.contents.readAll(large)), 'damaged')
  const found = await findings(store)
  assert.equal(found.length, 2)
  assert.match(found.join(), /Blob \d+ cannot be read/)
})

test('what is expunged while it is read can be read to its end, and goes then', async t => {
  const { store, inbox } = await alice(t)
  const whole = `Subject: long\r\n\r\n${'0123456789abcdef'.repeat(65_536)}`
  await store.messages.append(inbox.id, [{ content: await prepare(store, whole), flags: ['\\Deleted'] }])
  const [message] = await store.messages.page(inbox.id, everything, 1)
  assert.ok(message)
  const open = store.contents.read(message.content)[Symbol.asyncIterator]()
  const abandoned = store.contents.read(message.content)[Symbol.asyncIterator]()
  let octets = (await open.next()).value.length
  await abandoned.next()
  await store.messages.expunge(inbox.id, everything)
  await store.collect()
  for (let step = await open.next(); !step.done; step = await open.next()) octets += step.value.length
  assert.equal(octets, whole.length)
  await store.collect()
  assert.equal(await store.contents.octets(message.content), whole.length, 'somebody reads it still')
  await abandoned.return?.()
  await store.collect()
  assert.equal(await problem(store.contents.octets(message.content)), 'no-such-message')
  assert.deepEqual(await findings(store), [])
})
