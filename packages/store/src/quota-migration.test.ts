import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Connection } from './connection.ts'
import { openStore } from './open.ts'
import { temporaryDirectory } from './testing.ts'

/** Steps before the one that brought quotas and rights. */
const stepsBefore = 6

test('what an older store holds is counted once, and names of others become free', async t => {
  const directory = await temporaryDirectory(t)
  const folder = new URL('./migrations/', import.meta.url)
  const connection = new Connection(join(directory, 'lemonade.db'))
  for (const step of readdirSync(folder).sort().slice(0, stepsBefore)) {
    connection.run(readFileSync(new URL(step, folder), 'utf8'))
  }
  connection.run(`
    PRAGMA user_version = ${stepsBefore};
    INSERT INTO accounts (id, name, display_name, created_at) VALUES (1, 'alice@example.org', '', 0), (2, 'bob@example.org', '', 0);
    INSERT INTO mailboxes (id, account_id, name, uid_validity, highest_modseq, created_at)
      VALUES (1, 1, 'INBOX', 1, 1, 0), (2, 1, 'Other Users/x', 2, 1, 0), (3, 1, NULL, 3, 1, 0), (4, 2, 'INBOX', 4, 1, 0);
    INSERT INTO subscriptions (account_id, name) VALUES (1, 'Other Users/x');
    INSERT INTO flag_sets (id, account_id, flags, keywords) VALUES (1, 1, 0, ''), (2, 1, 8, '');
    INSERT INTO mailbox_flag_sets VALUES (1, 1, 2, 200), (1, 2, 1, 50), (2, 1, 1, 7), (3, 1, 9, 9000);`)
  connection.close()
  const store = await openStore(directory, { background: false })
  t.after(() => store.close())
  const [alice, bob] = await store.accounts.list()
  assert.ok(alice && bob)
  const { used, limits } = await store.quotas.get(alice.id)
  assert.deepEqual(
    [used, limits],
    [
      { messages: 4, octets: 257 },
      { messages: null, octets: null },
    ],
  )
  assert.deepEqual((await store.quotas.get(bob.id)).used, { messages: 0, octets: 0 })
  assert.deepEqual(
    (await store.mailboxes.list(alice.id)).map(({ name }) => name),
    ['INBOX', '_Other Users/x'],
  )
  assert.deepEqual(await store.mailboxes.subscriptions(alice.id), ['_Other Users/x'])
  assert.equal(alice.administrator, false)
})
