/** SIGTERM while clients of every protocol are there: each is told, what is under way is finished, and the exit is in order. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { imapClient } from './support/imapflow.ts'
import { type ListenerName, startServer, TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const server = new TestServer({ hostname: 'mail.example' })
after(() => server.stop())

const farewells: readonly [name: ListenerName, greeting: RegExp, farewell: RegExp][] = [
  ['imap', /^\* OK .*\r\n/, /^\* BYE .*\r\n$/m],
  ['imaps', /^\* OK .*\r\n/, /^\* BYE .*\r\n$/m],
  ['submission', /^220 .*\r\n/, /^421 .*\r\n$/m],
  ['submissions', /^220 .*\r\n/, /^421 .*\r\n$/m],
  ['smtp', /^220 .*\r\n/, /^421 .*\r\n$/m],
  ['lmtp', /^220 .*\r\n/, /^421 .*\r\n$/m],
  ['managesieve', /^OK .*\r\n/m, /^BYE .*\r\n$/m],
]

test('every client is told, a message under way is taken in, and the exit code is 0', async () => {
  await server.start()
  const password = /admin@mail\.example {2}(\S+)/.exec(server.announced)?.[1] ?? ''
  const idle = farewells.map(([name, greeting, farewell]) => ({
    name,
    greeting,
    farewell,
    talker: Talker.on(server, name),
  }))
  for (const { talker, greeting } of idle) await talker.until(greeting)
  const busy = Talker.on(server, 'lmtp')
  await busy.until(/^220 /)
  await busy.say('LHLO client.example\r\n', /^250 /m)
  await busy.say('MAIL FROM:<>\r\n', /^250 /)
  await busy.say('RCPT TO:<admin@mail.example>\r\n', /^250 /)
  await busy.say('DATA\r\n', /^354 /)
  await busy.say('Subject: under way\r\n', /^/)

  server.signal('SIGTERM')
  for (const { name, talker, farewell } of idle) {
    await talker.closed
    assert.match(talker.heard, farewell, name)
  }
  await busy.say('\r\nThe rest.\r\n.\r\n', /^250 .*\r\n/)
  await busy.closed
  assert.match(busy.heard, /^421 /m)
  assert.equal(await server.exited(), 0)

  await server.start()
  const client = await imapClient(server, 'admin@mail.example', password)
  const { exists } = await client.mailboxOpen('INBOX')
  await client.logout()
  assert.equal(exists, 1)
})

test('a client that never comes to an end is cut after server_stop_seconds', async t => {
  const strict = await startServer({ hostname: 'mail.example', config: '[limits]\nserver_stop_seconds = 1\n' })
  t.after(() => strict.stop())
  const stuck = Talker.on(strict, 'lmtp')
  await stuck.until(/^220 /)
  await stuck.say('LHLO client.example\r\nMAIL FROM:<>\r\nRCPT TO:<admin@mail.example>\r\nDATA\r\n', /^354 /m)
  const began = performance.now()
  assert.equal(await strict.terminate(), 0)
  assert.ok(performance.now() - began >= 900)
  await stuck.closed
})
