import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testFiles } from './test-files.js'

const root = join(import.meta.dirname, '..')
/** The tests that would run. */
function filesOf(env: Record<string, string>, said: string[] = []): readonly string[] {
  return testFiles(root, { env, say: line => said.push(line), libraries: '/nowhere' })
}

test('every test file is there: those of packages, of scripts, and those of whole servers in every folder', () => {
  const files = new Set(filesOf({ CI: 'true' }))
  const listed = globSync(['packages/*/src/**/*.test.ts', 'scripts/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root })
  assert.deepEqual(files, new Set(listed.map(file => file.replaceAll('\\', '/'))))
  assert.ok(files.size > 300)
})

test('where no program is installed, the tests that npm brings everything for remain, and the others are named', () => {
  const said: string[] = []
  const files = filesOf({ PATH: '' }, said)
  const clients = files.filter(file => file.startsWith('test/clients/'))
  assert.deepEqual(clients, ['test/clients/imapflow.test.ts', 'test/clients/nodemailer.test.ts'])
  assert.equal(said.length, filesOf({ CI: 'true' }).length - files.length)
  assert.ok(said.includes('lemonade: test/clients/curl.test.ts is left out, since curl is not installed'))
  assert.ok(
    said.includes('lemonade: test/clients/swaks-msmtp.test.ts is left out, since swaks and msmtp are not installed'),
  )
})

test('where CI is set nothing is left out', () => {
  const said: string[] = []
  filesOf({ PATH: '', CI: 'true' }, said)
  assert.deepEqual(said, [])
})
