/** What is told of mail on its way out, and to whom: RFC 3461 §5, RFC 4865 §5.1, RFC 6710 §4.6, RFC 5321 §6.1. */
import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { silentLog } from '@lemonade/net'
import type { AccountId, NewQueueEntry, Store } from '@lemonade/store'
import { defaultMtaLimits, type MtaLimits } from '../limits.ts'
import type { MtaService } from '../service.ts'
import { messagesIn, openTestStore, startMta, until, untilQueue } from '../testing.ts'
import { refused } from './outcome.ts'
import { everywhereHere, type Scripted, scripted } from './scripted.testing.ts'
import { Settlement } from './settlement.ts'

describe('notifications', () => {
  let store: Store
  let close: () => Promise<void>
  let alice: AccountId
  let server: Scripted
  let service: MtaService | null = null
  let clock = Date.UTC(2026, 10, 24, 9)
  let refusal: string | undefined
  before(async () => {
    ;({ store, close } = await openTestStore({ clock: () => clock }))
    // The first account is the postmaster, since nobody was named.
    alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
  })
  after(() => close())
  beforeEach(async () => {
    refusal = '550 5.1.1 Nobody'
    server = await scripted({
      keywords: ['DSN', 'PIPELINING', 'MT-PRIORITY'],
      reply: line => (line.startsWith('RCPT') ? refusal : undefined),
    })
  })
  afterEach(async () => {
    await service?.stop(0)
    await server.close()
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  const start = async (limits: Partial<MtaLimits> = {}) => {
    service = await startMta(store, { resolver: everywhereHere, outboundPort: server.port, now: () => clock, limits })
  }
  const enqueue = async (entry: Partial<NewQueueEntry>): Promise<void> => {
    const writer = store.contents.writer({ limitOctets: 1000 })
    await writer.write(Buffer.from('Subject: x\r\n\r\n'))
    const rest = { reversePath: 'alice@example.org', recipient: 'x@far.example', expiresAt: clock + 1e9, ...entry }
    await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue: [rest] })
  }
  const empty = () => untilQueue(store, entries => (entries.length === 0 ? true : null))
  const count = async () => (await messagesIn(store, 'alice@example.org')).length
  const told = async (act: () => Promise<void>): Promise<string> => {
    const had = await count()
    await act()
    return until(store, alice, async () => {
      const found = await messagesIn(store, 'alice@example.org')
      return found.length > had ? (found.at(-1)?.text ?? null) : null
    })
  }
  const field = (text: string, name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(text)?.[1]

  test('RFC 4865 §5.1.2: of a message that was held, when it came and how long it was to wait', async () => {
    await start()
    const text = await told(() => enqueue({ options: { release: { at: clock, request: 'for;3600' } } }))
    assert.equal(field(text, 'Future-Release-Request'), 'for;3600')
    assert.equal(field(text, 'Arrival-Date'), 'Tue, 24 Nov 2026 09:00:00 +0000')
  })

  test('RFC 4865: nothing goes out before its time, nor after a restart; and waiting is no delay', async () => {
    refusal = '451 4.3.0 Later'
    const at = clock + 86_400_000
    await start({ delayNoticeSeconds: 3600 })
    await enqueue({ account: alice, notBefore: at, options: { release: { at, request: 'for;86400' } } })
    await service?.stop(0)
    clock = at - 1
    await start({ delayNoticeSeconds: 3600 })
    await enqueue({ recipient: 'other@far.example', options: { notify: ['NEVER'] } })
    await untilQueue(store, entries => entries.find(({ attempts }) => attempts === 1) ?? null)
    assert.deepEqual(
      server.lines.filter(line => line.startsWith('RCPT')),
      ['RCPT TO:<other@far.example> NOTIFY=NEVER'],
    )
    await service?.stop(0)
    clock = at
    const had = await count()
    await start({ delayNoticeSeconds: 3600 })
    await untilQueue(store, entries => entries.find(each => each.recipient === 'x@far.example' && each.attempts === 1))
    assert.equal(await count(), had)
  })

  test('RFC 6710 §4.6: a notification is as urgent as what it is about', async () => {
    await start()
    await enqueue({ reversePath: 'stranger@near.example', options: { priority: -4 } })
    await untilQueue(store, () => server.lines.some(line => line.startsWith('RCPT TO:<stranger@')) || null)
    assert.deepEqual(
      server.lines.filter(line => line.startsWith('MAIL')),
      ['MAIL FROM:<stranger@near.example> MT-PRIORITY=-4', 'MAIL FROM:<> MT-PRIORITY=-4'],
    )
  })

  test('a notification of ours that cannot be delivered comes to the postmaster, once', async () => {
    await start()
    const text = await told(() => enqueue({ reversePath: 'stranger@near.example' }))
    assert.match(text, /^Return-Path: <>\r\n/)
    assert.equal(field(text, 'To'), '<postmaster@mail.example.org>')
    assert.equal(field(text, 'Final-Recipient'), 'rfc822; stranger@near.example')
    assert.match(text, /^Final-Recipient: rfc822; x@far\.example\r$/m, 'with what it was about')
    await empty()
  })

  test('what others send from the null reverse-path tells nobody', async () => {
    await start()
    const had = await count()
    await enqueue({ reversePath: '' })
    await empty()
    assert.equal(await count(), had)
  })

  test('a postmaster who cannot be told ends it', async () => {
    const recipient = 'postmaster@mail.example.org'
    await enqueue({ reversePath: '', recipient, notBefore: clock + 1e6, options: { notification: true } })
    const [entry = assert.fail()] = await store.queue.list()
    const options = { store, hostname: 'mail.example.org', limits: defaultMtaLimits, log: silentLog }
    const settlement = new Settlement({ ...options, now: () => clock, random: () => 0.5 })
    await settlement.settle(entry, refused('5.2.1', 'gone'), null)
    assert.deepEqual(await store.queue.list(), [])
  })
})
