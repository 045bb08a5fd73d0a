import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { file, imapCapabilities, updated } from './readme.ts'

test('README.md names the capabilities that the code has; "npm run format" mends it', () => {
  const document = readFileSync(file, 'utf8')
  assert.equal(document, updated(document))
})

test('what stands there is what a server offers', () => {
  const capabilities = imapCapabilities()
  assert.deepEqual(capabilities.slice(0, 2), ['IMAP4rev1', 'IMAP4rev2'])
  assert.equal(new Set(capabilities).size, capabilities.length)
  for (const name of ['LITERAL+', 'UTF8=ACCEPT', 'UNAUTHENTICATE']) assert.ok(capabilities.includes(name), name)
  for (const name of ['LITERAL-', 'UTF8=ONLY', 'STARTTLS', 'LOGINDISABLED'])
    assert.ok(!capabilities.includes(name), name)
})

test('a document without the lines is refused', () => {
  assert.throws(() => updated('# Lemonade\n'), /lacks the lines/)
})
