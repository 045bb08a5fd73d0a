import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import type { Store } from '@lemonade/store'
import { sealMessage } from 'mailauth'
import type { MtaService } from '../service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from '../testing.ts'
import { keyOf, type Names, resolverOf, signed, startChecking, txt } from './names.testing.ts'
import { networks } from './networks.ts'
import type { DmarcPolicy } from './policy.ts'

const message =
  'From: Ada <ada@far.example>\r\nTo: alice@example.org\r\nSubject: hello\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n\r\nHi.\r\n'
const rsa = keyOf('rsa')
const ed25519 = keyOf('ed25519')
const far: Names = {
  'TXT far.example': txt('v=spf1 ip4:127.0.0.1 -all'),
  'TXT rsa._domainkey.far.example': rsa.record,
  'TXT ed._domainkey.far.example': ed25519.record,
  'TXT _dmarc.far.example': txt('v=DMARC1; p=reject'),
  'TXT _dmarc.wary.example': txt('v=DMARC1; p=quarantine'),
  'TXT _dmarc.lenient.example': txt('v=DMARC1; p=none'),
  'TXT elsewhere.example': txt('v=spf1 -all'),
}

describe('mail from the Internet is authenticated', () => {
  let store: Store
  let close: () => Promise<void>
  const running: MtaService[] = []

  before(async () => {
    ;({ store, close } = await openTestStore())
  })
  afterEach(async () => {
    await Promise.all(running.splice(0).map(service => service.stop(0)))
  })
  after(() => close())

  /** What one transaction is answered with, and the message that it left. */
  const sent = async (
    text: string,
    { from = 'ada@far.example', to = 'alice@example.org', listener = 'smtp' as 'smtp' | 'lmtp', mailbox = 'INBOX' },
    start: () => Promise<MtaService>,
  ) => {
    const count = async () => (await messagesIn(store, to, mailbox)).length
    const earlier = await count()
    const service = await start()
    running.push(service)
    const client = await greeted(service, listener)
    // What ends the data brings its own line end.
    const reply = await transact(client, `<${from}>`, [`<${to}>`], text.replace(/\r\n$/, ''))
    client.close()
    const found = await messagesIn(store, to, mailbox)
    assert.equal(found.length - earlier, /^250/.test(reply) ? 1 : 0, reply)
    const last = found.at(-1)?.text ?? ''
    return {
      reply,
      text: last,
      results: /^Authentication-Results: mail\.example\.org;\r\n(?: .*\r\n)+/m.exec(last)?.[0] ?? '',
    }
  }
  const checked = (
    text: string,
    envelope: Parameters<typeof sent>[1] = {},
    policy: DmarcPolicy = 'none',
    names = far,
  ) => sent(text, envelope, () => startChecking(store, names, policy))

  test('what passes: SPF, DKIM with RSA and Ed25519, DMARC; the field stands behind the Return-Path', async () => {
    const text = await signed(message, 'far.example', [
      ['rsa', rsa],
      ['ed', ed25519],
    ])
    const found = await checked(text, {}, 'reject')
    assert.equal(found.results.match(/dkim=pass[^;]*header\.d=far\.example/g)?.length, 2, found.results)
    assert.match(found.results, /spf=pass/)
    assert.match(found.results, /dmarc=pass[^;]*header\.from=far\.example/)
    assert.ok(found.text.startsWith(`Return-Path: <ada@far.example>\r\n${found.results}Received: from client.example`))
    assert.ok(found.text.endsWith(text), 'the message itself is as it was')
  })

  test('a signature does not stand what was changed behind it', async () => {
    const text = (await signed(message, 'far.example', [['rsa', rsa]])).replace('Hi.', 'Ho.')
    const { reply } = await checked(text, { from: 'ada@elsewhere.example' }, 'reject')
    assert.equal(reply, '550 5.7.26 The DMARC policy of far.example has this refused (RFC 7489)')
    const { results } = await checked(text, { from: 'ada@elsewhere.example' }, 'none')
    assert.match(results, /dkim=fail/)
    assert.match(results, /spf=fail/)
    assert.match(results, /dmarc=fail/)
  })

  const refused = /^550 5\.7\.26/
  const taken = /^250/
  const rows: readonly [author: string, configured: DmarcPolicy, reply: RegExp, mailbox: string][] = [
    ['far.example', 'reject', refused, 'INBOX'],
    ['far.example', 'quarantine', taken, 'Junk'],
    ['far.example', 'none', taken, 'INBOX'],
    ['wary.example', 'reject', taken, 'Junk'],
    ['wary.example', 'quarantine', taken, 'Junk'],
    ['wary.example', 'none', taken, 'INBOX'],
    ['lenient.example', 'reject', taken, 'INBOX'],
    ['unheard.example', 'reject', taken, 'INBOX'],
  ]
  for (const [author, configured, reply, mailbox] of rows) {
    test(`a forged author of ${author}, with "${configured}"`, async () => {
      const text = message.replace('ada@far.example', `ada@${author}`)
      const found = await checked(text, { from: 'x@elsewhere.example', mailbox }, configured)
      assert.match(found.reply, reply)
    })
  }

  test('two authors in From evade no policy', async () => {
    const text = message.replace('Ada <ada@far.example>', 'ada@far.example, x@elsewhere.example')
    assert.match((await checked(text, { from: 'x@elsewhere.example', mailbox: 'Junk' }, 'reject')).reply, taken)
  })

  test('a script reads the results, and has the say about what is suspect', async () => {
    const envelope = { from: 'x@elsewhere.example', to: 'bob@example.org' }
    const own = 'require "fileinto"; if header :contains "Authentication-Results" "dmarc=fail" { fileinto "Trash"; }'
    await setScript(store, 'bob@example.org', own)
    await store.mailboxes
      .find((await store.accounts.find('bob@example.org'))?.id ?? assert.fail(), 'Trash')
      .then(found => assert.ok(found))
    await checked(message, { ...envelope, mailbox: 'Trash' }, 'quarantine')
    await setScript(store, 'bob@example.org', 'keep;')
    await checked(message, envelope, 'quarantine')
    await setScript(store, 'bob@example.org', 'if false { keep; }')
    await checked(message, { ...envelope, mailbox: 'Junk' }, 'quarantine')
  })

  test('results that were forged in our name are taken away; LMTP and trusted clients keep theirs', async () => {
    const forged = 'Authentication-Results: mail.example.org; dmarc=pass\r\n'
    const other = 'Authentication-Results: far.example; dmarc=pass\r\n'
    const { text } = await checked(`${forged}${other}${message}`, { from: 'x@elsewhere.example' })
    assert.equal(text.includes(forged), false)
    assert.ok(text.endsWith(`${other}${message}`))
    const envelope = { from: 'x@elsewhere.example' }
    const lmtp = await checked(`${forged}${message}`, { ...envelope, listener: 'lmtp' }, 'reject')
    assert.match(lmtp.text, /^Return-Path: .*\r\nReceived: /)
    assert.ok(lmtp.text.endsWith(`${forged}${message}`))
    for (const exempt of [undefined, networks(['127.0.0.0/8']) ?? assert.fail()]) {
      const authentication = { policy: 'reject' as const, resolver: resolverOf(far) }
      const trusted = await sent(`${forged}${message}`, envelope, () =>
        startMta(store, { authentication, ...(exempt && { exempt }) }),
      )
      assert.ok(trusted.text.endsWith(`${forged}${message}`))
      assert.match(trusted.text, /^Return-Path: .*\r\nReceived: /)
    }
  })

  test('DNS that fails costs no message: temperror', async () => {
    const text = await signed(message, 'far.example', [['rsa', rsa]])
    const envelope = { from: 'ada@elsewhere.example' }
    for (const failure of ['ESERVFAIL', 'ETIMEOUT', 'EREFUSED', 'ECONNREFUSED']) {
      const broken = { ...far, 'TXT rsa._domainkey.far.example': failure }
      assert.match((await checked(text, envelope, 'reject', broken)).results, /dkim=temperror/, failure)
      const unknown = { ...far, 'TXT _dmarc.far.example': failure }
      assert.match((await checked(message, envelope, 'reject', unknown)).results, /dmarc=temperror/, failure)
      const own = { ...far, 'TXT far.example': failure }
      assert.match((await checked(message, {}, 'reject', own)).results, /spf=temperror/, failure)
    }
    // Somebody else's DNS that fails proves nothing of the author.
    const others = { ...far, 'TXT elsewhere.example': 'ESERVFAIL' }
    assert.match((await checked(message, envelope, 'reject', others)).reply, refused)
  })

  test('DNS that never answers costs no more than its time', async () => {
    const silent = {
      ...far,
      'TXT rsa._domainkey.far.example': 'never',
      'TXT far.example': 'never',
      'TXT _dmarc.far.example': 'never',
    }
    const text = await signed(message, 'far.example', [['rsa', rsa]])
    const { results } = await sent(text, {}, () =>
      startChecking(store, silent, 'reject', { limits: { authenticationSeconds: 0.05 } }),
    )
    for (const method of ['dkim', 'spf', 'dmarc']) assert.match(results, new RegExp(`${method}=temperror`))
  })

  test('no more questions are asked than the limit', async () => {
    const asked: string[] = []
    const text = await signed(message, 'far.example', [['rsa', rsa]])
    const start = (authenticationLookups: number) => () => {
      asked.length = 0
      const exempt = networks([]) ?? assert.fail()
      const authentication = { policy: 'reject' as const, resolver: resolverOf(far, asked) }
      return startMta(store, { authentication, exempt, limits: { authenticationLookups } })
    }
    assert.match((await sent(text, {}, start(3))).results, /dmarc=pass/)
    assert.deepEqual(asked, ['TXT rsa._domainkey.far.example', 'TXT far.example', 'TXT _dmarc.far.example'])
    assert.match((await sent(text, {}, start(2))).results, /dkim=pass.*spf=pass.*dmarc=temperror/s)
    assert.equal(asked.length, 2)
  })

  test('no more signatures are checked than the limit', async () => {
    const limits = { authenticationSignatures: 2 }
    const count = async (signatures: number) => {
      const text = await signed(message, 'far.example', Array(signatures).fill(['rsa', rsa]))
      const { results, text: stored } = await sent(text, {}, () => startChecking(store, far, 'reject', { limits }))
      assert.ok(stored.endsWith(text))
      return results.match(/dkim=pass/g)?.length
    }
    assert.equal(await count(2), 2)
    assert.equal(await count(3), 2)
  })

  test('RFC 3030: a binary message is checked as it was sent, and kept as text', async () => {
    const binary = message.replace(
      '\r\n\r\nHi.',
      '\r\nMIME-Version: 1.0\r\nContent-Transfer-Encoding: binary\r\n\r\nH\0i.',
    )
    const octets = await signed(binary, 'far.example', [['rsa', rsa]])
    const service = await startChecking(store, far, 'reject')
    running.push(service)
    const client = await greeted(service, 'smtp')
    await client.say('MAIL FROM:<ada@far.example> BODY=BINARYMIME')
    await client.say('RCPT TO:<alice@example.org>')
    client.send(`BDAT ${octets.length} LAST\r\n${octets}`)
    assert.match((await client.reply()) ?? '', taken)
    client.close()
    const { text } = (await messagesIn(store, 'alice@example.org')).at(-1) ?? assert.fail()
    assert.match(text, /dkim=pass/)
    assert.match(text, /Content-Transfer-Encoding: base64/)
  })

  test('results reach the log and the metrics', async () => {
    const logged: object[] = []
    const counted: object[] = []
    const log = { ...silentLog, info: (facts: unknown) => void logged.push(Object(facts)), child: () => log }
    const inc = (labels: unknown) => void counted.push(Object(labels))
    const metrics = { ...noMetrics, counter: () => ({ inc }) }
    const exempt = networks([]) ?? assert.fail()
    const authentication = { policy: 'none' as const, resolver: resolverOf(far) }
    await sent(message, {}, () => startMta(store, { authentication, exempt, log, metrics }))
    const { spf, dkim, dmarc, arc } = logged.find(each => 'octets' in each && 'spf' in each) as Record<string, string>
    assert.deepEqual({ spf, dkim, dmarc, arc }, { spf: 'pass', dkim: 'none', dmarc: 'pass', arc: 'none' })
    for (const [method, result] of Object.entries({ spf, dkim, dmarc, arc })) {
      assert.ok(
        counted.some(each => 'method' in each && 'result' in each && each.method === method && each.result === result),
      )
    }
  })

  test('RFC 8617: a chain of ARC sets', async () => {
    const seal = { signingDomain: 'far.example', selector: 'rsa', privateKey: rsa.privateKey }
    const sealed = `${await sealMessage(message, seal)}${message}`
    assert.match((await checked(sealed)).results, /arc=pass/)
    assert.match((await checked(sealed.replace('Hi.', 'Ho.'))).results, /arc=fail/)
    assert.match((await checked(message)).results, /arc=none/)
  })

  test('the null reverse-path is checked by the name of the client (RFC 7208 §2.4)', async () => {
    const names = { ...far, 'TXT client.example': txt('v=spf1 ip4:127.0.0.1 -all') }
    assert.match((await checked(message.replace('far', 'client'), { from: '' }, 'none', names)).results, /spf=pass/)
  })

  test('a header that is longer than what is looked at is refused', async () => {
    const field = `X-Long: ${'x'.repeat(900)}\r\n`
    const long = `${field.repeat(300)}${message}`
    assert.equal((await checked(long)).reply, '550 5.6.0 The header of the message is too long')
    assert.match((await checked(long, { listener: 'lmtp' })).reply, taken)
  })

  test('a message without a header, a body or any sense is taken, with results', async () => {
    for (const text of [
      'Hi.\r\n',
      'Subject: x\r\n',
      '\r\nHi.\r\n',
      'DKIM-Signature: \r\nFrom: \r\n\r\n',
      'ARC-Seal: i=0\r\n\r\nx\r\n',
    ]) {
      const { results, text: stored } = await checked(text, {}, 'reject')
      assert.match(results, /spf=pass/, text)
      assert.ok(stored.includes(text.replace(/\r\n$/, '')))
    }
  })
})
