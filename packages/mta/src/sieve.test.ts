/** What a script wants, through the whole of delivery. */
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { Store } from '@lemonade/store'
import { code } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { greeted, messagesIn, openTestStore, setScript, startMta, transact } from './testing.ts'

const message = 'From: x@far.example\r\nSubject: hello\r\n\r\nHi.'

describe('Sieve at delivery', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService | null = null

  const open = async (
    limits: Parameters<typeof openTestStore>[0] = {},
    options: Parameters<typeof startMta>[1] = {},
  ) => {
    ;({ store, close } = await openTestStore(limits))
    service = await startMta(store, options)
    return service
  }
  afterEach(async () => {
    await service?.stop(0)
    await close()
  })

  const send = async (running: MtaService, to: string) => {
    const client = await greeted(running, 'smtp')
    const reply = await transact(client, '<x@far.example>', [to], message)
    client.close()
    return code(reply)
  }

  test('RFC 5233 §4: user and detail part where the configuration says', async () => {
    const running = await open({}, { delimiter: '--' })
    await store.mailboxes.create((await store.accounts.find('alice@example.org'))?.id ?? assert.fail(), 'Lists')
    await setScript(
      store,
      'alice@example.org',
      'require ["envelope", "subaddress", "fileinto"]; if envelope :detail "to" "lists" { fileinto "Lists"; }',
    )
    assert.equal(await send(running, '<alice--lists@example.org>'), '250 2.0.0')
    assert.equal((await messagesIn(store, 'alice@example.org', 'Lists')).length, 1)
  })

  const flagged = async (limits: { keywordsPerMailbox?: number; keywordOctets?: number }) => {
    const running = await open({ limits })
    await setScript(
      store,
      'alice@example.org',
      'require ["imap4flags"]; setflag ["\\\\Flagged", "$Forwarded", "abcdefghij"]; keep;',
    )
    assert.equal(await send(running, '<alice@example.org>'), '250 2.0.0')
    return (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags.toSorted())
  }

  test('RFC 5232 §5: flags that the mailbox can hold', async () => {
    assert.deepEqual(await flagged({ keywordsPerMailbox: 2, keywordOctets: 10 }), [
      ['$Forwarded', '\\Flagged', 'abcdefghij'],
    ])
  })

  test('RFC 5232 §5: a keyword that is too long costs the keywords, not the message', async () => {
    assert.deepEqual(await flagged({ keywordOctets: 9 }), [['\\Flagged']])
  })

  test('RFC 5232 §5: a keyword too many costs the keywords, not the message', async () => {
    assert.deepEqual(await flagged({ keywordsPerMailbox: 1 }), [['\\Flagged']])
  })

  test('one account that wants too much costs another nothing', async () => {
    const running = await open({ limits: { keywordOctets: 5 } })
    await setScript(store, 'alice@example.org', 'require "imap4flags"; setflag "far-too-long"; keep;')
    await setScript(store, 'bob@example.org', 'require "imap4flags"; setflag "short"; keep;')
    const client = await greeted(running, 'smtp')
    await transact(client, '<x@far.example>', ['<alice@example.org>', '<bob@example.org>'], message)
    client.close()
    assert.deepEqual(
      (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags),
      [[]],
    )
    assert.deepEqual(
      (await messagesIn(store, 'bob@example.org')).map(({ flags }) => flags),
      [['short']],
    )
    assert.deepEqual(await store.queue.list(), [])
  })

  for (const [name, mailbox, limits] of [
    ['has a name that none can have', 'a//b', {}],
    ['would be one too many', 'one more', { mailboxesPerAccount: 6 }],
  ] as const) {
    test(`RFC 5490 §3.2: INBOX takes what a mailbox cannot that ${name}`, async () => {
      const running = await open({ limits })
      await setScript(
        store,
        'alice@example.org',
        `require ["fileinto", "mailbox", "imap4flags"]; fileinto :create :flags "\\\\Seen" "${mailbox}";`,
      )
      assert.equal(await send(running, '<alice@example.org>'), '250 2.0.0')
      assert.deepEqual(
        (await messagesIn(store, 'alice@example.org')).map(({ flags }) => flags),
        [['\\Seen']],
      )
    })
  }
})
