import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QueueEntry } from '@lemonade/store'
import { type Batch, batches, lineUp } from './batch.ts'
import type { Offers } from './envelope.ts'
import { fitting, hopLimits } from './hop-limits.ts'
import { type OutboundRoute, wayOf } from './ways.ts'

const host = (name: string) => ({ host: name, port: 587 })
const entry = (reversePath: string, recipient: string, options: QueueEntry['options'] = {}) => ({
  reversePath,
  recipient,
  options,
})

test('the first route that fits is the way, by the domains of recipient and sender', () => {
  const routes: readonly OutboundRoute[] = [
    { to: ['direct.example'], smartHost: null },
    { to: ['Partner.example', '*.partner.example'], smartHost: host('partner') },
    { from: ['corp.example'], to: ['*.far.example'], smartHost: host('corp-far') },
    { from: ['corp.example'], smartHost: host('corp') },
    { from: [''], smartHost: host('bounces') },
  ]
  const rows: readonly [from: string, to: string, way: string | null][] = [
    ['a@corp.example', 'b@direct.example', null],
    ['a@corp.example', 'b@PARTNER.example', 'partner'],
    ['a@home.example', 'b@deep.down.partner.example', 'partner'],
    ['a@home.example', 'b@notpartner.example', 'usual'],
    ['a@corp.example', 'b@x.far.example', 'corp-far'],
    ['a@corp.example', 'b@far.example', 'corp'],
    ['a@sub.corp.example', 'b@far.example', 'usual'],
    ['', 'b@far.example', 'bounces'],
  ]
  for (const [from, to, way] of rows) {
    assert.equal(wayOf(entry(from, to), routes, host('usual')).smartHost?.host ?? null, way, `${from} to ${to}`)
  }
  assert.equal(wayOf(entry('a@home.example', 'b@far.example'), routes, null).smartHost, null)
})

test('connections are shared by what goes the same way, with the same demand and by the same name', () => {
  const name = (to: string, smartHost: Parameters<typeof wayOf>[2], tls?: 'required' | 'optional') =>
    wayOf(entry('a@o.example', to, tls === undefined ? {} : { tls }), [], smartHost).name
  assert.equal(name('b@far.example', null), name('c@FAR.example', null))
  assert.notEqual(name('b@far.example', null), name('b@other.example', null))
  assert.notEqual(name('b@far.example', null), name('b@far.example', null, 'required'))
  assert.equal(name('b@far.example', host('h')), name('b@other.example', host('h')))
  assert.notEqual(name('b@far.example', host('h')), name('b@far.example', { ...host('h'), user: 'u' }))
})

const offers = (limits: string): Offers => new Map([['LIMITS', limits]])

test('RFC 9422 §3, §3.7: limits that are said, and what is no limit', () => {
  const none = Number.POSITIVE_INFINITY
  const rows: readonly [said: string, mails: number, recipients: number, domains: number][] = [
    ['RCPTMAX=20 MAILMAX=5', 5, 20, none],
    ['mailmax=999999 RCPTDOMAINMAX=1', 999_999, none, 1],
    ['MAILMAX=0 RCPTMAX=1000000 RCPTDOMAINMAX=x', none, none, none],
    ['MAILMAX RCPTMAX=3 NEW=a,b', none, 3, none],
    ['MAILMAX=5; RCPTMAX=3', none, none, none],
    ['=5 RCPTMAX=3', none, none, none],
    ['', none, none, none],
  ]
  for (const [said, mails, recipients, domains] of rows) {
    assert.deepEqual(hopLimits(offers(said)), { mails, recipients, domains }, said)
  }
  assert.equal(hopLimits(new Map()).mails, none)
})

test('RFC 9422 §4.2, §4.3: what goes into one transaction', () => {
  const entries = ['a@one', 'b@two', 'c@one', 'd@three'].map(recipient => ({ recipient }) as QueueEntry)
  const fit = (limits: string, ...seen: readonly string[]) =>
    fitting(entries, hopLimits(offers(limits)), new Set(seen)).map(({ recipient }) => recipient)
  assert.deepEqual(fit(''), ['a@one', 'b@two', 'c@one', 'd@three'])
  assert.deepEqual(fit('RCPTMAX=3'), ['a@one', 'b@two', 'c@one'])
  assert.deepEqual(fit('RCPTDOMAINMAX=1'), ['a@one', 'c@one'])
  assert.deepEqual(fit('RCPTDOMAINMAX=2', 'three'), ['a@one', 'c@one', 'd@three'])
  assert.deepEqual(fit('RCPTDOMAINMAX=1', 'four'), [])
})

test('a line keeps what is urgent in front, and otherwise the order in which it came', () => {
  const line: Batch[] = []
  const batch = (id: number, priority?: number) =>
    ({ entries: [{ id, options: priority === undefined ? {} : { priority } }] }) as unknown as Batch
  for (const each of [batch(1), batch(2, -4), batch(3), batch(4, 4), batch(5, 0), batch(6, 4), batch(7, -9)]) {
    lineUp(line, each)
  }
  assert.deepEqual(
    line.map(({ entries: [first] }) => first?.id),
    [4, 6, 1, 3, 5, 2, 7],
  )
})

test('batches are of one message, one way and one set of wishes, and of so many recipients', () => {
  const of = (content: number, recipient: string, options: QueueEntry['options'] = {}) =>
    ({ content, recipient, reversePath: 'a@o.example', options }) as QueueEntry
  const entries = [
    of(1, 'a@far'),
    of(2, 'b@far'),
    of(1, 'c@far', { delayTold: true }),
    of(1, 'd@near'),
    of(1, 'e@far', { ret: 'HDRS' }),
    of(1, 'f@far'),
  ]
  const found = batches(entries, entry => wayOf(entry, [], null), 2)
  assert.deepEqual(
    found.map(batch => batch.entries.map(({ recipient }) => recipient)),
    [['a@far', 'c@far'], ['b@far'], ['d@near'], ['e@far'], ['f@far']],
  )
})
