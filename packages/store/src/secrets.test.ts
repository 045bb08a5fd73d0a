import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { openStore } from './index.ts'
import { openSecrets, sealOctets } from './secrets.ts'

function directory(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-secrets-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

const octets = (text: string) => new Uint8Array(Buffer.from(text))
const damaged = { name: 'StoreError', problem: 'damaged' }

suite('secrets at rest', () => {
  test('the key file is made once, for its owner only', t => {
    const folder = directory(t)
    const sealed = openSecrets(folder).seal(octets('hush'), 'a')
    assert.deepEqual(readdirSync(folder), ['secrets.key'])
    const file = join(folder, 'secrets.key')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    chmodSync(file, 0o644)
    assert.deepEqual(openSecrets(folder).open(sealed, 'a'), octets('hush'))
    assert.equal(statSync(file).mode & 0o777, 0o600, 'a copy put back carelessly is closed again')
  })

  test('a secret opens for its purpose and whole, or not at all', t => {
    const secrets = openSecrets(directory(t))
    for (const plain of ['', 'x', 'y'.repeat(100_000)]) {
      const sealed = secrets.seal(octets(plain), 'dkim example.org')
      assert.equal(sealed.length, plain.length + sealOctets)
      assert.deepEqual(secrets.open(sealed, 'dkim example.org'), octets(plain))
      assert.throws(() => secrets.open(sealed, 'dkim example.com'), damaged)
    }
    const sealed = secrets.seal(octets('hush'), 'a')
    assert.ok(!Buffer.from(sealed).includes('hush'))
    assert.notDeepEqual(secrets.seal(octets('hush'), 'a'), sealed, 'no nonce twice')
    for (let at = 0; at < sealed.length; at++) {
      const bent = sealed.map((octet, i) => (i === at ? octet ^ 1 : octet))
      assert.throws(() => secrets.open(bent, 'a'), damaged, `octet ${at}`)
      assert.throws(() => secrets.open(sealed.subarray(0, at), 'a'), damaged, `cut at ${at}`)
    }
  })

  test('another directory’s key opens nothing', t => {
    const sealed = openSecrets(directory(t)).seal(octets('hush'), 'a')
    assert.throws(() => openSecrets(directory(t)).open(sealed, 'a'), /secrets\.key does not hold the key [0-9a-f]{8}/)
  })

  test('a new key opens what the old one has sealed; who is running learns of it', t => {
    const folder = directory(t)
    const [server, command] = [openSecrets(folder), openSecrets(folder)]
    const old = server.seal(octets('old'), 'a')
    assert.ok(server.isCurrent(old))
    command.rotate()
    const fresh = command.seal(octets('fresh'), 'a')
    assert.deepEqual(server.open(fresh, 'a'), octets('fresh'))
    for (const secrets of [server, command, openSecrets(folder)]) {
      assert.deepEqual(secrets.open(old, 'a'), octets('old'))
      assert.ok(!secrets.isCurrent(old))
      assert.ok(secrets.isCurrent(fresh))
    }
    assert.deepEqual(readdirSync(folder), ['secrets.key'])
    assert.equal(statSync(join(folder, 'secrets.key')).mode & 0o777, 0o600)
  })

  test('a file that holds no keys is not replaced, but named', t => {
    const folder = directory(t)
    const file = join(folder, 'secrets.key')
    const line = `00000001 ${'A'.repeat(43)}\n`
    for (const text of ['', '# nothing\n', 'x\n', line.slice(1), `${line}and more\n`, `${line.slice(0, 30)}\n`]) {
      writeFileSync(file, text)
      assert.throws(() => openSecrets(folder), /secrets\.key holds no keys\. Put back a copy of it/, text)
      assert.equal(readFileSync(file, 'utf8'), text)
    }
    writeFileSync(file, line)
    openSecrets(folder)
  })

  test('every store has them', async t => {
    const folder = directory(t)
    const store = await openStore(folder, { background: false })
    t.after(() => store.close())
    assert.ok(readdirSync(folder).includes('secrets.key'))
    assert.deepEqual(store.secrets.open(store.secrets.seal(octets('hush'), 'a'), 'a'), octets('hush'))
  })
})
