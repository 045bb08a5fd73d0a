/** RFC 8689 §4.1, §6: what a message asks of TLS goes along with it, in whichever way it goes on. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { Store } from '@lemonade/store'
import type { Talker } from '../../esmtp/src/testing.ts'
import type { MtaService } from './service.ts'
import { dnsOf, greeted, openTestStore, setScript, startMta, transact, untilQueue } from './testing.ts'

const later = async (): Promise<never> => {
  throw Object.assign(new Error('later'), { code: 'ETIMEOUT' })
}

describe('mail that comes in and goes on', () => {
  let store: Store
  let close: () => Promise<void>
  let service: MtaService
  let client: Talker

  before(async () => {
    ;({ store, close } = await openTestStore())
    await store.aliases.add('away@example.org', ['a@far.example', 'b@far.example'])
    const resolver = dnsOf({ resolveMx: later, resolve4: later, resolve6: later })
    service = await startMta(store, { resolver })
    client = await greeted(service, 'smtp')
    await client.say('STARTTLS')
    await client.startTls()
    assert.match((await client.say('EHLO client.example')) ?? '', /^250[ -]REQUIRETLS$/m)
  })
  after(async () => {
    client.close()
    await service.stop(0)
    await close()
  })
  beforeEach(async () => {
    await setScript(store, 'alice@example.org', 'redirect "c@far.example";')
    await setScript(store, 'bob@example.org', 'reject "no";')
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  const asked = async (to: string, parameter: string, field: string, count: number) => {
    const message = `From: x@near.example\r\nMessage-ID: <${crypto.randomUUID()}@near.example>\r\n${field}\r\ntext`
    assert.match(await transact(client, `<x@near.example>${parameter}`, [`<${to}>`], message), /^250/)
    const entries = await untilQueue(store, found => (found.length === count ? found : null))
    return entries.map(({ options }) => options.tls)
  }

  for (const [way, to, count] of [
    ['by an alias, to each', 'away@example.org', 2],
    ['by a redirect', 'alice@example.org', 1],
  ] as const) {
    test(`REQUIRETLS goes on ${way}`, async () => {
      const all = new Array(count).fill('required')
      assert.deepEqual(await asked(to, ' REQUIRETLS', '', count), all)
    })
    test(`the parameter counts before the header, ${way}`, async () => {
      const all = new Array(count).fill('required')
      assert.deepEqual(await asked(to, ' REQUIRETLS', 'TLS-Required: No\r\n', count), all)
    })
    test(`TLS-Required: No goes on ${way}`, async () => {
      assert.deepEqual(await asked(to, '', 'TLS-Required: No\r\n', count), new Array(count).fill('optional'))
    })
    test(`nothing is asked for ${way}`, async () => {
      assert.deepEqual(await asked(to, '', '', count), new Array(count).fill(undefined))
    })
  }

  test('a refusal of such a message asks for it as well, and has its header alone (§5)', async () => {
    const message = 'From: x@near.example\r\nSubject: private\r\nMessage-ID: <1@near.example>\r\n\r\nthe secret'
    await setScript(store, 'bob@example.org', 'require "reject"; reject "no";')
    await transact(client, '<x@near.example> REQUIRETLS', ['<bob@example.org>', '<alice@example.org>'], message)
    const [report] = await untilQueue(store, found => {
      const reports = found.filter(({ reversePath }) => reversePath === '')
      return reports.length === 1 ? reports : null
    })
    assert.equal(report?.options.tls, 'required')
    const text = Buffer.from(await store.contents.readAll(report?.content ?? assert.fail())).toString()
    assert.match(text, /^Subject: private\r$/m)
    assert.doesNotMatch(text, /the secret/)
  })
})
