import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { silentLog } from '@lemonade/net'
import { type EventId, openStore } from '@lemonade/store'
import { Attendance } from './attendance.ts'

test('who comes and goes is told, and known to listen until a while after (RFC 5423 §4.3, RFC 5551 §5.3)', async t => {
  const directory = await mkdtemp(join(tmpdir(), 'lemonade-attendance-'))
  const store = await openStore(directory, { background: false })
  t.after(async () => {
    await store.close()
    await rm(directory, { recursive: true })
  })
  const account = await store.accounts.add({ name: 'ada@example.org' })
  await store.outbox.register(['test'])
  const start = await store.outbox.cursor('test')
  const identity = { account, credential: 'phone', authorizedAs: account.name }
  const channel = { secure: true, loopback: false, remote: '192.0.2.7', remotePort: 4711, localPort: 993 }
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const attendance = new Attendance(store, identity, channel, 'mail.example.org', silentLog)
  const isListening = () => store.presence.of(account.id).map(session => session.isListening)
  assert.deepEqual(isListening(), [false])
  attendance.listens(true)
  attendance.listens(false)
  t.mock.timers.tick(4_999)
  attendance.listens(true)
  t.mock.timers.tick(10_000)
  assert.deepEqual(isListening(), [true])
  attendance.listens(false)
  t.mock.timers.tick(5_000)
  assert.deepEqual(isListening(), [false])
  attendance.listens(true)
  attendance.leave('timeout')
  assert.deepEqual(isListening(), [])
  await attendance.store.mailboxes.create(account.id, 'x')
  const events = await store.outbox.after(start as EventId, 10)
  const origin = {
    ...{ service: 'imap', user: account.name, clientIP: '192.0.2.7', clientPort: 4711, serverPort: 993 },
    pid: process.pid,
  }
  const facts = { serverDomain: 'mail.example.org', credential: 'phone', secure: true }
  assert.deepEqual(
    events.slice(0, 2).map(event => [event.type, event.account, event.parameters]),
    [
      ['Login', account.id, { ...facts, ...origin }],
      ['Logout', account.id, { ...facts, disconnect: 'timeout', seconds: 0, ...origin }],
    ],
  )
  assert.partialDeepStrictEqual(events[2]?.parameters, { mailbox: 'x', ...origin })
})
