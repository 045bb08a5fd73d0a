import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testFiles } from './test-files.js'

const root = join(import.meta.dirname, '..')
const clientTests = readdirSync(join(root, 'test', 'clients')).filter(name => name.endsWith('.test.ts'))

/** The tests in test/clients that would run, by name. */
function clientsOf(env: Record<string, string>, said: string[] = []): readonly string[] {
  const files = testFiles(root, { env, say: line => said.push(line), libraries: '/nowhere' })
  return files.filter(file => file.startsWith('test/clients/')).map(file => file.slice('test/clients/'.length))
}

test('where no client is installed, the tests that npm brings everything for remain, and the others are named', () => {
  const said: string[] = []
  assert.deepEqual(clientsOf({ PATH: '' }, said), ['imapflow.test.ts', 'nodemailer.test.ts'])
  assert.equal(said.length, clientTests.length - 2)
  assert.ok(said.includes('lemonade: test/clients/curl.test.ts is left out, since curl is not installed'))
})

test('where CI is set nothing is left out', () => {
  const said: string[] = []
  assert.deepEqual(clientsOf({ PATH: '', CI: 'true' }, said), clientTests)
  assert.deepEqual(said, [])
})
