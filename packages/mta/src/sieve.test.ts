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
})
