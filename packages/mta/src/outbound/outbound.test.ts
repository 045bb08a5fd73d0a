import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, NewQueueEntry, QueueEntry, Store } from '@lemonade/store'
import { code } from '../../../esmtp/src/testing.ts'
import type { MtaLimits } from '../limits.ts'
import type { MtaOptions, MtaService } from '../service.ts'
import { dnsOf, greeted, messagesIn, openTestStore, startMta, tls, transact, until, untilQueue } from '../testing.ts'
import { Sink } from './sink.testing.ts'

const original = 'Subject: out\r\nFrom: alice@example.org\r\n\r\n.dot at the start\r\nthe text\r\n'

/** MX records by domain; every exchange is a name of a loopback address. */
const mx: Record<string, readonly string[] | string> = {
  'far.example': ['127.0.0.1'],
  'two.example': ['127.0.0.99', '127.0.0.1'],
  'null.example': [''],
  'broken.example': 'ESERVFAIL',
  'down.example': ['127.0.0.99'],
  'six.example': ['::1'],
  'plain.example': ['127.0.0.1'],
}

const resolver = dnsOf({
  resolveMx: async domain => {
    const found = mx[domain] ?? 'ENOTFOUND'
    if (typeof found === 'string') throw Object.assign(new Error(domain), { code: found })
    return found.map((exchange, priority) => ({ exchange, priority }))
  },
  resolve4: async name => {
    throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
  },
  resolve6: async name => {
    throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
  },
})

describe('mail goes out', () => {
  let store: Store
  let close: () => Promise<void>
  let alice: AccountId
  let sink: Sink
  let port: number
  let service: MtaService | null = null

  before(async () => {
    ;({ store, close } = await openTestStore())
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
  })
  after(() => close())
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    sink = new Sink()
    port = await sink.listen()
  })
  afterEach(async () => {
    await service?.stop(0)
    service = null
    await sink.stop()
  })

  const start = async (
    options: Partial<Omit<MtaOptions, 'limits'>> & { limits?: Partial<MtaLimits> } = {},
  ): Promise<void> => {
    service = await startMta(store, {
      resolver,
      outboundPort: port,
      ...options,
      limits: { connectSeconds: 5, ...options.limits },
    })
  }
  const enqueue = async (to: readonly string[], entry: Partial<NewQueueEntry> = {}, text = original): Promise<void> => {
    const writer = store.contents.writer({ limitOctets: 1_000_000 })
    await writer.write(Buffer.from(text))
    const base = { reversePath: 'alice@example.org', expiresAt: Date.now() + 3_600_000, ...entry }
    await store.messages.deposit({
      content: await writer.finish(),
      deliveries: [],
      enqueue: to.map(recipient => ({ ...base, recipient })),
    })
  }
  const empty = () => untilQueue(store, entries => (entries.length === 0 ? true : null))
  const deferred = () => untilQueue(store, entries => entries.find(({ attempts }) => attempts > 0) ?? null)
  /** The newest of alice's messages once she has one more. */
  const bounce = async (act: () => Promise<void>): Promise<string> => {
    const count = (await messagesIn(store, 'alice@example.org')).length
    await act()
    return until(store, alice, async () => {
      const found = await messagesIn(store, 'alice@example.org')
      return found.length > count ? (found.at(-1)?.text ?? null) : null
    })
  }
  const field = (text: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1]

  test('a message arrives octet for octet, over TLS where the server has it, without Return-Path', async () => {
    await start()
    await enqueue(['x@far.example'], {}, `Return-Path: <old@example.org>\r\n${original}`)
    await sink.until(1)
    const [got] = sink.got
    assert.deepEqual(
      [got?.from, got?.to, got?.secure, got?.text],
      ['alice@example.org', ['x@far.example'], true, original],
    )
    await service?.stop(1000)
    assert.deepEqual(await store.queue.list(), [])
  })

  test('the next exchange is tried where the first is down, and IPv6 where there is only that', async () => {
    const six = new Sink()
    await six.listen('::1', port)
    await start()
    await enqueue(['x@two.example', 'y@six.example'])
    await Promise.all([sink.until(1), six.until(1)])
    assert.deepEqual([sink.got[0]?.to, six.got[0]?.to], [['x@two.example'], ['y@six.example']])
    await six.stop()
  })

  test('a handshake that fails does not stop mail that nobody wanted encrypted (RFC 7435 §3)', async () => {
    const odd = new Sink({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })
    await odd.listen('127.0.0.3', port)
    mx['odd.example'] = ['127.0.0.3']
    await start()
    await enqueue(['x@odd.example'])
    await odd.until(1)
    assert.equal(odd.got[0]?.secure, false)
    await odd.stop()
  })

  test('recipients of one domain share a transaction, messages to it a connection', async () => {
    await enqueue(['a@far.example', 'b@far.example'])
    await enqueue(['c@far.example'])
    await start({ limits: { outboundPerDestination: 1 } })
    await sink.until(2)
    assert.deepEqual(
      sink.got.map(({ to }) => to),
      [['a@far.example', 'b@far.example'], ['c@far.example']],
    )
    assert.equal(sink.connections, 1)
  })

  test('a transaction has no more recipients than one may have', async () => {
    await enqueue(['a@far.example', 'b@far.example', 'c@far.example'])
    await start({ limits: { outboundRecipients: 2 } })
    await sink.until(2)
    assert.deepEqual(sink.got.map(({ to }) => to.length).toSorted(), [1, 2])
  })

  test('a permanent refusal comes back at once, and only for whom it is', async () => {
    sink.manners = { rcpt: address => (address.startsWith('no@') ? '550 5.1.1 Nobody of that name' : undefined) }
    await start()
    const text = await bounce(() => enqueue(['no@far.example', 'yes@far.example'], { options: { envid: 'e1' } }))
    assert.deepEqual(
      sink.got.map(({ to }) => to),
      [['yes@far.example']],
    )
    assert.match(text, /^Return-Path: <>\r\n/)
    assert.match(text, /^Content-Type: multipart\/report; report-type=delivery-status;\r$/m)
    assert.equal(field(text, 'Reporting-MTA'), 'dns; mail.example.org')
    assert.equal(field(text, 'Original-Envelope-Id'), 'e1')
    assert.equal(field(text, 'Final-Recipient'), 'rfc822; no@far.example')
    assert.equal(field(text, 'Action'), 'failed')
    assert.equal(field(text, 'Status'), '5.1.1')
    assert.equal(field(text, 'Remote-MTA'), 'dns; 127.0.0.1')
    assert.equal(field(text, 'Diagnostic-Code'), 'smtp; 550 5.1.1 Nobody of that name')
    assert.ok(text.includes(original), 'a small message comes back whole')
    await empty()
  })

  const roads: readonly [domain: string, status: string][] = [
    ['null.example', '5.1.10'],
    ['nowhere.example', '5.1.2'],
  ]
  for (const [domain, status] of roads) {
    test(`no way to ${domain} is a bounce with ${status}`, async () => {
      await start()
      const text = await bounce(() => enqueue([`x@${domain}`], { options: { ret: 'HDRS' } }))
      assert.equal(field(text, 'Status'), status)
      assert.equal(field(text, 'Remote-MTA'), undefined)
      assert.ok(!text.includes('the text'), 'RET=HDRS')
    })
  }

  test('what may pass is tried again: a name server, a host, a reply', async () => {
    await start()
    for (const address of ['x@broken.example', 'x@down.example', 'x@far.example']) {
      sink.manners = { rcpt: () => '451 4.7.1 Greylisted' }
      const before = Date.now()
      await enqueue([address])
      const { nextAttemptAt, lastReply, attempts, id } = await deferred()
      const wait = nextAttemptAt - before
      assert.ok(wait >= 59_000 && wait < 70_000, `${wait}`)
      assert.equal(attempts, 1)
      assert.ok(lastReply !== null && lastReply.length > 0)
      await store.queue.remove(id)
    }
  })

  test('a second attempt succeeds', async () => {
    let asked = 0
    sink.manners = { data: () => (asked++ === 0 ? '451 4.3.0 Not now' : undefined) }
    await start({ limits: { firstRetrySeconds: 0.01 } })
    await enqueue(['x@far.example'])
    await sink.until(1)
    await empty()
    assert.equal(asked, 2)
  })

  test('what is too old comes back with what was said last', async () => {
    sink.manners = { mail: () => '421 4.3.2 Not today' }
    await start({ limits: { firstRetrySeconds: 0.01 } })
    const text = await bounce(() => enqueue(['x@far.example'], { expiresAt: Date.now() + 100 }))
    assert.equal(field(text, 'Status'), '5.4.7')
    assert.match(field(text, 'Diagnostic-Code') ?? '', /^smtp; 421 4\.3\.2 Not today/)
  })

  test('a bounce never bounces, and NOTIFY=NEVER is obeyed', async () => {
    sink.manners = { rcpt: () => '550 5.1.1 No' }
    await start()
    const count = (await messagesIn(store, 'alice@example.org')).length
    await enqueue(['x@far.example'], { reversePath: '' })
    await enqueue(['y@far.example'], { options: { notify: ['NEVER'] } })
    await enqueue(['z@far.example'], { options: { notify: ['SUCCESS', 'DELAY'] } })
    await empty()
    assert.equal((await messagesIn(store, 'alice@example.org')).length, count)
  })

  test('DSN parameters go along to a server that knows them (RFC 3461 §5.2.1)', async () => {
    await start()
    const options = {
      notify: ['SUCCESS', 'FAILURE'] as const,
      orcpt: 'rfc822;bob+x@b.example',
      ret: 'HDRS' as const,
      envid: 'a+b',
    }
    await enqueue(['x@far.example'], { options })
    await sink.until(1)
    assert.deepEqual(sink.got[0]?.mailParameters, {
      BODY: '8BITMIME',
      SIZE: String(original.length),
      RET: 'HDRS',
      ENVID: 'a+b',
    })
    assert.deepEqual(sink.got[0]?.rcptParameters, { NOTIFY: 'SUCCESS,FAILURE', ORCPT: 'rfc822;bob+x@b.example' })
    await empty()
  })

  test('to a server that does not, success is "relayed" (RFC 3461 §5.2.2)', async () => {
    const plain = new Sink({ hideDSN: true, hideSTARTTLS: true, disabledCommands: ['STARTTLS'] })
    await plain.listen('127.0.0.2', port)
    mx['plain.example'] = ['127.0.0.2']
    await start()
    const text = await bounce(() =>
      enqueue(['x@plain.example'], { options: { notify: ['SUCCESS'], orcpt: 'rfc822;o@o.example' } }),
    )
    assert.equal(field(text, 'Action'), 'relayed')
    assert.equal(field(text, 'Original-Recipient'), 'rfc822; o@o.example')
    assert.ok(!text.includes('the text'))
    await plain.stop()
  })

  test('a delay is told once', async () => {
    sink.manners = { rcpt: () => '451 4.7.1 Later' }
    await start({ limits: { firstRetrySeconds: 0.01, delayNoticeSeconds: 0 } })
    const text = await bounce(() => enqueue(['x@far.example'], { account: alice }))
    assert.equal(field(text, 'Action'), 'delayed')
    assert.equal(field(text, 'Status'), '4.7.1')
    assert.ok(field(text, 'Will-Retry-Until') !== undefined)
    const many = await untilQueue(store, entries => entries.find(({ attempts }) => attempts > 3) ?? null)
    assert.equal(many.options.delayTold, true)
    const delays = (await messagesIn(store, 'alice@example.org')).filter(
      each => field(each.text, 'Action') === 'delayed',
    )
    assert.equal(delays.length, 1)
  })

  test('internationalized mail goes only where it is understood (RFC 6531 §3.6)', async () => {
    const plain = new Sink({ hideSMTPUTF8: true })
    await plain.listen('127.0.0.4', port)
    mx['ascii.example'] = ['127.0.0.4']
    mx['xn--bcher-kva.example'] = ['127.0.0.4']
    await start()
    const text = await bounce(() => enqueue(['ü@ascii.example'], { options: { smtpUtf8: true } }))
    assert.equal(field(text, 'Status'), '5.6.7')
    assert.match(text, /^Content-Type: message\/global-delivery-status\r$/m)
    await enqueue(['x@bücher.example'], { options: { smtpUtf8: true } })
    await plain.until(1)
    assert.deepEqual(plain.got[0]?.mailParameters, { BODY: '8BITMIME', SIZE: String(original.length) })
    await enqueue(['x@far.example'], { options: { smtpUtf8: true } }, 'Subject: ü\r\n\r\n')
    await sink.until(1)
    assert.ok('SMTPUTF8' in (sink.got[0]?.mailParameters ?? {}))
    await plain.stop()
  })

  test('eight-bit mail goes only where it is taken (RFC 6152 §3)', async () => {
    const seven = new Sink({ hide8BITMIME: true, hideSMTPUTF8: true })
    await seven.listen('127.0.0.6', port)
    mx['seven.example'] = ['127.0.0.6']
    await start()
    const sealed = 'Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nfür\r\n--b--\r\n'
    const text = await bounce(() => enqueue(['x@seven.example'], { options: { body: '8BITMIME' } }, sealed))
    assert.equal(field(text, 'Status'), '5.6.3')
    const declared = await bounce(() => enqueue(['x@seven.example'], { options: { body: '7BIT' } }, 'A: ü\r\n\r\n'))
    assert.equal(field(declared, 'Status'), '5.6.3', 'what counts is the octets')
    const utf8 = await bounce(() => enqueue(['x@seven.example'], { options: { smtpUtf8: true } }, 'A: ü\r\n\r\n'))
    assert.equal(field(utf8, 'Status'), '5.6.7')
    await enqueue(['x@seven.example'], { options: { body: '8BITMIME' } })
    await seven.until(1)
    assert.deepEqual(seven.got[0]?.mailParameters, { SIZE: String(original.length) })
    const eight = 'Return-Path: <z@x.example>\r\nA: b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nfür = dich \r\n'
    await enqueue(['x@seven.example'], { options: { body: '8BITMIME' } }, eight)
    await seven.until(2)
    const converted = 'A: b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nf=C3=BCr =3D dich=20\r\n'
    assert.equal(seven.got[1]?.text, converted)
    assert.deepEqual(seven.got[1]?.mailParameters, { SIZE: String(converted.length) })
    await seven.stop()
  })

  test('a message that the server says is too big comes back', async () => {
    const small = new Sink({ size: 20 })
    await small.listen('127.0.0.5', port)
    mx['small.example'] = ['127.0.0.5']
    await start()
    const text = await bounce(() => enqueue(['x@small.example']))
    assert.equal(field(text, 'Status'), '5.3.4')
    await small.stop()
  })

  test('a smart host takes everything, by name and password, over TLS that is checked', async () => {
    const relay = new Sink({
      authOptional: false,
      onAuth: ({ username, password }, _session, done) => {
        if (username === 'user' && password === 'pass') done(null, { user: 'user' })
        else done(new Error('Invalid'))
      },
    })
    const relayPort = await relay.listen()
    const smartHost = { host: '127.0.0.1', port: relayPort, user: 'user', password: 'pass', tls: 'required' as const }
    await start({ smartHost: { ...smartHost, certificateAuthority: tls.certificate } })
    await enqueue(['x@far.example', 'y@nowhere.example'])
    await relay.until(1)
    assert.deepEqual(
      [relay.got[0]?.to, relay.got[0]?.secure, relay.got[0]?.user],
      [['x@far.example', 'y@nowhere.example'], true, 'user'],
    )
    await empty()
    await service?.stop(0)
    await start({ smartHost })
    await enqueue(['x@far.example'])
    assert.match((await deferred()).lastReply ?? '', /self.signed/i, 'a certificate that cannot be checked')
    await relay.stop()
  })

  test('recipients here are delivered at once, with the way they went', async () => {
    const count = (await messagesIn(store, 'bob@example.org')).length
    await start()
    await enqueue(['bob+x@example.org'], {}, `Return-Path: <old@example.org>\r\n${original}`)
    await empty()
    const found = await messagesIn(store, 'bob@example.org')
    assert.equal(found.length, count + 1)
    assert.match(
      found.at(-1)?.text ?? '',
      /^Return-Path: <alice@example\.org>\r\nReceived: by mail\.example\.org \(Lemonade\) with local id \w+\r\n\tfor <bob\+x@example\.org>;\r\n\t.*\r\nSubject: out/,
    )
    const text = await bounce(() => enqueue(['nobody@example.org']))
    assert.equal(field(text, 'Status'), '5.1.1')
  })

  test('what a crash left under lease goes out at the next start', async () => {
    await enqueue(['x@far.example'])
    const leased: readonly QueueEntry[] = await store.queue.lease(Date.now(), 3_600_000, 10)
    assert.equal(leased.length, 1)
    await start()
    await sink.until(1)
    await empty()
  })

  test('stopping lets a transaction end', async () => {
    let letGo: () => void = () => {}
    const arrived = new Promise<void>(resolve => {
      sink.manners = {
        hold: () => {
          resolve()
          return new Promise(go => {
            letGo = go
          })
        },
      }
    })
    await start()
    await enqueue(['x@far.example'])
    await arrived
    const stopped = service?.stop(10_000)
    letGo()
    await stopped
    assert.equal(sink.got.length, 1)
    assert.deepEqual(await store.queue.list(), [])
  })

  test('and cuts it when the grace is over: it stays in the queue', async () => {
    const arrived = new Promise<void>(resolve => {
      sink.manners = {
        hold: () => {
          resolve()
          return new Promise(() => {})
        },
      }
    })
    await start()
    await enqueue(['x@far.example'])
    await arrived
    await service?.stop(10)
    assert.equal((await store.queue.list()).length, 1)
  })

  test('a message that came in for an alias elsewhere goes there', async () => {
    await store.aliases.add('elsewhere@example.org', ['friend@far.example'])
    await start()
    if (service === null) return assert.fail()
    const client = await greeted(service, 'smtp')
    assert.equal(code(await transact(client, '<x@far.example>', ['<elsewhere@example.org>'], original)), '250 2.0.0')
    await sink.until(1)
    assert.deepEqual(sink.got[0]?.to, ['friend@far.example'])
    assert.match(sink.got[0]?.text ?? '', /^Received: from client\.example/)
    client.close()
  })
})
