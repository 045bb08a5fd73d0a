import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { ContentId } from './model.ts'
import { alice, findings, letter, octets, prepare, text } from './testing.ts'

async function withPhoto(t: TestContext, limits = {}) {
  const { store, inbox } = await alice(t, { limits })
  const add = async (body: string): Promise<{ content: ContentId; start: number; end: number }> => {
    const message = letter('Photo', body)
    const { uids } = await store.messages.append(inbox.id, [{ content: await prepare(store, message), flags: [] }])
    const [row] = await store.messages.page(
      inbox.id,
      uids.map(uid => ({ first: uid, last: uid })),
      1,
    )
    assert.ok(row)
    const start = message.indexOf('\r\n\r\n') + 4
    return { content: row.content, start, end: start + body.length }
  }
  return { store, add }
}

async function all(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const found: Uint8Array[] = []
  for await (const piece of pieces) found.push(piece)
  return text(Buffer.concat(found))
}

test('what was kept is found again, whole and in part, and only for what it was made of', async t => {
  const { store, add } = await withPhoto(t)
  const photo = await add('pixels')
  assert.equal(await store.conversions.find(photo, 'small'), null)
  const kept = await store.conversions.keep(photo, 'small', '{"type":"image"}', [octets('thumb'), octets('nail')])
  assert.equal(kept.octets, 9)
  const found = await store.conversions.find(photo, 'small')
  assert.equal(found?.description, '{"type":"image"}')
  assert.equal(await all(found.read()), 'thumbnail')
  assert.equal(await all(found.read(5)), 'nail')
  assert.equal(await all(found.read(2, 7)), 'umbna')
  assert.equal(await all(found.read(9, 12)), '')
  assert.equal(await store.conversions.find(photo, 'large'), null)
  assert.equal(await store.conversions.find(await add('other pixels'), 'small'), null)
})

test('the same octets in another message have the same results', async t => {
  const { store, add } = await withPhoto(t)
  // Above the size from which a body part is a blob of its own.
  const body = 'p'.repeat(300_000)
  await store.conversions.keep(await add(body), 'small', '', [octets('thumb')])
  const found = await store.conversions.find(await add(body), 'small')
  assert.equal(found && (await all(found.read())), 'thumb')
})

test('large results and empty ones are kept too', async t => {
  const { store, add } = await withPhoto(t)
  const photo = await add('pixels')
  const large = 'x'.repeat(1_000_000)
  assert.equal(await all((await store.conversions.keep(photo, 'large', '', [octets(large)])).read()), large)
  assert.equal(await all((await store.conversions.keep(photo, 'none', '', [])).read()), '')
  await store.collect()
  assert.equal(await all((await store.conversions.find(photo, 'large'))?.read() ?? none()), large)
  assert.deepEqual(await findings(store), [])
})

async function* none(): AsyncGenerator<Uint8Array> {}

test('of two that make the same result, the later one gets the earlier', async t => {
  const { store, add } = await withPhoto(t)
  const photo = await add('pixels')
  const [one, other] = await Promise.all([
    store.conversions.keep(photo, 'small', 'one', [octets('one')]),
    store.conversions.keep(photo, 'small', 'other', [octets('other')]),
  ])
  assert.equal(one.description, other.description)
  assert.equal(await all(one.read()), await all(other.read()))
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('past the limit the least recently used go, but none that is held', async t => {
  let now = 1_000_000
  const { store, inbox } = await alice(t, { limits: { conversions: 3 }, clock: () => now })
  const { uids } = await store.messages.append(inbox.id, [{ content: await prepare(store, letter()), flags: [] }])
  const [row] = await store.messages.page(
    inbox.id,
    uids.map(uid => ({ first: uid, last: uid })),
    1,
  )
  assert.ok(row)
  const source = { content: row.content, start: 0, end: row.octets }
  const keep = async (name: string) => {
    now += 3_600_000
    return store.conversions.keep(source, name, name, [octets(name)])
  }
  const held = await keep('held')
  for (const name of ['used', 'idle']) (await keep(name)).release()
  now += 3_600_000
  const used = await store.conversions.find(source, 'used')
  used?.release()
  ;(await keep('new')).release()
  await store.collect()
  const left = async (name: string) => (await store.conversions.find(source, name)) !== null
  assert.deepEqual(
    [await left('held'), await left('used'), await left('idle'), await left('new')],
    [true, true, false, true],
  )
  assert.equal(await all(held.read()), 'held')
  assert.deepEqual(await findings(store), [])
})

test('past the octets that all may have, the oldest go', async t => {
  const { store, add } = await withPhoto(t, { conversionOctets: 10 })
  const photo = await add('pixels')
  for (const name of ['one', 'two', 'three'])
    (await store.conversions.keep(photo, name, '', [octets('12345')])).release()
  assert.equal(await store.conversions.find(photo, 'one'), null)
  assert.notEqual(await store.conversions.find(photo, 'two'), null)
  assert.notEqual(await store.conversions.find(photo, 'three'), null)
})

test('what nobody keeps any more is collected', async t => {
  const { store, add } = await withPhoto(t, { conversions: 1 })
  const photo = await add('pixels')
  ;(await store.conversions.keep(photo, 'one', '', [octets('one')])).release()
  ;(await store.conversions.keep(photo, 'two', '', [octets('two')])).release()
  await store.collect()
  assert.deepEqual(await findings(store), [])
})
