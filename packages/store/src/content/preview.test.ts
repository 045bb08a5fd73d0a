import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ContentId } from '../model.ts'
import { openStore } from '../open.ts'
import { alice, everything, findings, letter, prepare, problem, temporaryDirectory } from '../testing.ts'

test('a preview is made when it is asked for, kept, and goes with its content', async t => {
  const directory = await temporaryDirectory(t)
  let content = 0 as ContentId
  {
    const store = await openStore(directory, { background: false })
    const account = await store.accounts.add({ name: 'alice@example.org' })
    const inbox = await store.mailboxes.find(account.id, 'INBOX')
    assert.ok(inbox)
    const prepared = await prepare(store, letter('x', 'Good  evening.'))
    await store.messages.append(inbox.id, [{ content: prepared, flags: [] }])
    content = (await store.messages.page(inbox.id, everything, 1))[0]?.content as ContentId
    assert.equal(await store.contents.preview(content, true), null)
    assert.equal(await store.contents.preview(content, false), 'Good evening.')
    await store.close()
  }
  const store = await openStore(directory, { background: false })
  t.after(() => store.close())
  assert.equal(await store.contents.preview(content, true), 'Good evening.', 'kept')
  const account = await store.accounts.find('alice@example.org')
  await store.accounts.remove(account?.id as never)
  await store.collect()
  assert.equal(await problem(store.contents.preview(content, false)), 'no-such-message')
  assert.equal(await store.contents.preview(content, true), null)
  assert.deepEqual(await findings(store), [])
})

test('a message without words has an empty preview, which is kept too', async t => {
  const { store, inbox } = await alice(t)
  const prepared = await prepare(store, 'Content-Type: image/png\r\n\r\nx')
  await store.messages.append(inbox.id, [{ content: prepared, flags: [] }])
  const content = (await store.messages.page(inbox.id, everything, 1))[0]?.content as ContentId
  assert.equal(await store.contents.preview(content, false), '')
  // What is written later comes after it.
  await store.mailboxes.create(inbox.account, 'later')
  assert.equal(await store.contents.preview(content, true), '')
})
