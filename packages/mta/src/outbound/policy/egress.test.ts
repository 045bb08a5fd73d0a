/** TLS to other servers, from the queue to the wire: RFC 8461 §5, RFC 7672 §2.2, and what is told of it (RFC 8460 §4). */
import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { testResolver } from '../../dns/testing.ts'
import { defaultMtaLimits } from '../../limits.ts'
import { untilQueue } from '../../testing.ts'
import { issue } from './authority.testing.ts'
import { dayOf } from './results.ts'
import { daneEe, daneTa, root, unknownRoot, World } from './world.testing.ts'

const good = issue({ names: ['mx.far.example'], ownKey: true }, root)
const untrusted = issue({ names: ['mx.far.example'], ownKey: true }, unknownRoot)
const otherName = issue({ names: ['mx.near.example'] }, root)
const expired = issue({ names: ['mx.far.example'], days: [-9, -1] }, root)
const commonNameOnly = issue({ commonName: 'mx.far.example' }, root)

const world = await World.open()
after(() => world.close())
beforeEach(() => world.reset())

describe('without a policy', () => {
  for (const [name, chain, went, told] of [
    ['any certificate will do', [untrusted], 'encrypted to 0', 'success'],
    ['no TLS will do', null, 'plain to 0', 'starttls-not-supported'],
  ] as const) {
    test(name, async () => {
      await world.server('127.0.0.1', { chain })
      world.far(false)
      assert.equal(await world.send(), went)
      assert.deepEqual(await world.told(), [`no-policy-found far.example: ${told} 1`])
    })
  }

  test('a handshake that fails will do', async () => {
    await world.server('127.0.0.1', {
      options: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_8_SHA256' },
    })
    world.far(false)
    assert.equal(await world.send(), 'plain to 0')
    assert.deepEqual(await world.told(), ['no-policy-found far.example: validation-failure 1'])
  })
})

describe('MTA-STS', () => {
  const failures = [
    ['starttls-not-supported', null],
    ['certificate-not-trusted', [untrusted]],
    ['certificate-host-mismatch', [otherName]],
    ['certificate-host-mismatch', [commonNameOnly]],
    ['certificate-expired', [expired]],
  ] as const
  for (const [at, [failure, chain]] of failures.entries()) {
    test(`enforce: mail waits, ${failure} (${at})`, async () => {
      const sink = await world.server('127.0.0.1', { chain })
      world.far(false)
      world.sts('enforce')
      assert.match(await world.send(), new RegExp(`^waits: TLS to the server is not as it has to be: ${failure}`))
      assert.deepEqual(sink.got, [])
      assert.deepEqual(await world.told(), [`sts far.example: ${failure} 1`])
    })
    test(`testing: mail goes, ${failure} is told (${at})`, async () => {
      await world.server('127.0.0.1', { chain })
      world.far(false)
      world.sts('testing')
      assert.equal(await world.send(), chain === null ? 'plain to 0' : 'encrypted to 0')
      assert.deepEqual(await world.told(), [`sts far.example: ${failure} 1`])
    })
    test(`none: ${failure} is nobody's business (${at})`, async () => {
      await world.server('127.0.0.1', { chain })
      world.far(false)
      world.sts('none')
      assert.equal(await world.send(), chain === null ? 'plain to 0' : 'encrypted to 0')
      const told = chain === null ? 'starttls-not-supported' : 'success'
      assert.deepEqual(await world.told(), [`no-policy-found far.example: ${told} 1`])
    })
  }

  test('enforce: a server that is as it should be', async () => {
    await world.server('127.0.0.1', { chain: [good] })
    world.far(false)
    world.sts('enforce', ['*.far.example'])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['sts far.example: success 1'])
  })

  test('enforce: a handshake that fails does not end in plain text', async () => {
    const sink = await world.server('127.0.0.1', {
      options: { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_8_SHA256' },
    })
    world.far(false)
    world.sts('enforce')
    assert.match(await world.send(), /^waits: .*validation-failure/)
    assert.equal(sink.got.length, 0)
    assert.equal((await world.queued())[0]?.attempts, 1)
    assert.deepEqual(await world.told(), ['sts far.example: validation-failure 1'])
  })

  test('enforce: STARTTLS that is offered and refused does not end in plain text', async () => {
    const sink = await world.server('127.0.0.1', { chain: null, keywords: ['STARTTLS'] })
    world.far(false)
    world.sts('enforce')
    assert.match(await world.send(), /^waits: .*starttls-not-supported/)
    assert.equal(sink.got.length, 0)
  })

  test('enforce: nobody connects to a host that the policy does not name; the next one has the mail', async () => {
    const first = await world.server('127.0.0.1')
    await world.server('127.0.0.2', { chain: [issue({ names: ['mx2.far.example'] }, root)] })
    world.far(false, [
      ['mx1.far.example', '127.0.0.1'],
      ['mx2.far.example', '127.0.0.2'],
    ])
    world.sts('enforce', ['mx2.far.example'])
    assert.equal(await world.send(), 'encrypted to 1')
    assert.equal(first.connections, 0)
    assert.deepEqual(await world.told(), ['sts far.example: success 1', 'sts far.example: validation-failure 1'])
  })

  test('enforce: a host that fails gives way to the next one, and is not asked again without TLS', async () => {
    const first = await world.server('127.0.0.1', { chain: [expired] })
    await world.server('127.0.0.2', { chain: [issue({ names: ['mx2.far.example'] }, root)] })
    world.far(false, [
      ['mx.far.example', '127.0.0.1'],
      ['mx2.far.example', '127.0.0.2'],
    ])
    world.sts('enforce', ['*.far.example'])
    assert.equal(await world.send(), 'encrypted to 1')
    assert.equal(first.connections, 1)
    assert.deepEqual(await world.told(), ['sts far.example: success 1', 'sts far.example: certificate-expired 1'])
  })

  test('testing: a host that the policy does not name is told of', async () => {
    await world.server('127.0.0.1', { chain: [good] })
    world.far(false)
    world.sts('testing', ['mx2.far.example'])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['sts far.example: validation-failure 1'])
  })

  test('enforce: the server must be reached by its name (SNI)', async () => {
    const options = {
      SNICallback: (name: string, done: (error: Error | null) => void) =>
        done(name === 'mx.far.example' ? null : new Error(name)),
    }
    await world.server('127.0.0.1', { chain: [good], options })
    world.far(false)
    world.sts('enforce')
    assert.equal(await world.send(), 'encrypted to 0')
  })

  test('a policy that cannot be fetched: mail goes, and it is told', async () => {
    await world.server('127.0.0.1', { chain: [untrusted] })
    world.far(false)
    world.sts('enforce')
    world.policyHost.pages.set('mta-sts.far.example', { status: 500 })
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['sts far.example: sts-policy-fetch-error 1'])
  })

  test('RFC 8461 §3.4: the policy of a smart host is that of its own name', async () => {
    await world.server('127.0.0.1', { chain: [expired] })
    world.dns.say('A', 'relay.example', ['127.0.0.1'])
    world.sts('enforce', ['relay.example'], 'relay.example')
    await world.enqueue()
    await world.start({ smartHost: { host: 'relay.example', port: world.port } })
    const [waiting] = await untilQueue(world.store, entries => (entries[0]?.attempts === 1 ? entries : null))
    await world.stop()
    assert.match(waiting?.lastReply ?? '', /certificate-expired/)
    assert.deepEqual(await world.told('relay.example'), ['sts relay.example: certificate-expired 1'])
  })
})

describe('DANE', () => {
  test('DANE-EE: the key counts, and nothing else', async () => {
    const strange = issue({ names: ['nobody.example'], days: [-9, -1], ownKey: true }, unknownRoot)
    await world.server('127.0.0.1', { chain: [strange] })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(strange)])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['tlsa mx.far.example: success 1'])
  })

  test('DANE-EE: another key, and mail waits', async () => {
    const sink = await world.server('127.0.0.1', { chain: [good] })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(untrusted)])
    assert.match(await world.send(), /^waits: .*validation-failure/)
    assert.deepEqual(sink.got, [])
    assert.deepEqual(await world.told(), ['tlsa mx.far.example: validation-failure 1'])
  })

  test('DANE-TA: an authority of theirs, which the server shows, and the name', async () => {
    await world.server('127.0.0.1', { chain: [untrusted, unknownRoot] })
    world.far(true)
    world.tlsa('mx.far.example', [daneTa(unknownRoot)])
    assert.equal(await world.send(), 'encrypted to 0')
  })

  test('DANE-TA: in a name of the domain itself, as the MX is validated', async () => {
    await world.server('127.0.0.1', { chain: [issue({ names: ['far.example'] }, unknownRoot), unknownRoot] })
    world.far(true)
    world.tlsa('mx.far.example', [daneTa(unknownRoot)])
    assert.equal(await world.send(), 'encrypted to 0')
  })

  test('DANE-TA: not in a name of the domain where the MX is not validated', async () => {
    await world.server('127.0.0.1', { chain: [issue({ names: ['far.example'] }, unknownRoot), unknownRoot] })
    world.far(true)
    world.dns.say('MX', 'far.example', [{ priority: 0, exchange: 'mx.far.example' }], { secure: false })
    world.tlsa('mx.far.example', [daneTa(unknownRoot)])
    assert.match(await world.send(), /^waits: .*certificate-host-mismatch/)
  })

  test('DANE-TA: another name, an old certificate', async () => {
    const sink = await world.server('127.0.0.1', { chain: [otherName, root] })
    world.far(true)
    world.tlsa('mx.far.example', [daneTa(root)])
    assert.match(await world.send(), /^waits: .*certificate-host-mismatch/)
    await sink.stop()
    await world.server('127.0.0.1', { chain: [expired, root] })
    for (const { id } of await world.queued()) await world.store.queue.remove(id)
    assert.match(await world.send(), /^waits: .*certificate-expired/)
    assert.deepEqual(await world.told(), [
      'tlsa mx.far.example: certificate-expired 1',
      'tlsa mx.far.example: certificate-host-mismatch 1',
    ])
  })

  test('no STARTTLS where there are TLSA records: mail waits', async () => {
    const sink = await world.server('127.0.0.1', { chain: null })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(good)])
    assert.match(await world.send(), /^waits: .*starttls-not-supported/)
    assert.deepEqual(sink.got, [])
  })

  test('records of which none is usable: encrypted, by whomever; else mail waits', async () => {
    const unusable = { ...daneEe(good), usage: 1 }
    const sink = await world.server('127.0.0.1', { chain: [untrusted] })
    world.far(true)
    world.tlsa('mx.far.example', [unusable])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['tlsa mx.far.example: tlsa-invalid 1'])
    await sink.stop()
    world.sinks.length = 0
    await world.server('127.0.0.1', { chain: null })
    assert.match(await world.send(), /^waits: .*starttls-not-supported/)
  })

  for (const misery of ['SERVFAIL', 'REFUSED', 'FORMERR'] as const) {
    test(`${misery} in place of TLSA records: nobody connects, and mail waits`, async () => {
      const sink = await world.server('127.0.0.1', { chain: [good] })
      world.far(true)
      world.dns.fail('TLSA', `_${world.port}._tcp.mx.far.example`, misery)
      assert.match(await world.send(), /^waits: .*dnssec-invalid/)
      assert.equal(sink.connections, 0)
      assert.deepEqual(await world.told(), ['tlsa mx.far.example: dnssec-invalid 1'])
    })
  }

  test('SERVFAIL for the first host: the next one has the mail', async () => {
    await world.server('127.0.0.1')
    const second = issue({ names: ['mx2.far.example'], ownKey: true }, unknownRoot)
    await world.server('127.0.0.2', { chain: [second] })
    world.far(true, [
      ['mx.far.example', '127.0.0.1'],
      ['mx2.far.example', '127.0.0.2'],
    ])
    world.dns.fail('TLSA', `_${world.port}._tcp.mx.far.example`, 'SERVFAIL')
    world.tlsa('mx2.far.example', [daneEe(second)])
    assert.equal(await world.send(), 'encrypted to 1')
  })

  test('bogus MX, and bogus addresses: mail waits', async () => {
    await world.server('127.0.0.1')
    world.far(true)
    world.dns.fail('MX', 'far.example', 'SERVFAIL')
    assert.match(await world.send(), /^waits: the MX of far\.example could not be looked up: ESERVFAIL/)
    world.far(true)
    for (const type of ['A', 'AAAA'] as const) world.dns.fail(type, 'mx.far.example', 'SERVFAIL')
    for (const { id } of await world.queued()) await world.store.queue.remove(id)
    assert.match(await world.send(), /^waits: the hosts of far\.example could not be looked up: ESERVFAIL/)
  })

  test('insecure TLSA records, or answers of a server that is not trusted, are none', async () => {
    await world.server('127.0.0.1', { chain: null })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(good)], false)
    assert.equal(await world.send(), 'plain to 0')
    world.tlsa('mx.far.example', [daneEe(good)])
    await world.enqueue()
    await world.start({ resolver: testResolver([world.dns], { trust: 'never' }) })
    await world.sinks[0]?.until(2)
  })

  test('it goes before MTA-STS: the policy is not even fetched (RFC 8461 §2)', async () => {
    await world.server('127.0.0.1', { chain: [untrusted] })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(untrusted)])
    world.sts('enforce', ['mx.other.example'])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(world.policyHost.asked, [])
    assert.deepEqual(await world.told(), ['tlsa mx.far.example: success 1'])
  })

  test('a good certificate for MTA-STS does not make up for DANE', async () => {
    await world.server('127.0.0.1', { chain: [good] })
    world.far(true)
    world.tlsa('mx.far.example', [daneEe(untrusted)])
    world.sts('enforce')
    assert.match(await world.send(), /^waits: .*validation-failure/)
  })

  test('where the MX is not validated both hold', async () => {
    await world.server('127.0.0.1', { chain: [good] })
    world.far(true)
    world.dns.say('MX', 'far.example', [{ priority: 0, exchange: 'mx.far.example' }], { secure: false })
    world.tlsa('mx.far.example', [daneEe(good)])
    world.sts('enforce')
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(await world.told(), ['sts far.example: success 1', 'tlsa mx.far.example: success 1'])
    world.tlsa('mx.far.example', [daneEe(untrusted)])
    assert.match(await world.send(), /^waits: .*validation-failure/)
  })

  test('RFC 7672 §8.1: the server is called by the TLSA base domain', async () => {
    const called: string[] = []
    const options = {
      SNICallback: (name: string, done: (error: Error | null) => void) => {
        called.push(name)
        done(null)
      },
    }
    await world.server('127.0.0.1', { chain: [good], options })
    world.dns.say('MX', 'far.example', [{ priority: 0, exchange: 'mx.far.example' }], { secure: true })
    world.dns.alias('mx.far.example', 'real.provider.example', true)
    world.dns.say('A', 'real.provider.example', ['127.0.0.1'], { secure: true })
    world.tlsa('real.provider.example', [daneEe(good)])
    assert.equal(await world.send(), 'encrypted to 0')
    assert.deepEqual(called, ['real.provider.example'])
    assert.deepEqual(await world.told(), ['tlsa real.provider.example: success 1'])
  })

  test('a smart host that MX does not name has TLSA records too (RFC 7672 §2.2.2)', async () => {
    await world.server('127.0.0.1', { chain: [untrusted] })
    world.dns.say('A', 'relay.example', ['127.0.0.1'], { secure: true })
    world.tlsa('relay.example', [daneEe(untrusted)])
    await world.enqueue()
    await world.start({ smartHost: { host: 'relay.example', port: world.port } })
    await world.sinks[0]?.until(1)
    await world.stop()
    assert.deepEqual(await world.told('relay.example'), ['tlsa relay.example: success 1'])
  })
})

test('failures are told with what is known of the session (RFC 8460 §4.4)', async () => {
  await world.server('127.0.0.1', { chain: [expired] })
  world.far(false)
  world.sts('enforce')
  await world.send()
  const day = Math.floor(world.clock / 86_400_000)
  const [result] = await world.store.tlsReports.results(day, 'far.example')
  assert.deepEqual(JSON.parse(result?.failure ?? ''), {
    'result-type': 'certificate-expired',
    'sending-mta-ip': '127.0.0.1',
    'receiving-mx-hostname': 'mx.far.example',
    'receiving-ip': '127.0.0.1',
    'failure-reason-code': 'CERT_HAS_EXPIRED',
  })
  assert.deepEqual(JSON.parse(result?.policy ?? ''), {
    'policy-type': 'sts',
    'policy-string': ['version: STSv1', 'mode: enforce', 'mx: mx.far.example', 'max_age: 86400'],
    'policy-domain': 'far.example',
    'mx-host': ['mx.far.example'],
  })
})

test('a server that is not there is no failure of TLS (RFC 8460 §4.3.4)', async () => {
  const sink = await world.server('127.0.0.1')
  world.far(false)
  world.sts('enforce')
  await sink.stop()
  world.sinks.length = 0
  assert.match(await world.send(), /^waits: .*ECONNREFUSED/)
  assert.deepEqual(await world.told(), [])
})

test('results are forgotten when their days are long over', async () => {
  const { tlsResultsKeptDays } = defaultMtaLimits
  const today = dayOf(world.clock) + 1000
  world.clock += 1000 * 86_400_000
  for (const day of [today - tlsResultsKeptDays - 1, today - tlsResultsKeptDays]) {
    await world.store.tlsReports.note({ day, domain: 'far.example', policy: '{}', failure: '', summary: '' })
  }
  await world.start()
  await world.stop()
  assert.deepEqual(
    (await world.store.tlsReports.list()).map(({ day }) => today - day),
    [tlsResultsKeptDays],
  )
})
