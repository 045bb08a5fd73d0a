/** The launcher, where it starts the server on another Node.js: signals go down, exit codes come up, and no orphan stays. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { binary, type Endpoints } from './support/server.ts'

const directory = mkdtempSync(join(tmpdir(), 'lemonade-launcher-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const configuration = join(directory, 'lemonade.toml')
const off = ['imaps', 'submission', 'submissions', 'smtp', 'lmtp', 'managesieve', 'http']
writeFileSync(configuration, `[listen]\nimap = "127.0.0.1:0"\n${off.map(name => `${name} = false\n`).join('')}`)
const endpointsFile = join(directory, 'data', 'run', 'endpoints.json')
const runtime = new URL('../packages/server/bin/runtime.js', import.meta.url).href

/** What an older Node.js does: it runs the launcher again on a runtime that is new enough. */
async function launch(): Promise<{ launcher: ChildProcess; pid: number }> {
  const words = JSON.stringify([binary, 'serve', '--config', configuration])
  const program = `import { runOn } from ${JSON.stringify(runtime)}
process.exitCode = await runOn(process.execPath, ${words})`
  const launcher = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  assert.ok(launcher.stderr)
  for await (const line of createInterface({ input: launcher.stderr })) {
    if (line.includes('"msg":"ready"')) break
  }
  return { launcher, pid: (JSON.parse(readFileSync(endpointsFile, 'utf8')) as Endpoints).pid }
}

test('SIGTERM to the launcher ends the server in order, and its exit code is the launcher’s', async () => {
  const { launcher, pid } = await launch()
  assert.notEqual(pid, launcher.pid)
  launcher.kill('SIGTERM')
  assert.deepEqual(await once(launcher, 'close'), [0, null])
  assert.equal(existsSync(endpointsFile), false)
})

test('Ctrl-C reaches both, and is one request', async () => {
  const { launcher, pid } = await launch()
  process.kill(pid, 'SIGINT')
  launcher.kill('SIGINT')
  assert.deepEqual(await once(launcher, 'close'), [0, null])
})

test('a launcher that is killed outright takes the server with it', async () => {
  const { launcher } = await launch()
  launcher.kill('SIGKILL')
  // The last holder of its stderr is the server.
  launcher.stderr?.resume()
  await once(launcher, 'close')
  const again = await launch()
  again.launcher.kill('SIGTERM')
  assert.deepEqual(await once(again.launcher, 'close'), [0, null])
})
