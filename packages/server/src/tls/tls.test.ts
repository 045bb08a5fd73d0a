import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, createServer } from 'node:tls'
import { type Log, silentLog } from '@lemonade/net'
import { configOf } from '../config/config.ts'
import { TlsIdentity } from './identity.ts'
import { certificateNames, ensureLocalCertificate, localFiles } from './local.ts'

const day = 86_400_000

function setUp(t: { after(undo: () => void): void }, hostname = 'mail.example.org') {
  const data = mkdtempSync(join(tmpdir(), 'lemonade-tls-'))
  t.after(() => rmSync(data, { recursive: true }))
  const config = { ...configOf(`hostname = "${hostname}"`, 'x', data), data }
  return { config, files: localFiles(data) }
}

const read = (file: string) => readFileSync(file, 'utf8')

test('the first start makes an authority and a certificate for every name of the machine', async t => {
  const { config, files } = setUp(t)
  assert.equal(await ensureLocalCertificate(config, Date.now()), true)
  const authority = new X509Certificate(read(files.authority))
  const certificate = new X509Certificate(read(files.certificate))
  assert.equal(authority.ca, true)
  assert.equal(certificate.ca, false)
  assert.equal(certificate.verify(authority.publicKey), true)
  assert.equal(certificate.checkIssued(authority), true)
  for (const name of ['mail.example.org', 'localhost']) assert.equal(certificate.checkHost(name), name)
  for (const address of ['127.0.0.1', '::1']) assert.equal(certificate.checkIP(address), address)
  assert.ok(certificate.validToDate.getTime() < Date.now() + 825 * day)
  for (const file of [files.key, files.authorityKey]) assert.equal(statSync(file).mode & 0o777, 0o600)
})

test('what is in order stays; a new name, a near end and damage get a new certificate of the same authority', async t => {
  const { config, files } = setUp(t)
  const now = Date.now()
  await ensureLocalCertificate(config, now)
  const [authority, first] = [read(files.authority), read(files.certificate)]
  assert.equal(await ensureLocalCertificate(config, now + day), false)
  assert.equal(read(files.certificate), first)
  const moved = { ...config.listen, imap: [{ host: '192.0.2.7', port: 1 }] }
  const rows: [what: string, changed: Partial<typeof config>, at: number, damage: () => void][] = [
    ['a new host name', { hostname: 'other.example' }, now, () => {}],
    ['a new address', { listen: moved }, now, () => {}],
    ['a month before the end', {}, now + 370 * day, () => {}],
    ['a damaged file', {}, now, () => writeFileSync(files.certificate, 'x')],
    ['a key of another', {}, now, () => writeFileSync(files.key, read(files.authorityKey))],
  ]
  for (const [what, changed, at, damage] of rows) {
    damage()
    assert.equal(await ensureLocalCertificate({ ...config, ...changed }, at), true, what)
    assert.equal(read(files.authority), authority, what)
    await ensureLocalCertificate(config, now)
  }
})

test('addresses that stand for all are no names', () => {
  const config = configOf('[listen]\nimap = ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "mail.lan:1"]', 'x', '/')
  assert.deepEqual(certificateNames(config), ['localhost', '127.0.0.1', '::1', '192.0.2.1'])
})

test('a client that trusts the authority connects', async t => {
  const { config, files } = setUp(t)
  await ensureLocalCertificate(config, Date.now())
  const identity = new TlsIdentity(files, silentLog)
  const server = createServer({ cert: read(files.certificate), key: read(files.key) }, socket => socket.end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ host: '127.0.0.1', port, servername: 'mail.example.org', ca: read(files.authority) })
  await once(client, 'secureConnect')
  assert.deepEqual(new Uint8Array(client.getPeerCertificate().raw), identity.certificate)
  client.destroy()
  server.close()
  identity.close()
})

test('changed files are loaded once both fit, and not before', async t => {
  const [one, other] = [setUp(t), setUp(t)]
  for (const { config } of [one, other]) await ensureLocalCertificate(config, Date.now())
  const warnings: unknown[] = []
  const log: Log = { ...silentLog, warn: (...words: unknown[]) => warnings.push(words) }
  const identity = new TlsIdentity(one.files, log)
  t.after(() => identity.close())
  const { promise: reloaded, resolve } = Promise.withResolvers<void>()
  identity.watch(resolve)
  const before = identity.certificate
  writeFileSync(one.files.certificate, read(other.files.certificate))
  identity.reload()
  identity.reload()
  assert.equal(identity.certificate, before)
  assert.equal(warnings.length, 1)
  writeFileSync(one.files.key, read(other.files.key))
  await reloaded
  const expected = new Uint8Array(new X509Certificate(read(other.files.certificate)).raw)
  assert.deepEqual(identity.certificate, expected)
})

test('files that cannot be used are a sentence', t => {
  const { files } = setUp(t)
  assert.throws(() => new TlsIdentity(files, silentLog), /^UserError: The certificate .* cannot be used .* PEM/)
})
