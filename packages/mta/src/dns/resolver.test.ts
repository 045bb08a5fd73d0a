import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { DnsError, type DnsFault } from './record.ts'
import { DnsTestServer, testResolver } from './testing.ts'

const server = await DnsTestServer.start()
after(() => server.stop())
beforeEach(() => {
  server.forget()
  server.asked.length = 0
  server.ways.length = 0
})

const fault = (code: DnsFault) => (error: unknown) => error instanceof DnsError && error.code === code

test('dns: each type of record as it is used', async () => {
  const hash = new Uint8Array(32).fill(7)
  server
    .say('A', 'all.example', ['192.0.2.1', '192.0.2.2'])
    .say('AAAA', 'all.example', ['2001:db8::1'])
    .say('MX', 'all.example', [{ priority: 10, exchange: 'mx.example' }])
    .say('MX', 'null.example', [{ priority: 0, exchange: '.' }])
    .say('SRV', '_imaps._tcp.all.example', [{ priority: 1, weight: 2, port: 993, target: 'mail.example' }])
    .say('TXT', 'all.example', [['v=spf1 ', '-all'], ['grüße']])
    .say('NS', 'all.example', ['ns.example'])
    .say('PTR', '1.2.0.192.in-addr.arpa', ['mail.example'])
    .say('TLSA', '_25._tcp.all.example', [{ usage: 3, selector: 1, matchingType: 1, data: hash }])
  const resolver = testResolver([server])
  const look = async (...question: Parameters<typeof resolver.look>) => (await resolver.look(...question)).records
  assert.deepEqual(await look('all.example', 'A'), ['192.0.2.1', '192.0.2.2'])
  assert.deepEqual(await look('ALL.example.', 'AAAA'), ['2001:db8::1'])
  assert.deepEqual(await look('all.example', 'MX'), [{ priority: 10, exchange: 'mx.example' }])
  assert.deepEqual(await look('null.example', 'MX'), [{ priority: 0, exchange: '.' }])
  assert.deepEqual(await look('_imaps._tcp.all.example', 'SRV'), [
    { priority: 1, weight: 2, port: 993, target: 'mail.example' },
  ])
  assert.deepEqual(await look('all.example', 'TXT'), [['v=spf1 ', '-all'], ['grüße']])
  assert.deepEqual(await look('all.example', 'NS'), ['ns.example'])
  assert.deepEqual(await look('1.2.0.192.in-addr.arpa', 'PTR'), ['mail.example'])
  assert.deepEqual(await look('_25._tcp.all.example', 'TLSA'), [{ usage: 3, selector: 1, matchingType: 1, data: hash }])
})

test('dns: absence is an answer, with or without the name', async () => {
  server.say('A', 'here.example', ['192.0.2.1'])
  const resolver = testResolver([server])
  const found = await resolver.look('here.example', 'AAAA')
  assert.deepEqual(found, { records: [], exists: true, name: 'here.example', secure: false })
  const none = await resolver.look('gone.example', 'A')
  assert.deepEqual(none, { records: [], exists: false, name: 'gone.example', secure: false })
  await assert.rejects(resolver.resolve('here.example', 'AAAA'), { code: 'ENODATA' })
  await assert.rejects(resolver.resolve('gone.example', 'A'), { code: 'ENOTFOUND' })
})

test('dns: secure is what a trusted server calls so, absence too (RFC 7672 §2.1.1)', async () => {
  server.say('A', 'safe.example', ['192.0.2.1'], { secure: true }).say('A', 'plain.example', ['192.0.2.1'])
  server.secureAbsence.add('none.example')
  const secure = async (name: string, trust: 'loopback' | 'always' | 'never') =>
    (await testResolver([server], { trust }).look(name, 'A')).secure
  assert.equal(await secure('safe.example', 'loopback'), true)
  assert.equal(await secure('safe.example', 'always'), true)
  assert.equal(await secure('safe.example', 'never'), false)
  assert.equal(await secure('plain.example', 'always'), false)
  assert.equal(await secure('none.example', 'loopback'), true)
  assert.equal(await secure('nothing.example', 'loopback'), false)
})

test('dns: the end of a chain of aliases, as secure as its weakest link (RFC 7672 §2.1.3)', async () => {
  server
    .alias('a.example', 'b.example', true)
    .alias('b.example', 'c.example', true)
    .alias('weak.example', 'c.example', false)
    .say('A', 'c.example', ['192.0.2.1'], { secure: true })
  const resolver = testResolver([server])
  assert.deepEqual(await resolver.look('a.example', 'A'), {
    records: ['192.0.2.1'],
    exists: true,
    name: 'c.example',
    secure: true,
  })
  assert.equal((await resolver.look('weak.example', 'A')).secure, false)
  assert.deepEqual((await resolver.look('a.example', 'CNAME')).records, ['b.example'])
  assert.equal((await resolver.look('a.example', 'MX')).name, 'c.example')
})

test('dns: what does not fit in a datagram comes by TCP', async () => {
  const texts = Array.from({ length: 40 }, (_, number) => [`${number} ${'x'.repeat(200)}`])
  server.say('TXT', 'long.example', texts)
  assert.deepEqual((await testResolver([server]).look('long.example', 'TXT')).records, texts)
  assert.deepEqual(server.ways, ['udp', 'tcp'])
})

for (const [misery, code] of [
  ['SERVFAIL', 'ESERVFAIL'],
  ['REFUSED', 'EREFUSED'],
  ['FORMERR', 'EBADRESP'],
  ['silence', 'ETIMEOUT'],
  ['garbage', 'ETIMEOUT'],
] as const) {
  test(`dns: ${misery} is an error and no absence, and the next server is asked`, async () => {
    const other = await DnsTestServer.start()
    try {
      server.fail('A', 'far.example', misery)
      const limits = { dnsSeconds: 0.1, dnsRounds: 2, dnsAnswersKept: 0, dnsKeptSeconds: 60 }
      await assert.rejects(testResolver([server], { limits }).look('far.example', 'A'), fault(code))
      assert.equal(server.asked.length, misery === 'FORMERR' ? 4 : 2)
      other.say('A', 'far.example', ['192.0.2.9'], { secure: true })
      const answer = await testResolver([server, other], { limits }).look('far.example', 'A')
      assert.deepEqual([answer.records, answer.secure], [['192.0.2.9'], true])
    } finally {
      await other.stop()
    }
  })
}

test('dns: nobody there is an error at once', async () => {
  const gone = await DnsTestServer.start()
  const resolver = testResolver([gone])
  await gone.stop()
  await assert.rejects(resolver.look('far.example', 'A'), fault('ECONNREFUSED'))
  await assert.rejects(testResolver([]).look('far.example', 'A'), fault('ECONNREFUSED'))
})

test('dns: what is no name is not asked', async () => {
  const resolver = testResolver([server])
  const longest = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(61)}`
  for (const name of [
    '',
    '.',
    'a..b',
    `${'a'.repeat(64)}.example`,
    `${longest}x`,
    'a b.example',
    'a\nb',
    'bücher.example',
  ]) {
    await assert.rejects(resolver.look(name, 'A'), fault('EBADNAME'), name)
  }
  assert.deepEqual(server.asked, [])
  assert.equal((await resolver.look(longest, 'A')).exists, false)
})

test('dns: answers and absence are kept for their TTL, failures are not', async () => {
  let now = 0
  const limits = { dnsSeconds: 1, dnsRounds: 1, dnsAnswersKept: 2, dnsKeptSeconds: 100 }
  const resolver = testResolver([server], { limits, now: () => now })
  const count = async (name: string) => {
    const before = server.asked.length
    await resolver.look(name, 'A').catch(() => {})
    return server.asked.length - before
  }
  server.say('A', 'a.example', ['192.0.2.1'], { ttl: 10 }).say('A', 'b.example', ['192.0.2.1'], { ttl: 1000 })
  server.say('A', 'zero.example', ['192.0.2.1'], { ttl: 0 }).fail('A', 'bad.example', 'SERVFAIL')
  assert.deepEqual([await count('a.example'), await count('a.example')], [1, 0])
  now = 10_000
  assert.equal(await count('a.example'), 1)
  assert.deepEqual([await count('b.example'), await count('b.example')], [1, 0])
  now = 110_000
  assert.equal(await count('b.example'), 1, 'no longer than the limit')
  assert.deepEqual([await count('none.example'), await count('none.example')], [1, 0])
  assert.deepEqual([await count('zero.example'), await count('zero.example')], [1, 1])
  assert.deepEqual([await count('bad.example'), await count('bad.example')], [1, 1])
  for (const name of ['c.example', 'd.example']) await count(name)
  assert.equal(await count('b.example'), 1, 'the oldest made room')
})

test('dns: the same question asked twice at a time is one', async () => {
  server.say('A', 'a.example', ['192.0.2.1'])
  const resolver = testResolver([server])
  await Promise.all([
    resolver.look('a.example', 'A'),
    resolver.look('A.EXAMPLE', 'A'),
    resolver.look('a.example', 'AAAA'),
  ])
  assert.deepEqual(server.asked.toSorted(), ['A a.example', 'AAAA a.example'])
})
