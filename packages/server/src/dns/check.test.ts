import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { DnsResolver, defaultMtaLimits, dkimName, dkimRecord, makeDkimKeys } from '@lemonade/mta'
import { type DkimKey, openStore } from '@lemonade/store'
import { DnsTestServer } from '../../../mta/src/testing.ts'
import { configOf } from '../config/config.ts'
import { checkGroups, checkHost, type Finding, findingLines, isFault, reverseName } from './check.ts'
import { domainGroups, hostGroups, recordLine, zoneText } from './zone.ts'

const config = configOf(
  'hostname = "mail.example.org"\n[listen]\nmanagesieve = false\nimaps = "0.0.0.0:993"\n[mta]\nsts = "enforce"\n',
  'x',
  '/',
)
const hash = (fill: number) => new Uint8Array(32).fill(fill)

describe('records are compared with DNS', () => {
  let dns: DnsTestServer
  let keys: readonly DkimKey[]
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-zone-'))

  before(async () => {
    const store = await openStore(directory, { background: false })
    await store.domains.add('example.org')
    keys = await makeDkimKeys(store, 'example.org', ['rsa', 'ed25519'], Date.parse('2026-11-24'))
    await store.close()
    dns = await DnsTestServer.start()
  })
  after(async () => {
    await dns.stop()
    rmSync(directory, { recursive: true })
  })
  beforeEach(() => dns.forget())

  const groupsOf = (state: DkimKey['state'], hashes: readonly Uint8Array[] = []) => [
    ...(hashes.length === 0 ? [] : hostGroups(config, { hashes, stay: true })),
    ...domainGroups(config, { name: 'example.org', keys: keys.map(key => ({ ...key, state })) }),
  ]
  const resolver = () =>
    new DnsResolver({
      servers: [dns.address],
      trust: 'loopback',
      limits: { ...defaultMtaLimits, dnsSeconds: 0.2, dnsRounds: 1, dnsAnswersKept: 0 },
    })
  const check = (state: DkimKey['state'] = 'active', hashes: readonly Uint8Array[] = []) =>
    checkGroups(groupsOf(state, hashes), resolver())
  const findings = async (start: string, ...rest: Parameters<typeof check>): Promise<Finding[]> =>
    (await check(...rest)).filter(({ what }) => what.startsWith(start))
  const only = async (start: string, ...rest: Parameters<typeof check>): Promise<Finding> =>
    (await findings(start, ...rest))[0] ?? assert.fail(start)

  /** All that is printed, said by the server. */
  const publish = (hashes: readonly Uint8Array[] = []) => {
    for (const record of groupsOf('active', hashes).flatMap(group => group.records)) {
      if (record.type === 'CNAME') dns.alias(record.name, record.data)
      else if (record.type === 'TXT') {
        const text = record.data.join('')
        dns.say('TXT', record.name, [[text.slice(0, 200), text.slice(200)]])
      } else dns.say(record.type, record.name, [record.data] as never)
    }
  }

  test('what is printed is right, all of it', async () => {
    publish([hash(1)])
    for (const finding of await check('active', [hash(1)])) {
      assert.deepEqual([finding.verdict, finding.what], ['right', finding.what])
      assert.equal(isFault(finding), false)
    }
  })

  test('an empty DNS lacks all but what is for later or says that something is not there', async () => {
    const all = await check('active', [hash(1)])
    const other = all.filter(({ verdict }) => verdict !== 'missing')
    assert.deepEqual(
      other.map(({ what, verdict }) => `${verdict} ${what}`),
      ['right _sieve._tcp.example.org. SRV 0 0 0 .'],
    )
    const [fine] = all.filter(finding => !isFault(finding))
    assert.match(fine?.what ?? '', /TLSA/)
    assert.match(findingLines(all), /^optional {2}_25\._tcp\.mail\.example\.org\. TLSA 3 1 1 0101/)
    assert.match(findingLines(all), /\nmissing {3}example\.org\. MX 10 mail\.example\.org\.\n {10}Add it\./)
  })

  test('one record after the other: right, or not, and what to do', async () => {
    const rsa = keys.find(({ algorithm }) => algorithm === 'rsa') ?? assert.fail()
    const key = dkimName(rsa)
    const mx = (exchange: string, priority = 10) => ({ exchange, priority })
    const srv = (target: string, port: number) => ({ target, port, priority: 0, weight: 1 })
    const rows: [what: string, act: () => unknown, line: string, verdict: Finding['verdict'], advice: RegExp][] = [
      [
        'mail goes elsewhere',
        () => dns.say('MX', 'example.org', [mx('a.example')]),
        'example.org. MX',
        'differs',
        /10 a\.example\. instead/,
      ],
      [
        'and here',
        () => dns.say('MX', 'example.org', [mx('a.example', 20), mx('MAIL.example.org', 5)]),
        'example.org. MX',
        'right',
        /20 a\.example\. besides/,
      ],
      [
        'other senders, too',
        () => dns.say('TXT', 'example.org', [['x'], ['v=spf1 include:a.example mx ~all']]),
        'example.org. TXT',
        'right',
        /lets this server send/,
      ],
      [
        'other senders only',
        () => dns.say('TXT', 'example.org', [['v=spf1 include:a.example ~all']]),
        'example.org. TXT',
        'differs',
        /add "mx" to it/,
      ],
      [
        'two of SPF',
        () => dns.say('TXT', 'example.org', [['v=spf1 mx -all'], ['v=spf1 -all']]),
        'example.org. TXT',
        'differs',
        /there may be one only/,
      ],
      [
        'another version',
        () => dns.say('TXT', 'example.org', [['v=spf10 mx']]),
        'example.org. TXT',
        'missing',
        /Add it/,
      ],
      [
        'a stricter policy',
        () => dns.say('TXT', '_dmarc.example.org', [['v=DMARC1;p=reject']]),
        '_dmarc',
        'right',
        /p=reject/,
      ],
      [
        'no policy',
        () => dns.say('TXT', '_dmarc.example.org', [['v=DMARC1; rua=mailto:a@example']]),
        '_dmarc',
        'differs',
        /nobody finds a policy/,
      ],
      ['a key of another', () => dns.say('TXT', key, [['v=DKIM1; k=rsa; p=AAAA']]), key, 'differs', /Copy it anew/],
      [
        'a key that lacks its end',
        () => dns.say('TXT', key, [[dkimRecord(rsa).slice(0, 250)]]),
        key,
        'differs',
        /Copy it anew/,
      ],
      [
        'an old id',
        () => dns.say('TXT', '_mta-sts.example.org', [['v=STSv1; id=1']]),
        '_mta-sts',
        'differs',
        /another id/,
      ],
      [
        'other reports',
        () => dns.say('TXT', '_smtp._tls.example.org', [['v=TLSRPTv1; rua=https://a.example']]),
        '_smtp._tls',
        'right',
        /a\.example/,
      ],
      [
        'reports to nobody',
        () => dns.say('TXT', '_smtp._tls.example.org', [['v=TLSRPTv1']]),
        '_smtp._tls',
        'differs',
        /nobody/,
      ],
      [
        'another port',
        () => dns.say('SRV', '_imaps._tcp.example.org', [srv('mail.example.org', 994)]),
        '_imaps',
        'differs',
        /994 mail/,
      ],
      [
        'another priority',
        () => dns.say('SRV', '_imaps._tcp.example.org', [{ ...srv('mail.example.org', 993), priority: 5 }]),
        '_imaps',
        'right',
        /^$/,
      ],
      [
        'a service that is not here',
        () => dns.say('SRV', '_sieve._tcp.example.org', [srv('mail.example.org', 4190)]),
        '_sieve',
        'differs',
        /4190/,
      ],
      [
        'addresses in the place of an alias',
        () =>
          dns
            .say('A', 'autoconfig.example.org', ['192.0.2.1'])
            .say('A', 'mail.example.org', ['192.0.2.1', '192.0.2.2']),
        'autoconfig',
        'right',
        /other records/,
      ],
      [
        'addresses of another',
        () => dns.say('A', 'autoconfig.example.org', ['192.0.2.9']).say('A', 'mail.example.org', ['192.0.2.1']),
        'autoconfig',
        'differs',
        /192\.0\.2\.9/,
      ],
      [
        'an alias of nothing',
        () => dns.alias('autoconfig.example.org', 'gone.example'),
        'autoconfig',
        'differs',
        /leads nowhere/,
      ],
      [
        'a server that fails',
        () => dns.fail('MX', 'example.org', 'SERVFAIL'),
        'example.org. MX',
        'unknown',
        /could not look up example\.org/,
      ],
      [
        'a server that is silent',
        () => dns.fail('TXT', '_dmarc.example.org', 'silence'),
        '_dmarc',
        'unknown',
        /does not answer/,
      ],
      [
        'what a terminal would obey',
        () => dns.say('TXT', '_dmarc.example.org', [['v=DMARC1; \u001b]0;x\u0007"\\']]),
        '_dmarc',
        'differs',
        /\\027\]0;x\\007\\"\\\\/,
      ],
    ]
    for (const [what, act, line, verdict, advice] of rows) {
      dns.forget()
      act()
      const finding = await only(line)
      assert.equal(finding.verdict, verdict, what)
      assert.match(finding.advice.join('\n'), advice, what)
      assert.equal(isFault(finding), verdict !== 'right', what)
    }
  })

  test('a key that waits or has retired is told as that', async () => {
    const name = dkimName(keys[0] ?? assert.fail())
    assert.match((await only(name, 'prepared')).advice[0] ?? '', /once it is there/)
    assert.match((await only(name, 'active')).advice[0] ?? '', /nobody can verify/)
    const retired = await only(name, 'retired')
    assert.equal(isFault(retired), false)
  })

  test('RFC 7672 §8.1: TLSA must have the key of today, and should have that of tomorrow', async () => {
    const tlsa = (data: Uint8Array, usage = 3) => ({ usage, selector: 1, matchingType: 1, data })
    const name = '_25._tcp.mail.example.org'
    const hashes = [hash(1), hash(2)]
    const rows: [records: ReturnType<typeof tlsa>[], verdicts: string[]][] = [
      [[], ['missing', 'missing']],
      [[tlsa(hash(1))], ['right', 'missing']],
      [
        [tlsa(hash(1)), tlsa(hash(2))],
        ['right', 'right'],
      ],
      [[tlsa(hash(2))], ['differs', 'right']],
      [[tlsa(hash(3))], ['differs', 'differs']],
      [[tlsa(hash(1), 2)], ['differs', 'differs']],
    ]
    for (const [records, verdicts] of rows) {
      dns.say('TLSA', name, records, { secure: true })
      const found = await findings(name, 'active', hashes)
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        verdicts,
      )
    }
    dns.say('TLSA', name, [tlsa(hash(1))])
    assert.match((await only(name, 'active', hashes)).advice[0] ?? '', /does not say that it is signed/)
  })

  test('the machine has addresses, and these have its name', async () => {
    const host = () => checkHost('mail.example.org', resolver())
    assert.equal((await host())[0]?.verdict, 'missing')
    dns.say('A', 'mail.example.org', ['192.0.2.1']).say('AAAA', 'mail.example.org', ['2001:db8::1'])
    assert.deepEqual(
      (await host()).map(({ verdict }) => verdict),
      ['differs', 'differs'],
    )
    dns.say('PTR', '1.2.0.192.in-addr.arpa', ['Mail.Example.org'])
    dns.say('PTR', reverseName('2001:db8::1'), ['other.example'])
    const [four, six] = await host()
    assert.deepEqual([four?.what, four?.verdict], ['mail.example.org. A 192.0.2.1', 'right'])
    assert.match(six?.advice[0] ?? '', /other\.example.*have its provider set mail\.example\.org/)
    dns.fail('A', 'mail.example.org', 'REFUSED')
    assert.equal((await host())[0]?.verdict, 'unknown')
  })

  test('long keys are printed in strings of 255 octets', () => {
    const rsa = keys.find(({ algorithm }) => algorithm === 'rsa') ?? assert.fail()
    const line = recordLine({
      ...{ name: dkimName(rsa), type: 'TXT', data: [dkimRecord(rsa)], purpose: { is: 'dkim', key: rsa } },
    })
    const strings = [...line.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)
    assert.deepEqual(
      strings.map(text => text.length),
      [255, dkimRecord(rsa).length - 255],
    )
    assert.equal(strings.join(''), dkimRecord(rsa))
  })

  test('what others cannot keep their promise of is printed as a comment', () => {
    const text = (stay: boolean) => zoneText('mail.example.org', hostGroups(config, { hashes: [hash(1)], stay }))
    assert.match(text(true), /^_25\._tcp\.mail\.example\.org\. TLSA 3 1 1 (?:01){32}$/m)
    assert.match(text(false), /^; _25\._tcp\.mail\.example\.org\. TLSA 3 1 1 (?:01){32}$/m)
  })
})

test('RFC 3596 §2.5: names of addresses the other way round', () => {
  const zeros = '0.'.repeat(23)
  const rows: [address: string, name: string][] = [
    ['192.0.2.10', '10.2.0.192.in-addr.arpa'],
    ['4321:0:1:2:3:4:567:89ab', 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa'],
    ['2001:db8::1', `1.${zeros}8.b.d.0.1.0.0.2.ip6.arpa`],
    ['::ffff:192.0.2.1', `1.0.2.0.0.0.0.c.f.f.f.f.${'0.'.repeat(20)}ip6.arpa`],
    ['::', `${'0.'.repeat(32)}ip6.arpa`],
  ]
  for (const [address, name] of rows) assert.equal(reverseName(address), name)
})
