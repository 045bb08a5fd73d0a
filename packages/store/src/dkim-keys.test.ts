import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { NewDkimKey } from './api.ts'
import { temporaryStore } from './testing.ts'

const octets = (text: string) => new Uint8Array(Buffer.from(text))

function keyOf(selector: string, domain = 'example.org', algorithm: NewDkimKey['algorithm'] = 'rsa'): NewDkimKey {
  return {
    domain,
    selector,
    algorithm,
    publicKey: octets(`public ${selector}`),
    privateKey: octets(`hush ${selector}`),
  }
}

test('a key is kept for a domain of ours, and its secret half is sealed', async t => {
  let now = 1000
  const store = await temporaryStore(t, { clock: () => now })
  await assert.rejects(store.dkimKeys.add([keyOf('a')]), { problem: 'no-such-domain' })
  await assert.rejects(store.dkimKeys.add([keyOf('a', 'no domain')]), { problem: 'bad-address' })
  await store.domains.add('Example.ORG')
  assert.equal(await store.dkimKeys.add([keyOf('a', 'EXAMPLE.org')]), true)
  const [key] = await store.dkimKeys.list('example.org.')
  assert.ok(key !== undefined)
  const { publicKey, ...facts } = key
  assert.deepEqual(facts, {
    domain: 'example.org',
    selector: 'a',
    algorithm: 'rsa',
    state: 'prepared',
    since: 1000,
    madeAt: 1000,
  })
  assert.deepEqual(publicKey, octets('public a'))
  assert.deepEqual(await store.dkimKeys.privateKey(key), octets('hush a'))
  for (const file of ['lemonade.db', 'lemonade.db-wal']) {
    assert.equal(readFileSync(join(store.directory, file)).includes('hush'), false, file)
  }
  now = 2000
  assert.equal(await store.dkimKeys.setState(key, 'published'), true)
  assert.equal(await store.dkimKeys.setState(key, 'published'), false)
  assert.equal((await store.dkimKeys.list('example.org'))[0]?.since, 2000)
})

test('keys come all or none; a selector is taken once a domain', async t => {
  const store = await temporaryStore(t)
  for (const domain of ['example.org', 'example.net']) await store.domains.add(domain)
  assert.equal(await store.dkimKeys.add([keyOf('a')]), true)
  assert.equal(await store.dkimKeys.add([keyOf('b'), keyOf('a')]), false)
  assert.equal(await store.dkimKeys.add([keyOf('a', 'example.net')]), true)
  assert.deepEqual(
    (await store.dkimKeys.list('example.org')).map(({ selector }) => selector),
    ['a'],
  )
})

test('a key that becomes active retires the other one of its algorithm', async t => {
  const store = await temporaryStore(t)
  await store.domains.add('example.org')
  await store.dkimKeys.add([keyOf('a'), keyOf('b'), keyOf('e', 'example.org', 'ed25519'), keyOf('f')])
  const states = async () =>
    Object.fromEntries((await store.dkimKeys.list('example.org')).map(({ selector, state }) => [selector, state]))
  for (const selector of ['a', 'e', 'b']) await store.dkimKeys.setState(keyOf(selector), 'active')
  assert.deepEqual(await states(), { a: 'retired', b: 'active', e: 'active', f: 'prepared' })
  assert.equal(await store.dkimKeys.setState(keyOf('gone'), 'active'), false)
  assert.deepEqual(await states(), { a: 'retired', b: 'active', e: 'active', f: 'prepared' })
})

test('keys go by name, and with their domain', async t => {
  const store = await temporaryStore(t)
  await store.domains.add('example.org')
  await store.dkimKeys.add([keyOf('a'), keyOf('b')])
  assert.equal(await store.dkimKeys.remove(keyOf('a')), true)
  assert.equal(await store.dkimKeys.remove(keyOf('a')), false)
  await store.domains.remove('example.org')
  assert.deepEqual(await store.dkimKeys.list('example.org'), [])
  assert.equal(await store.dkimKeys.privateKey(keyOf('b')), null)
})

test('after another key of the data directory is taken into use, secrets are sealed with it', async t => {
  const store = await temporaryStore(t)
  await store.domains.add('example.org')
  await store.dkimKeys.add([keyOf('a')])
  store.secrets.rotate()
  await store.dkimKeys.reseal()
  await store.dkimKeys.reseal()
  assert.deepEqual(await store.dkimKeys.privateKey(keyOf('a')), octets('hush a'))
})
