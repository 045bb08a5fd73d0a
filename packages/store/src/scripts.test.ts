import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alice, problem } from './testing.ts'

const limits = { scripts: 2, octets: 10 }

test('scripts: put, list, one active, rename, remove', async t => {
  const { store, account } = await alice(t)
  const { scripts } = store
  await scripts.put(account.id, 'a', 'keep;', limits)
  await scripts.put(account.id, 'b', 'stop;', limits)
  assert.equal(await scripts.active(account.id), null)
  await scripts.setActive(account.id, 'a')
  await scripts.setActive(account.id, 'b')
  assert.deepEqual(await scripts.active(account.id), { name: 'b', source: 'stop;' })
  await scripts.put(account.id, 'b', '# é;', limits)
  assert.deepEqual(await scripts.list(account.id), [
    { name: 'a', active: false, octets: 5 },
    { name: 'b', active: true, octets: 5 },
  ])
  assert.equal(await problem(scripts.remove(account.id, 'b')), 'script-is-active')
  assert.equal(await problem(scripts.rename(account.id, 'b', 'a')), 'script-exists')
  await scripts.rename(account.id, 'b', 'c')
  await scripts.rename(account.id, 'c', 'c')
  assert.equal((await scripts.active(account.id))?.name, 'c')
  await scripts.setActive(account.id, '')
  assert.equal(await scripts.active(account.id), null)
  await scripts.remove(account.id, 'c')
  assert.equal(await scripts.get(account.id, 'a'), 'keep;')
})

test('scripts that are not there', async t => {
  const { store, account } = await alice(t)
  const { scripts } = store
  const rows = [
    scripts.get(account.id, 'x'),
    scripts.setActive(account.id, 'x'),
    scripts.remove(account.id, 'x'),
    scripts.rename(account.id, 'x', 'y'),
  ]
  for (const row of rows) assert.equal(await problem(row), 'no-such-script')
})

test('limits: at them it fits, past them it does not', async t => {
  const { store, account } = await alice(t)
  const put = (name: string, source: string) => problem(store.scripts.put(account.id, name, source, limits))
  assert.equal(await put('a', '1234567890'), 'none')
  assert.equal(await put('a', '1234567890!'), 'too-big')
  assert.equal(await put('b', 'éééééé'), 'too-big')
  assert.equal(await put('b', ''), 'none')
  assert.equal(await put('c', ''), 'too-many-scripts')
  assert.equal(await put('b', 'again'), 'none')
})
