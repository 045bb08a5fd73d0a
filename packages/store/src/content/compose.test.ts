import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ContentPiece, PreparedContent, Store } from '../api.ts'
import { Connection } from '../connection.ts'
import type { ContentId, MailboxId } from '../model.ts'
import { alice, everything, findings, letter, octets, prepare, problem, text } from '../testing.ts'

const limitOctets = 100_000_000

async function append(store: Store, mailbox: MailboxId, content: PreparedContent): Promise<ContentId> {
  const { uids } = await store.messages.append(mailbox, [{ content, flags: [] }])
  const last = uids.at(-1) as never
  const [message] = await store.messages.page(mailbox, [{ first: last, last }], 1)
  return message?.content as ContentId
}

async function whole(content: PreparedContent): Promise<string> {
  let all = ''
  for await (const piece of content.read(0, content.octets)) all += Buffer.from(piece).toString('latin1')
  return all
}

/** Octets that the store holds, as it holds them. */
function storedOctets(store: Store): number {
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  try {
    return connection.number(
      'SELECT (SELECT total(length(data)) FROM blobs) + (SELECT total(length(data)) FROM chunks)',
    )
  } finally {
    connection.close()
  }
}

test('an attachment of 50 MB goes into another message without an octet of it', { timeout: 60_000 }, async t => {
  const { store, inbox } = await alice(t)
  const line = `${randomBytes(57).toString('base64')}\r\n`
  const body = line.repeat(Math.ceil(50_000_000 / line.length))
  const head = `Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n`
  // What compresses to nothing would prove nothing: the first megabytes are random.
  const random = randomBytes(6_000_000).toString('base64')
  const original = `${head}${random}${body.slice(random.length)}--b--\r\n`
  const from = await append(store, inbox.id, await prepare(store, original, 1_000_000))
  const before = storedOctets(store)
  assert.ok(before > 6_000_000)
  const text_ = await prepare(store, 'Subject: Fwd: look\r\n')
  const forwarded = await store.contents.compose([text_, { content: from, start: 0, end: Number.MAX_SAFE_INTEGER }], {
    limitOctets,
  })
  assert.equal(forwarded.structure.parts.length, 1)
  const to = await append(store, inbox.id, forwarded)
  assert.ok(storedOctets(store) - before < 1000, `${storedOctets(store) - before} octets more`)
  assert.equal(await store.contents.octets(to), original.length + 20)
  const tail = await store.contents.readAll(to, original.length - 1000)
  assert.equal(text(tail), `Subject: Fwd: look\r\n${original}`.slice(original.length - 1000))
  assert.deepEqual(await findings(store), [])
})

test('any pieces come back in order, octet for octet, and their structure is that of the whole', async t => {
  const { store, inbox } = await alice(t)
  const sources = [letter(), randomBytes(70_000).toString('base64'), randomBytes(400_000).toString('latin1')]
  const stored: ContentId[] = []
  for (const source of sources)
    stored.push(await append(store, inbox.id, await prepare(store, Buffer.from(source, 'latin1'))))
  const piece = fc.oneof(
    fc.record({ from: fc.nat(2), start: fc.nat(450_000), octets: fc.nat(200_000) }),
    fc.record({ from: fc.nat(2), start: fc.nat(60), octets: fc.nat(60) }),
    fc.record({ text: fc.string({ maxLength: 40, unit: 'grapheme-ascii' }), times: fc.constantFrom(1, 1, 9000) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 5 }), async drawn => {
      let expected = ''
      const pieces: ContentPiece[] = []
      for (const one of drawn) {
        if ('text' in one) {
          const words = one.text.repeat(one.times)
          expected += words
          pieces.push(await prepare(store, words))
        } else {
          const end = one.start + one.octets
          expected += (sources[one.from] as string).slice(one.start, end)
          pieces.push({ content: stored[one.from] as ContentId, start: one.start, end })
        }
      }
      const made = await store.contents.compose(pieces, { limitOctets })
      assert.equal(made.octets, expected.length)
      assert.equal(await whole(made), expected, 'before it is stored')
      const id = await append(store, inbox.id, made)
      assert.equal(Buffer.from(await store.contents.readAll(id)).toString('latin1'), expected, 'after')
      assert.deepEqual(
        await store.contents.structure(id),
        (await prepare(store, Buffer.from(expected, 'latin1'))).structure,
      )
    }),
    { seed: 3, numRuns: 40 },
  )
  assert.deepEqual(await findings(store), [])
})

test('a stored content that is prepared again is a piece like others', async t => {
  const { store, inbox } = await alice(t)
  const id = await append(store, inbox.id, await prepare(store, 'A: b\r\n'))
  const made = await store.contents.compose([await store.contents.reuse(id), await prepare(store, '\r\nx\r\n')], {
    limitOctets,
  })
  assert.equal(await whole(made), 'A: b\r\n\r\nx\r\n')
  await made.discard()
})

for (const size of [100, 2_000_000]) {
  test(`a prepared message of ${size} octets is shared by another, of which each goes its way`, async t => {
    const { store, account, inbox } = await alice(t)
    const body = `${randomBytes(size)
      .toString('base64')
      .replace(/.{1,76}/g, '$&\r\n')}`
    const head = 'Subject: a\r\nX: b\r\n'
    const content = await prepare(store, `${head}\r\n${body}`, 100_000)
    const edited = await store.contents.compose(
      [octets('New: field\r\n'), { prepared: content, start: 12, end: content.octets }],
      { limitOctets },
    )
    const expected = `New: field\r\nX: b\r\n\r\n${body}`
    assert.equal(text(edited.header), 'New: field\r\nX: b\r\n\r\n')
    assert.equal(await whole(edited), expected)
    const deliveries = [
      { account: account.id, mailbox: 'INBOX' },
      { account: account.id, mailbox: 'Junk', content: edited },
    ]
    const before = storedOctets(store)
    await store.messages.deposit({ content, deliveries, enqueue: [] })
    assert.ok(storedOctets(store) - before < (size === 100 ? 1000 : 100 * 1024 + body.length))
    const contentIn = async (mailbox: MailboxId) =>
      (await store.messages.page(mailbox, everything, 1))[0]?.content as ContentId
    assert.equal(text(await store.contents.readAll(await contentIn(inbox.id))), `${head}\r\n${body}`)
    const junk = (await store.mailboxes.find(account.id, 'Junk')) ?? assert.fail()
    assert.equal(text(await store.contents.readAll(await contentIn(junk.id))), expected)
    await store.collect()
    assert.deepEqual(await findings(store), [])
  })
}

test('what is shared and not stored is given up, and what it was of is still there', async t => {
  const { store, inbox } = await alice(t)
  const content = await prepare(store, `A: b\r\n\r\n${'x'.repeat(2_000_000)}`, 100_000)
  const range = { prepared: content, start: 0, end: 500_000 }
  assert.equal(await problem(store.contents.compose([range], { limitOctets: 400_000 })), 'too-big')
  const edited = await store.contents.compose([range], { limitOctets })
  await edited.discard()
  const id = await append(store, inbox.id, content)
  const stored = await store.contents.compose([{ ...range, end: 10 }], { limitOctets })
  assert.equal(await whole(stored), 'A: b\r\n\r\nxx')
  await stored.discard()
  assert.equal(await store.contents.octets(id), 2_000_008)
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  assert.equal(connection.number('SELECT count(*) FROM claims'), 0)
  connection.close()
})

test('what fails leaves nothing behind', async t => {
  const { store, inbox } = await alice(t)
  const large = new Uint8Array(randomBytes(400_000))
  const id = await append(store, inbox.id, await prepare(store, letter()))
  const own = await store.contents.octets(id)
  const stored = { content: id, start: 0, end: own }
  const piece = await prepare(store, large)
  assert.equal(await problem(store.contents.compose([piece, stored], { limitOctets: 400_000 + own - 1 })), 'too-big')
  const other = await prepare(store, large)
  assert.equal(
    await problem(store.contents.compose([other, { ...stored, content: 99 as ContentId }], { limitOctets })),
    'no-such-message',
  )
  const third = await prepare(store, large)
  const made = await store.contents.compose([third, stored], { limitOctets: 400_000 + own })
  await assert.rejects(async () => third.read(0, 1), /discarded/)
  await made.discard()
  await store.collect()
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  assert.equal(connection.number('SELECT count(*) FROM claims'), 0)
  assert.equal(connection.number('SELECT count(*) FROM blobs'), 1)
  connection.close()
})

test('what a composition names stays, though the message that had it goes', async t => {
  const { store, inbox } = await alice(t)
  const body = randomBytes(100_000).toString('base64')
  const id = await append(store, inbox.id, await prepare(store, `A: b\r\n\r\n${body}`))
  const made = await store.contents.compose([{ content: id, start: 8, end: 100 }], { limitOctets })
  await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(inbox.id, everything)
  await store.collect()
  assert.equal(await whole(made), body.slice(0, 92))
  const to = await append(store, inbox.id, made)
  assert.equal(text(await store.contents.readAll(to)), body.slice(0, 92))
  assert.deepEqual(await findings(store), [])
})

test('many small messages can wait in the store instead of in memory', async t => {
  const { store, inbox } = await alice(t)
  const writer = store.contents.writer({ limitOctets, ahead: true })
  await writer.write(octets('Subject: x\r\n\r\ny\r\n'))
  const content = await writer.finish()
  assert.equal(await whole(content), 'Subject: x\r\n\r\ny\r\n')
  assert.equal(text(await store.contents.readAll(await append(store, inbox.id, content))), 'Subject: x\r\n\r\ny\r\n')
  assert.deepEqual(await findings(store), [])
})

test('header fields before a stored message: its body is not read, and what is told of it is the same', async t => {
  const { store, inbox } = await alice(t)
  const body = randomBytes(600_000).toString('base64')
  const head =
    'Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n'
  const original = `${head}${body}\r\n--b--\r\n`
  const content = await append(store, inbox.id, await prepare(store, original))
  const fields = 'Received: by mail.example.org; Tue, 24 Nov 2026 09:00:00 +0000\r\n'
  const piece = { content, start: 0, end: original.length }
  const compose = (...pieces: readonly ContentPiece[]) => store.contents.compose(pieces, { limitOctets })
  const told = await compose(octets(fields), piece)
  const read = await prepare(store, fields + original)
  assert.deepEqual(
    { structure: told.structure, header: text(told.header), octets: told.octets, holdsNul: told.holdsNul },
    { structure: read.structure, header: text(read.header), octets: read.octets, holdsNul: read.holdsNul },
  )
  assert.equal(await whole(told), fields + original)
  // A body that cannot be read does not keep it from being made; it is missed where it must be read.
  const connection = new Connection(join(store.directory, 'lemonade.db'), { busyMilliseconds: 1000 })
  connection.run('UPDATE chunks SET data = zeroblob(length(data)) WHERE ordinal = 1')
  connection.close()
  const again = await compose(octets(fields), piece)
  assert.equal(again.octets, fields.length + original.length)
  assert.equal(await problem(compose(piece, octets(fields))), 'damaged')
  assert.equal(await problem(compose(octets('MIME-Version: 1.0\r\n'), piece)), 'damaged')
  for (const each of [told, read, again]) await each.discard()
})
