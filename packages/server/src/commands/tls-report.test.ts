import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { openStore } from '@lemonade/store'
import { main } from '../cli.ts'
import type { Io } from '../terminal/io.ts'

test('lemonade tls-report: a row a policy, with what failed below it', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-tls-report-'))
  t.after(() => rm(directory, { recursive: true }))
  const said = async (...args: string[]): Promise<string[]> => {
    const out: string[] = []
    const io: Io = {
      directory,
      stdin: Readable.from([]),
      interactive: false,
      interruption: () => ({ asked: false, end: () => {} }),
      out: text => void out.push(text),
      err: () => {},
    }
    assert.equal(await main(args, io), 0)
    return out
      .join('')
      .trimEnd()
      .split('\n')
      .map(line => line.trimEnd().replace(/ {2,}/g, ' | '))
  }
  const store = await openStore(join(directory, 'data'), { background: false })
  assert.deepEqual(await said('tls-report'), ['Nothing has been sent to other servers lately.'])
  const policy = JSON.stringify({ 'policy-type': 'sts', 'policy-domain': 'far.example' })
  const tlsa = JSON.stringify({ 'policy-type': 'tlsa', 'policy-domain': 'mx.near.example' })
  const failure = JSON.stringify({
    'result-type': 'validation-failure',
    'receiving-mx-hostname': 'mx.far.example',
    'receiving-ip': '192.0.2.2',
    'failure-reason-code': 'bad\u001b[31m',
  })
  const result = { day: 20_000, domain: 'far.example', policy, failure: '', summary: '' }
  for (const each of [result, result, { ...result, failure }, { ...result, domain: 'near.example', policy: tlsa }]) {
    await store.tlsReports.note(each)
  }
  const report = {
    day: 20_000,
    domain: 'far.example',
    state: 'sent' as const,
    nextAt: 0,
    detail: 'mailto:tls@far.example',
  }
  await store.tlsReports.settle(report, null)
  await store.close()

  const far = [
    '2024-10-04 | far.example | MTA-STS | 2 good | 1 failed | reported to mailto:tls@far.example',
    ' | validation-failure | 1 | mx.far.example, 192.0.2.2, bad?[31m',
  ]
  const near = '2024-10-04 | near.example | DANE of mx.near.example | 1 good | 0 failed | not reported yet'
  assert.deepEqual(await said('tls-report'), [...far, near])
  assert.deepEqual(await said('tls-report', 'NEAR.example.'), [near])
})
