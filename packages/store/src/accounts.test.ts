import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from './api.ts'
import { alice, fill, findings, letter, prepare, problem, temporaryStore } from './testing.ts'

test('account names are addresses, folded; the account makes its domain ours', async t => {
  const store = await temporaryStore(t)
  const account = await store.accounts.add({ name: 'Jürgen@BÜCHER.example', displayName: 'J' })
  assert.equal(account.name, 'jürgen@bücher.example')
  assert.equal(account.displayName, 'J')
  for (const name of ['JÜRGEN@bücher.EXAMPLE', 'jürgen@xn--bcher-kva.example', 'ju\u0308rgen@bücher.example']) {
    assert.equal((await store.accounts.find(name))?.id, account.id, name)
  }
  assert.equal(await store.domains.has('xn--bcher-kva.example'), true)
  assert.equal(await problem(store.accounts.add({ name: 'Jürgen@bücher.example' })), 'account-exists')
  assert.deepEqual(await store.accounts.list(), [await store.accounts.get(account.id)])
})

test('what is no address', async t => {
  const store = await temporaryStore(t)
  const bad = ['', 'a', '@b', 'a@', 'a b@c', 'a@b c', 'a@b@', 'a\u0000@b', `${'x'.repeat(65)}@b`, 'a,b@c', '<a@b>']
  for (const name of bad) assert.equal(await problem(store.accounts.add({ name })), 'bad-address', name)
  await store.accounts.add({ name: `${'x'.repeat(64)}@b` })
  await store.accounts.add({ name: '"quoted"@b' })
  assert.equal((await store.accounts.find('quoted@b'))?.name, 'quoted@b')
})

test('a removed account is gone at once, and its mail soon; its name is free', async t => {
  const { store, account, inbox } = await alice(t)
  await fill(store, inbox.id, [], ['\\Seen', 'x'])
  await store.accounts.setCredential(account.id, '', 'v')
  await store.scripts.put(account.id, 's', 'keep;', { scripts: 1, octets: 100 })
  await store.accounts.remove(account.id)
  assert.equal(await store.accounts.find('alice@example.org'), null)
  assert.equal(await store.accounts.get(account.id), null)
  assert.deepEqual(await store.accounts.credentials(account.id), [])
  assert.equal(await store.mailboxes.get(inbox.id), null)
  assert.equal(await problem(store.accounts.remove(account.id)), 'no-such-account')
  const again = await store.accounts.add({ name: 'alice@example.org' })
  assert.notEqual(again.id, account.id)
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('nothing is made in an account that is gone, before and after it is collected', async t => {
  const { store, account, inbox } = await alice(t)
  await store.accounts.remove(account.id)
  const content = await prepare(store, letter())
  for (const when of ['before', 'after']) {
    const attempts = {
      create: store.mailboxes.create(account.id, 'ghost'),
      subscribe: store.mailboxes.subscribe(account.id, 'ghost'),
      put: store.scripts.put(account.id, 's', 'keep;', { scripts: 1, octets: 100 }),
      deposit: store.messages.deposit({
        content,
        deliveries: [{ account: account.id, mailbox: 'ghost', create: true }],
        enqueue: [],
      }),
    }
    for (const [name, attempt] of Object.entries(attempts)) {
      assert.equal(await problem(attempt), 'no-such-account', `${name} ${when}`)
    }
    assert.equal(await problem(store.messages.append(inbox.id, [{ content, flags: [] }])), 'no-such-mailbox')
    await store.collect()
  }
  assert.deepEqual(await findings(store), [])
})

test('credentials: one a label, replaced whole, with their last use', async t => {
  let now = 1000
  const { store, account } = await alice(t, { clock: () => now })
  await store.accounts.setCredential(account.id, '', 'one')
  await store.accounts.setCredential(account.id, 'phone', 'two')
  now = 2000
  await store.accounts.noteCredentialUse(account.id, 'phone')
  const list = async () => (await store.accounts.credentials(account.id)).map(each => Object.values(each))
  assert.deepEqual(await list(), [
    ['', 'one', 1000, null],
    ['phone', 'two', 1000, 2000],
  ])
  await store.accounts.setCredential(account.id, 'phone', 'three')
  assert.deepEqual((await list())[1], ['phone', 'three', 2000, null])
  assert.equal(await store.accounts.removeCredential(account.id, 'phone'), true)
  assert.equal(await store.accounts.removeCredential(account.id, 'phone'), false)
  assert.equal(await problem(store.accounts.setCredential(99 as typeof account.id, '', 'x')), 'no-such-account')
})

async function routed(store: Store, address: string, delimiter = '+'): Promise<string> {
  const route = await store.accounts.route(address, delimiter)
  if (route === null) return 'nobody'
  const { accounts, foreign, detail } = route
  return [...accounts.map(({ name }) => name), ...foreign].join(' ') + (detail === null ? '' : ` (${detail})`)
}

test('where mail for an address goes', async t => {
  const { store } = await alice(t)
  await store.accounts.add({ name: 'bob@example.org' })
  await store.accounts.add({ name: 'a+b@example.org' })
  await store.domains.add('other.example')
  await store.aliases.add('Team@example.org', [
    'alice@example.org',
    'BOB@example.org',
    'x@far.example',
    'gone@example.org',
  ])
  await store.aliases.add('all@other.example', ['team@example.org', 'alice@example.org'])
  await store.aliases.add('round@example.org', ['trip@example.org'])
  assert.equal(await problem(store.aliases.add('trip@example.org', ['round@example.org'])), 'alias-loop')
  assert.equal(await problem(store.aliases.add('self@example.org', ['self@example.org'])), 'alias-loop')
  await store.aliases.add('@other.example', ['bob@example.org'])
  const rows: [address: string, route: string][] = [
    ['ALICE@Example.ORG', 'alice@example.org'],
    ['alice+news+2@example.org', 'alice@example.org (news+2)'],
    ['alice+@example.org', 'alice@example.org ()'],
    ['a+b@example.org', 'a+b@example.org'],
    ['a+c@example.org', 'nobody'],
    ['+b@example.org', 'nobody'],
    ['team@example.org', 'alice@example.org bob@example.org x@far.example'],
    ['team+urgent@example.org', 'alice@example.org bob@example.org x@far.example (urgent)'],
    ['all@other.example', 'alice@example.org bob@example.org x@far.example'],
    ['anything@other.example', 'bob@example.org'],
    ['round@example.org', 'nobody'],
    ['nobody@example.org', 'nobody'],
    ['alice@far.example', 'nobody'],
    ['no address', 'nobody'],
  ]
  for (const [address, route] of rows) assert.equal(await routed(store, address), route, address)
  assert.equal(await routed(store, 'alice+x@example.org', ''), 'nobody')
  assert.equal(await routed(store, 'alice--x@example.org', '--'), 'alice@example.org (x)')
})

test('aliases lead on to a bounded depth', async t => {
  const { store } = await alice(t, { limits: { aliasDepth: 3, aliasTargets: 5 } })
  await store.aliases.add('1@example.org', ['2@example.org'])
  await store.aliases.add('2@example.org', ['3@example.org'])
  await store.aliases.add('3@example.org', ['alice@example.org'])
  await store.aliases.add('0@example.org', ['1@example.org'])
  assert.equal(await routed(store, '1@example.org'), 'alice@example.org')
  assert.equal(await problem(store.accounts.route('0@example.org', '+')), 'alias-loop')
  const many = (count: number) => Array.from({ length: count }, (_, index) => `t${index}@far.example`)
  await store.aliases.add('five@example.org', many(5))
  assert.equal((await store.accounts.route('five@example.org', '+'))?.foreign.length, 5)
  await store.aliases.add('more@example.org', ['five@example.org'])
  assert.equal(await problem(store.accounts.route('more@example.org', '+')), 'alias-loop')
  assert.equal(await problem(store.aliases.add('six@example.org', many(6))), 'bad-address')
  assert.equal(await problem(store.aliases.add('none@example.org', [])), 'bad-address')
})

test('an account owns its name, its subaddresses and the aliases that lead to it', async t => {
  const { store, account } = await alice(t)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  await store.aliases.add('sales@example.org', ['alice@example.org'])
  const owns = (address: string) => store.accounts.owns(account.id, address, '+')
  for (const address of ['alice@example.org', 'Alice+x@example.org', 'sales@example.org', 'sales+y@example.org']) {
    assert.equal(await owns(address), true, address)
    assert.equal(await store.accounts.owns(bob.id, address, '+'), false, address)
  }
  for (const address of ['bob@example.org', 'alice@far.example', '', '@example.org']) {
    assert.equal(await owns(address), false, address)
  }
})

test('domains and aliases', async t => {
  const { store } = await alice(t)
  await store.domains.add('Two.Example')
  assert.equal(await problem(store.domains.add('two.example.')), 'domain-exists')
  assert.equal(await problem(store.domains.add('a b')), 'bad-address')
  assert.equal(await problem(store.domains.remove('example.org')), 'domain-in-use')
  await store.aliases.add('x@two.example', ['alice@example.org'])
  assert.equal(await problem(store.domains.remove('two.example')), 'domain-in-use')
  assert.equal(await problem(store.aliases.add('X@two.example', ['a@b'])), 'alias-exists')
  assert.equal(await problem(store.aliases.add('alice@example.org', ['a@b'])), 'account-exists')
  assert.equal(await problem(store.aliases.add('x@three.example', ['a@b'])), 'no-such-domain')
  assert.equal(await problem(store.aliases.add('y@two.example', ['nothing'])), 'bad-address')
  assert.equal(await problem(store.accounts.add({ name: 'x@two.example' })), 'alias-exists')
  assert.deepEqual(await store.aliases.list(), [{ address: 'x@two.example', targets: ['alice@example.org'] }])
  await store.aliases.remove('x@TWO.example')
  assert.equal(await problem(store.aliases.remove('x@two.example')), 'no-such-alias')
  await store.domains.remove('two.example')
  assert.equal(await problem(store.domains.remove('two.example')), 'no-such-domain')
  assert.deepEqual(
    (await store.domains.list()).map(({ name }) => name),
    ['example.org'],
  )
})
