import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settings } from '../packages/server/src/config/config.ts'
import { defaultPorts } from '../packages/server/src/listeners.ts'
import { file, updated } from './configuration-doc.ts'

const document = readFileSync(file, 'utf8')

test('docs/configuration.md has every limit as the code has it; "npm run format" mends it', () => {
  assert.equal(document, updated(document))
})

test('docs/configuration.md describes every setting and default port', () => {
  for (const setting of settings) {
    const key = setting.split('.').at(-1)
    assert.match(document, new RegExp(`\`${key}\``), setting)
  }
  for (const [name, port] of Object.entries(defaultPorts)) {
    assert.match(document, new RegExp(`\\| \`${name}\` +\\| ${port ?? 'off'} `), name)
  }
})
