import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { core } from './core/index.ts'
import { extension } from './extension.ts'
import * as extensions from './extensions/index.ts'
import { problemReply } from './problem.ts'
import { registryOf } from './registry.ts'
import { replies } from './reply.ts'

test('two owners of one name do not start', () => {
  const other = extension({ rfc: 1, mailParameters: { SIZE: () => {} } })
  assert.throws(() => registryOf([...core('SMTP'), extensions.size, other]), /two ESMTP extensions own SIZE/)
})

test('every file in extensions/ is in the list', async () => {
  const folder = new URL('./extensions/', import.meta.url)
  const index = await readFile(new URL('index.ts', folder), 'utf8')
  const files = (await readdir(folder)).filter(file => file !== 'index.ts' && !/\.(?:test|testing)\.ts$/.test(file))
  for (const file of files) assert.ok(index.includes(`'./${file}'`), file)
})

test('SMTP says HELO and EHLO, LMTP says LHLO (RFC 2033 §4.1)', () => {
  const verbs = (protocol: 'SMTP' | 'LMTP') =>
    [...registryOf(core(protocol)).commands.keys()].filter(verb => /H?HLO|HELO/.test(verb))
  assert.deepEqual(verbs('SMTP'), ['EHLO', 'HELO'])
  assert.deepEqual(verbs('LMTP'), ['LHLO'])
})

test('every reply has a status code of its class, but for those that must have none (RFC 2034 §4)', () => {
  for (const [name, { code, status, lines }] of Object.entries({ ...replies, ...problemReply })) {
    assert.ok(code >= 200 && code < 600, name)
    if (status === null) assert.ok(code === 354 || name === 'badHelloName', name)
    else if (name === 'startTls') assert.equal(status, '2.0.0')
    else assert.equal(status[0], String(code)[0], name)
    for (const line of lines) assert.match(line, /^[ -~]+$/, name)
  }
})
