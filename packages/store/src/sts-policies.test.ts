import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from './open.ts'
import { temporaryDirectory, temporaryStore } from './testing.ts'

const policy = (domain: string, id = '1') => ({ domain, id, policy: `version: STSv1\nmode: none`, maxAge: 1000 })

test('a policy is kept, replaced, looked for again and forgotten, across a restart', async t => {
  let now = 5000
  const directory = await temporaryDirectory(t)
  const store = await openStore(directory, { background: false, clock: () => now })
  await store.stsPolicies.put(policy('far.example'))
  now = 5500
  await store.stsPolicies.checked('far.example')
  await store.stsPolicies.checked('nobody.example')
  await store.close()

  const again = await openStore(directory, { background: false, clock: () => now })
  t.after(() => again.close())
  const { stsPolicies } = again
  const kept = { ...{ domain: 'far.example', id: '1', policy: policy('').policy }, fetchedAt: 5000, expiresAt: 6000 }
  assert.deepEqual(await stsPolicies.find('far.example'), { ...kept, checkedAt: 5500 })
  assert.equal(await stsPolicies.find('nobody.example'), null)
  assert.deepEqual(await stsPolicies.unchecked(5499, 10), [])
  assert.deepEqual(
    (await stsPolicies.unchecked(5500, 10)).map(({ domain }) => domain),
    ['far.example'],
  )
  now = 5600
  await stsPolicies.put(policy('far.example', '2'))
  assert.deepEqual(await stsPolicies.find('far.example'), {
    ...{ ...kept, id: '2' },
    ...{ fetchedAt: 5600, expiresAt: 6600, checkedAt: 5600 },
  })
  now = 6599
  await stsPolicies.forgetExpired()
  assert.notEqual(await stsPolicies.find('far.example'), null)
  now = 6600
  await stsPolicies.forgetExpired()
  assert.equal(await stsPolicies.find('far.example'), null)
})

test('of more policies than the limit what nobody looked for for longest goes', async t => {
  let now = 1000
  const { stsPolicies } = await temporaryStore(t, { clock: () => now++, limits: { stsPolicies: 2 } })
  for (const domain of ['a.example', 'b.example']) await stsPolicies.put(policy(domain))
  await stsPolicies.checked('a.example')
  await stsPolicies.put(policy('c.example'))
  const all = (await stsPolicies.unchecked(9999, 10)).map(({ domain }) => domain)
  assert.deepEqual(all, ['a.example', 'c.example'])
})
