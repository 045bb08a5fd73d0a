import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { persistentSecret } from './secret.ts'

test('the secret of a directory is made once, for its owner only', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-auth-'))
  try {
    const secret = persistentSecret(directory)
    assert.equal(secret.length, 32)
    assert.deepEqual(persistentSecret(directory), secret)
    assert.deepEqual(readdirSync(join(directory, 'auth')), ['salt.key'])
    const file = join(directory, 'auth', 'salt.key')
    assert.equal(statSync(file).mode & 0o777, 0o600)
    writeFileSync(file, 'short')
    assert.throws(() => persistentSecret(directory), /does not hold 32 octets; remove it/)
  } finally {
    rmSync(directory, { recursive: true })
  }
})
