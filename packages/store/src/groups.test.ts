import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Store } from './api.ts'
import type { MailSender } from './model.ts'
import { openStore } from './open.ts'
import { problem, temporaryStore } from './testing.ts'

const stranger = (address: string): MailSender => ({ address, account: null, isTrusted: false })

async function organization(t: Parameters<typeof temporaryStore>[0]) {
  const store = await temporaryStore(t, { limits: { aliasTargets: 20 } })
  const alice = await store.accounts.add({ name: 'alice@example.org' })
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const carol = await store.accounts.add({ name: 'carol@example.org' })
  return { store, alice, bob, carol }
}

async function routed(store: Store, address: string, sender?: MailSender): Promise<string> {
  const route = await store.accounts.route(address, '+', sender)
  if (route === null) return 'nobody'
  const { accounts, foreign, closed } = route
  return [...accounts.map(({ name }) => name), ...foreign, ...closed.map(each => `!${each}`)].join(' ')
}

test('groups: made, changed, listed and removed, apart from aliases', async t => {
  const { store } = await organization(t)
  const group = {
    address: 'Team@Example.org',
    members: ['ALICE@example.org', 'x@far.example'],
    senders: 'anyone',
  } as const
  const made = { address: 'team@example.org', members: ['alice@example.org', 'x@far.example'], senders: 'anyone' }
  assert.deepEqual(await store.groups.add(group), made)
  assert.deepEqual(await store.groups.find('TEAM@example.org'), made)
  assert.deepEqual(await store.groups.list(), [made])
  assert.deepEqual(await store.aliases.list(), [])
  assert.equal(await problem(store.aliases.remove('team@example.org')), 'no-such-alias')
  assert.equal(await problem(store.aliases.add('team@example.org', ['a@b.example'])), 'alias-exists')
  assert.equal(await problem(store.accounts.add({ name: 'team@example.org' })), 'alias-exists')
  assert.equal(await problem(store.groups.add(group)), 'alias-exists')
  assert.equal(await problem(store.groups.add({ ...group, address: 'alice@example.org' })), 'account-exists')
  assert.equal(await problem(store.groups.add({ ...group, address: 'team@far.example' })), 'no-such-domain')
  assert.equal(await problem(store.groups.add({ ...group, address: '@example.org' })), 'bad-address')
  assert.equal(await problem(store.groups.add({ ...group, address: 'other@example.org', members: [] })), 'bad-address')
  const change = { add: ['bob@example.org', 'alice@example.org'], remove: ['X@far.example'], senders: 'local' } as const
  const changed = { address: 'team@example.org', members: ['alice@example.org', 'bob@example.org'], senders: 'local' }
  assert.deepEqual(await store.groups.change('team@example.org', change), changed)
  const all = { remove: ['alice@example.org', 'bob@example.org'] }
  assert.equal(await problem(store.groups.change('team@example.org', all)), 'bad-address')
  assert.deepEqual(await store.groups.find('team@example.org'), changed)
  assert.equal(await problem(store.domains.remove('example.org')), 'domain-in-use')
  await store.groups.remove('team@example.org')
  assert.equal(await store.groups.find('team@example.org'), null)
  assert.equal(await problem(store.groups.remove('team@example.org')), 'no-such-alias')
  assert.equal(await problem(store.groups.change('team@example.org', {})), 'no-such-alias')
})

test('groups are nested without loops', async t => {
  const { store } = await organization(t)
  const add = (address: string, ...members: string[]) => store.groups.add({ address, members, senders: 'anyone' })
  await add('board@example.org', 'alice@example.org', 'x@far.example')
  await add('all@example.org', 'board@example.org', 'bob@example.org', 'alice@example.org')
  assert.equal(await routed(store, 'all@example.org'), 'alice@example.org bob@example.org x@far.example')
  assert.equal(await problem(store.groups.change('board@example.org', { add: ['all@example.org'] })), 'alias-loop')
  assert.equal(await problem(add('own@example.org', 'own@example.org')), 'alias-loop')
  assert.equal(await problem(store.aliases.add('board@example.org', ['all@example.org'])), 'alias-loop')
  const many = Array.from({ length: 20 }, (_, at) => `m${at}@far.example`)
  await add('many@example.org', ...many)
  assert.equal((await store.accounts.route('many@example.org', '+'))?.foreign.length, 20)
  assert.equal(await problem(add('more@example.org', ...many, 'one@far.example')), 'bad-address')
  assert.equal(await problem(store.groups.change('all@example.org', { add: ['many@example.org'] })), 'alias-loop')
})

test('groups: who may write to them', async t => {
  const { store, alice, carol } = await organization(t)
  await store.aliases.add('al@example.org', ['alice@example.org'])
  await store.groups.add({
    address: 'board@example.org',
    members: ['al@example.org', 'x@far.example'],
    senders: 'members',
  })
  await store.groups.add({
    address: 'staff@example.org',
    members: ['board@example.org', 'bob@example.org'],
    senders: 'local',
  })
  const here = (account: typeof alice): MailSender => ({ address: account.name, account: account.id, isTrusted: false })
  const trusted = (address: string): MailSender => ({ address, account: null, isTrusted: true })
  const open = 'alice@example.org x@far.example'
  const rows: [address: string, sender: MailSender | undefined, route: string][] = [
    ['board@example.org', undefined, open],
    ['board@example.org', here(alice), open],
    ['board@example.org', here(carol), '!board@example.org'],
    ['board@example.org', stranger('X@Far.example'), open],
    ['board@example.org', stranger('y@far.example'), '!board@example.org'],
    // Anybody can say that.
    ['board@example.org', stranger('alice@example.org'), '!board@example.org'],
    ['board@example.org', trusted('alice@example.org'), open],
    ['board@example.org', trusted('al+x@example.org'), open],
    ['board@example.org', trusted('carol@example.org'), '!board@example.org'],
    ['board@example.org', stranger(''), '!board@example.org'],
    ['staff@example.org', here(alice), `alice@example.org bob@example.org x@far.example`],
    ['staff@example.org', here(carol), 'bob@example.org !board@example.org'],
    ['staff@example.org', stranger('x@far.example'), '!staff@example.org'],
    ['staff@example.org', trusted('carol@example.org'), 'bob@example.org !board@example.org'],
  ]
  for (const [address, sender, route] of rows) {
    assert.equal(await routed(store, address, sender), route, `${address} ${JSON.stringify(sender)}`)
  }
  await store.forwards.set(alice.id, { targets: ['away@far.example'], keeps: false })
  assert.equal(await routed(store, 'board@example.org', here(alice)), 'away@far.example x@far.example')
})

test('groups are nobody’s own address, and forwarding gives none away', async t => {
  const { store, alice, bob } = await organization(t)
  await store.groups.add({ address: 'team@example.org', members: ['alice@example.org'], senders: 'anyone' })
  assert.equal(await store.accounts.owns(alice.id, 'team@example.org', '+'), false)
  await store.forwards.set(bob.id, { targets: ['alice@example.org'], keeps: false })
  assert.equal(await store.accounts.owns(alice.id, 'bob@example.org', '+'), false)
  assert.equal(await store.accounts.owns(bob.id, 'bob@example.org', '+'), true)
})

test('forwarding: instead of the mailbox, or besides', async t => {
  const { store, alice, bob, carol } = await organization(t)
  const set = (account: typeof alice, keeps: boolean, ...targets: string[]) =>
    store.forwards.set(account.id, { targets, keeps })
  assert.equal(await store.forwards.get(alice.id), null)
  assert.deepEqual(await set(alice, false, 'A@Far.example'), { targets: ['a@far.example'], keeps: false })
  assert.equal(await routed(store, 'alice@example.org'), 'a@far.example')
  await set(alice, true, 'a@far.example', 'bob@example.org')
  assert.deepEqual(await store.forwards.get(alice.id), { targets: ['a@far.example', 'bob@example.org'], keeps: true })
  assert.equal(await routed(store, 'alice+x@example.org'), 'alice@example.org bob@example.org a@far.example')
  assert.equal(await problem(set(bob, true, 'alice@example.org')), 'alias-loop')
  assert.equal(await problem(set(bob, true, 'bob@example.org')), 'alias-loop')
  assert.equal(await problem(set(bob, true)), 'bad-address')
  assert.equal(await problem(set(bob, true, 'nobody')), 'bad-address')
  assert.equal(await store.forwards.get(bob.id), null)
  // Nobody is behind it any more: it stays here rather than nowhere.
  await set(bob, false, 'carol@example.org')
  await store.accounts.remove(carol.id)
  assert.equal(await routed(store, 'bob@example.org'), 'bob@example.org')
  await store.forwards.set(alice.id, null)
  assert.equal(await routed(store, 'alice@example.org'), 'alice@example.org')
  assert.equal(
    await problem(store.forwards.set(carol.id, { targets: ['a@b.example'], keeps: true })),
    'no-such-account',
  )
})

test('the secret of return paths is made once and kept, whoever asks, and anew where the key is lost', async t => {
  const { store } = await organization(t)
  const [one, two] = await Promise.all([store.forwards.secret(), store.forwards.secret()])
  assert.equal(one.length, 32)
  assert.deepEqual(one, two)
  const other = () => openStore(store.directory, { background: false })
  const again = await other()
  assert.deepEqual(Buffer.from(await again.forwards.secret()), Buffer.from(one))
  await again.close()
  await rm(join(store.directory, 'secrets.key'))
  const [without, later] = [await other(), await other()]
  t.after(() => Promise.all([without.close(), later.close()]))
  const fresh = Buffer.from(await without.forwards.secret())
  assert.notDeepEqual(fresh, Buffer.from(one))
  assert.deepEqual(Buffer.from(await later.forwards.secret()), fresh)
})
