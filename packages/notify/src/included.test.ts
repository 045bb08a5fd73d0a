import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type OutboxEvent, openStore } from '@lemonade/store'
import { redeem } from '@lemonade/urlauth'
import { includedIn } from './included.ts'
import type { OptionalParameter } from './sink.ts'

test('what a sink asks for goes along: envelope, structure, content, and a URL that opens the message until it expires', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-included-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  const ada = await store.accounts.add({ name: 'ada@example.org' })
  await store.outbox.register(['test'])
  const envelope = 'MAIL FROM:<bob@example.net>\r\nRCPT TO:<ada@example.org>\r\n'
  const deliver = async (message: Buffer): Promise<OutboxEvent> => {
    const writer = store.contents.writer({ limitOctets: 10_000 })
    await writer.write(message)
    const deliveries = [{ account: ada.id, mailbox: 'INBOX', envelope }]
    await store.messages.deposit({ content: await writer.finish(), deliveries, enqueue: [] })
    return (await store.outbox.after(0 as never, 1000)).at(-1) ?? assert.fail()
  }
  const now = { at: Date.UTC(2026, 10, 24) }
  const house = { store, hostname: 'mail.example.org', now: () => now.at }
  const include = (event: OutboxEvent, contentOctets: number, ...parameters: OptionalParameter[]) =>
    includedIn(house, event, { parameters: new Set(parameters), contentOctets, urlSeconds: 60 })

  const text = Buffer.from('Subject: häßlich\r\n\r\nx\r\n')
  const event = await deliver(text)
  assert.deepEqual(await include(event, 0), {})
  assert.deepEqual(await include(event, text.length, 'envelope', 'messageContent'), {
    envelope,
    messageContent: text.toString(),
  })
  assert.deepEqual(await include(event, text.length - 1, 'messageContent'), {}, 'it is too long')
  const { bodyStructure } = await include(event, 0, 'bodyStructure')
  assert.match(bodyStructure ?? '', /^\("text" "plain"/i)
  const octets = Buffer.from('Subject: x\r\n\r\n\xff', 'latin1')
  const { 'vnd.lemonade.messageContentBase64': base64 } = await include(await deliver(octets), 100, 'messageContent')
  assert.deepEqual(Buffer.from(String(base64), 'base64'), octets)

  const { 'vnd.lemonade.url': url } = await include(event, 0, 'url')
  const redeemer = { account: ada.id, applications: new Set<string>() }
  assert.match(String(url), /;UID=1;EXPIRE=2026-11-24T00:01:00Z;URLAUTH=authuser:internal:/)
  assert.ok((await redeem(house, String(url), redeemer)) !== null)
  now.at += 61_000
  assert.equal(await redeem(house, String(url), redeemer), null)
  const inbox = (await store.mailboxes.find(ada.id, 'INBOX')) ?? assert.fail()
  await store.messages.storeFlags(inbox.id, [{ first: 1, last: 1 }] as never, { mode: 'add', flags: ['\\Deleted'] })
  await store.messages.expunge(inbox.id, [{ first: 1, last: 1 }] as never)
  assert.deepEqual(await include(event, 1000, 'messageContent', 'url', 'bodyStructure'), {}, 'it is gone')
})
