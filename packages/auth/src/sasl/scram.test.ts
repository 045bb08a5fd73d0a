import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Auth, openAuth } from '../auth.ts'
import { authenticatorOf } from '../authenticator.testing.ts'
import type { Channel } from '../channel.ts'
import { Deriver } from '../derive.ts'
import { AuthError, type AuthReason } from '../error.ts'
import { memoryAccounts, type ScramClient, scramClient } from '../testing.ts'
import { deriveVerifier, encodeVerifier } from '../verifier.ts'
import type { Exchange } from './mechanism.ts'
import { scram } from './scram.ts'
import { parseClientFinal, parseClientFirst } from './scram-message.ts'

const exporterData = new Uint8Array(32).fill(7)
const clear: Channel = { secure: false, loopback: true, remote: '127.0.0.1' }
const secure: Channel = { secure: true, loopback: false, remote: '192.0.2.1', tlsExporter: () => exporterData }

async function opened(passwords: Readonly<Record<string, string>> = { '': 'pencil' }, name = 'user'): Promise<Auth> {
  const accounts = memoryAccounts()
  const { id } = await accounts.add({ name })
  const auth = openAuth({
    store: { accounts, directory: '/nonexistent' },
    allowPlaintext: 'never',
    secret: new Uint8Array(32),
    wait: async () => {},
    limits: { failuresPerAddress: 1_000, failuresPerAccount: 1_000 },
  })
  for (const [label, password] of Object.entries(passwords)) await auth.setPassword(id, password, label)
  return auth
}

async function challenge(exchange: Exchange, text: string): Promise<string> {
  const step = await exchange.step(Buffer.from(text))
  assert('challenge' in step)
  return Buffer.from(step.challenge).toString()
}

async function run(exchange: Exchange, client: ScramClient) {
  const final = client.final(await challenge(exchange, client.first))
  const step = await exchange.step(Buffer.from(final))
  assert('identity' in step)
  assert.equal(Buffer.from(step.finalData ?? []).toString(), client.serverFinal)
  return step.identity
}

const because = (reason: AuthReason) => (error: unknown) => {
  assert(error instanceof AuthError, String(error))
  assert.equal(error.reason, reason)
  return true
}

test('the examples of RFC 5802 §5 and RFC 7677 §3', async () => {
  const examples = [
    {
      hash: 'SHA-1',
      salt: 'QSXCR+Q6sek8bf92',
      nonce: '3rfcNHYJY1ZVvWVs7j',
      lines: [
        'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
        'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
        'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
        'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
      ],
    },
    {
      hash: 'SHA-256',
      salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
      nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
      lines: [
        'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
        'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
        'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
        'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
      ],
    },
  ] as const
  for (const { hash, salt, nonce, lines } of examples) {
    const accounts = memoryAccounts()
    const { id } = await accounts.add({ name: 'user' })
    const salting = { salt: Buffer.from(salt, 'base64'), iterations: 4096 }
    const verifier = await deriveVerifier(new Deriver(1), 'pencil', salting)
    await accounts.setCredential(id, '', encodeVerifier(verifier))
    const mechanism = scram(hash, 'plain', () => nonce)
    assert.equal(mechanism.name, `SCRAM-${hash}`)
    const exchange = mechanism.begin(authenticatorOf(accounts), clear)
    assert.equal(await challenge(exchange, lines[0]), lines[1])
    const end = await exchange.step(Buffer.from(lines[2]))
    assert('identity' in end)
    assert.equal(Buffer.from(end.finalData ?? []).toString(), lines[3])
    assert.equal(end.identity.authorizedAs, 'user')
  }
})

test('each mechanism takes the right password and no other', async () => {
  const auth = await opened()
  for (const [name, hash, flag] of [
    ['SCRAM-SHA-1', 'sha1', 'n'],
    ['SCRAM-SHA-256', 'sha256', 'n'],
    ['SCRAM-SHA-1-PLUS', 'sha1', 'p=tls-exporter'],
    ['SCRAM-SHA-256-PLUS', 'sha256', 'p=tls-exporter'],
  ] as const) {
    const bound = flag === 'n' ? {} : { bindingData: exporterData }
    const client = (password: string) => scramClient({ hash, name: 'user', password, flag, ...bound })
    assert.equal((await run(auth.begin(name, secure), client('pencil'))).credential, '')
    await assert.rejects(run(auth.begin(name, secure), client('Pencil')), because('invalid'))
    const empty = await auth.begin(name, secure).step(null)
    assert('challenge' in empty && empty.challenge.length === 0)
  }
})

test('app passwords: the one that was used is told', async () => {
  const auth = await opened({ phone: 'p1', '': 'main', laptop: 'p2' })
  for (const [label, password] of [
    ['', 'main'],
    ['phone', 'p1'],
    ['laptop', 'p2'],
  ] as const) {
    const client = scramClient({ hash: 'sha256', name: 'user', password })
    assert.equal((await run(auth.begin('SCRAM-SHA-256', secure), client)).credential, label)
  }
})

test('names are folded and unescaped, passwords prepared', async () => {
  const auth = await opened({ '': 'I\u00adX' }, 'a,b=c@example.org')
  const client = scramClient({ hash: 'sha1', name: 'A,B=C@Example.org', password: 'IX' })
  assert.equal((await run(auth.begin('SCRAM-SHA-1', secure), client)).authorizedAs, 'a,b=c@example.org')
})

test('an authorization identity must be one’s own', async () => {
  const auth = await opened()
  const as = (authorizationId: string) =>
    run(
      auth.begin('SCRAM-SHA-256', secure),
      scramClient({ hash: 'sha256', name: 'user', password: 'pencil', authorizationId }),
    )
  assert.equal((await as('USER')).authorizedAs, 'user')
  await assert.rejects(as('admin'), because('unauthorized'))
})

test('a name without an account gets a salt that stays, and the same end', async () => {
  const serverFirst = async (name: string) => {
    const auth = await opened()
    const first = await challenge(auth.begin('SCRAM-SHA-256', secure), `n,,n=${name},r=x`)
    return /^r=x[A-Za-z0-9+/]{24},s=([A-Za-z0-9+/]{22}==),i=20000$/.exec(first)?.[1]
  }
  const salt = await serverFirst('nobody')
  assert(salt !== undefined)
  assert.equal(await serverFirst('NOBODY'), salt)
  assert.notEqual(await serverFirst('somebody'), salt)
  assert((await serverFirst('user')) !== undefined)
  const auth = await opened()
  const client = scramClient({ hash: 'sha256', name: 'nobody', password: 'pencil' })
  await assert.rejects(run(auth.begin('SCRAM-SHA-256', secure), client), because('invalid'))
})

test('a password that changes during the exchange decides', async () => {
  const accounts = memoryAccounts()
  const { id } = await accounts.add({ name: 'user' })
  const store = { accounts, directory: '/nonexistent' }
  const auth = openAuth({ store, allowPlaintext: 'never', secret: new Uint8Array(32), wait: async () => {} })
  await auth.setPassword(id, 'old')
  const exchange = auth.begin('SCRAM-SHA-256', secure)
  const client = scramClient({ hash: 'sha256', name: 'user', password: 'old' })
  const final = client.final(await challenge(exchange, client.first))
  await auth.setPassword(id, 'new')
  await assert.rejects(exchange.step(Buffer.from(final)), because('invalid'))
})

test('channel binding: what does not fit the channel is refused', async () => {
  const auth = await opened()
  const attempt = (mechanism: string, flag: string, bindingData: Uint8Array, channel = secure) => {
    const client = scramClient({ hash: 'sha256', name: 'user', password: 'pencil', flag, bindingData })
    return run(auth.begin(mechanism, channel), client)
  }
  const none = new Uint8Array(0)
  const wrong = new Uint8Array(32).fill(8)
  await assert.rejects(attempt('SCRAM-SHA-256-PLUS', 'p=tls-exporter', wrong), because('invalid'))
  await assert.rejects(attempt('SCRAM-SHA-256-PLUS', 'p=tls-exporter', none), because('invalid'))
  await assert.rejects(attempt('SCRAM-SHA-256-PLUS', 'p=tls-unique', exporterData), because('malformed'))
  await assert.rejects(attempt('SCRAM-SHA-256-PLUS', 'p=tls-server-end-point', exporterData), because('malformed'))
  await assert.rejects(attempt('SCRAM-SHA-256-PLUS', 'n', none), because('malformed'))
  await assert.rejects(attempt('SCRAM-SHA-256', 'p=tls-exporter', exporterData), because('malformed'))
  await assert.rejects(attempt('SCRAM-SHA-256', 'n', exporterData), because('invalid'))
  // A client that could bind but was not offered it: somebody stripped the list (RFC 5802 §6).
  await assert.rejects(attempt('SCRAM-SHA-256', 'y', none), because('invalid'))
  const unbindable: Channel = { secure: true, loopback: false, remote: '192.0.2.1' }
  assert.equal((await attempt('SCRAM-SHA-256', 'y', none, unbindable)).authorizedAs, 'user')
  assert.equal((await attempt('SCRAM-SHA-256', 'n', none)).authorizedAs, 'user')
})

test('the exchange is one: other nonces, proofs of other lengths and further steps end it', async () => {
  const auth = await opened()
  const client = scramClient({ hash: 'sha256', name: 'user', password: 'pencil' })
  const broken: ((final: string) => string)[] = [
    final => final.replace(/r=[^,]+/, 'r=clientnonce'),
    final => final.replace(/,p=/, ',p=AAAA'),
    final => final.replace(/,p=.*/, ',p=AAAA'),
    final => final.replace(/,p=.*/, ''),
    () => client.first,
    () => '',
  ]
  for (const breaks of broken) {
    const exchange = auth.begin('SCRAM-SHA-256', secure)
    const final = client.final(await challenge(exchange, client.first))
    await assert.rejects(exchange.step(Buffer.from(breaks(final))), because('malformed'))
    await assert.rejects(exchange.step(Buffer.from(final)), because('malformed'))
  }
  const finished = auth.begin('SCRAM-SHA-256', secure)
  await run(finished, client)
  await assert.rejects(finished.step(Buffer.from('x')), because('malformed'))
})

test('client-first-message: what is read and what is refused', () => {
  const rows: [text: string, name: string | null][] = [
    ['n,,n=user,r=abc', 'user'],
    ['y,,n=user,r=abc', 'user'],
    ['p=tls-exporter,,n=user,r=abc', 'user'],
    ['n,a=user,n=us=2Cer=3D,r=abc', 'us,er='],
    ['n,,n=user,r=abc,x=ext,y=more', 'user'],
    ['n,,n=user,r=a=b+c/', 'user'],
    ['n,,n=ü,r=abc', 'ü'],
    ['', null],
    ['n,n=user,r=abc', null],
    ['x,,n=user,r=abc', null],
    ['n=a,,n=user,r=abc', null],
    ['p,,n=user,r=abc', null],
    ['p=,,n=user,r=abc', null],
    ['n,user,n=user,r=abc', null],
    ['n,a=,n=user,r=abc', null],
    ['n,,m=ext,n=user,r=abc', null],
    ['n,,n=,r=abc', null],
    ['n,,n=us=er,r=abc', null],
    ['n,,n=user,r=', null],
    ['n,,n=user,r=a b', null],
    ['n,,r=abc,n=user', null],
    ['n,,n=user', null],
    ['n,,n=user,r=abc,', null],
    ['n,,n=user,r=abc,x', null],
    ['n,,n=us\0er,r=abc', null],
  ]
  for (const [text, name] of rows) {
    if (name === null) assert.throws(() => parseClientFirst(text), because('malformed'), text)
    else assert.equal(parseClientFirst(text).name, name, text)
  }
})

test('client-final-message: what is read and what is refused', () => {
  assert.equal(parseClientFinal('c=biws,r=abc,p=AAAA').withoutProof, 'c=biws,r=abc')
  assert.equal(parseClientFinal('c=biws,r=abc,x=ext,p=AA==').withoutProof, 'c=biws,r=abc,x=ext')
  for (const text of [
    '',
    'c=biws,r=abc',
    'r=abc,c=biws,p=AAAA',
    'c=biws,p=AAAA,r=abc',
    'c=!,r=abc,p=AAAA',
    'c=biws,r=abc,p=',
  ]) {
    assert.throws(() => parseClientFinal(text), because('malformed'), text)
  }
})

test('whatever a client says, the answer is a challenge or a refusal', async () => {
  const auth = await opened()
  const word = fc.constantFrom(
    'n',
    'y',
    'p=',
    'tls-exporter',
    ',',
    ',,',
    'n=user',
    'r=x',
    'a=',
    'c=biws',
    'p=',
    'AA==',
    '\0',
    '=2C',
    'm=',
    'ü',
  )
  const message = fc.array(word, { maxLength: 10 }).map(words => words.join(''))
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 3 }), fc.boolean(), async (messages, plus) => {
      const exchange = auth.begin(plus ? 'SCRAM-SHA-256-PLUS' : 'SCRAM-SHA-256', secure)
      try {
        for (const text of messages) assert('challenge' in (await exchange.step(Buffer.from(text))))
      } catch (error) {
        assert(error instanceof AuthError, String(error))
      }
    }),
    { seed: 5, numRuns: 300 },
  )
  const octets = auth.begin('SCRAM-SHA-256', secure)
  await assert.rejects(octets.step(new Uint8Array([0xff, 0xfe])), because('malformed'))
})
