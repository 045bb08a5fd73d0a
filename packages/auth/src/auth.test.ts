import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AccountId, Accounts } from '@lemonade/store'
import { type Auth, type AuthOptions, openAuth } from './auth.ts'
import { authenticatorOf } from './authenticator.testing.ts'
import type { Channel } from './channel.ts'
import { Deriver, type Hash } from './derive.ts'
import { AuthError, type AuthReason } from './error.ts'
import { defaultAuthLimits } from './limits.ts'
import { memoryAccounts } from './testing.ts'

const secure: Channel = { secure: true, loopback: false, remote: '192.0.2.1' }
const clear: Channel = { secure: false, loopback: false, remote: '192.0.2.1' }
const clearLoopback: Channel = { secure: false, loopback: true, remote: '127.0.0.1' }
const bindable: Channel = { ...secure, tlsExporter: () => new Uint8Array(32) }

interface World {
  readonly auth: Auth
  readonly accounts: Accounts
  readonly alice: AccountId
  readonly waits: number[]
  pass(seconds: number): void
}

async function world(options: Partial<AuthOptions> = {}): Promise<World> {
  let now = 1_700_000_000_000
  const waits: number[] = []
  const accounts = memoryAccounts(() => now)
  const { id } = await accounts.add({ name: 'alice@example.org' })
  const auth = openAuth({
    store: { accounts, directory: '/nonexistent' },
    allowPlaintext: 'never',
    secret: new Uint8Array(32),
    clock: () => now,
    wait: async milliseconds => void waits.push(milliseconds),
    ...options,
  })
  await auth.setPassword(id, 'wonderland')
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { auth, accounts, alice: id, waits, pass }
}

const because = (reason: AuthReason, retrySeconds?: number) => (error: unknown) => {
  assert(error instanceof AuthError, String(error))
  assert.equal(error.reason, reason)
  if (retrySeconds !== undefined) assert.equal(error.retrySeconds, retrySeconds)
  return true
}

test('what a channel may use', async () => {
  const { auth: never } = await world()
  const { auth: loopback } = await world({ allowPlaintext: 'loopback' })
  const unbound = ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'LOGIN']
  const rows: [auth: Auth, channel: Channel, mechanisms: string[]][] = [
    [never, bindable, ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-1-PLUS', ...unbound]],
    [never, secure, unbound],
    [never, clear, []],
    [never, clearLoopback, []],
    [loopback, secure, unbound],
    [loopback, clear, []],
    [loopback, clearLoopback, unbound],
  ]
  for (const [auth, channel, mechanisms] of rows) {
    assert.deepEqual(auth.mechanisms(channel), mechanisms)
    assert.equal(auth.mayLogin(channel), mechanisms.length > 0)
    for (const mechanism of ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN', 'LOGIN', 'CRAM-MD5', '']) {
      const begin = () => auth.begin(mechanism, channel)
      if (mechanisms.includes(mechanism)) assert.doesNotThrow(begin)
      else assert.throws(begin, because(mechanisms.length === 0 ? 'plaintext-refused' : 'unknown-mechanism'))
    }
  }
  assert.doesNotThrow(() => never.begin('plain', secure))
  await assert.rejects(never.login('alice@example.org', 'wonderland', clear), because('plaintext-refused'))
  await assert.rejects(never.login('alice@example.org', 'wonderland', clearLoopback), because('plaintext-refused'))
  const identity = await loopback.login('alice@example.org', 'wonderland', clearLoopback)
  assert.equal(identity.account.name, 'alice@example.org')
})

test('log in by name and password, by any spelling of the name', async () => {
  const { auth, alice } = await world()
  for (const name of ['alice@example.org', 'ALICE@Example.ORG']) {
    assert.deepEqual(await auth.login(name, 'wonderland', secure).then(({ account }) => account.id), alice)
  }
})

test('wrong password, unknown name, disabled account and damaged verifier are one answer', async () => {
  const { auth, accounts, alice } = await world()
  const bob = await accounts.add({ name: 'bob@example.org' })
  const carol = await accounts.add({ name: 'carol@example.org' })
  await auth.setPassword(bob.id, 'secret')
  await accounts.setCredential(carol.id, '', 'damaged')
  const find = accounts.find
  accounts.find = async name => {
    const found = await find(name)
    return found?.id === bob.id ? { ...found, disabled: true } : found
  }
  const messages = new Set<string>()
  for (const [name, password] of [
    ['alice@example.org', 'Wonderland'],
    ['alice@example.org', ''],
    ['alice@example.org', 'x'.repeat(2_000)],
    ['nobody@example.org', 'wonderland'],
    ['bob@example.org', 'secret'],
    ['carol@example.org', 'damaged'],
    ['', 'wonderland'],
    ['a b\0', 'wonderland'],
  ] as const) {
    await auth.login(name, password, secure).then(
      () => assert.fail(name),
      (error: unknown) => {
        assert(because('invalid', 0)(error))
        messages.add(String(error))
      },
    )
  }
  assert.equal(messages.size, 1)
  assert.equal((await auth.login('alice@example.org', 'wonderland', secure)).account.id, alice)
})

test('an unknown name costs as much as a wrong password', async () => {
  const accounts = memoryAccounts()
  const { id } = await accounts.add({ name: 'alice' })
  const auth = openAuth({ store: { accounts, directory: '' }, allowPlaintext: 'never', secret: new Uint8Array(32) })
  for (const label of ['', 'phone', 'laptop']) await auth.setPassword(id, `secret ${label}`, label)
  const reads: string[] = []
  const { find, credentials } = accounts
  accounts.find = name => {
    reads.push('find')
    return find(name)
  }
  accounts.credentials = account => {
    reads.push('credentials')
    return credentials(account)
  }
  let derived = 0
  class Counting extends Deriver {
    override saltedPassword(hash: Hash, password: string, salt: Uint8Array, iterations: number) {
      derived++
      return super.saltedPassword(hash, password, salt, iterations)
    }
  }
  const authenticator = authenticatorOf(accounts, { deriver: new Counting(10) })
  for (const name of ['alice', 'nobody', 'impossible name']) {
    const claim = { name, authorizationId: '', mechanism: 'PLAIN', channel: secure }
    reads.length = 0
    derived = 0
    await assert.rejects(authenticator.password(claim, 'wrong'), because('invalid'))
    assert.equal(derived, 1, name)
    assert.deepEqual(reads, name === 'impossible name' ? ['credentials'] : ['find', 'credentials'])
  }
  const claim = { name: 'alice', authorizationId: '', mechanism: 'PLAIN', channel: secure }
  derived = 0
  assert.equal((await authenticator.password(claim, 'secret phone')).credential, 'phone')
  assert.equal(derived, 1)
  // A phone that reconnects: recognised without a derivation, until the credential changes.
  assert.equal((await authenticator.password(claim, 'secret phone')).credential, 'phone')
  assert.equal(derived, 1)
  await auth.setPassword(id, 'replaced', 'phone')
  await assert.rejects(authenticator.password(claim, 'secret phone'), because('invalid'))
  assert.equal(derived, 2)
  assert.equal((await authenticator.password(claim, 'secret laptop')).credential, 'laptop')
  // Only who has proven to be somebody hears that he may not act as somebody else.
  const another = { ...claim, authorizationId: 'bob' }
  await assert.rejects(authenticator.password(another, 'secret laptop'), because('unauthorized'))
  await assert.rejects(authenticator.password(another, 'wrong'), because('invalid'))
  await accounts.removeCredential(id, 'laptop')
  await assert.rejects(authenticator.password(claim, 'secret laptop'), because('invalid'))
})

test('a recent log-in is forgotten after its time', async () => {
  const accounts = memoryAccounts()
  const { id } = await accounts.add({ name: 'alice' })
  const auth = openAuth({ store: { accounts, directory: '' }, allowPlaintext: 'never', secret: new Uint8Array(32) })
  await auth.setPassword(id, 'secret')
  let now = 0
  let derived = 0
  class Counting extends Deriver {
    override saltedPassword(hash: Hash, password: string, salt: Uint8Array, iterations: number) {
      derived++
      return super.saltedPassword(hash, password, salt, iterations)
    }
  }
  const limits = { ...defaultAuthLimits, recentLoginSeconds: 10 }
  const authenticator = authenticatorOf(accounts, { deriver: new Counting(10), limits, clock: () => now })
  const claim = { name: 'alice', authorizationId: '', mechanism: 'PLAIN', channel: secure }
  for (const [at, derivations] of [
    [0, 1],
    [9_999, 1],
    [10_000, 2],
  ] as const) {
    now = at
    await authenticator.password(claim, 'secret')
    assert.equal(derived, derivations)
  }
})

test('failures from an address: delays, then a wait, also for the right password', async () => {
  const { auth, waits, pass } = await world({
    limits: {
      failuresPerAddress: 3,
      failureWindowSeconds: 30,
      failureDelayMilliseconds: 100,
      failureDelayMaximumMilliseconds: 300,
    },
  })
  for (const n of [1, 2, 3]) await assert.rejects(auth.login(`user${n}`, 'x', secure), because('invalid'))
  assert.deepEqual(waits, [100, 200, 300])
  await assert.rejects(auth.login('alice@example.org', 'wonderland', secure), because('throttled', 10))
  // The whole /64 counts, other addresses do not.
  const elsewhere = { ...secure, remote: '2001:db8::1' }
  await auth.login('alice@example.org', 'wonderland', elsewhere)
  pass(10)
  await auth.login('alice@example.org', 'wonderland', secure)
})

test('failures for an account, existing or not, from everywhere', async () => {
  for (const name of ['alice@example.org', 'nobody@example.org']) {
    const { auth } = await world({ limits: { failuresPerAccount: 2, failureWindowSeconds: 60 } })
    const from = (host: number) => ({ ...secure, remote: `198.51.100.${host}` })
    await assert.rejects(auth.login(name, 'x', from(1)), because('invalid'))
    await assert.rejects(auth.login(name.toUpperCase(), 'x', from(2)), because('invalid'))
    await assert.rejects(auth.login(name, 'wonderland', from(3)), because('throttled', 30))
  }
})

test('attempts side by side do not slip past the limit', async () => {
  const { auth } = await world({ limits: { failuresPerAddress: 4, failuresPerAccount: 100 } })
  const attempts = Array.from({ length: 10 }, () => auth.login('alice@example.org', 'x', secure))
  const reasons = (await Promise.allSettled(attempts)).map(result =>
    result.status === 'rejected' && result.reason instanceof AuthError ? result.reason.reason : 'none',
  )
  assert.equal(reasons.filter(reason => reason === 'invalid').length, 4)
  assert.equal(reasons.filter(reason => reason === 'throttled').length, 6)
})

test('a store that does not answer is no failure of the user', async () => {
  const { auth, accounts } = await world({ limits: { failuresPerAddress: 2 } })
  const { find } = accounts
  accounts.find = () => Promise.reject(new Error('disk on fire'))
  for (let n = 0; n < 5; n++) {
    await assert.rejects(auth.login('alice@example.org', 'wonderland', secure), because('unavailable'))
  }
  accounts.find = find
  await auth.login('alice@example.org', 'wonderland', secure)
})

test('the use of a credential is noted, once an hour', async () => {
  const { auth, accounts, alice, pass } = await world()
  let noted = 0
  const { noteCredentialUse } = accounts
  accounts.noteCredentialUse = (account, label) => {
    noted++
    return noteCredentialUse(account, label)
  }
  const login = () => auth.login('alice@example.org', 'wonderland', secure)
  await login()
  assert.equal(noted, 1)
  assert.notEqual((await accounts.credentials(alice))[0]?.lastUsedAt, null)
  pass(3_599)
  await login()
  assert.equal(noted, 1)
  pass(1)
  await login()
  assert.equal(noted, 2)
  pass(3_600)
  accounts.noteCredentialUse = () => Promise.reject(new Error('read-only'))
  await login()
})

test('a response past its bound is malformed', async () => {
  const { auth } = await world({ limits: { responseOctets: 40 } })
  const plain = (padding: number) => Buffer.from(`\0alice@example.org\0${'x'.repeat(padding)}`)
  assert.equal(plain(21).length, 40)
  await assert.rejects(auth.begin('PLAIN', secure).step(plain(21)), because('invalid'))
  await assert.rejects(auth.begin('PLAIN', secure).step(plain(22)), because('malformed'))
})

test('neither the log nor the metrics hear a password or an unknown name', async () => {
  const heard: unknown[] = []
  const note = (...words: unknown[]) => void heard.push(words)
  const log = { debug: note, info: note, warn: note, error: note, child: () => log }
  const counter = { inc: note }
  const metrics = {
    counter: () => counter,
    gauge: () => ({ inc: note, dec: note, set: note }),
    histogram: () => ({ observe: note }),
  }
  const { auth } = await world({ log, metrics })
  await assert.rejects(auth.login('hunter2', 'tiger3', secure))
  await assert.rejects(auth.login('alice@example.org', 'tiger3', secure))
  await auth.login('alice@example.org', 'wonderland', secure)
  const all = JSON.stringify(heard)
  assert(!/hunter2|tiger3|wonderland/.test(all), all)
  assert.match(all, /alice@example\.org/)
  assert.match(all, /"result":"failed"/)
  assert.match(all, /"result":"ok"/)
})
