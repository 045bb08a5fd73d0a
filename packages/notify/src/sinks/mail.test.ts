import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { openStore } from '@lemonade/store'
import { DeliveryFailed, DeliveryRefused, type DeviceMethod, TargetGone } from '../sink.ts'
import { mailDevice, OwnAddress } from './mail.ts'
import { operatorSink, sentenceOf } from './operator.ts'
import { eventOf, signal, wakeOf } from './sink.testing.ts'

async function house(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'lemonade-mail-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    rmSync(directory, { recursive: true })
  })
  await store.accounts.add({ name: 'ned@example.org' })
  const method = mailDevice({ store, hostname: 'mail.example.org', delimiter: '+', queueSeconds: 1_000, now: Date.now })
  const queued = async () => {
    const rows = await store.queue.lease(Date.now() + 1_000, 1_000, 10)
    return Promise.all(
      rows.map(async row => ({ row, text: Buffer.from(await store.contents.readAll(row.content)).toString() })),
    )
  }
  return { method, queued }
}

suite('notifications by mail', () => {
  test('RFC 5436 §2.7: from nobody, marked as what it is, for no longer than it is worth', async t => {
    const { method, queued } = await house(t)
    await method.wake(
      { address: 'ned@phone.example' },
      wakeOf({ text: 'Grüße', urgency: 'high', ttlSeconds: 60 }),
      signal(),
    )
    const [{ row, text } = assert.fail(), ...more] = await queued()
    assert.equal(more.length, 0)
    assert.deepEqual([row.reversePath, row.recipient, row.options.notify], ['', 'ned@phone.example', ['NEVER']])
    assert.ok(row.expiresAt - Date.now() <= 60_000)
    const [header = '', body = ''] = text.split('\r\n\r\n')
    assert.match(header, /^Auto-Submitted: auto-notified; owner-email="ned@example\.org"$/m)
    assert.match(header, /^From: Lemonade <postmaster@mail\.example\.org>$/m)
    assert.match(header, /^To: <ned@phone\.example>$/m)
    assert.match(header, /^Importance: high$/m)
    assert.match(header, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/m)
    assert.equal(Buffer.from(body, 'base64').toString(), 'Grüße\r\n')
  })

  test('never go to the account that they tell of', async t => {
    const { method, queued } = await house(t)
    for (const address of ['ned@example.org', 'NED+news@example.org']) {
      await assert.rejects(method.wake({ address }, wakeOf(), signal()), { name: 'OwnAddress' })
    }
    const sink = operatorSink(method, { name: 'ops', target: { address: 'ned@example.org' } })
    await sink.deliver([eventOf(1)], signal())
    await sink.deliver([eventOf(2, { user: 'ann@example.org' })], signal())
    const [{ text } = assert.fail(), ...more] = await queued()
    assert.equal(more.length, 0)
    assert.equal(Buffer.from(String(text.split('\r\n\r\n')[1]), 'base64').toString(), 'MessageNew: ann@example.org\r\n')
  })

  test('what is no address is refused with a sentence, and so is what would be two', async t => {
    const { method } = await house(t)
    for (const address of [
      undefined,
      7,
      '',
      'ned',
      '@example.org',
      'a@b@c',
      'a b@c',
      'a@b\r\nBcc: x@y',
      'a@b, c@d',
      '<a@b>',
    ]) {
      assert.throws(() => method.describe({ address }), { name: 'BadTarget' }, String(address))
    }
    assert.equal(method.describe({ address: 'jörg@exämple.org' }), 'jörg@exämple.org')
  })
})

suite('targets of the operator’s', () => {
  const saying = (error: Error | null, told: unknown[] = []): DeviceMethod => ({
    ...{ kind: 'x', mustEcho: true, describe: () => 'x', close() {} },
    wake: async (_target, wake) => {
      told.push(wake)
      if (error !== null) throw error
    },
  })
  const deliver = (error: Error | null, told: unknown[] = []) =>
    operatorSink(saying(error, told), { name: 'ops', target: {} }).deliver([eventOf(1), eventOf(2)], signal())

  test('are told in one line an event', async () => {
    const told: { text?: string; id?: number; payload?: unknown }[] = []
    await deliver(null, told)
    assert.equal(told[0]?.text, 'MessageNew: ned@example.org\nMessageNew: ned@example.org')
    assert.deepEqual([told[0]?.id, told[0]?.payload], [2, { events: [eventOf(1), eventOf(2)] }])
    const said = sentenceOf(eventOf(1, { uidset: '7', 'vnd.lemonade.mailbox': 'IN\r\nBOX' }, 'vnd.lemonade.Thing'))
    assert.equal(said, 'Thing: ned@example.org, IN  BOX, UID 7')
  })

  test('lose nothing but what they refuse', async () => {
    await deliver(new OwnAddress())
    await assert.rejects(deliver(new DeliveryRefused('no')), { name: 'DeliveryRefused', taken: 0 })
    await assert.rejects(deliver(new TargetGone('gone')), { name: 'DeliveryFailed' })
    await assert.rejects(deliver(new Error('x')), { name: 'DeliveryFailed', message: 'x' })
    await assert.rejects(deliver(new DeliveryFailed('later', 5)), { retryAfterMilliseconds: 5 })
  })
})
