import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { configOf } from './config.ts'

const webhook = '[[webhook]]\nname = "a"\nurl = "http://a"\n'

function directory(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lemonade-config-secrets-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'secret'), ' from the file \n')
  writeFileSync(join(folder, 'empty'), '\n')
  return folder
}

test('a secret may stand in a file of its own, beside the configuration', t => {
  const folder = directory(t)
  const smart = '[mta]\nsmart_host = "relay:587"\nsmart_host_user = "u"\nsmart_host_password_file = "secret"\n'
  const { webhooks, mta } = configOf(`${webhook}secret_file = "secret"\n${smart}`, 'f', folder)
  assert.equal(webhooks[0]?.secret, ' from the file ')
  assert.equal(mta.smartHost?.password, ' from the file ')
})

const wrong: readonly (readonly [what: string, line: string, sentence: string])[] = [
  ['both', 'secret = "s"\nsecret_file = "secret"', 'webhook[0].secret and webhook[0].secret_file are both set'],
  ['an empty file', 'secret_file = "empty"', 'webhook[0].secret_file names '],
  ['no file', 'secret_file = "nowhere"', 'webhook[0].secret_file cannot be read. '],
  ['an empty path', 'secret_file = ""', 'webhook[0].secret_file is ""; it must be the path of a file.'],
  ['neither', '', 'webhook[0].secret is missing.'],
]
for (const [what, line, sentence] of wrong) {
  test(`a secret of ${what} is refused with one sentence`, t => {
    const folder = directory(t)
    assert.throws(
      () => configOf(webhook + line, 'f', folder),
      ({ message }: Error) => message.startsWith(`f: ${sentence}`) && !message.includes('\n'),
    )
  })
}
