import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { packSieve } from './pack-sieve.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

describe('sieve.js as a package', () => {
  let project: string
  let installed: string

  before(() => {
    project = mkdtempSync(join(tmpdir(), 'lemonade-pack-'))
    const staged = join(project, 'staged')
    packSieve(staged)
    // What npm would install: the files that the manifest names, as copies, with what they depend on.
    installed = join(project, 'node_modules', 'sieve.js')
    mkdirSync(installed, { recursive: true })
    const { files, dependencies } = JSON.parse(readFileSync(join(staged, 'package.json'), 'utf8'))
    for (const name of ['package.json', ...files])
      cpSync(join(staged, name), join(installed, name), { recursive: true })
    for (const name of Object.keys(dependencies)) {
      symlinkSync(join(root, 'node_modules', name), join(project, 'node_modules', name))
    }
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
  })
  after(() => rmSync(project, { recursive: true }))

  const node = (...args: string[]) =>
    execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

  test('compiles and runs a script from under node_modules', () => {
    writeFileSync(
      join(project, 'use.js'),
      `import { compile, execute, messageOf } from 'sieve.js'
       const { program } = compile('require ["fileinto", "regex"]; if header :regex "Subject" "^h.llo$" { fileinto "A"; }')
       const octets = new TextEncoder().encode('Subject: =?utf-8?Q?h=C3=A4llo?=\\r\\n\\r\\n')
       const outcome = await execute(program, messageOf(octets, octets.length), { from: 'a@b', to: 'c@d' })
       console.log(JSON.stringify(outcome.actions))`,
    )
    assert.equal(node('use.js'), '[{"do":"fileinto","mailbox":"A"}]\n')
  })

  test('has its command', () => {
    writeFileSync(join(project, 'good.sieve'), 'keep;\n')
    assert.equal(node(join(installed, 'bin', 'sieve.js'), 'check', 'good.sieve'), '')
  })

  test('tells a TypeScript project its types', () => {
    writeFileSync(
      join(project, 'typed.ts'),
      `import { compile, type Outcome, run } from 'sieve.js'
       const { program } = compile('keep;')
       export const outcome = (): Outcome | null => (program === null ? null : (run(program, null as never, { from: '', to: '' }).next().value as Outcome))
       // @ts-expect-error a script is text
       compile(5)`,
    )
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const types = ['--typeRoots', join(root, 'node_modules', '@types'), '--types', 'node']
    node(tsc, '--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2024', ...types, 'typed.ts')
  })

  test('has declarations beside everything, and names nothing of the workspace', () => {
    const all = globSync('lib/**/*', { cwd: installed, withFileTypes: true }).filter(each => each.isFile())
    const names = new Set(all.map(({ parentPath, name }) => join(parentPath, name)))
    assert.ok(names.size > 100)
    for (const file of names) {
      assert.match(file, /\.(?:js|d\.ts)$/)
      if (file.endsWith('.js')) assert.ok(names.has(file.replace(/\.js$/, '.d.ts')), file)
      assert.ok(!/@lemonade|from '[^']+\.ts'/.test(readFileSync(file, 'utf8')), file)
    }
  })
})
