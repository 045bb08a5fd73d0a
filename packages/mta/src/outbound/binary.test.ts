/** RFC 3030 §3: binary mail goes on as it is to those who take it, and as text to all others. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Store } from '@lemonade/store'
import type { MtaService } from '../service.ts'
import { messagesIn, openTestStore, startMta, until, untilQueue } from '../testing.ts'
import { everywhereHere, type Scripted, scripted } from './scripted.testing.ts'

const octets = Buffer.from(Array.from({ length: 256 }, (_, at) => at))
const head =
  'From: alice@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n' +
  'Content-Transfer-Encoding: binary\r\n\r\n--b\r\nContent-Transfer-Encoding: 8bit\r\n\r\nfür dich\r\n' +
  '--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n'
const message = Buffer.concat([Buffer.from(head), octets, Buffer.from('\r\n--b--\r\n')])
const encoded = octets.toString('base64').replace(/.{76}/g, '$&\r\n')

describe('binary mail on its way out', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService | null = null
  before(async () => {
    ;({ store, close } = await openTestStore())
  })
  after(() => close())

  const send = async (keywords: readonly string[], run: (server: Scripted) => Promise<void>, refused = false) => {
    const server = await scripted({
      keywords,
      reply: line => (refused && line.startsWith('RCPT') ? '550 5.1.1 Nobody' : undefined),
    })
    service = await startMta(store, { resolver: everywhereHere, outboundPort: server.port })
    const writer = store.contents.writer({ limitOctets: 10_000 })
    await writer.write(message)
    const entry = {
      reversePath: 'alice@example.org',
      recipient: 'x@far.example',
      expiresAt: Date.now() + 60_000,
      options: { body: 'BINARYMIME' as const },
    }
    await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue: [entry] })
    await untilQueue(store, entries => (entries.length === 0 ? true : null))
    await run(server)
    await service.stop(0)
    await server.close()
  }

  test('a server with BINARYMIME and CHUNKING gets each octet as it is', () =>
    send(['PIPELINING', 'CHUNKING', 'BINARYMIME', '8BITMIME', 'SIZE'], async ({ lines, contents }) => {
      assert.equal(lines[1], `MAIL FROM:<alice@example.org> SIZE=${message.length} BODY=BINARYMIME`)
      assert.deepEqual(contents, [message])
    }))

  for (const keywords of [
    ['CHUNKING', '8BITMIME'],
    ['BINARYMIME', '8BITMIME'],
  ]) {
    test(`a server with ${keywords.join(' and ')} gets text of eight bits`, () =>
      send(keywords, async ({ lines, contents }) => {
        assert.equal(lines[1], 'MAIL FROM:<alice@example.org> BODY=8BITMIME')
        const text = contents.join()
        assert.ok(text.includes('Content-Transfer-Encoding: 8bit\r\n\r\nfür dich'))
        assert.ok(text.includes(`Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n${encoded}`))
        assert.doesNotMatch(text, /binary/)
      }))
  }

  test('a server with none of it gets text of seven bits', () =>
    send([], async ({ lines, contents }) => {
      assert.equal(lines[1], 'MAIL FROM:<alice@example.org>')
      const text = contents.join()
      assert.ok(text.includes('Content-Transfer-Encoding: quoted-printable\r\n\r\nf=C3=BCr dich'))
      assert.ok(text.includes(`Content-Transfer-Encoding: base64\r\n\r\n${encoded}`))
      assert.match(text, /^Content-Transfer-Encoding: 7bit\r$/m)
    }))

  test('what comes back of it is its header', () =>
    send(
      ['CHUNKING', 'BINARYMIME'],
      async () => {
        const alice = (await store.accounts.find('alice@example.org'))?.id ?? assert.fail()
        const text = await until(store, alice, async () => {
          return (await messagesIn(store, 'alice@example.org')).at(-1)?.text ?? null
        })
        assert.match(text, /^Content-Type: text\/rfc822-headers\r$/m)
        assert.doesNotMatch(text, /image\/png/)
      },
      true,
    ))

  test('for an account here it becomes text, in whatever way it came into the queue', async () => {
    service = await startMta(store)
    const writer = store.contents.writer({ limitOctets: 10_000 })
    await writer.write(message)
    const entry = { reversePath: '', recipient: 'bob@example.org', expiresAt: Date.now() + 60_000 }
    const enqueue = [{ ...entry, options: { body: 'BINARYMIME' as const } }]
    await store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue })
    await untilQueue(store, entries => (entries.length === 0 ? true : null))
    const [got] = await messagesIn(store, 'bob@example.org')
    assert.ok(got?.text.includes(encoded))
    await service.stop(0)
  })
})
