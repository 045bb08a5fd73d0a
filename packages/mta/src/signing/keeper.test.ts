import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { silentLog } from '@lemonade/net'
import type { DkimKey, Store } from '@lemonade/store'
import { type Dns, type DnsAnswer, DnsError } from '../dns/record.ts'
import { openTestStore } from '../testing.ts'
import { KeyKeeper } from './keeper.ts'
import { dkimName, dkimRecord, isRecordOf, makeDkimKeys } from './key.ts'

const hour = 3_600_000
const day = 24 * hour

interface World {
  readonly store: Store
  readonly records: Map<string, string | DnsError>
  readonly tend: (rotateDays?: number) => Promise<void>
  /** `selector state`, of one algorithm. */
  readonly states: (algorithm?: DkimKey['algorithm']) => Promise<string[]>
  readonly publish: (...states: readonly DkimKey['state'][]) => Promise<void>
  now: number
}

async function world(t: TestContext): Promise<World> {
  const found = { now: Date.parse('2026-11-24T12:00:00Z') }
  const { store, close } = await openTestStore({ clock: () => found.now })
  t.after(close)
  const records = new Map<string, string | DnsError>()
  const look = async (name: string): Promise<DnsAnswer<unknown>> => {
    const said = records.get(name)
    if (said instanceof DnsError) throw said
    // A record of 2048 bits comes in two strings.
    const texts = said === undefined ? [] : [[said.slice(0, 255), said.slice(255)]]
    return { records: texts, exists: said !== undefined, name, secure: false }
  }
  const limits = { keyLookSeconds: 900, keyPublishedSeconds: 86_400, keyRetiredSeconds: 14 * 86_400 }
  const options = { store, dns: { look: look as Dns['look'] }, limits, log: silentLog, now: () => found.now }
  return Object.assign(found, {
    store,
    records,
    tend: (rotateDays = 0) => new KeyKeeper({ ...options, rotateDays }).tend(),
    states: async (algorithm: DkimKey['algorithm'] = 'rsa') =>
      (await store.dkimKeys.list('example.org'))
        .filter(key => key.algorithm === algorithm)
        .map(({ selector, state }) => `${selector} ${state}`),
    publish: async (...states: readonly DkimKey['state'][]) => {
      for (const key of await store.dkimKeys.list('example.org'))
        if (states.includes(key.state)) records.set(dkimName(key), dkimRecord(key))
    },
  })
}

test('a domain has keys; the first ones sign as soon as their records are in DNS', async t => {
  const here = await world(t)
  await here.store.domains.add('localhost')
  await here.tend()
  assert.deepEqual(await here.states(), ['rsa-20261124 prepared'])
  assert.deepEqual(await here.states('ed25519'), ['ed25519-20261124 prepared'])
  assert.deepEqual(await here.store.dkimKeys.list('localhost'), [])
  here.now += day
  await here.tend()
  assert.deepEqual(await here.states(), ['rsa-20261124 prepared'])
  await here.publish('prepared')
  await here.tend()
  assert.deepEqual(await here.states(), ['rsa-20261124 active'])
  assert.deepEqual(await here.states('ed25519'), ['ed25519-20261124 active'])
})

test('a new key waits until its record has been seen for a day; the old one retires, and goes', async t => {
  const here = await world(t)
  await here.tend()
  await here.publish('prepared')
  await here.tend()
  await makeDkimKeys(here.store, 'example.org', ['rsa'], here.now)
  const [old, next] = ['rsa-20261124', 'rsa-20261124-2']
  const rows: [what: string, hours: number, act: () => unknown, states: string[]][] = [
    ['nothing in DNS', 100, () => {}, [`${old} active`, `${next} prepared`]],
    ['in DNS', 1, () => here.publish('prepared'), [`${old} active`, `${next} published`]],
    ['not for long enough', 23, () => {}, [`${old} active`, `${next} published`]],
    [
      'taken out again',
      0,
      () => here.records.delete(`${next}._domainkey.example.org`),
      [`${old} active`, `${next} prepared`],
    ],
    ['in DNS again', 48, () => here.publish('prepared'), [`${old} active`, `${next} published`]],
    ['for a day', 24, () => {}, [`${old} retired`, `${next} active`]],
    ['while mail is under way', 14 * 24 - 1, () => {}, [`${old} retired`, `${next} active`]],
    ['behind that', 1, () => {}, [`${next} active`]],
  ]
  for (const [what, hours, act, states] of rows) {
    here.now += hours * hour
    await act()
    await here.tend()
    assert.deepEqual(await here.states(), states, what)
  }
})

test('where DNS does not answer, nothing changes', async t => {
  const here = await world(t)
  await here.tend()
  await here.publish('prepared')
  await here.tend()
  await makeDkimKeys(here.store, 'example.org', ['rsa'], here.now)
  await here.publish('prepared')
  await here.tend()
  for (const name of here.records.keys()) here.records.set(name, new DnsError('ETIMEOUT', 'silence'))
  here.now += 100 * day
  await here.tend()
  assert.deepEqual(await here.states(), ['rsa-20261124 active', 'rsa-20261124-2 published'])
})

test('keys are replaced by themselves where that is wanted, and one at a time', async t => {
  const here = await world(t)
  await here.tend()
  await here.publish('prepared')
  await here.tend(180)
  here.now += 180 * day - 1
  await here.tend(180)
  assert.equal((await here.states()).length, 1)
  here.now += 1
  await here.tend(0)
  assert.equal((await here.states()).length, 1)
  await here.tend(180)
  await here.tend(180)
  assert.deepEqual(await here.states(), ['rsa-20261124 active', 'rsa-20270523 prepared'])
  assert.deepEqual(await here.states('ed25519'), ['ed25519-20261124 active', 'ed25519-20270523 prepared'])
})

test('what a record may look like that holds a key', () => {
  const { publicKey } = generateKeyPairSync('ed25519')
  const key = {
    algorithm: 'ed25519' as const,
    publicKey: new Uint8Array(publicKey.export({ type: 'spki', format: 'der' })),
  }
  const record = dkimRecord(key)
  const p = record.replace(/.*p=/, '')
  const rows: [text: string, isOfIt: boolean][] = [
    [record, true],
    [`k=ed25519;p=${p}`, true],
    [` p = ${p.slice(0, 9)} ${p.slice(9)} ; k = ed25519; t=s; `, true],
    [`v=DKIM1; p=${p}`, false],
    [`v=DKIM2; k=ed25519; p=${p}`, false],
    ['v=DKIM1; k=ed25519; p=', false],
    ['', false],
  ]
  for (const [text, isOfIt] of rows) assert.equal(isRecordOf(text, key), isOfIt, text)
})

test('it begins and ends', async t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { store, close } = await openTestStore()
  t.after(close)
  const looks: string[] = []
  const made = Promise.withResolvers<void>()
  const look = async (name: string): Promise<DnsAnswer<never>> => {
    looks.push(name)
    made.resolve()
    return { records: [], exists: false, name, secure: false }
  }
  const limits = { keyLookSeconds: 900, keyPublishedSeconds: 86_400, keyRetiredSeconds: 86_400 }
  const dns = { look: look as Dns['look'] }
  const keeper = new KeyKeeper({ store, dns, rotateDays: 0, limits, log: silentLog, now: Date.now })
  keeper.start()
  t.mock.timers.tick(5000)
  await made.promise
  await keeper.stop()
  const { length } = looks
  t.mock.timers.tick(10_000_000)
  await keeper.stop()
  assert.equal(looks.length, length)
})

test('a key that cannot be opened does not keep others from their turn', async t => {
  const here = await world(t)
  Object.assign(here.store.dkimKeys, { reseal: () => Promise.reject(new Error('damaged')) })
  await here.tend()
  await here.publish('prepared')
  await here.tend()
  assert.deepEqual(await here.states(), ['rsa-20261124 active'])
})
