import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dnsOf } from '../testing.ts'
import { nextAttempt } from './retry.ts'
import { NoRoute, routeTo, routeToSmartHost } from './route.ts'

interface Zone {
  readonly mx?: readonly (readonly [priority: number, exchange: string])[] | string
  readonly a?: readonly string[] | string
  readonly aaaa?: readonly string[] | string
}

/** A resolver over a table; a text in place of records is an error's code. */
function resolver(zones: Readonly<Record<string, Zone>>) {
  const look = <T>(name: string, records: readonly T[] | string | undefined): readonly T[] => {
    if (typeof records === 'object') return records
    throw Object.assign(new Error(name), { code: records ?? (name in zones ? 'ENODATA' : 'ENOTFOUND') })
  }
  return dnsOf({
    resolveMx: async name => look(name, zones[name]?.mx).map(([priority, exchange]) => ({ priority, exchange })),
    resolve4: async name => look(name, zones[name]?.a),
    resolve6: async name => look(name, zones[name]?.aaaa),
  })
}

const route = async (domain: string, zones: Readonly<Record<string, Zone>>, random = () => 0.5) =>
  (await routeTo(domain, { resolver: resolver(zones), hostname: 'mail.example.org', hosts: 3, random })).hops.map(
    ({ name, address }) => `${name} ${address}`,
  )

const mx2 = { a: ['192.0.2.2'] }

test('route: the best preference first, IPv4 before IPv6 (RFC 5321 §5.1)', async () => {
  assert.deepEqual(
    await route('far.example', {
      'far.example': {
        mx: [
          [20, 'mx2.far.example'],
          [10, 'MX1.far.example.'],
        ],
      },
      'mx1.far.example': { a: ['192.0.2.1'], aaaa: ['2001:db8::1'] },
      'mx2.far.example': mx2,
    }),
    ['mx1.far.example 192.0.2.1', 'mx1.far.example 2001:db8::1', 'mx2.far.example 192.0.2.2'],
  )
})

test('route: equal preferences are shuffled', async () => {
  const zones = {
    'far.example': {
      mx: [
        [5, 'a.example'],
        [5, 'b.example'],
      ] as const,
    },
    'a.example': mx2,
    'b.example': mx2,
  }
  const falling = [0.9, 0.1]
  assert.deepEqual(await route('far.example', zones, () => falling.shift() ?? 0), [
    'b.example 192.0.2.2',
    'a.example 192.0.2.2',
  ])
})

test('route: without MX the domain itself; an address literal without any look-up', async () => {
  assert.deepEqual(await route('far.example', { 'far.example': { a: ['192.0.2.9'] } }), ['far.example 192.0.2.9'])
  assert.deepEqual(await route('far.example', { 'far.example': { mx: [], aaaa: ['2001:db8::9'] } }), [
    'far.example 2001:db8::9',
  ])
  assert.deepEqual(await route('[192.0.2.7]', {}), ['[192.0.2.7] 192.0.2.7'])
  assert.deepEqual(await route('[IPv6:2001:db8::7]', {}), ['[IPv6:2001:db8::7] 2001:db8::7'])
})

test('route: a domain in U-labels is looked up in A-labels', async () => {
  assert.deepEqual(await route('bücher.example', { 'xn--bcher-kva.example': mx2 }), ['xn--bcher-kva.example 192.0.2.2'])
})

test('route: hosts no better than this server are left out (RFC 5321 §5.1)', async () => {
  const zones = {
    'far.example': {
      mx: [
        [10, 'mx.example'],
        [20, 'mail.example.org'],
        [30, 'worse.example'],
      ] as const,
    },
    'mx.example': mx2,
    'worse.example': mx2,
  }
  assert.deepEqual(await route('far.example', zones), ['mx.example 192.0.2.2'])
})

test('route: more hosts than an attempt tries', async () => {
  const names = ['a', 'b', 'c', 'd']
  const zones: Record<string, Zone> = { 'far.example': { mx: names.map((name, i) => [i, `${name}.example`] as const) } }
  for (const name of names) zones[`${name}.example`] = mx2
  assert.equal((await route('far.example', zones)).length, 3)
})

const refusals: readonly [
  name: string,
  domain: string,
  zones: Readonly<Record<string, Zone>>,
  permanent: boolean,
  status: string,
][] = [
  ['a null MX (RFC 7505 §3)', 'far.example', { 'far.example': { mx: [[0, '']], a: ['192.0.2.1'] } }, true, '5.1.10'],
  ['a null MX with its dot', 'far.example', { 'far.example': { mx: [[0, '.']] } }, true, '5.1.10'],
  ['no such domain', 'far.example', {}, true, '5.1.2'],
  ['exchanges without addresses', 'far.example', { 'far.example': { mx: [[1, 'mx.example']] } }, true, '5.1.2'],
  ['a look-up of MX that fails', 'far.example', { 'far.example': { mx: 'ESERVFAIL' } }, false, '4.4.3'],
  [
    'a look-up of addresses that fails',
    'far.example',
    { 'far.example': { mx: [[1, 'mx.example']] }, 'mx.example': { a: 'ETIMEOUT' } },
    false,
    '4.4.3',
  ],
  ['a loop', 'far.example', { 'far.example': { mx: [[1, 'mail.example.org']] } }, true, '5.4.6'],
  ['no domain name', 'a b', {}, true, '5.1.2'],
]
for (const [name, domain, zones, permanent, status] of refusals) {
  test(`no route: ${name}`, async () => {
    await assert.rejects(route(domain, zones), (error: unknown) => {
      assert.ok(error instanceof NoRoute)
      assert.deepEqual([error.permanent, error.status], [permanent, status])
      return true
    })
  })
}

test('a smart host that cannot be found is waited for', async () => {
  const options = { resolver: resolver({}), hostname: 'mail.example.org', hosts: 3, random: () => 0 }
  await assert.rejects(
    routeToSmartHost('relay.example', options),
    (error: unknown) => error instanceof NoRoute && !error.permanent,
  )
  const { hops } = await routeToSmartHost('127.0.0.1', options)
  assert.deepEqual(hops, [{ name: '127.0.0.1', address: '127.0.0.1', canonicalName: '127.0.0.1', secure: false }])
})

test('retry: twice as long each time, up to the longest, a fifth more or less', () => {
  const limits = { firstRetrySeconds: 60, longestRetrySeconds: 14_400 }
  const seconds = (attempts: number, random: number) => nextAttempt(0, attempts, limits, () => random) / 1000
  assert.deepEqual(
    [1, 2, 3, 8, 9, 10, 1000].map(attempts => seconds(attempts, 0.5)),
    [60, 120, 240, 7680, 14_400, 14_400, 14_400],
  )
  assert.equal(seconds(1, 0), 48)
  assert.ok(seconds(1, 0.9999) < 72)
})
