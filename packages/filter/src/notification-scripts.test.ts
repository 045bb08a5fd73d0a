import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Log, silentLog } from '@lemonade/net'
import { openStore } from '@lemonade/store'
import { defaultSieveLimits } from 'sieve.js'
import { noContentTests } from './content-tests.ts'
import { defaultEventLimits } from './limits.ts'
import { NotificationScripts } from './notification-scripts.ts'
import { ScriptFiles } from './script-files.ts'

test('a script says which messages wake a device, and changes nothing (RFC 5442 §4, NF)', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-nf-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  const alice = await store.accounts.add({ name: 'alice@example.org' })
  await store.outbox.register(['test'])
  const logged: string[] = []
  const scripts = new NotificationScripts({
    ...{ store, hostname: 'mail.example.org', delimiter: '+', queueSeconds: 60, messageOctets: 1_000_000 },
    log: { ...silentLog, info: (_: unknown, text: string) => void logged.push(text) } as unknown as Log,
    files: new ScriptFiles({ global: directory, before: [], after: [] }),
    contentTests: noContentTests,
    sieveLimits: defaultSieveLimits,
    limits: defaultEventLimits,
    version: '1',
  })
  const deliver = async (subject: string) => {
    const before = await store.outbox.after(0 as never, 1000)
    const writer = store.contents.writer({ limitOctets: 10_000 })
    await writer.write(Buffer.from(`From: bob@example.net\r\nSubject: ${subject}\r\n\r\nx\r\n`))
    const content = await writer.finish()
    await store.messages.deposit({ content, deliveries: [{ account: alice.id, mailbox: 'INBOX' }], enqueue: [] })
    return (await store.outbox.after(0 as never, 1000))[before.length] ?? assert.fail()
  }
  const source = `require ["enotify", "environment", "fileinto", "imap4flags"];
    if header :contains "subject" "lunch" { discard; }
    elsif header :contains "subject" "alarm" { notify "https://example.net/bell"; keep; }
    elsif not environment "vnd.lemonade.event" "MessageNew" { discard; }
    elsif hasflag "\\\\Seen" { fileinto "Old"; }`
  await store.scripts.put(alice.id, 'phone', source, { scripts: 10, octets: 10_000 })
  await store.scripts.put(alice.id, 'wrong', 'if true {', { scripts: 10, octets: 10_000 }).catch(() => {})
  const asks = async (event: Parameters<typeof scripts.passes>[2], script = 'phone') =>
    scripts.passes(alice.id, script, event)

  assert.equal(await asks(await deliver('about lunch')), false)
  assert.equal(await asks(await deliver('hello')), true)
  const alarm = await deliver('alarm')
  assert.equal(await asks(alarm), true)
  const told = (await store.outbox.after(alarm.id, 10)).at(-1)
  assert.deepEqual([told?.type, told?.parameters['method']], ['vnd.lemonade.SieveNotify', 'https://example.net/bell'])
  assert.equal(await asks({ ...alarm, type: 'MessageAppend', parameters: { ...alarm.parameters } }), true, 'elsif')
  const hello = await deliver('hello again')
  assert.equal(await asks({ ...hello, type: 'MessageAppend' }), false, 'it knows what happened')
  assert.equal(await asks({ ...hello, parameters: {} }), true, 'what is about no message is told')
  assert.deepEqual(logged, [])
  assert.equal(await asks(hello, 'missing'), true)
  assert.deepEqual(logged, ['a script of notifications is of no use'])
  const inbox = (await store.mailboxes.find(alice.id, 'INBOX')) ?? assert.fail()
  assert.equal((await store.mailboxes.counts(inbox.id)).messages, 4, 'all stay where they are')
  assert.equal(await store.mailboxes.find(alice.id, 'Old'), null)
})
