import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { DnsError, type TlsaRecord } from '../../dns/record.ts'
import { DnsTestServer, testResolver } from '../../dns/testing.ts'
import type { Hop } from '../route.ts'
import { tlsaFor } from './dane.ts'

const dns = await DnsTestServer.start()
after(() => dns.stop())
beforeEach(() => {
  dns.forget()
  dns.asked.length = 0
})

const record = (of: number): TlsaRecord => ({
  usage: 3,
  selector: 1,
  matchingType: 1,
  data: new Uint8Array(32).fill(of),
})
const hop = (more: Partial<Hop> = {}): Hop => {
  const name = more.name ?? 'mx.far.example'
  return { name, address: '127.0.0.1', canonicalName: name, secure: true, ...more }
}
const alias = (secure: boolean) => hop({ canonicalName: 'real.provider.example', secure })
const find = async (of: Hop, port = 25) => {
  const found = await tlsaFor(of, port, testResolver([dns]))
  return found === null ? null : [found.base, found.records[0]?.data[0]]
}

test('RFC 7672 §2.2.3: the records of the port at the host', async () => {
  dns.say('TLSA', '_25._tcp.mx.far.example', [record(1)], { secure: true })
  dns.say('TLSA', '_2525._tcp.mx.far.example', [record(2)], { secure: true })
  assert.deepEqual(await find(hop()), ['mx.far.example', 1])
  assert.deepEqual(await find(hop(), 2525), ['mx.far.example', 2])
})

test('RFC 7672 §2.2: insecure records, none, and none for sure are no DANE', async () => {
  assert.equal(await find(hop()), null)
  dns.say('TLSA', '_25._tcp.mx.far.example', [record(1)])
  assert.equal(await find(hop()), null)
  dns.say('TLSA', '_25._tcp.mx.far.example', [], { secure: true })
  assert.equal(await find(hop()), null)
})

test('RFC 7672 §2.2.2: a host in an unsigned zone is not asked for any', async () => {
  dns.fail('TLSA', '_25._tcp.mx.far.example', 'SERVFAIL')
  assert.equal(await find(hop({ secure: false })), null)
  assert.deepEqual(dns.asked, [])
  assert.equal(await find(hop({ name: '192.0.2.1', canonicalName: '192.0.2.1' })), null)
  assert.equal(await find(hop({ name: '[192.0.2.1]', canonicalName: '[192.0.2.1]' })), null)
})

test('RFC 7672 §2.2.2: "secure CNAME", the end of the alias first, then the alias', async () => {
  dns.say('TLSA', '_25._tcp.mx.far.example', [record(1)], { secure: true })
  assert.deepEqual(await find(alias(true)), ['mx.far.example', 1])
  dns.say('TLSA', '_25._tcp.real.provider.example', [record(2)], { secure: true })
  assert.deepEqual(await find(alias(true)), ['real.provider.example', 2])
})

test('RFC 7672 §2.2.2: "insecure CNAME", where the alias itself is signed', async () => {
  dns.say('TLSA', '_25._tcp.mx.far.example', [record(1)], { secure: true })
  dns.say('TLSA', '_25._tcp.real.provider.example', [record(2)], { secure: true })
  dns.alias('mx.far.example', 'real.provider.example', false)
  assert.equal(await find(alias(false)), null)
  dns.alias('mx.far.example', 'real.provider.example', true)
  assert.deepEqual(await find(alias(false)), ['mx.far.example', 1])
})

test('RFC 7672 §2.2.3: the records may be an alias; the base is the host', async () => {
  dns.alias('_25._tcp.mx.far.example', 'tlsa._dane.far.example', true)
  dns.say('TLSA', 'tlsa._dane.far.example', [record(3)], { secure: true })
  assert.deepEqual(await find(hop()), ['mx.far.example', 3])
})

for (const misery of ['SERVFAIL', 'REFUSED', 'FORMERR'] as const) {
  test(`RFC 7672 §2.1.2: ${misery} is not "none"`, async () => {
    dns.fail('TLSA', '_25._tcp.real.provider.example', misery)
    dns.say('TLSA', '_25._tcp.mx.far.example', [record(1)], { secure: true })
    await assert.rejects(find(alias(true)), DnsError)
    dns.fail('CNAME', 'mx.far.example', misery)
    await assert.rejects(find(alias(false)), DnsError)
  })
}
