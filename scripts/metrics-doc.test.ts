/** docs/operating.md names every metric there is, and no other. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '..')

test('every metric is documented, and every documented metric exists', () => {
  const made = globSync('packages/*/src/**/*.ts', { cwd: root })
    .filter(file => !file.endsWith('.test.ts'))
    .flatMap(file => [...readFileSync(join(root, file), 'utf8').matchAll(/'(lemonade_[a-z_]+)'/g)])
  const documented = readFileSync(join(root, 'docs', 'operating.md'), 'utf8').matchAll(/^\| `(lemonade_[a-z_]+)`/gm)
  const names = (found: Iterable<RegExpMatchArray>) => [...new Set([...found].map(([, name]) => name))].sort()
  assert.deepEqual(names(documented), names(made))
})
