import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice, everything, prepare } from './testing.ts'

test('RFC 8514 §3: the save date is when a message came into its mailbox, by APPEND, COPY or MOVE', async t => {
  let now = Date.UTC(2020, 0, 1)
  const { store, account, inbox } = await alice(t, { clock: () => now })
  const trash = await store.mailboxes.create(account.id, 'bin')
  const internalDate = Date.UTC(1996, 6, 17)
  const [first, second, third] = [now, now + 86_400_000, now + 2 * 86_400_000]
  await store.messages.append(inbox.id, [
    { content: await prepare(store, 'Subject: x\r\n\r\n'), flags: [], internalDate },
  ])
  now = second
  await store.messages.copy(inbox.id, everything, trash.id)
  now = third
  await store.messages.storeFlags(inbox.id, everything, { mode: 'add', flags: ['\\Seen'] })
  const dates = async (mailbox: typeof inbox) =>
    (await store.messages.page(mailbox.id, everything, 10)).map(row => [row.saveDate, row.internalDate])
  assert.deepEqual(await dates(inbox), [[first, internalDate]])
  assert.deepEqual(await dates(trash), [[second, internalDate]])
  await store.messages.move(inbox.id, everything, trash.id)
  assert.deepEqual(await dates(trash), [
    [second, internalDate],
    [third, internalDate],
  ])
})
