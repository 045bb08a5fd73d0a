/** Lists in DNS (RFC 5782) and greylisting (RFC 6647), from where a client sees them. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { silentLog } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { type Names, resolverOf, txt } from '../authentication/names.testing.ts'
import { networks } from '../authentication/networks.ts'
import type { MtaLimits } from '../limits.ts'
import type { MtaOptions } from '../service.ts'
import { greeted, messagesIn, openTestStore, startMta, transact } from '../testing.ts'
import { networkOf } from './greylisting.ts'
import { reversed } from './listing.ts'

let store: Store
let close: () => Promise<void>
before(async () => {
  ;({ store, close } = await openTestStore())
})
after(() => close())

const all = networks(['0.0.0.0/0']) ?? assert.fail()
const none = networks([]) ?? assert.fail()
const message = 'From: a@far.example\r\nSubject: x\r\n\r\nHello.'

interface Setting {
  readonly options?: Partial<Omit<MtaOptions, 'limits'>>
  readonly limits?: Partial<MtaLimits>
  readonly names?: Names
  readonly asked?: string[]
}

/** Each step is a transaction of a client's; its replies. */
async function hand(
  { options = {}, limits = {}, names = {}, asked = [] }: Setting,
  ...steps: readonly (readonly [from: string, to: string] | (() => void))[]
): Promise<string[]> {
  const authentication = { policy: 'none' as const, resolver: resolverOf(names, asked) }
  const service = await startMta(store, { exempt: none, authentication, ...options, limits })
  const client = await greeted(service, 'smtp')
  const replies: string[] = []
  for (const step of steps) {
    if (typeof step === 'function') step()
    else replies.push((await transact(client, `<${step[0]}>`, [`<${step[1]}>`], message)).slice(0, 60))
    await client.say('RSET')
  }
  client.close()
  await service.stop(0)
  return replies
}

const alice = ['a@far.example', 'alice@example.org'] as const
const zone = (name: string, weight = 1, codes?: readonly string[]) => ({
  zone: name,
  weight,
  ...(codes === undefined ? {} : { codes: networks(codes) ?? assert.fail() }),
})
const lists = (refuseFrom: number, junkFrom: number, ...zones: readonly ReturnType<typeof zone>[]) => ({
  options: { lists: { zones, refuseFrom, junkFrom } },
})
const listed = { 'A 1.0.0.127.bl.example': ['127.0.0.2'] }

/** What was written into the last message of a mailbox about lists. */
async function lastField(mailbox = 'INBOX'): Promise<string | undefined> {
  const text = (await messagesIn(store, 'alice@example.org', mailbox)).at(-1)?.text ?? ''
  return /^X-Lemonade-Listed: (.*)\r$/m.exec(text.replace(/\r\n(?=[ \t])/g, ''))?.[1]
}

describe('lists in DNS', () => {
  test('names of addresses (RFC 5782 §2.1, §2.4)', () => {
    assert.equal(reversed('192.0.2.99'), '99.2.0.192')
    assert.equal(
      reversed('2001:db8:1:2:3:4:567:89ab'),
      'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2',
    )
    assert.equal(reversed('::1'), `1${'.0'.repeat(31)}`)
    assert.equal(reversed('1::'), `0${'.0'.repeat(27)}.1.0.0.0`)
    assert.equal(reversed('::ffff:0:192.0.2.1')?.slice(0, 15), '1.0.2.0.0.0.0.c')
    for (const text of ['', 'x', '1.2.3', 'fe80::1::2']) assert.equal(reversed(text), null, text)
  })

  test('who is listed is refused at RCPT, the postmaster excepted; who is not, is not', async () => {
    const [reply, postmaster] = await hand({ ...lists(1, 0, zone('bl.example')), names: listed }, alice, [
      'a@far.example',
      'postmaster@example.org',
    ])
    assert.match(reply ?? '', /^550 5\.7\.1 Your address 127\.0\.0\.1 is listed by bl\.example/)
    assert.match(postmaster ?? '', /^250/)
    assert.match((await hand(lists(1, 0, zone('bl.example')), alice))[0] ?? '', /^250/)
    assert.equal(await lastField(), undefined)
  })

  test('a client is looked up once, however much it hands in', async () => {
    const asked: string[] = []
    await hand({ ...lists(9, 0, zone('bl.example')), names: listed, asked }, alice, alice, alice)
    assert.equal(asked.filter(question => question.startsWith('A ')).length, 1)
  })

  test('weights add up: refused, into Junk, or only marked; a good list takes away', async () => {
    const names = {
      'A 1.0.0.127.one.example': ['127.0.0.2', '127.0.0.4'],
      'A 1.0.0.127.two.example': ['127.0.0.3'],
      'A 1.0.0.127.good.example': ['127.0.0.1'],
    }
    const zones = [zone('one.example', 0.5), zone('two.example', 0.75)]
    assert.match((await hand({ ...lists(1.25, 0, ...zones), names }, alice))[0] ?? '', /^550/)
    assert.match((await hand({ ...lists(1.26, 0, ...zones), names }, alice))[0] ?? '', /^250/)
    assert.equal(await lastField(), '1.25 one.example=127.0.0.2 two.example=127.0.0.3')
    assert.match((await hand({ ...lists(0, 1.25, ...zones), names }, alice))[0] ?? '', /^250/)
    assert.equal(await lastField('Junk'), '1.25 one.example=127.0.0.2 two.example=127.0.0.3')
    const good = lists(1, 1, ...zones, zone('good.example', -1))
    assert.match((await hand({ ...good, names }, alice))[0] ?? '', /^250/)
    assert.match((await lastField()) ?? '', /^0\.25 .* good\.example=127\.0\.0\.1$/)
  })

  test('only codes that count count, and what is no answer of a list never', async () => {
    const rows: readonly [answer: unknown, codes: readonly string[] | undefined, code: string][] = [
      [['127.0.0.2'], ['127.0.0.2/31'], '550'],
      [['127.0.0.10'], ['127.0.0.2/31'], '250'],
      [['127.0.0.10', '127.0.0.3'], ['127.0.0.2/31'], '550'],
      [['192.0.2.1'], undefined, '250'],
      [['192.0.2.1'], ['0.0.0.0/0'], '250'],
      [['127.255.255.254'], undefined, '250'],
      [[], undefined, '250'],
      ['ENODATA', undefined, '250'],
    ]
    for (const [answer, codes, code] of rows) {
      const names = { 'A 1.0.0.127.bl.example': answer }
      const [reply] = await hand({ ...lists(1, 0, zone('bl.example', 1, codes)), names }, alice)
      assert.equal(reply?.slice(0, 3), code, JSON.stringify([answer, codes]))
    }
  })

  test('a list that fails or is silent holds nobody up, and rests', async () => {
    for (const answer of ['ESERVFAIL', 'never']) {
      const asked: string[] = []
      let now = 1_700_000_000_000
      const warned: unknown[] = []
      const log = { ...silentLog, warn: (facts: unknown) => void warned.push(facts), child: () => log }
      const names = { 'A 1.0.0.127.bl.example': answer, 'A 1.0.0.127.good.example': ['127.0.0.2'] }
      const { options } = lists(9, 0, zone('bl.example'), zone('good.example'))
      const limits = { listSeconds: 0.05, listRestSeconds: 60 }
      const service = await startMta(store, {
        ...options,
        exempt: none,
        authentication: { policy: 'none', resolver: resolverOf(names, asked) },
        log,
        now: () => now,
        limits,
      })
      for (const [later, times] of [
        [0, 1],
        [59_999, 1],
        [1, 2],
      ] as const) {
        now += later
        const client = await greeted(service, 'smtp')
        assert.match(await transact(client, '<a@far.example>', ['<alice@example.org>'], message), /^250/)
        client.close()
        assert.equal(asked.filter(question => question === 'A 1.0.0.127.bl.example').length, times)
        assert.equal(await lastField(), '1 good.example=127.0.0.2')
      }
      await service.stop(0)
      assert.equal(warned.length, 2)
    }
  })

  test('trusted clients and LMTP are not looked up', async () => {
    const { options } = lists(1, 0, zone('bl.example'))
    assert.match((await hand({ options: { ...options, exempt: all }, names: listed }, alice))[0] ?? '', /^250/)
    const service = await startMta(store, {
      ...options,
      exempt: none,
      authentication: { policy: 'none', resolver: resolverOf(listed) },
    })
    const client = await greeted(service, 'lmtp')
    assert.match(await transact(client, '<a@far.example>', ['<alice@example.org>'], message), /^250/)
    client.close()
    await service.stop(0)
  })
})

describe('greylisting', () => {
  let now = 1_700_000_000_000
  const grey = (options: Partial<Omit<MtaOptions, 'limits'>> = {}) => ({ greylisting: true, ...options })

  test('networks', () => {
    assert.equal(networkOf('192.0.2.9'), '192.0.2.0/24')
    assert.equal(networkOf('::ffff:192.0.2.9'), '192.0.2.0/24')
    assert.equal(networkOf('2001:db8:1:2:3::9'), '2001:db8:1:2::/64')
    assert.equal(networkOf('::1'), '0:0:0:0::/64')
  })

  test('who is new is asked to come again, and is let in then; from where it is, to whom and from whom count', async () => {
    const own = await openTestStore({ clock: () => now })
    ;[store, own.store] = [own.store, store]
    const later = (seconds: number) => () => {
      now += seconds * 1000
    }
    const bob = ['a@far.example', 'bob@example.org'] as const
    const options = grey()
    const replies = await hand({ options }, alice, later(299), alice, bob, later(1), alice, bob, alice)
    ;[store, own.store] = [own.store, store]
    await own.close()
    assert.match(replies[0] ?? '', /^451 4\.7\.1 Greylisted, try again in 300 seconds/)
    assert.match(replies[1] ?? '', /^451 4\.7\.1 Greylisted, try again in 1 seconds/)
    assert.deepEqual(
      replies.map(reply => reply.slice(0, 3)),
      ['451', '451', '451', '250', '451', '250'],
    )
  })

  test('SPF lets in who the domain names; who it does not name waits, like all where nothing is authenticated', async () => {
    const names = { 'TXT known.example': txt('v=spf1 ip4:127.0.0.1 -all'), 'TXT other.example': txt('v=spf1 -all') }
    const to = 'alice@example.org'
    const replies = await hand({ options: grey(), names }, ['a@known.example', to], ['a@other.example', to])
    assert.deepEqual(
      replies.map(reply => reply.slice(0, 3)),
      ['250', '451'],
    )
    const [unchecked] = await hand({ options: grey({ authentication: null }), names }, ['b@known.example', to])
    assert.match(unchecked ?? '', /^451/)
  })

  test('so do a list of the good, and trust', async () => {
    const { options } = lists(0, 0, zone('good.example', -1))
    const names = { 'A 1.0.0.127.good.example': ['127.0.0.2'] }
    assert.match((await hand({ options: grey(options), names }, ['new@far.example', alice[1]]))[0] ?? '', /^250/)
    assert.match((await hand({ options: grey({ exempt: all }) }, ['newer@far.example', alice[1]]))[0] ?? '', /^250/)
  })

  test('it is off unless somebody wants it', async () => {
    assert.match((await hand({}, ['newest@far.example', alice[1]]))[0] ?? '', /^250/)
  })
})
