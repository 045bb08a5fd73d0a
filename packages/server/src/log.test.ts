import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

test('lines go to stderr as JSON, without what is secret', () => {
  const program = `import { openLog } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)}
const { log, close } = openLog('info')
log.debug({}, 'hidden')
log.info({ account: 'ada', password: 'p1', deep: { secret: 'p2', deeper: { token: 'p3' } } }, 'event')
log.child({ role: 'imap' }).warn('bare')
await close()`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  })
  assert.equal(stdout, '')
  const lines = stderr
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  const [first, second] = lines.map(({ time, ...rest }) => rest)
  assert.deepEqual(first, {
    level: 'info',
    account: 'ada',
    password: '[redacted]',
    deep: { secret: '[redacted]', deeper: { token: '[redacted]' } },
    msg: 'event',
  })
  assert.deepEqual(second, { level: 'warn', role: 'imap', msg: 'bare' })
  assert.match(lines[0].time, /^\d{4}-\d\d-\d\dT/)
})
