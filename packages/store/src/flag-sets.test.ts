import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { Connection } from './connection.ts'
import { FlagSetCache } from './flag-sets.ts'
import type { FlagSetId } from './model.ts'
import { openStore } from './open.ts'
import { alice, everything, fill, findings, flagsOf } from './testing.ts'

test('combinations and keywords that nobody uses go when the store is opened, where there are many', async t => {
  const { store, inbox } = await alice(t)
  for (const keyword of ['one', 'Two', 'three', 'four']) {
    await fill(store, inbox.id, [])
    await store.messages.storeFlags(inbox.id, everything, { mode: 'replace', flags: [keyword] })
  }
  await store.messages.storeFlags(inbox.id, everything, { mode: 'replace', flags: ['TWO', '\\Seen'] })
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  t.after(() => connection.close())
  const counts = () => [
    connection.number('SELECT count(*) FROM flag_sets'),
    connection.number('SELECT count(*) FROM keywords'),
  ]
  const reopen = async (flagSetsUnswept: number) => {
    const again = await openStore(store.directory, { limits: { flagSetsUnswept } })
    const found = await findings(again)
    await again.close()
    assert.deepEqual(found, [])
  }
  assert.deepEqual(counts(), [6, 4])
  await reopen(6)
  assert.deepEqual(counts(), [6, 4], 'at the limit')
  await reopen(5)
  assert.deepEqual(counts(), [1, 4], 'one past it')
  await reopen(0)
  assert.deepEqual(counts(), [1, 1])
  assert.deepEqual((await flagsOf(store, inbox.id))[1], ['\\Seen', 'Two'], 'in the spelling it always had')
})

test('the memory of what combinations hold is bounded', async t => {
  const { store, inbox } = await alice(t)
  await fill(store, inbox.id, ['a', 'b'], ['c', 'd'])
  const connection = new Connection(join(store.directory, 'lemonade.db'), { readonly: true })
  t.after(() => connection.close())
  const ids = connection.raw<[FlagSetId]>('SELECT id FROM flag_sets ORDER BY id').all().flat()
  const [one, two] = ids as [FlagSetId, FlagSetId]
  const remembered = (limit: number) => {
    const sets = new FlagSetCache(connection, limit)
    const first = sets.flags(one)
    assert.deepEqual(
      [first, sets.flags(two)],
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    )
    return sets.flags(one) === first
  }
  assert.deepEqual([remembered(4), remembered(3)], [true, false])
})
