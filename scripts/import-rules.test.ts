import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { importViolations } from './import-rules.ts'

/** A workspace of two or more packages, as paths and texts. */
function violations(files: Readonly<Record<string, string>>): readonly string[] {
  const root = mkdtempSync(join(tmpdir(), 'lemonade-imports-'))
  try {
    const all = { 'package.json': '{"devDependencies":{"fast-check":"^4"}}', ...files }
    for (const [name, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, name)), { recursive: true })
      writeFileSync(join(root, name), text)
    }
    return importViolations(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const manifest = (name: string, ...dependencies: string[]) =>
  JSON.stringify({ name, dependencies: Object.fromEntries(dependencies.map(each => [each, '1'])) })

const mime = { 'packages/mime/package.json': manifest('@lemonade/mime'), 'packages/mime/src/index.ts': '' }
const store = (text: string, ...dependencies: string[]) => ({
  ...mime,
  'packages/store/package.json': manifest('@lemonade/store', ...dependencies),
  'packages/store/src/index.ts': text,
})

test('the workspace keeps its own rules', () => {
  assert.deepEqual(importViolations(fileURLToPath(new URL('..', import.meta.url))), [])
})

test('an import downwards is fine, in every form', () => {
  for (const text of [
    "import { parse } from '@lemonade/mime'",
    "import type { Part } from '@lemonade/mime'",
    "import {\n  parse,\n  type Part,\n} from '@lemonade/mime'",
    "export * from '@lemonade/mime'",
    "export const part: import('@lemonade/mime').Part | null = null",
    "const mime = await import('@lemonade/mime')",
  ]) {
    assert.deepEqual(violations(store(text, '@lemonade/mime')), [], text)
  }
})

const rows: [what: string, files: Readonly<Record<string, string>>, says: string][] = [
  [
    'an import upwards',
    {
      ...store(''),
      'packages/mime/package.json': manifest('@lemonade/mime', '@lemonade/store'),
      'packages/mime/src/index.ts': "import type { Store } from '@lemonade/store'",
    },
    'packages/mime/src/index.ts imports @lemonade/store: mime may not import store.',
  ],
  [
    'front ends that know each other',
    {
      'packages/imap/package.json': manifest('@lemonade/imap', '@lemonade/submit'),
      'packages/imap/src/index.ts': "import '@lemonade/submit'",
      'packages/submit/package.json': manifest('@lemonade/submit'),
      'packages/submit/src/index.ts': '',
    },
    'packages/imap/src/index.ts imports @lemonade/submit: imap may not import submit.',
  ],
  [
    'a package entered by a side door',
    store("export { x } from '@lemonade/mime/src/tree.ts'", '@lemonade/mime'),
    'packages/store/src/index.ts imports @lemonade/mime/src/tree.ts: a package is entered by its index only.',
  ],
  [
    'a relative path into another package',
    store("import { x } from '../../mime/src/index.ts'"),
    'packages/store/src/index.ts imports ../../mime/src/index.ts: a relative path must stay inside its package.',
  ],
  [
    'a dependency that is not declared',
    store("import pino from 'pino'"),
    'packages/store/src/index.ts imports pino: packages/store/package.json does not name pino.',
  ],
  [
    'a dependency that nothing imports',
    store('', '@lemonade/mime'),
    'packages/store/package.json names @lemonade/mime, which nothing there imports.',
  ],
  [
    'SQL outside the store',
    {
      'packages/mime/package.json': manifest('@lemonade/mime', 'better-sqlite3'),
      'packages/mime/src/index.ts': "import Sqlite from 'better-sqlite3'",
    },
    'packages/mime/src/index.ts imports better-sqlite3: only packages/store/src/, packages/server/src/run/lock may.',
  ],
  [
    'a test library outside tests',
    store("import fc from 'fast-check'"),
    'packages/store/src/index.ts imports fast-check: packages/store/package.json does not name fast-check.',
  ],
  ['a bare builtin', store("import fs from 'fs'"), 'packages/store/src/index.ts imports fs: write node:fs.'],
  [
    'a package without a place',
    { 'packages/attic/package.json': '{}', 'packages/attic/src/index.ts': '' },
    'packages/attic has no place in scripts/import-rules.ts.',
  ],
]

for (const [what, files, says] of rows) {
  test(`found: ${what}`, () => assert.deepEqual(violations(files), [says]))
}

test('a test may use the test libraries of the workspace, and the doors that a package opens for tests', () => {
  const open = JSON.stringify({
    name: '@lemonade/mime',
    exports: { '.': './src/index.ts', './testing': './src/testing.ts' },
  })
  const files = { ...store('', '@lemonade/mime'), 'packages/mime/package.json': open }
  const through = "import { x } from '@lemonade/mime/testing'"
  assert.deepEqual(violations({ ...files, 'packages/store/src/a.test.ts': through }), [])
  assert.equal(violations({ ...files, 'packages/store/src/a.ts': through }).length, 1)
  assert.deepEqual(violations({ ...mime, 'packages/mime/src/a.test.ts': "import fc from 'fast-check'" }), [])
})
