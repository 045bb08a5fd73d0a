import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { testTls } from '@lemonade/net/testing'
import { bindingData, type Channel, canBind, channelOf } from './channel.ts'

function facts(protocol: string, certificate: Uint8Array | null) {
  const exporter = (length: number, label: string, context?: Uint8Array) =>
    Buffer.from(`${label} ${context?.length ?? 'none'}`.padEnd(length)).subarray(0, length)
  return { protocol, certificate, exporter }
}

const remote = { host: '127.0.0.1', port: 40_000 }

test('a channel says what the connection is', () => {
  assert.deepEqual(channelOf({ remote, tls: null }), {
    ...{ secure: false, loopback: true },
    ...{ remote: '127.0.0.1', remotePort: 40_000 },
  })
  const far = channelOf({ remote: { host: '2001:db8::1', port: 1 }, tls: facts('TLSv1.3', null) })
  assert.equal(far.loopback, false)
  assert.equal(far.secure, true)
  assert.equal(far.serverCertificate, null)
})

test('tls-exporter is bound under TLS 1.3 only', () => {
  const modern = channelOf({ remote, tls: facts('TLSv1.3', null) })
  assert.equal(String(bindingData('tls-exporter', modern)), 'EXPORTER-Channel-Binding 0      ')
  assert.equal(canBind(modern), true)
  const older = channelOf({ remote, tls: facts('TLSv1.2', null) })
  assert.equal(bindingData('tls-exporter', older), null)
  assert.equal(canBind(older), false)
})

test("tls-server-end-point hashes the certificate as its signature does, SHA-256 in SHA-1's place", () => {
  const rows = [
    ['sha1', 'sha256'],
    ['sha256', 'sha256'],
    ['sha512', 'sha512'],
  ] as const
  for (const [signed, hash] of rows) {
    const { certificate } = testTls('localhost', signed).source
    assert(certificate !== null)
    const channel = channelOf({ remote, tls: facts('TLSv1.2', certificate) })
    assert.equal(canBind(channel), true)
    const data = bindingData('tls-server-end-point', channel)
    assert.deepEqual(data, createHash(hash).update(certificate).digest())
    assert.equal(bindingData('tls-server-end-point', channel), data)
  }
})

test('other types, and channels without TLS, have no binding', () => {
  const secure = channelOf({ remote, tls: facts('TLSv1.3', null) })
  for (const type of ['tls-unique', 'tls-server-end-point', 'TLS-EXPORTER', 'constructor', '']) {
    assert.equal(bindingData(type, secure), null, type)
  }
  const clear: Channel = { secure: false, loopback: true, remote: '::1', tlsExporter: () => new Uint8Array(32) }
  assert.equal(bindingData('tls-exporter', clear), null)
  assert.equal(canBind(clear), false)
})
