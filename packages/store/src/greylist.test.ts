import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { GreylistRules } from './api.ts'
import { storeLimits } from './limits.ts'
import { openStore } from './open.ts'

let directory: string
let now = 0
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lemonade-greylist-'))
})
after(() => rm(directory, { recursive: true }))

const rules: GreylistRules = { delayMilliseconds: 300, windowMilliseconds: 2000, keptMilliseconds: 10_000, passes: 3 }
const open = (name: string, greylistEntries = 100) =>
  openStore(join(directory, name), { clock: () => now, limits: { ...storeLimits, greylistEntries } })
const triple = (recipient: string, sender = 'a@far.example', network = '192.0.2.0/24') => ({
  network,
  sender,
  recipient,
})

test('who is new waits, to the millisecond; who comes back in time is let through, and remembered after a restart', async () => {
  now = 1000
  let store = await open('wait')
  const seen = async () => (await store.greylist.seen(triple('x@here.example'), rules)).waitMilliseconds
  assert.equal(await seen(), 300)
  now += 299
  assert.equal(await seen(), 1)
  await store.close()
  store = await open('wait')
  now += 1
  assert.equal(await seen(), 0)
  now += 9999
  assert.equal(await seen(), 0, 'each time counts anew')
  now += 10_000
  assert.equal(await seen(), 300, 'and is forgotten at last')
  now += 2000
  assert.equal(await seen(), 300, 'who comes back too late is new')
  await store.close()
})

test('another network, sender or recipient is another triple', async () => {
  now = 1000
  const store = await open('triples')
  await store.greylist.seen(triple('x@here.example'), rules)
  now += 300
  assert.equal((await store.greylist.seen(triple('x@here.example'), rules)).waitMilliseconds, 0)
  for (const other of [
    triple('y@here.example'),
    triple('x@here.example', 'b@far.example'),
    triple('x@here.example', 'a@far.example', '198.51.100.0/24'),
    triple('x@here.example', ''),
  ]) {
    assert.equal((await store.greylist.seen(other, rules)).waitMilliseconds, 300)
  }
  await store.close()
})

test('a network that came back for so many is known, with the domain of its senders only', async () => {
  now = 1000
  const store = await open('known')
  for (const recipient of ['x', 'y', 'z']) {
    const fresh = triple(`${recipient}@here.example`)
    assert.deepEqual(await store.greylist.seen(fresh, rules), { waitMilliseconds: 300, isKnown: false })
    now += 300
    assert.deepEqual(await store.greylist.seen(fresh, rules), { waitMilliseconds: 0, isKnown: false })
    // Mail of somebody who is known already says nothing new.
    await store.greylist.seen(fresh, rules)
  }
  const answer = { waitMilliseconds: 0, isKnown: true }
  assert.deepEqual(await store.greylist.seen(triple('new@here.example', 'b@far.example'), rules), answer)
  now += 9999
  assert.deepEqual(await store.greylist.seen(triple('new@here.example', 'c@far.example'), rules), answer)
  assert.equal((await store.greylist.seen(triple('new@here.example', 'a@other.example'), rules)).isKnown, false)
  now += 10_000
  assert.equal((await store.greylist.seen(triple('new@here.example', 'b@far.example'), rules)).isKnown, false)
  await store.close()
})

test('there are as many rows as the limit says, and one more takes the one that ends first', async () => {
  now = 1000
  const store = await open('bound', 3)
  const wait = async (name: string) => (await store.greylist.seen(triple(name), rules)).waitMilliseconds
  for (const name of ['first', 'second', 'third']) {
    await wait(name)
    now += 1
  }
  assert.equal(await wait('first'), 297, 'at the limit all are there')
  await wait('fourth')
  assert.equal(await wait('second'), 298)
  assert.equal(await wait('first'), 300, 'it was forgotten')
  await store.close()
})
