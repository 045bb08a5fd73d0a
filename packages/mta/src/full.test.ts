import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Account, QueueEntry, Store } from '@lemonade/store'
import { code } from '../../esmtp/src/testing.ts'
import type { MtaOptions, MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact, untilQueue } from './testing.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'
const long = `${message}${'x'.repeat(2000)}`

for (const [overQuota, said] of [
  ['defer', '452 4.2.2'],
  ['reject', '552 5.2.2'],
] as const satisfies readonly (readonly [MtaOptions['overQuota'], string])[]) {
  describe(`a full mailbox, with over_quota = "${overQuota}"`, () => {
    let store: Store
    let close: () => Promise<void>
    let service: MtaService
    let alice: Account
    let bob: Account

    before(async () => {
      ;({ store, close } = await openTestStore())
      alice = (await store.accounts.find('alice@example.org')) ?? assert.fail()
      bob = (await store.accounts.find('bob@example.org')) ?? assert.fail()
      await store.aliases.add('team@example.org', ['alice@example.org', 'bob@example.org'])
      await store.aliases.add('away@example.org', ['alice@example.org', 'friend@far.example'])
      service = await startMta(store, { overQuota })
    })
    after(async () => {
      await service.stop(0)
      await close()
    })
    const room = (account: Account, octets: number | null, messages: number | null = null) =>
      store.quotas.set(account.id, { octets, messages })

    test('is refused at RCPT where that is known, for each recipient by itself', async () => {
      await room(alice, null, 0)
      await room(bob, 1500)
      for (const protocol of ['smtp', 'lmtp'] as const) {
        const client = await greeted(service, protocol)
        await client.say('MAIL FROM:<x@far.example> SIZE=1000')
        assert.equal(code(await client.say('RCPT TO:<alice@example.org>')), said)
        assert.equal(code(await client.say('RCPT TO:<bob@example.org>')), '250 2.1.5')
        assert.equal(code(await client.say('RCPT TO:<team@example.org>')), '250 2.1.5')
        assert.equal(code(await client.say('RCPT TO:<away@example.org>')), '250 2.1.5')
        await client.say('RSET')
        await client.say('MAIL FROM:<x@far.example> SIZE=1501')
        assert.equal(code(await client.say('RCPT TO:<bob@example.org>')), said)
        assert.equal(code(await client.say('RCPT TO:<team@example.org>')), said)
        client.close()
      }
    })

    test('is refused after the message where that shows only then: LMTP tells each recipient, SMTP the one', async () => {
      await room(alice, null)
      await room(bob, 1500)
      const lmtp = await greeted(service, 'lmtp')
      const first = await transact(lmtp, '<x@far.example>', ['<alice@example.org>', '<bob@example.org>'], long)
      assert.equal(code(first), '250 2.0.0')
      assert.equal(code(await lmtp.reply()), said)
      lmtp.close()
      const smtp = await greeted(service, 'smtp')
      assert.equal(code(await transact(smtp, '<x@far.example>', ['<bob@example.org>'], long)), said)
      smtp.close()
      assert.equal((await messagesIn(store, 'bob@example.org')).length, 0)
      assert.ok((await messagesIn(store, 'alice@example.org')).length > 0)
    })

    test('of several by SMTP, the one waits in the queue or goes back, and the others have the message', async () => {
      await room(alice, null)
      await room(bob, 1500)
      const before = (await messagesIn(store, 'alice@example.org')).length
      const smtp = await greeted(service, 'smtp')
      const reply = await transact(smtp, '<x@far.example>', ['<alice@example.org>', '<bob@example.org>'], long)
      assert.equal(code(reply), '250 2.0.0')
      smtp.close()
      assert.equal((await messagesIn(store, 'alice@example.org')).length, before + 1)
      // Tried again with the queue's first reply, or gone: then a notification is on its way to the sender.
      const found = await untilQueue(store, entries => {
        const isSettled = ({ recipient, lastReply }: QueueEntry) =>
          overQuota === 'defer' ? recipient === 'bob@example.org' && lastReply !== null : recipient === 'x@far.example'
        return entries.find(isSettled) ?? null
      })
      if (overQuota === 'defer') assert.match(found.lastReply ?? '', /^452 4\.2\.2 /)
      else assert.equal(found.reversePath, '')
    })

    test('whoever has no room left still hears of a script that does not work', async () => {
      // A notification that nobody takes goes to the postmaster, who is Alice.
      if (overQuota === 'reject') await untilQueue(store, ({ length }) => (length === 0 ? true : null))
      const { used } = await store.quotas.get(alice.id)
      await room(alice, null, used.messages + 1)
      await setScript(store, 'alice@example.org', 'require "enotify"; notify "xmpp:a@far.example";')
      const lmtp = await greeted(service, 'lmtp')
      assert.equal(code(await transact(lmtp, '<x@far.example>', ['<alice@example.org>'], message)), '250 2.0.0')
      lmtp.close()
      assert.equal((await store.quotas.get(alice.id)).used.messages, used.messages + 2)
    })
  })
}
