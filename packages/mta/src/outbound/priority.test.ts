/** RFC 6710 and RFC 6758: who may have mail go first, and how the next server hears of it. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { DeliveryOptions, Store } from '@lemonade/store'
import { code } from '../../../esmtp/src/testing.ts'
import { networks } from '../authentication/networks.ts'
import type { MtaOptions, MtaService } from '../service.ts'
import { greeted, openTestStore, startMta, transact, untilQueue } from '../testing.ts'
import { withPriorityField } from './priority-field.ts'
import { everywhereHere, type Scripted, scripted } from './scripted.testing.ts'

const message = 'Subject: x\r\nMT-Priority: 7\r\nFrom: a@b.example\r\nmt-priority:\r\n 3\r\n\r\nMT-Priority: 1\r\n'

describe('the priority of a message', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService | null = null
  let server: Scripted | null = null
  before(async () => {
    ;({ store, close } = await openTestStore())
    await store.aliases.add('away@example.org', ['x@far.example'])
  })
  after(() => close())
  afterEach(async () => {
    await service?.stop(0)
    await server?.close()
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    server = null
  })

  const nobody = networks([]) ?? assert.fail()
  const start = async (options: Partial<Omit<MtaOptions, 'limits'>> = {}) => {
    service = await startMta(store, { resolver: everywhereHere, rewritesSenders: false, ...options })
    return service
  }
  /** What the alias elsewhere got, and the reply to it. */
  const forwarded = async (listener: 'smtp' | 'lmtp', parameters: string, exempt = nobody, text = 'Subject: x\r\n') => {
    server = await scripted({ reply: line => (line.startsWith('MAIL') ? '451 4.3.0 Later' : undefined) })
    const client = await greeted(await start({ exempt, outboundPort: server.port }), listener)
    const reply = await transact(client, `<a@b.example> ${parameters}`, ['<away@example.org>'], text)
    client.close()
    const entry = await untilQueue(store, entries => entries.find(({ attempts }) => attempts > 0) ?? null)
    const content = Buffer.from(await store.contents.readAll(entry.content)).toString()
    return { reply, priority: entry.options.priority, content }
  }

  test('RFC 6710 §4.1: a stranger gets none above 0, and is told; one below it is his to have', async () => {
    const high = await forwarded('smtp', 'MT-PRIORITY=4')
    assert.match(high.reply, /^250 2\.3\.6 0 /)
    assert.equal(high.priority, 0)
    assert.match(high.content, /\tPRIORITY 4;/)
    await service?.stop(0)
    await server?.close()
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    const low = await forwarded('smtp', 'MT-PRIORITY=-4')
    assert.deepEqual([code(low.reply), low.priority], ['250 2.0.0', -4])
  })

  test('nor by the header (RFC 6758 §7)', async () => {
    const { reply, priority } = await forwarded('smtp', '', nobody, 'MT-Priority: 9\r\nSubject: x\r\n')
    assert.match(reply, /^250 2\.3\.6 0 /)
    assert.equal(priority, 0)
  })

  test('who is trusted gets any; and it stays with the message that an alias leads elsewhere (RFC 6710 §4.4)', async () => {
    const trusted = networks(['127.0.0.0/8']) ?? assert.fail()
    const { reply, priority } = await forwarded('smtp', 'MT-PRIORITY=9', trusted)
    assert.deepEqual([code(reply), priority], ['250 2.0.0', 9])
  })

  test('so does who hands it over by LMTP, a header counting where MAIL says nothing', async () => {
    const { priority } = await forwarded('lmtp', '', nobody, 'MT-Priority: 6\r\nSubject: x\r\n')
    assert.equal(priority, 6)
  })

  const sent = async (keywords: readonly string[], options: DeliveryOptions, text: string) => {
    server = await scripted({ keywords })
    await start({ outboundPort: server.port })
    const writer = store.contents.writer({ limitOctets: 1000 })
    await writer.write(Buffer.from(text))
    const entry = { reversePath: 'a@b.example', recipient: 'x@far.example', expiresAt: Date.now() + 60_000, options }
    await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue: [entry] })
    await untilQueue(store, entries => (entries.length === 0 ? true : null))
    return { mail: server.lines[1], content: server.contents.join() }
  }

  test('RFC 6710 §4.2: the next server is told with MAIL, and the header stays as it is', async () => {
    const { mail, content } = await sent(['MT-PRIORITY', 'SIZE'], { priority: -2 }, message)
    assert.equal(mail, `MAIL FROM:<a@b.example> SIZE=${message.length} MT-PRIORITY=-2`)
    assert.equal(content, message)
  })

  test('RFC 6758 §3.3: one that does not take it is told by the header, in one field', async () => {
    const expected = 'MT-Priority: -2\r\nSubject: x\r\nFrom: a@b.example\r\n\r\nMT-Priority: 1\r\n'
    const { mail, content } = await sent(['SIZE'], { priority: -2 }, message)
    assert.equal(content, expected)
    assert.equal(mail, `MAIL FROM:<a@b.example> SIZE=${expected.length}`)
  })

  test('what nobody is to believe does not go on', async () => {
    const { content } = await sent([], {}, 'MT-Priority: 9\r\nSubject: x\r\n\r\n')
    assert.equal(content, 'MT-Priority: 0\r\nSubject: x\r\n\r\n')
  })

  test('a message that says nothing of it goes on as it is', async () => {
    const text = 'Subject: x\r\n\r\nMT-Priority: 1\r\n'
    assert.equal((await sent([], {}, text)).content, text)
  })

  test('a field that came in pieces goes in whole, and as often as it is asked for', async () => {
    const octets = Buffer.from(message)
    for (let size = 1; size < 20; size++) {
      const read = async function* () {
        for (let at = 0; at < octets.length; at += size) yield octets.subarray(at, at + size)
      }
      const header = octets.subarray(0, octets.indexOf('\r\n\r\n') + 4)
      const changed = await withPriorityField({ octets: octets.length, read }, header, 5)
      for (let time = 0; time < 2; time++) {
        let text = ''
        for await (const piece of changed.read()) text += Buffer.from(piece).toString()
        assert.equal(text, 'MT-Priority: 5\r\nSubject: x\r\nFrom: a@b.example\r\n\r\nMT-Priority: 1\r\n')
        assert.equal(changed.octets, text.length)
      }
    }
  })
})
