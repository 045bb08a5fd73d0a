import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { RightsChange, Store } from './api.ts'
import type { Account, Mailbox, Right } from './model.ts'
import type { StoreOptions } from './open.ts'
import { alice, everything, fill, findings, flagsOf, mailbox, problem, uids } from './testing.ts'

interface Neighbours {
  readonly store: Store
  readonly owner: Account
  readonly bob: Account
  readonly projects: Mailbox
}

async function neighbours(t: TestContext, options: StoreOptions = {}): Promise<Neighbours> {
  const { store, account: owner } = await alice(t, options)
  const bob = await store.accounts.add({ name: 'bob@example.org' })
  const projects = await store.mailboxes.create(owner.id, 'Projects')
  return { store, owner, bob, projects }
}

function change(letters: string, more: Partial<RightsChange> & Pick<RightsChange, 'account'>): RightsChange {
  return { mode: 'replace', negative: false, rights: [...letters] as Right[], ...more }
}

async function lettersOf(store: Store, of: Mailbox, account: Account | null): Promise<string> {
  return [...(await store.acl.rights(of.id, account?.id ?? null))].join('')
}

test('the owner has every right, and nobody else any', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  assert.equal(await lettersOf(store, projects, owner), 'lrswipkxtean')
  assert.equal(await lettersOf(store, projects, bob), '')
  assert.equal(await lettersOf(store, projects, null), '')
  assert.deepEqual(await store.acl.entries(projects.id), [])
})

test('rights are given, added to, and taken away, and stand in one order', async t => {
  const { store, bob, projects } = await neighbours(t)
  const who = { account: bob.id }
  await store.acl.change(projects.id, change('wsrl', who))
  assert.equal(await lettersOf(store, projects, bob), 'lrsw')
  await store.acl.change(projects.id, change('ia', { ...who, mode: 'add' }))
  assert.equal(await lettersOf(store, projects, bob), 'lrswia')
  await store.acl.change(projects.id, change('swx', { ...who, mode: 'remove' }))
  assert.equal(await lettersOf(store, projects, bob), 'lria')
  await store.acl.change(projects.id, change('', who))
  assert.deepEqual(await store.acl.entries(projects.id), [])
})

test('what an account and anyone are given adds up, less what is taken from either', async t => {
  const { store, bob, projects } = await neighbours(t)
  const carol = await store.accounts.add({ name: 'carol@example.org' })
  await store.acl.change(projects.id, change('lr', { account: null }))
  await store.acl.change(projects.id, change('swt', { account: bob.id }))
  assert.equal(await lettersOf(store, projects, bob), 'lrswt')
  assert.equal(await lettersOf(store, projects, carol), 'lr')
  assert.equal(await lettersOf(store, projects, null), 'lr')
  await store.acl.change(projects.id, change('rw', { account: bob.id, negative: true }))
  assert.equal(await lettersOf(store, projects, bob), 'lst')
  await store.acl.change(projects.id, change('s', { account: null, negative: true }))
  assert.equal(await lettersOf(store, projects, bob), 'lt')
  const entries = await store.acl.entries(projects.id)
  assert.deepEqual(
    entries.map(({ name, negative, rights }) => [name, negative, [...rights].join('')]),
    [
      ['bob@example.org', false, 'swt'],
      [null, false, 'lr'],
      ['bob@example.org', true, 'rw'],
      [null, true, 's'],
    ],
  )
})

test('what cannot be is refused', async t => {
  const { store, owner, bob, projects } = await neighbours(t, { limits: { rightsPerMailbox: 2 } })
  const carol = await store.accounts.add({ name: 'carol@example.org' })
  const give = (account: Account) => store.acl.change(projects.id, change('l', { account: account.id }))
  assert.equal(await problem(give(owner)), 'owner-has-all')
  await give(bob)
  await give(carol)
  assert.equal(await problem(store.acl.change(projects.id, change('l', { account: null }))), 'too-many-rights')
  assert.equal(await lettersOf(store, projects, null), '')
  await store.accounts.remove(carol.id)
  assert.equal(await problem(give(carol)), 'no-such-account')
  await store.mailboxes.remove(owner.id, 'Projects')
  assert.equal(await problem(give(bob)), 'no-such-mailbox')
  assert.equal(await problem(store.acl.entries(projects.id)), 'no-such-mailbox')
})

test('a mailbox that is made takes the rights of the one above it; a rename changes none', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  await store.acl.change(projects.id, change('lrk', { account: bob.id }))
  const deep = await store.mailboxes.create(owner.id, 'Projects/a/b')
  assert.equal(await lettersOf(store, deep, bob), 'lrk')
  assert.equal(await lettersOf(store, await mailbox(store, owner, 'Projects/a'), bob), 'lrk')
  await store.acl.change(projects.id, change('lr', { account: bob.id }))
  assert.equal(await lettersOf(store, deep, bob), 'lrk')
  await store.mailboxes.rename(owner.id, 'Projects/a', 'Elsewhere')
  assert.equal(await lettersOf(store, await mailbox(store, owner, 'Elsewhere/b'), bob), 'lrk')
  assert.deepEqual(await findings(store), [])
})

test('a deleted mailbox leaves no rights behind, nor does a name that is left of it give any', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  await store.acl.change(projects.id, change('lr', { account: bob.id }))
  const child = await store.mailboxes.create(owner.id, 'Projects/child')
  await store.mailboxes.remove(owner.id, 'Projects')
  assert.equal(await lettersOf(store, projects, bob), '')
  assert.equal(await lettersOf(store, await mailbox(store, owner, 'Projects'), bob), '')
  assert.equal(await lettersOf(store, child, bob), 'lr')
  const again = await store.mailboxes.create(owner.id, 'Projects')
  assert.equal(await lettersOf(store, again, bob), '')
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('a removed account leaves no rights behind, of its own or to its own', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  const inbox = await mailbox(store, bob, 'INBOX')
  await store.acl.change(projects.id, change('lr', { account: bob.id }))
  await store.acl.change(inbox.id, change('lr', { account: owner.id }))
  assert.equal((await store.acl.shared(owner.id)).length, 1)
  await store.accounts.remove(bob.id)
  assert.deepEqual(await store.acl.entries(projects.id), [])
  assert.deepEqual(await store.acl.shared(owner.id), [])
  const again = await store.accounts.add({ name: 'bob@example.org' })
  assert.equal(await lettersOf(store, projects, again), '')
  await store.collect()
  assert.deepEqual(await findings(store), [])
})

test('shared mailboxes are those of others with any right, with the name of their owner', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  const inbox = await mailbox(store, owner, 'INBOX')
  await store.acl.change(projects.id, change('lr', { account: null }))
  await store.acl.change(inbox.id, change('p', { account: bob.id }))
  await store.acl.change(inbox.id, change('p', { account: bob.id, negative: true }))
  assert.deepEqual(await store.acl.shared(owner.id), [])
  const shared = await store.acl.shared(bob.id)
  assert.deepEqual(
    shared.map(({ mailbox: { name, owner: of }, rights }) => [of, name, [...rights].join('')]),
    [['alice@example.org', 'Projects', 'lr']],
  )
})

test('a change of rights wakes the owner, the one it is for, and who waits for rights', async t => {
  const { store, owner, bob, projects } = await neighbours(t)
  const woken: string[] = []
  t.after(store.bus.watch(owner.id, () => woken.push('owner')))
  t.after(store.bus.watch(bob.id, () => woken.push('bob')))
  t.after(store.bus.watchTopic('rights', () => woken.push('rights')))
  await store.acl.change(projects.id, change('lr', { account: bob.id }))
  assert.deepEqual(woken, ['owner', 'bob', 'rights'])
  woken.length = 0
  await store.acl.change(projects.id, change('lr', { account: bob.id }))
  assert.deepEqual(woken, [])
})

test('nobody can have a mailbox where the mailboxes of others are', async t => {
  const { store, owner } = await neighbours(t)
  for (const name of ['Other Users', 'Other Users/bob@example.org', 'Other Users/x/y']) {
    assert.equal(await problem(store.mailboxes.create(owner.id, name)), 'bad-mailbox-name')
    assert.equal(await problem(store.mailboxes.rename(owner.id, 'Projects', name)), 'bad-mailbox-name')
  }
  await store.mailboxes.create(owner.id, 'Other Users and I')
  await store.mailboxes.subscribe(owner.id, 'Other Users/bob@example.org/INBOX')
})

test('between accounts a copy has the flags, keywords and conversation of its new account', async t => {
  const { store, bob, projects } = await neighbours(t)
  const inbox = await mailbox(store, bob, 'INBOX')
  await fill(store, inbox.id, ['$FORWARDED'])
  await fill(store, projects.id, ['\\Seen', '$Forwarded'], ['\\Deleted'])
  await store.messages.copy(projects.id, everything, inbox.id)
  assert.deepEqual(await flagsOf(store, inbox.id), { 1: ['$FORWARDED'], 2: ['\\Seen', '$FORWARDED'], 3: ['\\Deleted'] })
  const woken: string[] = []
  t.after(store.bus.watch(projects.account, () => woken.push('alice')))
  t.after(store.bus.watch(bob.id, () => woken.push('bob')))
  await store.messages.move(projects.id, uids(1), inbox.id)
  assert.deepEqual(woken.sort(), ['alice', 'bob'])
  assert.deepEqual(Object.keys(await flagsOf(store, projects.id)), ['2'])
  assert.deepEqual(await findings(store), [])
})

test('a copy has only the flags that the rights reach', async t => {
  const { store, owner, projects } = await neighbours(t)
  const flags = ['\\Answered', '\\Deleted', '\\Seen', 'work']
  const expected = { '': [], s: ['\\Seen'], t: ['\\Deleted'], w: ['\\Answered', 'work'], st: ['\\Deleted', '\\Seen'] }
  await fill(store, projects.id, flags)
  for (const [rights, kept] of Object.entries(expected)) {
    const { id } = await store.mailboxes.create(owner.id, `with ${rights}`)
    await store.messages.copy(projects.id, everything, id, rights)
    assert.deepEqual(await flagsOf(store, id), { 1: kept }, rights)
  }
  assert.deepEqual(await findings(store), [])
})

test('a change of flags leaves alone those that the rights do not reach', async t => {
  const { store, projects } = await neighbours(t)
  await fill(store, projects.id, ['\\Answered', '\\Deleted', 'work'])
  const store1 = async (mode: 'add' | 'remove' | 'replace', flags: string[], rights: string) => {
    await store.messages.storeFlags(projects.id, everything, { mode, flags, rights })
    return (await flagsOf(store, projects.id))[1]
  }
  assert.deepEqual(await store1('add', ['\\Seen', '\\Flagged', 'home'], 's'), [
    '\\Answered',
    '\\Deleted',
    '\\Seen',
    'work',
  ])
  assert.deepEqual(await store1('remove', ['\\Seen', '\\Deleted', 'work'], 't'), ['\\Answered', '\\Seen', 'work'])
  assert.deepEqual(await store1('replace', ['\\Flagged', '\\Deleted'], 'w'), ['\\Flagged', '\\Seen'])
  assert.deepEqual(await store1('replace', [], 'st'), ['\\Flagged'])
  assert.deepEqual(await findings(store), [])
})
