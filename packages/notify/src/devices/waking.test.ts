import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { openStore } from '@lemonade/store'
import { BadTarget, DeliveryFailed, type DeviceMethod, type DeviceWake, startNotify, TargetGone } from '../index.ts'
import { notifyFolder } from './standing.ts'

const limits = { firstRetryMilliseconds: 5, lastRetryMilliseconds: 20, pollMilliseconds: 50, holdMilliseconds: 30_000 }

async function house(t: TestContext, more: { readonly mustEcho?: boolean; readonly now?: () => number } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-waking-'))
  const store = await openStore(directory, { background: false, ...(more.now && { clock: more.now }) })
  const account = await store.accounts.add({ name: 'ada@example.org' })
  const wakes: DeviceWake[] = []
  const outcomes: (Error | null)[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  const method: DeviceMethod = {
    kind: 'test',
    mustEcho: more.mustEcho ?? false,
    describe(target) {
      if (target !== 'there') throw new BadTarget('That is nowhere.')
      return 'there'
    },
    async wake(_, wake) {
      wakes.push(wake)
      for (const { count, resolve } of waiting) if (wakes.length >= count) resolve()
      const outcome = outcomes.shift()
      if (outcome) throw outcome
    },
    close() {},
  }
  const scripts: string[] = []
  const notify = await startNotify({
    ...{ store, webhooks: [], devices: [method], limits, hostname: 'mail.example.org' },
    ...(more.now && { clock: more.now }),
    filterScript: async (_, script, { type }) => {
      scripts.push(`${script} ${type}`)
      return script === 'yes'
    },
  })
  t.after(async () => {
    await notify.stop(1000)
    await store.close()
    await rm(directory, { recursive: true })
  })
  const of = { mailbox: null, account: account.id }
  const set = (name: string, value: unknown) =>
    store.metadata.set(of, [
      { name: `${notifyFolder}/${name}`, value: value === null ? null : Buffer.from(JSON.stringify(value)) },
    ])
  const device = async (name = 'test/phone') => store.devices.get(account.id, name)
  const until = async (isSo: () => Promise<boolean>) => {
    const ended = AbortSignal.timeout(10_000)
    while (!(await isSo())) {
      ended.throwIfAborted()
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  return {
    ...{ store, account, wakes, outcomes, scripts, set, device, until, stop: () => notify.stop(0) },
    /** With a device that is in use. */
    async register(preferences: unknown = {}) {
      await set('preferences/test/phone', preferences)
      await set('test/phone', 'there')
      await until(async () => (await device())?.state === 'ready')
    },
    async seen(count: number) {
      if (wakes.length >= count) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ count, resolve })
      const late = setTimeout(() => assert.fail(`${wakes.length} of ${count} wake-ups`), 10_000)
      await promise
      clearTimeout(late)
    },
    /** Until everything that has happened was filtered, and nothing waits but what is held back. */
    async settled() {
      const [last] = (await store.outbox.after(0 as never, 1_000_000)).slice(-1)
      await until(async () => (await store.outbox.cursor('devices')) >= (last?.id ?? 0))
      await until(async () => {
        const pending = (await device())?.pending ?? null
        return pending === null || pending.dueAt > (more.now ?? Date.now)() + 1000
      })
    },
    async deliver(mailbox = 'INBOX', from = 'Bob <bob@example.net>', subject = 'hello') {
      const writer = store.contents.writer({ limitOctets: 10_000 })
      await writer.write(Buffer.from(`From: ${from}\r\nSubject: ${subject}\r\n\r\nx\r\n`))
      await store.messages.deposit({
        content: await writer.finish(),
        deliveries: [{ account: account.id, mailbox, create: true }],
        enqueue: [],
      })
    },
    async inbox() {
      return (await store.mailboxes.find(account.id, 'INBOX')) ?? assert.fail()
    },
    async read() {
      const inbox = (await store.mailboxes.find(account.id, 'INBOX')) ?? assert.fail()
      const all = [{ first: 1, last: 1000 }] as never
      await store.messages.storeFlags(inbox.id, all, { mode: 'add', flags: ['\\Seen'] })
    },
  }
}

suite('devices', () => {
  test('are woken by what is of interest, and told as little as they want to hear', async t => {
    const at = await house(t)
    await at.register()
    await at.deliver()
    await at.seen(1)
    await at.deliver('Lists')
    await at.settled()
    const [wake] = at.wakes
    assert.partialDeepStrictEqual(wake, {
      ...{ account: 'ada@example.org', device: 'test/phone', urgency: 'normal', ttlSeconds: 86_400 },
      text: 'You have new mail.',
    })
    const { type, device, ...rest } = wake?.payload ?? {}
    assert.deepEqual([type, device, Object.keys(rest)], ['wake', 'test/phone', ['id', 'modseq']])
    assert.equal(at.wakes.length, 1, 'another mailbox is of no interest')
  })

  test('are told from whom, what and where, if they want', async t => {
    const at = await house(t)
    await at.register({
      payload: 'summary',
      urlSeconds: 3600,
      mailboxes: ['*'],
      exceptMailboxes: ['Junk'],
      tags: ['a'],
    })
    await at.deliver('Junk')
    await at.deliver('A/ö', '=?utf-8?q?J=C3=BCrgen?= <j@example.net>', 'line\r\n\tfolded')
    await at.seen(1)
    const [{ payload, text } = assert.fail()] = at.wakes
    const [message] = payload['messages'] as { uri: string }[]
    assert.partialDeepStrictEqual(payload, {
      ...{ unread: 1, events: { MessageNew: 1 }, tags: ['a'] },
      messages: [{ from: 'Jürgen', subject: 'line folded', mailbox: 'A/ö', uid: 1 }],
    })
    assert.match(
      message?.uri ?? '',
      /^imap:\/\/ada%40example\.org@mail\.example\.org\/A\/%C3%B6;UIDVALIDITY=\d+\/;UID=1;EXPIRE=\S+;URLAUTH=user\+ada%40example\.org:internal:\w+$/,
    )
    assert.equal(text, 'Jürgen: line folded')
  })

  test('must prove that they are their owner’s where they can', async t => {
    const at = await house(t, { mustEcho: true })
    await at.set('test/phone', 'there')
    await at.seen(1)
    await at.deliver()
    await at.settled()
    assert.equal(at.wakes.length, 1)
    const [{ payload } = assert.fail()] = at.wakes
    assert.deepEqual([payload['type'], payload['device']], ['validate', 'test/phone'])
    const { account, store } = at
    const echo = Buffer.from(String(payload['challenge']))
    await store.metadata.set({ mailbox: null, account: account.id }, [
      { name: `${notifyFolder}/validate/test/phone`, value: echo },
    ])
    assert.equal((await at.device())?.state, 'ready')
    await at.deliver()
    await at.seen(2)
    assert.equal(at.wakes[1]?.payload['type'], 'wake')
  })

  test('that are none are refused with a sentence', async t => {
    const at = await house(t)
    await at.set('test/phone', 'nowhere')
    await at.set('carrier/pigeon', 'there')
    await at.until(async () => (await at.device('carrier/pigeon'))?.state === 'refused')
    await at.until(async () => (await at.device())?.state === 'refused')
    assert.equal((await at.device())?.problem, 'That is nowhere.')
    assert.match((await at.device('carrier/pigeon'))?.problem ?? '', /no notifications by carrier/)
  })

  test('that are gone are forgotten, those that fail are tried again', async t => {
    const at = await house(t)
    await at.register()
    at.outcomes.push(new DeliveryFailed('busy'), new Error('down'), null, new TargetGone('410'))
    await at.deliver()
    await at.seen(3)
    await at.settled()
    assert.deepEqual(new Set(at.wakes.map(({ id }) => id)).size, 1, 'a repetition has its number')
    await at.deliver()
    await at.until(async () => (await at.device()) === null)
    assert.equal(at.wakes.length, 4)
  })

  test('are held back while their user is told in-band, and woken when that ends', async t => {
    const at = await house(t)
    await at.register()
    const session = at.store.presence.enter(at.account.id, { service: 'imap', credential: 'laptop' })
    session.listens(true)
    await at.deliver()
    await at.deliver()
    await at.settled()
    assert.equal(at.wakes.length, 0)
    session.leave()
    await at.seen(1)
    await at.settled()
    assert.equal(at.wakes.length, 1, 'told the latest state, once')
    const again = at.store.presence.enter(at.account.id, { service: 'imap', credential: 'laptop' })
    again.listens(true)
    await at.deliver()
    await at.settled()
    await at.read()
    again.listens(false)
    await at.until(async () => (await at.device())?.pending === null)
    assert.equal(at.wakes.length, 1, 'what was read meanwhile is not told')
  })

  test('that have a password of their own are held back by their own sessions only', async t => {
    const at = await house(t)
    await at.register({ client: 'phone', holdWhile: 'connected' })
    at.store.presence.enter(at.account.id, { service: 'imap', credential: 'laptop' }).listens(true)
    await at.deliver()
    await at.seen(1)
    const own = at.store.presence.enter(at.account.id, { service: 'imap', credential: 'phone' })
    await at.deliver()
    await at.settled()
    assert.equal(at.wakes.length, 1)
    own.leave()
    await at.seen(2)
  })

  test('are left alone in quiet hours but for somebody important', async t => {
    const clock = { now: Date.parse('2026-11-24T22:00:00Z') }
    const at = await house(t, { now: () => clock.now })
    const quietHours = [{ from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }]
    await at.register({ quietHours, vip: ['@example.com'] })
    await at.deliver()
    await at.settled()
    assert.equal((await at.device())?.pending?.dueAt, Date.parse('2026-11-25T06:00:00Z'))
    await at.deliver('INBOX', 'Boss <boss@EXAMPLE.com>')
    await at.seen(1)
    assert.equal(at.wakes[0]?.urgency, 'high')
    await at.deliver()
    await at.settled()
    clock.now = Date.parse('2026-11-25T06:00:00Z')
    await at.seen(2)
  })

  test('are woken by nobody but those who matter, if they want', async t => {
    const at = await house(t)
    await at.register({ vip: ['boss@example.com'], onlyVip: true })
    await at.deliver()
    await at.deliver('INBOX', 'boss@example.com', 'now')
    await at.seen(1)
    await at.settled()
    assert.equal(at.wakes.length, 1)
  })

  test('are woken so often and no more, then told the latest state', async t => {
    const clock = { now: Date.parse('2026-11-24T12:00:00Z') }
    const at = await house(t, { now: () => clock.now })
    await at.register({ rate: { wakeUps: 2, seconds: 100 } })
    for (let each = 1; each <= 2; each++) {
      await at.deliver()
      await at.seen(each)
      await at.settled()
    }
    for (let each = 0; each < 3; each++) await at.deliver()
    await at.settled()
    assert.equal(at.wakes.length, 2)
    assert.equal((await at.device())?.pending?.dueAt, clock.now + 50_000)
    clock.now += 50_000
    await at.seen(3)
    await at.settled()
    assert.equal(at.wakes.length, 3)
  })

  test('show a light while there is unread mail', async t => {
    const at = await house(t)
    await at.register({ events: [], messageWaiting: true })
    await at.deliver()
    await at.seen(1)
    await at.until(async () => (await at.device())?.waiting === true)
    await at.deliver()
    await at.settled()
    assert.deepEqual([at.wakes.length, at.wakes[0]?.payload['waiting']], [1, true])
    await at.read()
    await at.seen(2)
    assert.deepEqual([at.wakes[1]?.payload['waiting'], at.wakes[1]?.urgency], [false, 'low'])
    await at.until(async () => (await at.device())?.waiting === false)
  })

  test('are told nothing that comes too late, nothing where preferences are wrong', async t => {
    const clock = { now: Date.parse('2026-11-24T22:00:00Z') }
    const at = await house(t, { now: () => clock.now })
    await at.register({ quietHours: [{ from: '22:00', to: '07:00', timeZone: 'UTC' }], ttlSeconds: 3600 })
    await at.deliver()
    await at.settled()
    clock.now = Date.parse('2026-11-25T07:00:00Z')
    await at.until(async () => (await at.device())?.pending === null)
    assert.match((await at.device())?.problem ?? '', /in time/)
    await at.set('preferences/test/phone', { onn: true })
    await at.deliver()
    await at.settled()
    assert.equal(at.wakes.length, 0)
  })

  test('may be filtered by a script', async t => {
    const at = await house(t)
    await at.register({ script: 'no' })
    await at.deliver()
    await at.settled()
    await at.set('preferences/test/phone', { script: 'yes' })
    await at.deliver()
    await at.seen(1)
    assert.deepEqual(at.scripts, ['no MessageNew', 'yes MessageNew'])
  })

  test('what waits survives a restart', async t => {
    const at = await house(t)
    await at.register()
    at.outcomes.push(...Array<Error>(3).fill(new DeliveryFailed('down', 60_000)))
    await at.deliver()
    await at.seen(1)
    await at.settled()
    const before = await at.device()
    assert.deepEqual([before?.attempts, before?.problem], [1, 'down'])
    await at.stop()
    assert.deepEqual((await at.device())?.pending, before?.pending)
    assert.ok((before?.pending?.dueAt ?? 0) > Date.now() + 30_000, 'no sooner than the target asks')
  })
})
