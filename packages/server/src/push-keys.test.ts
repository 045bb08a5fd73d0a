import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore, serverAccount } from '@lemonade/store'
import { publishPushKey, pushKeys } from './push-keys.ts'

function directory(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-push-keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

test('the keys of Web Push are made once, and only their owner can read them', t => {
  const data = directory(t)
  const made = pushKeys(data)
  assert.deepEqual(readdirSync(data), ['push-keys.json'])
  assert.equal(statSync(join(data, 'push-keys.json')).mode & 0o777, 0o600)
  assert.deepEqual(pushKeys(data), made)
  assert.notDeepEqual(pushKeys(directory(t)), made)
})

test('a file that holds no keys is not replaced, but named', t => {
  const data = directory(t)
  const { publicKey } = pushKeys(data)
  const file = join(data, 'push-keys.json')
  chmodSync(file, 0o600)
  for (const text of [
    '',
    '[]',
    'null',
    '{}',
    JSON.stringify({ publicKey }),
    JSON.stringify({ publicKey, privateKey: publicKey }),
  ]) {
    writeFileSync(file, text)
    assert.throws(() => pushKeys(data), /push-keys\.json holds no keys for Web Push\. Put back a copy of it/, text)
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})

test('the public key is said to everybody, and nothing changes where it is said already', async t => {
  const store = await openStore(directory(t), { background: false })
  t.after(() => store.close())
  const keys = pushKeys(store.directory)
  await publishPushKey(store, keys)
  const said = await store.metadata.get(
    { mailbox: null, account: serverAccount },
    '/shared/vendor/lemonade/notify/webpush-key',
  )
  assert.equal(Buffer.from(said ?? []).toString(), keys.publicKey)
  const modSeq = await store.metadata.modSeq(serverAccount)
  await publishPushKey(store, keys)
  assert.equal(await store.metadata.modSeq(serverAccount), modSeq)
})
