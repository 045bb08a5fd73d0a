import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { byListener } from '../listeners.ts'
import { removeEndpoints, writeEndpoints } from './endpoints.ts'
import { lockData } from './lock.ts'

function folder(t: { after(undo: () => void): void }): string {
  const data = mkdtempSync(join(tmpdir(), 'lemonade-lock-'))
  t.after(() => rmSync(data, { recursive: true }))
  return data
}

test('a lock is held until it is released', t => {
  const data = folder(t)
  const lock = lockData(data)
  assert.throws(() => lockData(data), { message: /^Another server runs on the data directory .*; stop it, or name/ })
  lock.release()
  lockData(data).release()
})

test('the refusal names the process, where it is known', t => {
  const data = folder(t)
  const lock = lockData(data)
  writeEndpoints(data, { ...byListener(() => []), pid: 4711 })
  assert.throws(() => lockData(data), { message: /^Another server \(process 4711\) runs / })
  removeEndpoints(data)
  lock.release()
})

test('another process holds it against us, until it is killed', async t => {
  const data = folder(t)
  const program = `import { lockData } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)}
lockData(${JSON.stringify(data)})
process.stdout.write('locked')
setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  assert.throws(() => lockData(data), /Another server runs/)
  child.kill('SIGKILL')
  await once(child, 'close')
  lockData(data).release()
})
