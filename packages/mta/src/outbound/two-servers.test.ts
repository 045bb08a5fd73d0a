/** From one of these servers to another: TLS, BDAT in several chunks, binary mail, priorities and notifications, all together. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { messagesIn, openTestStore, startMta, until, untilQueue } from '../testing.ts'
import { everywhereHere } from './scripted.testing.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

test('a large binary message arrives with each of its bits, and its sender hears of it', async t => {
  const here = await openTestStore()
  const there = await openTestStore()
  const dave = await here.store.accounts.add({ name: 'dave@here.example' })
  const carol = await there.store.accounts.add({ name: 'carol@there.example' })
  // Each must know the other's port.
  const port = await freePort()
  const near = await startMta(here.store, {
    resolver: everywhereHere,
    outboundPort: port,
    limits: { outboundChunkOctets: 10_000 },
  })
  const far = await startMta(there.store, {
    hostname: 'mx.there.example',
    listen: { smtp: [{ host: '127.0.0.1', port }], lmtp: [] },
    resolver: everywhereHere,
    outboundPort: near.endpoints['smtp']?.[0]?.port ?? 0,
  })
  t.after(async () => {
    for (const service of [near, far]) await service.stop(0)
    await here.close()
    await there.close()
  })
  const octets = Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * 31 + (at >> 8)) % 256))
  const head =
    'From: dave@here.example\r\nSubject: picture\r\nMIME-Version: 1.0\r\nContent-Type: image/png\r\n' +
    'Content-Transfer-Encoding: binary\r\n\r\n'
  const writer = here.store.contents.writer({ limitOctets: 200_000 })
  await writer.write(Buffer.concat([Buffer.from(head), octets]))
  const entry = {
    reversePath: 'dave@here.example',
    recipient: 'carol@there.example',
    expiresAt: Date.now() + 60_000,
    options: { body: 'BINARYMIME' as const, notify: ['SUCCESS'] as const, envid: 'e1', priority: 4 },
  }
  await here.store.messages.deposit({ content: await writer.finish(), deliveries: [], enqueue: [entry] })
  const got = await until(there.store, carol.id, async () => {
    return (await messagesIn(there.store, 'carol@there.example'))[0]?.text ?? null
  })
  assert.match(got, /with ESMTPS id \w+\r\n\tfor <carol@there\.example>\r\n\tPRIORITY 4;/)
  const [, encoded = ''] = got.split('Content-Transfer-Encoding: base64\r\n\r\n')
  assert.deepEqual(Buffer.from(encoded, 'base64'), octets)
  await untilQueue(here.store, entries => (entries.length === 0 ? true : null))
  const told = await until(here.store, dave.id, async () => {
    return (await messagesIn(here.store, 'dave@here.example'))[0]?.text ?? null
  })
  assert.match(told, /^Original-Envelope-Id: e1\r$/m)
  assert.match(told, /^Action: delivered\r$/m)
})
