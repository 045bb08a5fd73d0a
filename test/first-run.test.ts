/** One command on an empty folder runs a mail server, tells how to use it, and ends in order. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { imapClient } from './support/imapflow.ts'
import { program } from './support/program.ts'
import { binary, TestServer } from './support/server.ts'

const server = new TestServer({ hostname: 'mail.example' })
let password = ''

before(() => server.start())
after(() => server.stop())

test('the first start prints where it listens and a password that works', async () => {
  for (const name of ['imap', 'imaps', 'submission', 'submissions', 'smtp', 'lmtp', 'managesieve', 'http']) {
    assert.match(server.announced, new RegExp(`^ +${name} +127\\.0\\.0\\.1:${server.port(name)} `, 'm'))
  }
  password = /admin@mail\.example {2}(\S+)/.exec(server.announced)?.[1] ?? ''
  assert.match(password, /^\S{16,}$/)
  const client = await imapClient(server, 'admin@mail.example', password)
  await client.logout()
})

test('endpoints.json has every listener and the process', () => {
  const { pid, ...endpoints } = server.endpoints
  assert.deepEqual(Object.keys(endpoints).sort(), [
    'http',
    'https',
    'imap',
    'imaps',
    'lmtp',
    'managesieve',
    'smtp',
    'submission',
    'submissions',
    'web',
  ])
  assert.equal(process.kill(pid, 0), true)
})

test('there is one ready line, and the password stands in no log and no file', () => {
  assert.equal(server.log.filter(({ msg }) => msg === 'ready').length, 1)
  assert.ok(!JSON.stringify(server.log).includes(password))
  for (const name of readdirSync(server.data, { recursive: true, encoding: 'utf8' })) {
    const file = join(server.data, name)
    if (statSync(file).isFile()) assert.ok(!readFileSync(file).includes(password), name)
  }
})

test('keys are the owner’s alone', () => {
  for (const name of ['ca.key', 'server.key']) {
    assert.equal(statSync(join(server.data, 'tls', name)).mode & 0o777, 0o600)
  }
  assert.equal(statSync(server.data).mode & 0o077, 0)
})

test('metrics and health are served', async () => {
  const url = `http://127.0.0.1:${server.port('http')}`
  const health = await fetch(`${url}/healthz`)
  assert.deepEqual([health.status, await health.text()], [200, 'ok\n'])
  assert.match(await (await fetch(`${url}/metrics`)).text(), /^process_cpu_seconds_total /m)
  assert.equal((await fetch(`${url}/other`)).status, 404)
  assert.equal((await fetch(`${url}/metrics`, { method: 'POST' })).status, 405)
})

test('a mail program learns the ports that the server really listens on', async () => {
  const url = `http://127.0.0.1:${server.port('http')}/mail/config-v1.1.xml?emailaddress=anybody@mail.example`
  const text = await (await fetch(url)).text()
  const ports = [...text.matchAll(/<port>(\d+)</g)].map(([, port]) => Number(port))
  assert.deepEqual(
    ports,
    (['imaps', 'imap', 'submissions', 'submission'] as const).map(name => server.port(name)),
  )
})

test('a second server on the same data refuses, and the first goes on', async () => {
  const { code, stderr, stdout } = await program(process.execPath, [
    ...[binary, 'serve', '--config', server.configuration],
  ])
  assert.equal(code, 1)
  assert.equal(
    stderr,
    `lemonade: Another server (process ${server.endpoints.pid}) runs on the data directory ${server.data}; stop it, or name another directory.\n`,
  )
  assert.equal(stdout, '')
  assert.equal((await fetch(`http://127.0.0.1:${server.port('http')}/healthz`)).status, 200)
})

test('SIGTERM ends it with exit code 0 and takes endpoints.json away', async () => {
  assert.equal(await server.terminate(), 0)
  assert.equal(existsSync(join(server.data, 'run', 'endpoints.json')), false)
  assert.equal(server.log.at(-1)?.['msg'], 'stopped')
})

test('the next start is quick, keeps the certificate and shows no password', async t => {
  const authority = server.authorityPem()
  const began = performance.now()
  await server.start()
  t.diagnostic(`second start: ${Math.round(performance.now() - began)} ms`)
  assert.equal(server.authorityPem(), authority)
  assert.doesNotMatch(server.announced, /password/)
})

test('after SIGKILL the lock is free and the old password works', async () => {
  await server.kill()
  assert.equal(existsSync(join(server.data, 'run', 'endpoints.json')), true)
  await server.start()
  const client = await imapClient(server, 'admin@mail.example', password)
  await client.logout()
})

test('SIGINT ends it in order too', async () => {
  server.signal('SIGINT')
  assert.equal(await server.exited(), 0)
})
