import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { LocalBus } from './bus.ts'
import { Connection, type Statement, type Value } from './connection.ts'
import { MailboxIndexes } from './mailbox-indexes.ts'
import type { MailboxId } from './model.ts'
import { alice, fill } from './testing.ts'

test('what nobody holds is kept up to a limit, and follows its mailbox when it is held again', async t => {
  const { store, account, inbox } = await alice(t)
  const other = await store.mailboxes.create(account.id, 'other')
  await fill(store, inbox.id, [], [])
  await fill(store, other.id, [])
  const reader = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  t.after(() => reader.close())
  const bus = new LocalBus()
  const uidsOf = async (indexes: MailboxIndexes, mailbox: MailboxId) => {
    const index = await indexes.hold(mailbox)
    const { uids, count } = index.state
    index.release()
    index.release()
    return { uids, list: [...uids.slice(0, count)] }
  }
  const roomy = new MailboxIndexes(reader, bus)
  assert.equal(await roomy.state(inbox.id), null)
  const first = await uidsOf(roomy, inbox.id)
  await uidsOf(roomy, other.id)
  assert.equal((await roomy.state(inbox.id))?.uids, first.uids)
  await fill(store, inbox.id, [])
  bus.tell([], [])
  const again = await uidsOf(roomy, inbox.id)
  assert.equal(again.uids.root, first.uids.root, 'the same table')
  assert.deepEqual(
    [first.list, again.list],
    [
      [1, 2],
      [1, 2, 3],
    ],
  )

  const narrow = new MailboxIndexes(reader, bus, again.uids.length)
  await uidsOf(narrow, inbox.id)
  assert.notEqual(await narrow.state(inbox.id), null)
  await uidsOf(narrow, other.id)
  assert.equal(await narrow.state(inbox.id), null, 'the one that was left first goes')
  assert.notEqual(await narrow.state(other.id), null)
})

/** Another process that appends to INBOX right after the mailbox's row was read. */
class Overtaken extends Connection {
  readonly #file: string
  #calm = true

  constructor(file: string) {
    super(file, { readonly: true })
    this.#file = file
  }

  override raw<R extends readonly Value[]>(text: string): Statement<R> {
    if (this.#calm && text.startsWith('SELECT uid, flag_set')) {
      this.#calm = false
      const other = new Connection(this.#file)
      other.run(`BEGIN;
        INSERT INTO messages SELECT mailbox_id, uid + 1, content_id, flag_set, modseq + 1, 0, 0, octets, thread FROM messages;
        UPDATE mailboxes SET uid_next = uid_next + 1, highest_modseq = highest_modseq + 1 WHERE uid_next = 2;
        COMMIT`)
      other.close()
    }
    return super.raw<R>(text)
  }
}

test('what another process brings while an index is loaded arrives once, later', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, [])
  const reader = new Overtaken(join(store.directory, 'lemonade.db'))
  t.after(() => reader.close())
  const bus = new LocalBus()
  const index = await new MailboxIndexes(reader, bus).hold(inbox.id)
  assert.deepEqual([index.state.count, index.state.uidNext], [1, 2])
  bus.tell([], [])
  const { count, uidNext } = await index.refresh()
  assert.deepEqual([count, uidNext], [2, 3])
})
