/** Messages that are to go out later (RFC 4865), and sooner than others (RFC 6710), as accounts submit them. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { openAuth } from '@lemonade/auth'
import type { EsmtpService } from '@lemonade/esmtp'
import { noMetrics, silentLog } from '@lemonade/net'
import { openStore, type QueueEntry, type Store } from '@lemonade/store'
import { code, Talker } from '../../esmtp/src/testing.ts'
import { testTls } from '../../net/src/testing.ts'
import { defaultSubmitLimits, type SubmitLimits } from './limits.ts'
import { serveSubmit } from './service.ts'

const password = 'correct horse'
const to = 'RCPT TO:<x@far.example>'
const message = 'From: alice@example.org\r\n\r\ntext\r\n'

describe('when a message is to go out', () => {
  const tls = testTls()
  const services: EsmtpService[] = []
  let directory: string
  let store: Store
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lemonade-submit-'))
    store = await openStore(directory)
    await store.domains.add('example.org')
    const auth = openAuth({ store, allowPlaintext: 'never', wait: async () => {} })
    for (const name of ['alice', 'root']) {
      const account = await store.accounts.add({ name: `${name}@example.org` })
      await auth.setPassword(account.id, password)
      if (name === 'root') await store.accounts.setAdministrator(account.id, true)
    }
  })
  after(async () => {
    for (const service of services) await service.stop(0)
    await store.close()
    await rm(directory, { recursive: true })
  })
  beforeEach(async () => {
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
  })

  const login = async (name = 'alice', limits: Partial<SubmitLimits> = {}) => {
    const service = await serveSubmit({
      store,
      auth: openAuth({ store, allowPlaintext: 'never', wait: async () => {} }),
      tls: tls.source,
      listen: { submission: [], submissions: [{ host: '127.0.0.1', port: 0 }] },
      hostname: 'mail.example.org',
      delimiter: '+',
      imapServers: [],
      limits: { ...defaultSubmitLimits, ...limits },
      log: silentLog,
      metrics: noMetrics,
    })
    services.push(service)
    const client = await Talker.openTls(service.endpoints['submissions']?.[0]?.port ?? 0)
    await client.reply()
    const secret = Buffer.from(`\0${name}@example.org\0${password}`).toString('base64')
    const [, authenticated] = await client.codes('EHLO client.example', `AUTH PLAIN ${secret}`)
    assert.equal(authenticated, '235 2.7.0')
    return client
  }
  /** The reply to a whole transaction. */
  const submit = async (client: Talker, parameters: string, text = message): Promise<string> => {
    await client.codes(`MAIL FROM:<alice@example.org> ${parameters}`, to, 'DATA')
    client.send(`${text}.\r\n`)
    return (await client.reply()) ?? 'closed'
  }
  const queued = async (): Promise<QueueEntry> => (await store.queue.list())[0] ?? assert.fail('nothing is queued')
  const textOf = async (entry: QueueEntry) => Buffer.from(await store.contents.readAll(entry.content)).toString()

  test('what EHLO offers of it (RFC 4865 §3, RFC 6710 §3, RFC 9422 §3)', async () => {
    const client = await login()
    const hello = (await client.say('EHLO client.example')) ?? ''
    assert.match(hello, /^250-FUTURERELEASE 31536000 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/m)
    assert.match(hello, /^250-MT-PRIORITY MIXER$/m)
    assert.match(hello, /^250-LIMITS RCPTMAX=1000$/m)
    client.close()
  })

  test('a message is held for as long as it asks, and tried for as long as others from then on', async () => {
    const client = await login()
    const before = Date.now()
    assert.equal(code(await submit(client, 'HOLDFOR=3600')), '250 2.0.0')
    const { nextAttemptAt, expiresAt, options } = await queued()
    assert.ok(nextAttemptAt >= before + 3_600_000 && nextAttemptAt < before + 3_660_000)
    assert.equal(expiresAt - nextAttemptAt, defaultSubmitLimits.queueSeconds * 1000)
    assert.deepEqual(options.release, { at: nextAttemptAt, request: 'for;3600' })
    assert.deepEqual(await store.queue.lease(nextAttemptAt - 1, 1, 9), [])
    assert.equal((await store.queue.lease(nextAttemptAt, 1, 9)).length, 1)
    client.close()
  })

  test('and until the time that it names', async () => {
    const client = await login()
    const at = Math.ceil(Date.now() / 1000 + 100) * 1000
    const text = new Date(at).toISOString().replace('.000', '')
    assert.equal(code(await submit(client, `HOLDUNTIL=${text}`)), '250 2.0.0')
    const { nextAttemptAt, options } = await queued()
    assert.deepEqual([nextAttemptAt, options.release?.request], [at, `until;${text}`])
    client.close()
  })

  test('RFC 4865 §5.2.2: not beyond the time that BY gives, in whatever order they come', async () => {
    const client = await login()
    const mail = (parameters: string) => `MAIL FROM:<alice@example.org> ${parameters}`
    const codes = await client.codes(
      mail('BY=100;R HOLDFOR=200'),
      mail('HOLDFOR=200 BY=100;N'),
      mail('HOLDFOR=100 BY=200;R'),
    )
    assert.deepEqual(codes, ['501 5.5.4', '501 5.5.4', '250 2.1.0'])
    client.close()
  })

  test('RFC 4865 §6: so much of an account is held and no more', async () => {
    const few = await login('alice', { futureReleaseEntries: 2 })
    for (const expected of ['250 2.0.0', '250 2.0.0']) assert.equal(code(await submit(few, 'HOLDFOR=100')), expected)
    assert.deepEqual(await few.codes('MAIL FROM:<alice@example.org> HOLDFOR=100'), ['552 5.3.1'])
    assert.equal(code(await submit(few, '')), '250 2.0.0', 'what goes at once is no matter of it')
    for (const { id } of await store.queue.list()) await store.queue.remove(id)
    const codes = await few.codes('MAIL FROM:<alice@example.org> HOLDFOR=100', ...Array(3).fill(to))
    assert.deepEqual(codes, ['250 2.1.0', '250 2.1.5', '250 2.1.5', '552 5.3.1'])
    few.close()
    const client = await login()
    assert.equal(code(await submit(client, 'HOLDFOR=100')), '250 2.0.0')
    client.close()
    const { octets } = await queued()
    const small = await login('alice', { futureReleaseOctets: 3 * octets })
    const mail = (size: number) => `MAIL FROM:<alice@example.org> SIZE=${size} HOLDFOR=100`
    assert.deepEqual(await small.codes(mail(2 * octets + 1), mail(2 * octets), 'RSET'), [
      '552 5.3.1',
      '250 2.1.0',
      '250 2.0.0',
    ])
    assert.deepEqual(await small.codes(mail(octets + 1), to, to, 'RSET'), [
      '250 2.1.0',
      '250 2.1.5',
      '552 5.3.1',
      '250 2.0.0',
    ])
    for (const expected of ['250 2.0.0', '250 2.0.0', '552 5.3.1']) {
      assert.equal(code(await submit(small, 'HOLDFOR=100')), expected, 'what comes is counted, whatever was said of it')
    }
    small.close()
  })

  test('a priority is asked for, up to what the account may have, and told where it is another', async () => {
    const client = await login('alice', { priority: 4 })
    const rows: readonly [parameters: string, field: string, value: number | undefined, reply: RegExp][] = [
      ['MT-PRIORITY=4', '', 4, /^250 2\.0\.0 Queued/],
      ['MT-PRIORITY=5', '', 4, /^250 2\.3\.6 4 /],
      ['MT-PRIORITY=-9', '', -9, /^250 2\.0\.0 Queued/],
      ['MT-PRIORITY=0', 'MT-Priority: 4\r\n', 0, /^250 2\.0\.0 Queued/],
      ['', 'MT-Priority: 3 (soon)\r\n', 3, /^250 2\.0\.0 Queued/],
      ['', 'MT-Priority: 9\r\n', 4, /^250 2\.3\.6 4 /],
      ['', '', undefined, /^250 2\.0\.0 Queued/],
    ]
    for (const [parameters, field, value, reply] of rows) {
      assert.match(await submit(client, parameters, field + message), reply)
      const entry = await queued()
      assert.equal(entry.options.priority, value, `${parameters} ${field}`)
      const text = await textOf(entry)
      assert.doesNotMatch(text, /^MT-Priority:/im)
      const [, asked] = /^MT-PRIORITY=(.*)$/.exec(parameters) ?? []
      assert.equal(/\r\n\tPRIORITY (-?\d);\r\n/.exec(text)?.[1], asked, 'what MAIL said stands in the trace')
      await store.queue.remove(entry.id)
    }
    client.close()
  })

  test('administrators may have any', async () => {
    const client = await login('root', { priority: 0 })
    await client.codes('MAIL FROM:<root@example.org> MT-PRIORITY=9', to, 'DATA')
    client.send(`${message.replace('alice', 'root')}.\r\n`)
    assert.equal(code(await client.reply()), '250 2.0.0')
    assert.equal((await queued()).options.priority, 9)
    client.close()
  })
})
