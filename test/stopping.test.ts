/** SIGTERM while clients of every protocol are there: each is told, what is under way is finished, and the exit is in order. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { after, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { imapClient } from './support/imapflow.ts'
import { type ListenerName, TestServer } from './support/server.ts'

const server = new TestServer({ hostname: 'mail.example' })
after(() => server.stop())

/** A client that says what it is told to, and remembers what it heard. */
class Talker {
  heard = ''
  readonly closed: Promise<unknown>
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    this.closed = once(socket, 'close')
    socket.setEncoding('utf8')
    socket.on('error', () => {})
    socket.on('data', text => {
      this.heard += text
    })
  }

  static on(name: ListenerName): Talker {
    const { host, port } = server.endpoints[name][0] as { host: string; port: number }
    const secure = name === 'imaps' || name === 'submissions'
    return new Talker(secure ? connectTls({ host, port, rejectUnauthorized: false }) : connectPlain(port, host))
  }

  async until(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.heard)) await once(this.#socket, 'data')
  }

  async say(line: string, answer: RegExp): Promise<void> {
    this.heard = ''
    this.#socket.write(line)
    await this.until(answer)
  }
}

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
  const idle = farewells.map(([name, greeting, farewell]) => ({ name, greeting, farewell, talker: Talker.on(name) }))
  for (const { talker, greeting } of idle) await talker.until(greeting)
  const busy = Talker.on('lmtp')
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
