/** The whole server in certificates by ACME (RFC 8555), from its first start to a restart. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { DnsTestServer } from '../packages/mta/src/testing.ts'
import { AcmeTestServer } from '../packages/server/src/tls/acme/acme-server.testing.ts'
import { TestServer } from './support/server.ts'

const hostname = 'mail.example.org'
const names = [hostname, 'mta-sts.example.org', 'autoconfig.example.org', 'autodiscover.example.org']
let authority: AcmeTestServer
let dns: DnsTestServer
let server: TestServer

before(async () => {
  ;[authority, dns] = await Promise.all([AcmeTestServer.start(), DnsTestServer.start()])
  dns.say('A', hostname, ['192.0.2.1'])
  for (const name of names.slice(1)) dns.alias(name, hostname)
  server = new TestServer({
    hostname,
    config: [
      'https = "127.0.0.1:0"',
      'web = "127.0.0.1:0"',
      '[tls]',
      `acme = "${authority.directory}"`,
      'acme_contact = "ada@example.org"',
      'acme_authority = "acme.pem"',
      '[dns]',
      `servers = ["127.0.0.1:${dns.address.port}"]`,
      '[limits]',
      'server_certificate_retry_seconds = 1',
    ].join('\n'),
  })
  writeFileSync(join(server.directory, 'acme.pem'), authority.authority)
  assert.equal((await server.cli(['domain', 'add', 'example.org'])).code, 0)
})
after(() => Promise.all([server.stop(), authority.stop(), dns.stop()]))

async function greet(listener: string, more: object = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: server.port(listener), servername: hostname, ...more })
  await once(socket, 'secureConnect')
  return socket
}

test('it begins with its own certificate, and has the other one on every listener as soon as it is there', async () => {
  // Nobody can come yet: the first order fails, and is repeated.
  await server.start()
  const before = await greet('imaps', { ca: server.authorityPem() })
  assert.match(String((await once(before, 'data'))[0]), /^\* OK/)
  await server.logged('no certificate was issued; the old one stays in use')
  authority.ports = { http: server.port('web'), https: server.port('https') }
  await server.logged('certificate reloaded')
  for (const listener of ['imaps', 'submissions', 'https']) {
    const socket = await greet(listener, { ca: authority.authority })
    const { subjectAltName } = socket.getPeerX509Certificate() ?? {}
    assert.equal(subjectAltName, names.map(name => `DNS:${name}`).join(', '), listener)
    socket.destroy()
  }
  // Who was here before is still served.
  before.write('a NOOP\r\n')
  assert.match(String((await once(before, 'data'))[0]), /^a OK/)
  before.destroy()
  assert.equal(statSync(join(server.data, 'tls', 'acme', 'server.pem')).mode & 0o777, 0o600)
  assert.ok(authority.visits.every(visit => visit.startsWith('http-01 ')))
})

test('TLSA records of both keys are printed, and metrics say how long it lasts', async () => {
  const { stdout } = await server.cli(['dns', 'example.org'])
  assert.equal(stdout.match(/^_25\._tcp\.mail\.example\.org\. TLSA 3 1 1 [0-9a-f]{64}$/gm)?.length, 2, stdout)
  const text = await (await fetch(`http://127.0.0.1:${server.port('http')}/metrics`)).text()
  const days = Number(/^lemonade_certificate_days_left (\S+)$/m.exec(text)?.[1])
  assert.ok(days > 89 && days <= 90, text)
  assert.match(text, /^lemonade_certificate_orders_total\{outcome="issued"\} 1$/m)
})

test('port 80 leads to https, and to nowhere else', async () => {
  const ask = (headers: Record<string, string>) =>
    fetch(`http://127.0.0.1:${server.port('web')}/a?b`, { redirect: 'manual', headers })
  // fetch sets Host by itself, and that is none of ours.
  assert.equal((await ask({})).status, 404)
})

test('a restart goes on with it, and orders nothing', async () => {
  const { length } = authority.orders
  assert.equal(await server.terminate(), 0)
  await server.start()
  const socket = await greet('imaps', { ca: authority.authority })
  socket.destroy()
  assert.equal(authority.orders.length, length)
})
