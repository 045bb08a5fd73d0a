import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import { DnsResolver, defaultMtaLimits } from '@lemonade/mta'
import { type Log, noMetrics, silentLog } from '@lemonade/net'
import { DnsTestServer } from '../../../../mta/src/testing.ts'
import { configOf } from '../../config/config.ts'
import type { AcmeChallenge } from '../../config/tls.ts'
import { line } from '../../http/page.ts'
import { serveHttp } from '../../http/server.ts'
import { webPages } from '../../http/web.ts'
import { defaultHttpLimits, defaultServerLimits } from '../../limits.ts'
import { certificateKeyHash, certificateKeys } from '../certificate-keys.ts'
import { TlsIdentity } from '../identity.ts'
import { ensureLocalCertificate, localFiles } from '../local.ts'
import { AcmeTestServer } from './acme-server.testing.ts'
import { Challenges } from './challenges.ts'
import { AcmeFiles } from './files.ts'
import { CertificateKeeper } from './keeper.ts'

const day = 86_400_000
const host = 'mail.example.org'
const addresses = [{ host: '127.0.0.1', port: 0 }]

/** A server with its listeners, its DNS, an authority, and a clock. */
async function house(t: TestContext, challenge: AcmeChallenge = 'http-01') {
  const data = mkdtempSync(join(tmpdir(), 'lemonade-acme-'))
  const [authority, dns] = await Promise.all([AcmeTestServer.start(), DnsTestServer.start()])
  const config = { ...configOf(`hostname = "${host}"`, 'x', data), data }
  await ensureLocalCertificate(config, Date.now())
  const files = new AcmeFiles(data)
  files.makeFolder()
  const errors: Record<string, unknown>[] = []
  const log: Log = { ...silentLog, error: (facts: unknown) => void errors.push(facts as Record<string, unknown>) }
  const identity = new TlsIdentity([files.tls, localFiles(data)], silentLog)
  const challenges = new Challenges()
  const service = await serveHttp({
    listen: { http: [], https: addresses, web: addresses },
    tls: identity,
    operator: {},
    open: { '/': { method: 'GET', answer: async () => line(200, 'a page') } },
    web: httpsPort =>
      webPages({
        keyAuthorization: challenges.keyAuthorization,
        httpsPort,
        isOurs: async name => name === host,
      }),
    tlsChallenges: challenges.tlsAlpn,
    limits: defaultHttpLimits,
    log: silentLog,
  })
  const [http, https] = [service.endpoints.web[0]?.port ?? 0, service.endpoints.https[0]?.port ?? 0]
  authority.ports = { http, https }
  const state = { now: Date.now(), domains: [] as string[], changes: 0 }
  authority.now = () => state.now
  dns.say('A', host, ['192.0.2.1'])
  const resolver = new DnsResolver({
    servers: [dns.address],
    trust: 'loopback',
    limits: { ...defaultMtaLimits, dnsSeconds: 0.2, dnsRounds: 1, dnsAnswersKept: 0 },
  })
  const options = {
    acme: { directory: authority.directory, contact: 'ada@example.org', challenge, authorityFile: null, binding: null },
    authority: authority.authority as string | null,
    files,
    challenges,
    hostname: host,
    domains: async () => state.domains,
    hasPages: true,
    dns: resolver,
    limits: defaultServerLimits,
    log,
    metrics: noMetrics,
    onChange: () => {
      state.changes++
      identity.reload()
    },
    now: () => state.now,
    random: () => 0.5,
    pollMilliseconds: 20,
  }
  t.after(async () => {
    identity.close()
    await service.stop()
    await Promise.all([authority.stop(), dns.stop()])
    rmSync(data, { recursive: true })
  })
  const keeper = new CertificateKeeper(options)
  const greet = async (more: object = {}): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port: https, servername: host, rejectUnauthorized: false, ...more })
    await once(socket, 'secureConnect')
    return socket
  }
  return Object.assign(state, {
    data,
    config,
    authority,
    dns,
    files,
    keeper,
    options,
    challenges,
    errors,
    greet,
    http,
    https,
  })
}

const certificateOf = (pem: string | null) => new X509Certificate(pem ?? assert.fail('no certificate'))

for (const challenge of ['http-01', 'tls-alpn-01'] as const) {
  test(`a first certificate by ${challenge}, for what DNS leads here, and in use at once`, async t => {
    const here = await house(t, challenge)
    here.domains = ['example.org', 'localhost']
    here.dns.alias('mta-sts.example.org', host).say('A', 'autoconfig.example.org', ['192.0.2.9'])
    const open = await here.greet()
    const wait = await here.keeper.look()
    assert.deepEqual(here.errors, [])
    assert.equal(wait, 3_600_000)
    const names = [host, 'mta-sts.example.org']
    assert.deepEqual(here.authority.orders, [names])
    assert.deepEqual(
      here.authority.visits.toSorted(),
      names.map(name => `${challenge} ${name}`),
    )
    assert.deepEqual(
      here.authority.accounts.map(({ contact }) => contact),
      [['mailto:ada@example.org']],
    )
    const verified = await here.greet({ ca: here.authority.authority, rejectUnauthorized: true })
    assert.equal(verified.getPeerX509Certificate()?.subjectAltName, names.map(name => `DNS:${name}`).join(', '))
    // Who was connected before still is.
    open.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    assert.match(String((await once(open, 'data'))[0]), /200 OK/)
    for (const socket of [open, verified]) socket.destroy()
    assert.equal(here.changes, 1)
    assert.equal(here.challenges.tlsAlpn.isPending, false)
    const folder = join(here.data, 'tls', 'acme')
    assert.deepEqual(
      readdirSync(folder).sort(),
      ['account-localhost_.key', 'next.key', 'server.pem']
        .map(name => name.replace('localhost_', new URL(here.authority.directory).host.replace(':', '_')))
        .sort(),
    )
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
    assert.equal(await here.keeper.look(), 3_600_000)
    assert.equal(here.authority.orders.length, 1)
  })
}

test('it is renewed when a third of its life is left, by the same account, and for more names when there are some', async t => {
  const here = await house(t)
  await here.keeper.look()
  const first = certificateOf(here.files.certificate)
  // A hundredth of the life comes on top, by which servers differ.
  here.now += 59 * day
  await here.keeper.look()
  assert.equal(here.authority.orders.length, 1)
  here.now += 0.2 * day
  await here.keeper.look()
  assert.equal(here.authority.orders.length, 2)
  assert.notEqual(certificateOf(here.files.certificate).serialNumber, first.serialNumber)
  here.domains = ['example.org']
  here.dns.alias('autodiscover.example.org', host)
  await here.keeper.look()
  assert.deepEqual(here.authority.orders.at(-1), [host, 'autodiscover.example.org'])
  // A name that leads here no longer is in the next one no more, and is no reason for it.
  here.dns.forget()
  here.dns.say('A', host, ['192.0.2.1'])
  await here.keeper.look()
  assert.equal(here.authority.orders.length, 3)
  here.now += 61 * day
  await here.keeper.look()
  assert.deepEqual(here.authority.orders.at(-1), [host])
  assert.equal(here.authority.accounts.length, 1)
  assert.deepEqual(here.errors, [])
})

test('a name that the authority does not find here is left out for a day, and the others have their certificate', async t => {
  const here = await house(t)
  here.domains = ['example.org']
  for (const service of ['mta-sts', 'autoconfig']) here.dns.alias(`${service}.example.org`, host)
  here.authority.denies.add('autoconfig.example.org')
  assert.equal(await here.keeper.look(), 300_000)
  assert.match(String(here.errors[0]?.['error']), /autoconfig\.example\.org: .*it leads elsewhere/)
  here.now += 300_000
  assert.equal(await here.keeper.look(), 3_600_000)
  const names = [host, 'mta-sts.example.org']
  assert.deepEqual(here.authority.orders.at(-1), names)
  here.now += day / 2
  await here.keeper.look()
  assert.equal(here.authority.orders.length, 2)
  here.authority.denies.clear()
  here.now += day / 2
  await here.keeper.look()
  assert.deepEqual(here.authority.orders.at(-1), [...names, 'autoconfig.example.org'])
  // Where the host itself is not found, the names are not at fault.
  for (const name of here.authority.orders.at(-1) ?? []) here.authority.denies.add(name)
  here.now += 61 * day
  await here.keeper.look()
  here.authority.denies.clear()
  await here.keeper.look()
  assert.deepEqual(here.authority.orders.at(-1), [...names, 'autoconfig.example.org'])
})

test('where DNS does not answer, names stay', async t => {
  const here = await house(t)
  here.domains = ['example.org']
  here.dns.alias('mta-sts.example.org', host)
  await here.keeper.look()
  here.dns.forget()
  for (const name of [host, 'mta-sts.example.org', 'autoconfig.example.org', 'autodiscover.example.org']) {
    here.dns.fail('A', name, 'SERVFAIL')
  }
  here.now += 61 * day
  await here.keeper.look()
  assert.deepEqual(here.authority.orders, [
    [host, 'mta-sts.example.org'],
    [host, 'mta-sts.example.org'],
  ])
})

test('what fails is tried again later and later, and the old certificate stays', async t => {
  const here = await house(t)
  await here.keeper.look()
  const old = here.files.certificate
  here.now += 61 * day
  here.authority.ports = { http: here.https, https: here.https }
  const waits: number[] = []
  for (let attempt = 0; attempt < 10; attempt++) {
    waits.push((await here.keeper.look()) / 1000)
    // One attempt against the authority, and the rest without.
    here.authority.troubles.set('directory', 404)
  }
  assert.deepEqual(waits, [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 38_400, 38_400])
  assert.equal(here.errors.length, 10)
  assert.equal(here.errors[0]?.['failures'], 1)
  assert.equal(here.files.certificate, old)
  assert.equal(here.changes, 1)
  here.authority.troubles.clear()
  here.authority.ports = { http: here.http, https: here.https }
  assert.equal(await here.keeper.look(), 3_600_000)
  assert.notEqual(here.files.certificate, old)
  here.authority.troubles.set('order', 403)
  here.now += 61 * day
  assert.equal(await here.keeper.look(), 300_000)
})

test('an authority that nobody vouches for, that offers other challenges, or knows only its own', async t => {
  const here = await house(t)
  const rows: [what: string, more: { readonly authority?: string | null }, act: () => unknown, says: RegExp][] = [
    ['no trust', { authority: null }, () => {}, /certificate/i],
    [
      'other challenges',
      {},
      () => Object.assign(here.authority, { offers: ['dns-01'] }),
      /offers no http-01 for mail\.example\.org/,
    ],
    [
      'a stranger',
      {},
      () => {
        here.authority.accounts.length = 0
        here.authority.bindings.set('me', Buffer.from('secret').toString('base64url'))
      },
      /who are you/,
    ],
  ]
  for (const [what, more, act, says] of rows) {
    act()
    await new CertificateKeeper({ ...here.options, ...more }).look()
    assert.match(String(here.errors.at(-1)?.['error']), says, what)
    here.authority.offers = ['http-01']
  }
  assert.equal(here.files.certificate, null)
  const binding = { keyId: 'me', key: Buffer.from('secret').toString('base64url') }
  const acme = { ...here.options.acme, binding }
  await new CertificateKeeper({ ...here.options, acme }).look()
  certificateOf(here.files.certificate)
})

test('RFC 7672 §8.1: a key whose TLSA record is published stays; the next one comes when only it is', async t => {
  const here = await house(t)
  await here.keeper.look()
  const keyNow = () => certificateKeyHash(here.files.certificate ?? '')
  const acme = here.options.acme
  const printed = () => certificateKeys({ ...here.config, acme })?.hashes.map(hash => Buffer.from(hash).toString('hex'))
  const [first] = [keyNow()]
  assert.equal(printed()?.[0], Buffer.from(first).toString('hex'))
  const renew = async () => {
    here.now += 61 * day
    await here.keeper.look()
  }
  const say = (...hashes: readonly (string | undefined)[]) =>
    here.dns.say(
      'TLSA',
      `_25._tcp.${host}`,
      hashes.map(hash => ({
        usage: 3,
        selector: 1,
        matchingType: 1,
        data: new Uint8Array(Buffer.from(hash ?? '', 'hex')),
      })),
    )
  const [current, next] = printed() ?? []
  const rows: [what: string, act: () => unknown, days: number, after: (string | undefined)[]][] = [
    ['the present key is known', () => say(current), 61, [current, next]],
    ['the next one, too, since now', () => say(current, next), 61, [current, next]],
    ['DNS does not answer', () => here.dns.fail('TLSA', `_25._tcp.${host}`, 'SERVFAIL'), 61, [current, next]],
    ['both are known again, for a while', () => say(current, next), 1, [current, next]],
  ]
  for (const [what, act, days, after] of rows) {
    act()
    here.now += days * day
    await here.keeper.look()
    assert.deepEqual(printed(), after, what)
  }
  await renew()
  assert.equal(printed()?.[0], next)
  const [, third] = printed() ?? []
  // The old record is taken out, and the next one put in: nothing happens.
  say(next, third)
  const { length } = here.authority.orders
  await here.keeper.look()
  assert.equal(here.authority.orders.length, length)
  // The present one is taken out by mistake: its successor is used at once.
  say(third)
  await here.keeper.look()
  assert.equal(printed()?.[0], third)
  say('00')
  await renew()
  assert.equal(printed()?.[0], third)
  const [, fourth] = printed() ?? []
  here.dns.forget('TLSA', `_25._tcp.${host}`)
  await renew()
  assert.equal(printed()?.[0], fourth)
  assert.deepEqual(here.errors, [])
})

test('a damaged certificate is replaced, and the server starts with its own meanwhile', async t => {
  const here = await house(t)
  writeFileSync(here.files.tls.certificate, 'damaged')
  const identity = new TlsIdentity([here.files.tls, localFiles(here.data)], silentLog)
  assert.match(new X509Certificate(identity.certificate ?? new Uint8Array()).issuer, /Lemonade local authority/)
  await here.keeper.look()
  identity.reload()
  assert.equal(new X509Certificate(identity.certificate ?? new Uint8Array()).subjectAltName, `DNS:${host}`)
  identity.close()
})

test('names at the limit are in one certificate, the host always', async t => {
  const here = await house(t)
  here.domains = ['a.example', 'b.example']
  for (const domain of here.domains) here.dns.alias(`mta-sts.${domain}`, host).alias(`autoconfig.${domain}`, host)
  for (const [limit, names] of [
    [4, [host, 'mta-sts.a.example', 'autoconfig.a.example', 'mta-sts.b.example']],
    [1, [host]],
  ] as const) {
    const limits = { ...defaultServerLimits, certificateNames: limit }
    writeFileSync(here.files.tls.certificate, 'none')
    await new CertificateKeeper({ ...here.options, limits }).look()
    assert.deepEqual(here.authority.orders.at(-1), names)
  }
  await new CertificateKeeper({
    ...here.options,
    hasPages: false,
    files: new AcmeFiles(join(here.data, 'other')),
  }).look()
  assert.deepEqual(here.authority.orders.at(-1), [host])
})

test('port 80 has challenges and the way to https, and nothing else', async t => {
  const here = await house(t)
  here.challenges.setPage('Token_1', 'Token_1.print')
  const ask = async (path: string, name = host, method = 'GET') => {
    const outgoing = get({ host: '127.0.0.1', port: here.http, path, headers: { host: name }, method, agent: false })
    const [incoming] = await once(outgoing, 'response')
    let text = ''
    for await (const piece of incoming) text += piece
    return [incoming.statusCode, incoming.headers.location ?? text.trim()]
  }
  const rows: [path: string, name: string, status: number, says: string][] = [
    ['/.well-known/acme-challenge/Token_1', 'anything.example', 200, 'Token_1.print'],
    ['/.well-known/acme-challenge/token_1', host, 404, 'not found'],
    ['/.well-known/acme-challenge/', host, 404, 'not found'],
    ['/', host, 301, `https://${host}:${here.https}/`],
    ['//evil.example/a?b=c', `${host.toUpperCase()}:80`, 301, `https://${host}:${here.https}/evil.example/a?b=c`],
    ['/a%0d%0ab', host, 301, `https://${host}:${here.https}/a%0d%0ab`],
    ['/', 'evil.example', 404, 'not found'],
    ['/metrics', 'evil.example', 404, 'not found'],
  ]
  for (const [path, name, status, says] of rows) assert.deepEqual(await ask(path, name), [status, says], path)
  assert.equal((await ask('/', host, 'POST'))[0], 405)
  here.challenges.endPage('Token_1')
  assert.equal((await ask('/.well-known/acme-challenge/Token_1'))[0], 404)
})

test('while a challenge is on, https serves everybody else, however slowly they say hello', async t => {
  const here = await house(t)
  const local = localFiles(here.data)
  const { readFileSync } = await import('node:fs')
  here.challenges.tlsAlpn.show(host, readFileSync(local.certificate, 'utf8'), readFileSync(local.key, 'utf8'))
  const page = await here.greet({ ALPNProtocols: ['http/1.1'] })
  page.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(String((await once(page, 'data'))[0]), /200 OK/)
  page.destroy()
  const challenge = await here.greet({ ALPNProtocols: ['acme-tls/1'] })
  assert.equal(challenge.alpnProtocol, 'acme-tls/1')
  challenge.destroy()
  await assert.rejects(here.greet({ ALPNProtocols: ['acme-tls/1'], servername: 'other.example' }))
  // Octet by octet, by a go-between.
  const { createServer } = await import('node:net')
  const between = createServer(client => {
    const onward = connectPlain(here.https, '127.0.0.1')
    client.on('data', octets => {
      for (const octet of octets) onward.write(Uint8Array.of(octet))
    })
    onward.pipe(client)
    for (const socket of [client, onward]) socket.on('error', () => {})
    client.on('close', () => onward.destroy())
  })
  between.listen(0, '127.0.0.1')
  await once(between, 'listening')
  const address = between.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  for (const protocol of ['acme-tls/1', 'http/1.1']) {
    const slow = await here.greet({ port, ALPNProtocols: [protocol] })
    assert.equal(slow.alpnProtocol === 'acme-tls/1', protocol === 'acme-tls/1')
    slow.destroy()
  }
  const garbage = connectPlain(here.https, '127.0.0.1')
  garbage.on('error', () => {})
  garbage.write('GET / HTTP/1.1\r\n\r\n')
  garbage.end()
  garbage.resume()
  await once(garbage, 'close')
  between.close()
})
