import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Connection } from '../connection.ts'
import type { UidRanges } from '../model.ts'
import { alice, everything, prepare, text, uids } from '../testing.ts'

test('small messages of a page come whole; large and damaged ones do not', async t => {
  const { store, inbox } = await alice(t)
  const attachment = 'x'.repeat(20_000)
  const messages = [
    'Subject: one\r\n\r\nfirst\r\n',
    `Subject: two\r\n\r\n${attachment}`,
    `Subject: three\r\n\r\n${'y'.repeat(40_000)}`,
    'Subject: four\r\n\r\nlast\r\n',
  ]
  for (const octets of messages) {
    await store.messages.append(inbox.id, [{ content: await prepare(store, octets), flags: [] }])
  }
  const wholes = async (asked: UidRanges) => {
    const page = await store.messages.facts(inbox.id, asked, ['whole'], 9)
    return Array.from(page, ([uid, { whole }]) => [uid, whole && text(whole)])
  }
  const [first = '', second, , fourth] = messages
  assert.deepEqual(await wholes(everything), [
    [1, first],
    [2, second],
    [3, undefined],
    [4, fourth],
  ])
  assert.deepEqual(await wholes(uids(2, [4, 9])), [
    [2, second],
    [4, fourth],
  ])
  const connection = new Connection(join(store.directory, 'lemonade.db'))
  t.after(() => connection.close())
  connection.run(`UPDATE blobs SET data = CAST('other' AS BLOB), encoding = 0 WHERE octets = ${first.length}`)
  assert.deepEqual(await wholes(uids(1, 2)), [
    [1, undefined],
    [2, second],
  ])
})

test('a page holds no more than two megabytes of whole messages', async t => {
  const { store, inbox } = await alice(t)
  const content = await prepare(store, `Subject: x\r\n\r\n${'z'.repeat(30_000 - 14)}`)
  await store.messages.append(
    inbox.id,
    Array.from({ length: 80 }, () => ({ content, flags: [] })),
  )
  const page = await store.messages.facts(inbox.id, everything, ['whole'], 100)
  assert.equal(page.size, 80)
  assert.equal([...page.values()].filter(({ whole }) => whole !== undefined).length, Math.floor((2 << 20) / 30_000))
})
