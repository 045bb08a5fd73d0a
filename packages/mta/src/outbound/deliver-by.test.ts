/** RFC 2852 §4.1: what becomes of messages with a time limit on their way out. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import type { AccountId, DeliverBy, DeliveryOptions, Store } from '@lemonade/store'
import type { MtaLimits } from '../limits.ts'
import type { MtaService } from '../service.ts'
import {
  dnsOf,
  greeted,
  messagesIn,
  openTestStore,
  setScript,
  startMta,
  transact,
  until,
  untilQueue,
} from '../testing.ts'
import { byParameter, leastByTime, relayReason, triedUntil, whyNotRelayed, withDelay } from './deliver-by.ts'
import { Sink } from './sink.testing.ts'

const exchanges: Readonly<Record<string, string>> = { 'timed.example': '127.0.0.1', 'plain.example': '127.0.0.2' }
const none = async (name: string): Promise<never> => {
  throw Object.assign(new Error(name), { code: 'ENOTFOUND' })
}
const resolver = dnsOf({
  resolveMx: async domain => {
    const exchange = exchanges[domain]
    return exchange === undefined ? none(domain) : [{ exchange, priority: 0 }]
  },
  resolve4: none,
  resolve6: none,
})

const by = (at: number, mode: DeliverBy['mode'], trace = false): DeliverBy => ({ at, mode, trace })

describe('the by-parameter', () => {
  test('RFC 2852 §2: what EHLO says of the minimum', () => {
    const rows: readonly [line: string, least: number | null][] = [
      ['DELIVERBY', 0],
      ['deliverby 240', 240],
      ['DELIVERBY 30,NEW=1', 30],
      ['DELIVERBY ,NEW', 0],
      ['DELIVERBY 999999999', 999_999_999],
      ['DELIVERBY 1000000000', null],
      ['DELIVERBY soon', null],
      ['DELIVERBYE 1', null],
    ]
    for (const [line, least] of rows) assert.equal(leastByTime(['SIZE 1', line]), least, line)
    assert.equal(leastByTime([]), null)
  })

  test('RFC 2852 §4.1.4: what remains, with its sign and within its bounds', () => {
    assert.equal(byParameter(by(98_400, 'return'), 0), 'BY=98;R')
    assert.equal(byParameter(by(400, 'return', true), 0), 'BY=1;RT')
    assert.equal(byParameter(by(0, 'notify'), 7_000), 'BY=-7;N')
    assert.equal(byParameter(by(0, 'notify', true), 999), 'BY=0;NT')
    assert.equal(byParameter(by(9e14, 'notify'), 0), 'BY=999999999;N')
    assert.equal(byParameter(by(-9e14, 'notify'), 0), 'BY=-999999999;N')
  })

  test('RFC 2852 §4.1.4.1: whether there is time enough, at the limit and below', () => {
    assert.equal(whyNotRelayed(by(30_000, 'return'), 30, 0), null)
    assert.equal(whyNotRelayed(by(30_000, 'return'), 30, 1)?.sent, false)
    assert.equal(whyNotRelayed(by(999, 'return'), 0, 0)?.sent, false)
    assert.equal(whyNotRelayed(by(1000, 'return'), 0, 0), null)
    assert.equal(whyNotRelayed(by(0, 'notify'), null, 1), null)
    assert.equal(whyNotRelayed(undefined, null, 0), null)
  })

  test('RFC 2852 §4.1.4.2: what is told of a relay, and asked of it', () => {
    assert.equal(relayReason(by(1, 'notify'), null, 0), 'untimed')
    assert.equal(relayReason(by(0, 'notify'), null, 0), null)
    assert.equal(relayReason(by(0, 'notify', true), null, 0), 'traced')
    assert.equal(relayReason(by(1, 'return', true), 0, 0), 'traced')
    assert.equal(relayReason(by(1, 'return'), 0, 0), null)
    assert.deepEqual(withDelay({}), { notify: ['FAILURE', 'DELAY'] })
    assert.deepEqual(withDelay({ notify: ['SUCCESS'] }), { notify: ['SUCCESS', 'DELAY'] })
    assert.deepEqual(withDelay({ notify: ['DELAY'] }), { notify: ['DELAY'] })
    assert.deepEqual(withDelay({ notify: ['NEVER'] }), { notify: ['NEVER'] })
  })

  test('RFC 2852 §4: the time limit does not make the queue keep a message for longer', () => {
    const entry = (options: DeliveryOptions) => triedUntil({ expiresAt: 10, options } as never)
    assert.deepEqual(
      [entry({}), entry({ by: by(5, 'return') }), entry({ by: by(15, 'return') }), entry({ by: by(5, 'notify') })],
      [10, 5, 10, 10],
    )
  })
})

describe('mail with a time limit', () => {
  let store: Store
  let close: () => Promise<void>
  let alice: AccountId
  let timed: Sink
  let plain: Sink
  let port: number
  let service: MtaService | null = null
  let clock = 0

  before(async () => {
    ;({ store, close } = await openTestStore({ clock: () => clock }))
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
  })
  after(() => close())
  beforeEach(async () => {
    clock = Date.UTC(2026, 10, 24, 9)
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    timed = new Sink({}, ['DELIVERBY 30'])
    port = await timed.listen()
    plain = new Sink()
    await plain.listen('127.0.0.2', port)
  })
  afterEach(async () => {
    await service?.stop(0)
    service = null
    await timed.stop()
    await plain.stop()
  })

  const start = async (limits: Partial<MtaLimits> = {}): Promise<MtaService> => {
    service = await startMta(store, { resolver, outboundPort: port, now: () => clock, limits })
    return service
  }
  const enqueue = async (recipient: string, options: DeliveryOptions, reversePath = 'alice@example.org') => {
    const writer = store.contents.writer({ limitOctets: 1000 })
    await writer.write(Buffer.from('Subject: in time\r\n\r\ntext\r\n'))
    await store.messages.deposit({
      content: await writer.finish(),
      deliveries: [],
      enqueue: [{ reversePath, recipient, expiresAt: clock + 3_600_000, options }],
    })
  }
  const empty = () => untilQueue(store, entries => (entries.length === 0 ? true : null))
  const told = async (act: () => Promise<void>): Promise<string> => {
    const count = (await messagesIn(store, 'alice@example.org')).length
    await act()
    return until(store, alice, async () => (await messagesIn(store, 'alice@example.org'))[count]?.text ?? null)
  }
  const field = (text: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1]
  const soon = (seconds = 100) => clock + seconds * 1000
  const byOf = (sink: Sink) => (sink.got[0]?.mailParameters as { BY?: string } | undefined)?.BY
  /** The server puts everything off; answers with how often it was asked. */
  const later = () => {
    let asked = 0
    timed.manners = {
      mail: () => {
        asked++
        return '451 4.7.1 Later'
      },
    }
    return () => asked
  }
  const attempted = (count: number) =>
    untilQueue(store, entries => entries.find(({ attempts }) => attempts === count) ?? null)
  const untilLeased = async (recipient: string) => {
    // A row that is leased is not due.
    const { id } = await untilQueue(store, entries => entries.find(each => each.recipient === recipient) ?? null)
    for (;;) {
      const due = await store.queue.nextDue()
      if (due === null || due > clock) return id
      await new Promise(setImmediate)
    }
  }
  const notifyOf = (sink: Sink) => (sink.got[0]?.rcptParameters as { NOTIFY?: string } | undefined)?.NOTIFY

  test('RFC 2852 §6: what remains goes along to a server that offers DELIVERBY; nothing is told', async () => {
    await start()
    const count = (await messagesIn(store, 'alice@example.org')).length
    await enqueue('x@timed.example', { by: by(soon(), 'return') })
    await timed.until(1)
    assert.equal(byOf(timed), '100;R')
    await empty()
    assert.equal((await messagesIn(store, 'alice@example.org')).length, count)
  })

  test('RFC 2852 §6: a server whose minimum is above what remains does not get it', async () => {
    await start()
    const at = soon(29)
    const text = await told(() => enqueue('x@timed.example', { by: by(at, 'return') }))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['failed', '5.4.7'])
    assert.equal(Date.parse(field(text, 'Deliver-By-Date') ?? ''), at)
    assert.ok(field(text, 'Arrival-Date') !== undefined)
    assert.equal(timed.got.length, 0)
    await empty()
  })

  test('RFC 2852 §4.1.4.1: nor does one without DELIVERBY, where it is to be returned', async () => {
    await start()
    const text = await told(() => enqueue('x@plain.example', { by: by(soon(), 'return') }))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['failed', '5.3.3'])
    assert.match(field(text, 'Diagnostic-Code') ?? '', /DELIVERBY/)
    assert.equal(plain.got.length, 0)
    await empty()
  })

  test('RFC 2852 §4.1.4.2: where it is to be told, such a server gets it, and is asked to tell of delays', async () => {
    await start()
    const text = await told(() => enqueue('x@plain.example', { by: by(soon(), 'notify') }))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['relayed', '2.0.0'])
    assert.match(text, /knows nothing of the time/)
    assert.deepEqual([byOf(plain), notifyOf(plain)], [undefined, 'FAILURE,DELAY'])
    await empty()
  })

  test('with NOTIFY=NEVER, and from the null reverse-path, nobody is told', async () => {
    await start()
    const count = (await messagesIn(store, 'alice@example.org')).length
    await enqueue('x@plain.example', { by: by(soon(), 'notify', true), notify: ['NEVER'] })
    await enqueue('x@plain.example', { by: by(soon(), 'return') }, '')
    await empty()
    assert.equal(notifyOf(plain), 'NEVER')
    assert.equal(plain.got.length, 1)
    assert.equal((await messagesIn(store, 'alice@example.org')).length, count)
  })

  test('RFC 2852 §4.1.4: a trace is told of each relay, and goes on', async () => {
    await start()
    const text = await told(() => enqueue('x@timed.example', { by: by(soon(), 'return', true), notify: ['FAILURE'] }))
    assert.equal(field(text, 'Action'), 'relayed')
    assert.match(text, /as you wanted to know/)
    assert.equal(byOf(timed), '100;RT')
    assert.equal(notifyOf(timed), 'FAILURE')
    await empty()
  })

  test('RFC 2852 §4.1.4: a time that has passed goes on as a negative one', async () => {
    await start()
    await enqueue('x@timed.example', { by: by(soon(-100), 'notify') })
    await timed.until(1)
    assert.equal(byOf(timed), '-100;N')
    await empty()
  })

  test('RFC 2852 §4.1.3: when the time has come it is returned, without another attempt', async () => {
    const asked = later()
    await start()
    await enqueue('x@timed.example', { by: by(soon(), 'return') })
    const { id, nextAttemptAt } = await attempted(1)
    assert.equal(nextAttemptAt, soon(60))
    clock += 60_000
    await store.queue.retryNow(id)
    // In 40 seconds rather than in 120.
    assert.equal((await attempted(2)).nextAttemptAt, soon(40))
    clock += 40_000
    const text = await told(() => store.queue.retryNow(id))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['failed', '5.4.7'])
    assert.match(text, /in the time that was given for it:[\s\S]*It will not be tried again\.[\s\S]*451 4\.7\.1 Later/)
    assert.match(text, /^text\r$/m, 'a small message comes back whole')
    await empty()
    assert.equal(asked(), 2)
  })

  test('RFC 2852 §4.1.3: or it is told of, once, and tried further', async () => {
    later()
    await start()
    await enqueue('x@timed.example', { by: by(soon(50), 'notify') })
    const { id, nextAttemptAt } = await attempted(1)
    assert.equal(nextAttemptAt, soon(50))
    clock += 50_000
    const text = await told(() => store.queue.retryNow(id))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['delayed', '4.4.7'])
    assert.ok(field(text, 'Will-Retry-Until') !== undefined && field(text, 'Deliver-By-Date') !== undefined)
    const { options, expiresAt } = await attempted(2)
    assert.deepEqual([options.byTold, expiresAt > clock], [true, true])
    const count = (await messagesIn(store, 'alice@example.org')).length
    await store.queue.retryNow(id)
    await attempted(3)
    timed.manners = {}
    await store.queue.retryNow(id)
    await timed.until(1)
    assert.equal(byOf(timed), '0;N')
    await empty()
    assert.equal((await messagesIn(store, 'alice@example.org')).length, count)
  })

  test('of a time that had passed before it came, the sender is told where there is more of a delay', async () => {
    const asked = later()
    await start()
    const text = await told(() => enqueue('x@timed.example', { by: by(soon(-7), 'notify'), notify: ['DELAY'] }))
    assert.deepEqual([field(text, 'Action'), field(text, 'Status'), asked()], ['delayed', '4.4.7', 1])
    assert.match(field(text, 'Diagnostic-Code') ?? '', /^smtp; 451 4\.7\.1 Later/)
    const count = (await messagesIn(store, 'alice@example.org')).length
    await enqueue('y@timed.example', { by: by(soon(-7), 'notify'), notify: ['FAILURE'] })
    await untilQueue(store, entries => (entries.filter(({ attempts }) => attempts === 1).length === 2 ? true : null))
    assert.equal((await messagesIn(store, 'alice@example.org')).length, count)
  })

  test('what waits in line until its time has passed is not sent', async () => {
    let letGo: () => void = () => {}
    const held = new Promise<void>(resolve => {
      timed.manners = {
        hold: () => {
          resolve()
          return new Promise(go => {
            letGo = go
          })
        },
      }
    })
    await start({ outboundPerDestination: 1 })
    await enqueue('first@timed.example', {})
    await held
    const text = await told(async () => {
      await enqueue('second@timed.example', { by: by(soon(), 'return') })
      await untilLeased('second@timed.example')
      clock += 100_000
      letGo()
    })
    assert.deepEqual([field(text, 'Status'), timed.got.length], ['5.4.7', 1])
    await empty()
  })

  test('a message here is delivered in time, and an alias takes the time along', async () => {
    await store.aliases.add('away@example.org', ['x@timed.example'])
    const client = await greeted(await start(), 'smtp')
    const from = '<alice@example.org> BY=60;R'
    assert.match(await transact(client, from, ['<bob@example.org>', '<away@example.org>'], 'A: b\r\n\r\n'), /^250 /)
    client.close()
    await timed.until(1)
    assert.equal(byOf(timed), '60;R')
    await empty()
  })

  test('RFC 6009 §5: a script sees what the sender has given', async () => {
    await setScript(
      store,
      'bob@example.org',
      `require ["envelope", "envelope-deliverby", "imap4flags"];
       if allof (envelope :is "bytimerelative" "60", envelope :is "bymode" "notify", envelope :is "bytrace" "trace",
         envelope :is :zone "+0000" "bytimeabsolute" "2026-11-24T09:01:00Z") { keep :flags "timed"; }`,
    )
    const client = await greeted(await start(), 'smtp')
    for (const parameter of [' BY=60;NT', ' BY=60;N', '']) {
      await transact(client, `<x@timed.example>${parameter}`, ['<bob@example.org>'], 'A: b\r\n\r\n')
    }
    client.close()
    const flags = (await messagesIn(store, 'bob@example.org')).slice(-3).map(each => each.flags)
    assert.deepEqual(flags, [['timed'], [], []])
  })

  test('RFC 6009 §7.2: a copy that is to arrive within ten minutes, from the owner of the script', async () => {
    await setScript(
      store,
      'bob@example.org',
      `require ["copy", "redirect-deliverby"];
       if address "from" "user@example.com" { redirect :copy :bytimerelative 600 "cellphone@timed.example"; }
       else { redirect :bytimerelative 600 :bymode "return" :bytrace "cellphone@plain.example"; }`,
    )
    const client = await greeted(await start(), 'smtp')
    await transact(client, '<x@far.example>', ['<bob@example.org>'], 'From: user@example.com\r\n\r\nHi')
    await timed.until(1)
    assert.deepEqual([timed.got[0]?.from, timed.got[0]?.to], ['bob@example.org', ['cellphone@timed.example']])
    assert.equal(byOf(timed), '600;R')
    // RFC 2852 §4.1.4.1, for a server that cannot be asked; the limit of who wrote is not that of who sends it on.
    await setScript(
      store,
      'alice@example.org',
      'require "redirect-deliverby"; redirect :bytimerelative 600 "cellphone@plain.example";',
    )
    const text = await told(async () => {
      await transact(client, '<x@far.example> BY=20;N', ['<alice@example.org>'], 'From: x@far.example\r\n\r\nHi')
      await store.scripts.setActive(alice, '')
    })
    client.close()
    assert.deepEqual([field(text, 'Action'), field(text, 'Status')], ['failed', '5.3.3'])
    assert.equal(Date.parse(field(text, 'Deliver-By-Date') ?? ''), soon(600))
    await empty()
  })
})
