/** RFC 8461 §3.3, §5.1: policies are fetched, kept, renewed and held on to. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { type Log, silentLog } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { DnsTestServer, testResolver } from '../../dns/testing.ts'
import { openTestStore } from '../../testing.ts'
import { authority, issue } from './authority.testing.ts'
import { PolicyHost, policyText } from './policy-host.testing.ts'
import { StsPolicies } from './sts-policies.ts'

describe('policies of MTA-STS', () => {
  const root = authority()
  const good = issue({ names: ['mta-sts.far.example'] }, root)
  let clock = 1_000_000_000
  let dns: DnsTestServer
  let host: PolicyHost
  let store: Store
  let close: () => Promise<void>
  let warned: string[] = []
  const log: Log = { ...silentLog, warn: facts => void warned.push(JSON.stringify(facts)) }

  before(async () => {
    dns = await DnsTestServer.start()
  })
  after(() => dns.stop())
  beforeEach(async () => {
    clock = 1_000_000_000
    warned = []
    dns.forget()
    dns.say('A', 'mta-sts.far.example', ['127.0.0.1']).say('TXT', '_mta-sts.far.example', [['v=STSv1; id=1;']])
    host = await PolicyHost.start(good)
    host.pages.set('mta-sts.far.example', { text: policyText('enforce', ['mx.far.example']) })
    ;({ store, close } = await openTestStore({ clock: () => clock }))
  })
  afterEach(async () => {
    await host.stop()
    await close()
  })

  const policies = (more: { readonly seconds?: number; readonly octets?: number } = {}) => {
    const resolver = testResolver([dns])
    const { seconds = 5, octets = 65_536 } = more
    const fetch = {
      resolver,

      seconds,
      octets,
      certificateAuthority: root.certificate,
      port: host.port,
    }
    return new StsPolicies({ store, resolver, fetch, retrySeconds: 300, refreshSeconds: 86_400, log, now: () => clock })
  }
  const announce = (id: string) => dns.say('TXT', '_mta-sts.far.example', [[`v=STSv1; id=${id}`]])

  test('fetched once, then kept, by another process too', async () => {
    const { rules, fault } = await policies().find('far.example')
    assert.deepEqual([rules?.mode, rules?.mx, fault], ['enforce', ['mx.far.example'], null])
    assert.deepEqual(host.asked, ['mta-sts.far.example/.well-known/mta-sts.txt'])
    const again = policies()
    await Promise.all([again.find('far.example'), again.find('far.example')])
    assert.equal((await again.find('far.example')).rules?.mode, 'enforce')
    assert.equal(host.asked.length, 1)
  })

  test('several that ask at a time have it fetched once', async () => {
    const both = policies()
    await Promise.all([both.find('far.example'), both.find('far.example')])
    assert.equal(host.asked.length, 1)
  })

  test('a domain without a record is not asked', async () => {
    dns.forget('TXT', '_mta-sts.far.example')
    assert.deepEqual(await policies().find('far.example'), { rules: null, fault: null })
    dns.fail('TXT', '_mta-sts.far.example', 'SERVFAIL')
    assert.deepEqual(await policies().find('far.example'), { rules: null, fault: null })
    assert.deepEqual(host.asked, [])
  })

  test('another id has it fetched anew; the record may be an alias (§8.2)', async () => {
    const found = policies()
    await found.find('far.example')
    host.pages.set('mta-sts.far.example', { text: policyText('testing', ['mx2.far.example']) })
    dns.forget('TXT', '_mta-sts.far.example')
    dns
      .alias('_mta-sts.far.example', '_mta-sts.provider.example')
      .say('TXT', '_mta-sts.provider.example', [['v=STSv1;id=2']])
    assert.equal((await found.find('far.example')).rules?.mode, 'testing')
    assert.equal(host.asked.length, 2)
  })

  test('held on to while DNS fails, the record is gone, or the host is down; and no longer than max_age', async () => {
    const found = policies()
    await found.find('far.example')
    for (const misery of ['SERVFAIL', 'REFUSED'] as const) {
      dns.fail('TXT', '_mta-sts.far.example', misery)
      assert.equal((await found.find('far.example')).rules?.mode, 'enforce', misery)
    }
    dns.forget('TXT', '_mta-sts.far.example')
    assert.equal((await found.find('far.example')).rules?.mode, 'enforce')
    announce('2')
    host.pages.set('mta-sts.far.example', { status: 500 })
    const { rules, fault } = await found.find('far.example')
    assert.deepEqual([rules?.mode, fault?.type, fault?.reason], ['enforce', 'sts-policy-fetch-error', 'HTTP 500'])
    clock += 86_399_999
    assert.equal((await found.find('far.example')).rules?.mode, 'enforce')
    clock += 1
    assert.equal((await found.find('far.example')).rules, null)
  })

  test('a failed fetch is not repeated for five minutes, unless the id is another', async () => {
    host.pages.set('mta-sts.far.example', { status: 404 })
    const found = policies()
    await found.find('far.example')
    clock += 299_999
    assert.equal((await found.find('far.example')).fault?.reason, 'HTTP 404')
    assert.equal(host.asked.length, 1)
    announce('2')
    await found.find('far.example')
    assert.equal(host.asked.length, 2)
    clock += 300_000
    await found.find('far.example')
    assert.equal(host.asked.length, 3)
  })

  const refusals: Readonly<Record<string, readonly [page: Parameters<Map<string, object>['set']>[1], reason: string]>> =
    {
      'a redirect': [{ status: 301, headers: { location: 'https://mta-sts.far.example/other' } }, 'HTTP 301'],
      'no content': [{ status: 204 }, 'HTTP 204'],
      'another media type': [{ type: 'text/html', text: policyText('none', []) }, 'not text/plain'],
      'too much': [{ text: policyText('none', []) + 'x: y\n'.repeat(20_000) }, 'too large'],
    }
  for (const [name, [page, reason]] of Object.entries(refusals)) {
    test(`no policy: ${name}`, async () => {
      host.pages.set('mta-sts.far.example', page)
      assert.deepEqual(await policies().find('far.example'), {
        rules: null,
        fault: { type: 'sts-policy-fetch-error', reason },
      })
      assert.equal(host.asked.length, 1)
    })
  }

  test('no policy: one that cannot be read', async () => {
    host.pages.set('mta-sts.far.example', { text: 'mode: enforce' })
    assert.equal((await policies().find('far.example')).fault?.type, 'sts-policy-invalid')
  })

  test('a policy of exactly the limit is read, one octet more is not', async () => {
    const text = policyText('none', [])
    host.pages.set('mta-sts.far.example', { text })
    assert.equal((await policies({ octets: text.length - 1 }).find('far.example')).fault?.reason, 'too large')
    assert.equal((await policies({ octets: text.length }).find('far.example')).rules?.mode, 'none')
  })

  test('no policy: the host is silent, gone, or nowhere', async () => {
    host.pages.set('mta-sts.far.example', { silent: true })
    assert.equal((await policies({ seconds: 0.2 }).find('far.example')).fault?.reason, 'time-out')
    dns.say('A', 'mta-sts.far.example', [])
    assert.equal((await policies().find('far.example')).fault?.reason, 'ENOTFOUND')
    dns.fail('A', 'mta-sts.far.example', 'SERVFAIL').fail('AAAA', 'mta-sts.far.example', 'SERVFAIL')
    assert.equal((await policies().find('far.example')).fault?.reason, 'ESERVFAIL')
    dns.say('A', 'mta-sts.far.example', ['127.0.0.1'])
    const late = policies()
    await host.stop()
    assert.equal((await late.find('far.example')).fault?.reason, 'ECONNREFUSED')
  })

  const certificates: Readonly<Record<string, readonly [Parameters<typeof issue>[0], boolean, string]>> = {
    'of another name': [{ names: ['www.far.example'] }, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    'with the name as common name only': [{ commonName: 'mta-sts.far.example' }, true, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    'that has expired': [{ names: ['mta-sts.far.example'], days: [-3, -1] }, true, 'CERT_HAS_EXPIRED'],
    'that nobody knows': [{ names: ['mta-sts.far.example'] }, false, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  }
  for (const [name, [wanted, signed, reason]] of Object.entries(certificates)) {
    test(`no policy: a certificate ${name}`, async () => {
      host.certificates.set('mta-sts.far.example', issue(wanted, signed ? root : null))
      assert.deepEqual((await policies().find('far.example')).fault, { type: 'sts-webpki-invalid', reason })
      assert.deepEqual(host.asked, [])
    })
  }

  test('a wildcard certificate will do', async () => {
    host.certificates.set('mta-sts.far.example', issue({ names: ['*.far.example'] }, root))
    assert.equal((await policies().find('far.example')).rules?.mode, 'enforce')
  })

  test('renewed each day though nobody writes, and held on to where that fails (§3.3)', async () => {
    host.pages.set('mta-sts.far.example', { text: policyText('enforce', ['mx.far.example'], 604_800) })
    const found = policies()
    await found.find('far.example')
    clock += 86_400_000 - 1
    await found.refresh(() => false)
    assert.equal(host.asked.length, 1, 'not yet')
    clock += 1
    dns.fail('TXT', '_mta-sts.far.example', 'SERVFAIL')
    host.pages.set('mta-sts.far.example', { status: 503 })
    await found.refresh(() => false)
    assert.equal(host.asked.length, 2)
    assert.equal(warned.length, 1)
    assert.match(warned[0] ?? '', /far\.example.*HTTP 503/)
    assert.equal((await found.find('far.example')).rules?.mode, 'enforce')
    await found.refresh(() => false)
    assert.equal(host.asked.length, 2, 'once a day')
    clock += 86_400_000
    host.pages.set('mta-sts.far.example', { text: policyText('enforce', ['mx.far.example'], 200_000) })
    await found.refresh(() => false)
    assert.equal((await store.stsPolicies.find('far.example'))?.expiresAt, clock + 200_000_000)
    clock += 86_400_000
    await found.refresh(() => true)
    assert.equal(host.asked.length, 3, 'not while it is told to end')
  })

  test('one that is "none" goes without a word when it cannot be renewed', async () => {
    await store.stsPolicies.put({ domain: 'far.example', id: '1', policy: policyText('none', []), maxAge: 10 ** 9 })
    host.pages.set('mta-sts.far.example', { status: 404 })
    clock += 86_400_000
    await policies().refresh(() => false)
    assert.deepEqual([host.asked.length, warned], [1, []])
    clock += 10 ** 9
    await policies().refresh(() => false)
    assert.equal(await store.stsPolicies.find('far.example'), null)
  })
})
