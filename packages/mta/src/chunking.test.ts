/** CHUNKING and BINARYMIME from the Internet (RFC 3030), down to what is in the mailbox and in the queue. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { TransferDecoder } from '@lemonade/mime'
import type { Store } from '@lemonade/store'
import { code, type Talker } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, startMta } from './testing.ts'

const head =
  'From: x@far.example\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Transfer-Encoding: binary\r\n\r\n'
const octets = Buffer.from(Array.from({ length: 3000 }, (_, at) => at % 256))
const binary = Buffer.concat([
  Buffer.from(`${head}--b\r\n\r\nHi.\r\n--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n`),
  octets,
  Buffer.from('\r\n--b--\r\n'),
])

describe('messages in chunks', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService

  before(async () => {
    ;({ store, close } = await openTestStore())
    await store.aliases.add('away@example.org', ['friend@far.example'])
    service = await startMta(store)
  })
  after(async () => {
    await service.stop(0)
    await close()
  })

  const send = async (client: Talker, from: string, to: string, ...chunks: readonly (string | Uint8Array)[]) => {
    const answers = await client.codes(`MAIL FROM:${from}`, `RCPT TO:<${to}>`)
    for (const [at, chunk] of chunks.entries()) {
      const piece = Buffer.from(chunk)
      client.send(
        Buffer.concat([Buffer.from(`BDAT ${piece.length}${at === chunks.length - 1 ? ' LAST' : ''}\r\n`), piece]),
      )
      answers.push(code(await client.reply()))
    }
    return answers.slice(2)
  }
  const newest = async () => (await messagesIn(store, 'alice@example.org')).at(-1) ?? assert.fail()

  test('a message in chunks is in the mailbox as if it had come by DATA', async () => {
    for (const listener of ['smtp', 'lmtp'] as const) {
      const client = await greeted(service, listener)
      assert.deepEqual(
        await send(client, '<x@far.example>', 'alice@example.org', 'Subject: ', 'x\r\n\r', '\n.\r\ny\r\n', ''),
        [...['250 2.0.0', '250 2.0.0', '250 2.0.0', '250 2.0.0']],
      )
      assert.ok((await newest()).text.endsWith('Subject: x\r\n\r\n.\r\ny\r\n'))
      client.close()
    }
  })

  test('a binary message keeps each of its bits, as base IMAP can carry it', async () => {
    const client = await greeted(service, 'smtp')
    const cut = binary.indexOf(octets) + 1000
    const from = '<x@far.example> BODY=BINARYMIME'
    const answers = await send(client, from, 'alice@example.org', binary.subarray(0, cut), binary.subarray(cut))
    assert.deepEqual(answers, ['250 2.0.0', '250 2.0.0'])
    const { content, text } = await newest()
    assert.ok(!text.includes('\0'))
    const structure = await store.contents.structure(content)
    assert.equal(structure.encoding, '8bit')
    const [, picture] = structure.parts
    assert.equal(picture?.encoding, 'base64')
    const decoder = new TransferDecoder('base64')
    const encoded = await store.contents.readAll(content, picture?.bodyStart, picture?.end)
    assert.ok(Buffer.concat([decoder.write(encoded), decoder.end()]).equals(octets))
    client.close()
  })

  test('a NUL where nothing can stand for it is refused, and nothing is kept', async () => {
    const client = await greeted(service, 'smtp')
    const before = (await messagesIn(store, 'alice@example.org')).length
    const from = '<x@far.example> BODY=BINARYMIME'
    assert.deepEqual(await send(client, from, 'alice@example.org', 'Subject: \0\r\n\r\nx'), ['554 5.6.3'])
    assert.equal((await messagesIn(store, 'alice@example.org')).length, before)
    // Text may not have them at all; a body that has is mended.
    assert.deepEqual(await send(client, '<x@far.example>', 'alice@example.org', 'Subject: x\r\n\r\na\0b'), [
      '250 2.0.0',
    ])
    assert.match((await newest()).text, /Subject: x\r\nContent-Transfer-Encoding: base64\r\n\r\nYQBi$/)
    client.close()
  })

  test('what goes on from here is not binary any more', async () => {
    const client = await greeted(service, 'smtp')
    await send(client, '<x@far.example> BODY=BINARYMIME', 'away@example.org', binary)
    const [entry] = await store.queue.list()
    assert.equal(entry?.options.body, '8BITMIME')
    client.close()
  })
})
