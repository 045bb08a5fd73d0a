import assert from 'node:assert/strict'
import { readdir } from 'node:fs/promises'
import { test } from 'node:test'
import { core } from './core/index.ts'
import { command, extension } from './extension.ts'
import * as list from './extensions/index.ts'
import { register } from './registry.ts'
import { ok } from './response.ts'
import { allTables } from './testing.ts'

const row = command({ states: ['selected'], messages: 'set', parse: () => undefined, run: async () => ok('done') })

test('a row that speaks of messages gets its UID twin, others do not', () => {
  const { commands } = register([
    extension({ rfc: 1, commands: { X: row, 'UID Y': row, Z: { ...row, messages: 'numbers' } } }),
  ])
  assert.deepEqual([...commands.keys()], ['X', 'UID X', 'UID Y', 'Z', 'UID Z'])
  assert.equal(commands.get('X')?.byUid, false)
  assert.equal(commands.get('UID X')?.byUid, true)
  assert.equal(commands.get('UID Y')?.byUid, true)
})

test('two owners of one name refuse to start', () => {
  const twice = (one: Parameters<typeof extension>[0]) => () =>
    register([extension(one), extension({ ...one, rfc: 2 })])
  assert.throws(twice({ rfc: 1, commands: { X: row } }), /Two extensions own command X/)
  assert.throws(twice({ rfc: 1, statusItems: { X: { value: () => 1 } } }), /statusItems X/)
  assert.throws(twice({ rfc: 1, enable: { name: 'X' } }), /enable X/)
  assert.throws(() => register([extension({ rfc: 1, commands: { X: row, 'UID X': row } })]), /command UID X/)
  assert.throws(() => register([extension({ rfc: 1, announce: { when: 'enabled' } })]), /cannot be enabled/)
})

test('every file of extensions/ is in its list, in alphabetical order', async () => {
  const files = (await readdir(new URL('extensions/', import.meta.url))).filter(name =>
    /^[a-z0-9-]+(\.ts)?$/.test(name),
  )
  const owned = files.filter(name => name !== 'index.ts')
  assert.equal(list.extensions.length, owned.length)
  for (const name of owned) {
    const file = name.endsWith('.ts') ? name : `${name}/index.ts`
    const module = await import(new URL(`extensions/${file}`, import.meta.url).href)
    const values = Object.values(module).filter(value => list.extensions.includes(value as never))
    assert.equal(values.length, 1, `${name} is in the list once`)
  }
})

test('deleting any one extension breaks nothing else', () => {
  for (const one of list.extensions) {
    const tables = register([...core, ...list.extensions.filter(other => other !== one)])
    for (const name of Object.keys(one.commands ?? {})) assert.ok(!tables.commands.has(name))
  }
  assert.ok(register(core).commands.has('FETCH'))
})

test('shared code asks the tables, never which extension is there', async () => {
  const { readFile } = await import('node:fs/promises')
  const names = [...allTables.enable.keys(), 'LITERAL+', 'UIDPLUS', 'SASL-IR', 'SPECIAL-USE']
  const shared = (await readdir(new URL('.', import.meta.url), { recursive: true })).filter(
    name => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('extensions'),
  )
  for (const file of shared) {
    const source = await readFile(new URL(file, import.meta.url), 'utf8')
    for (const name of names) assert.ok(!source.includes(`'${name}'`), `${file} asks for ${name}`)
  }
})
