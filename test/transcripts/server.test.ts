/** What a transcript cannot show: a client that does not read, a store that fails, the end of the server. */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { defaultImapLimits } from '@lemonade/imap'
import { type Log, noMetrics, silentLog } from '@lemonade/net'
import { type Store, StoreError, type Uid } from '@lemonade/store'
import { scramClient } from '../../packages/auth/src/testing.ts'
import { Client, type Server } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

/** A client that has said these commands. */
async function client(server: Server, ...commands: string[]): Promise<Client> {
  const opened = await Client.open(server)
  for (const command of commands) await opened.prologue('p', command)
  return opened
}

/** All responses up to the tagged one. */
async function ask(one: Client, command: string): Promise<string[]> {
  one.send(`t ${command}\r\n`)
  const responses: string[] = []
  for (;;) {
    const response = await one.response()
    assert.ok(response !== null, `closed after ${responses}`)
    responses.push(response)
    if (response.startsWith('t ')) return responses
  }
}

function withContents(store: Store, contents: Partial<Store['contents']>): Store {
  return { ...store, contents: { ...store.contents, ...contents } }
}

test('a client that does not read stops the reading of the store', async () => {
  const account = await imap.account()
  const size = 4_000_000
  await imap.append(account, 'INBOX', Buffer.from(`Subject: big\r\n\r\n${'0123456789abcdef'.repeat(size / 16)}`))
  let octets = 0
  const service = await imap.serve({
    store: withContents(imap.store, {
      async *read(content, start, end) {
        for await (const piece of imap.store.contents.read(content, start, end)) {
          octets += piece.length
          yield piece
        }
      },
    }),
  })
  const server = serverOf(service)
  const login = `LOGIN ${account} "${password}"`
  const other = await client(server, login)
  const socket = connect(server.port, server.host)
  socket.pause()
  const rounds = 20
  const items = Array.from({ length: rounds }, () => 'BODY.PEEK[]').join(' ')
  socket.write(`a ${login}\r\nb SELECT INBOX\r\nc FETCH 1 (${items})\r\n`)
  // The server works on both in turns: the reading has stopped when it no longer grows.
  let before = -1
  while (octets === 0 || octets !== before) {
    before = octets
    for (let turn = 0; turn < 20; turn++) await ask(other, 'NOOP')
  }
  assert.ok(octets < (size * rounds) / 4, `${octets} octets read for a client that reads none`)
  let received = 0
  await new Promise<void>(resolve => {
    let tail = ''
    socket.on('data', piece => {
      received += piece.length
      tail = (tail + piece.subarray(-40).toString('latin1')).slice(-80)
      if (tail.includes('c OK FETCH')) resolve()
    })
    socket.resume()
  })
  assert.ok(received > size * rounds)
  assert.equal(octets, (size + 16) * rounds)
  socket.destroy()
  other.close()
})

test('messages of very many parts are answered a few at a time, and all of them', async () => {
  const account = await imap.account()
  const part = `--b\r\nContent-Type: text/plain; name="${'n'.repeat(150)}"\r\n\r\nx\r\n`
  await imap.append(
    account,
    'INBOX',
    Buffer.from(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${part.repeat(4000)}--b--\r\n`),
  )
  const one = await client(await imap.server(), `LOGIN ${account} "${password}"`, 'SELECT INBOX')
  for (let copies = 1; copies < 12; copies *= 2) await ask(one, 'COPY 1:* INBOX')
  const fetched = await ask(one, 'FETCH 2:14 (UID BODYSTRUCTURE)')
  assert.deepEqual(
    fetched.map(line => line.replace(/ BODYSTRUCTURE .*/, '')),
    [...Array.from({ length: 13 }, (_, at) => `* ${at + 2} FETCH (UID ${at + 2}`), 't OK FETCH completed'],
  )
  one.close()
})

test('a client that does not read does not keep its connection by that', async () => {
  const account = await imap.account()
  await imap.append(account, 'INBOX', Buffer.alloc(4_000_000, 'a'))
  const ended = Promise.withResolvers<void>()
  const gauge = { inc() {}, set() {}, dec: () => ended.resolve() }
  const limits = { ...defaultImapLimits, imapIdleSeconds: 0.3 }
  const server = serverOf(await imap.serve({ limits, metrics: { ...noMetrics, gauge: () => gauge } }))
  const socket = connect(server.port, server.host)
  socket.on('error', () => {})
  socket.pause()
  const fetch = 'c FETCH 1 BODY.PEEK[]\r\n'.repeat(20)
  socket.write(`a LOGIN ${account} "${password}"\r\nb SELECT INBOX\r\n${fetch}`)
  await ended.promise
  socket.destroy()
})

test('who is logged in to an account that is removed is sent away: waiting, idling, or after its command', async () => {
  const account = await imap.account()
  const { id } = (await imap.store.accounts.find(account)) ?? assert.fail()
  const running = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const store: Store = {
    ...imap.store,
    messages: {
      ...imap.store.messages,
      async search() {
        running.resolve()
        await release.promise
        return new Uint32Array()
      },
    },
  }
  const server = serverOf(await imap.serve({ store }))
  const login = `LOGIN ${account} "${password}"`
  const [waiting, idling, searching] = await Promise.all([
    client(server, login),
    client(server, login),
    client(server, login, 'SELECT INBOX'),
  ])
  const other = await client(server, `LOGIN ${await imap.account()} "${password}"`)
  idling.send('a IDLE\r\n')
  await idling.response()
  searching.send('a SEARCH ALL\r\n')
  await running.promise
  await imap.store.accounts.remove(id)
  for (const one of [waiting, idling]) {
    assert.equal(await one.response(), '* BYE [CONTACTADMIN] The account was removed')
    assert.equal(await one.response(), null)
  }
  release.resolve()
  assert.equal(await searching.response(), '* SEARCH')
  assert.match((await searching.response()) ?? '', /^\* BYE /)
  assert.equal(await searching.response(), null)
  assert.deepEqual(await ask(other, 'NOOP'), ['t OK NOOP completed'])
  for (const one of [waiting, idling, searching, other]) one.close()
})

test('what fails in the store is NO, with a code and without detail, and the conversation goes on', async () => {
  const lines: object[] = []
  const log: Log = { ...silentLog, error: (...words: unknown[]) => void lines.push(words), child: () => log }
  const failing: Store = {
    ...imap.store,
    mailboxes: {
      ...imap.store.mailboxes,
      counts: () => Promise.reject(new Error('a secret of the database')),
      create: () => Promise.reject(new StoreError('over-quota', 'by a lot')),
    },
  }
  const server = serverOf(await imap.serve({ store: failing, log }))
  const one = await client(server, `LOGIN ${await imap.account()} "${password}"`)
  const [bug] = await ask(one, 'STATUS INBOX (MESSAGES)')
  assert.match(bug ?? '', /^t NO \[SERVERBUG\] (?!.*secret)/)
  assert.equal(lines.length, 1)
  assert.match((await ask(one, 'CREATE x'))[0] ?? '', /^t NO \[OVERQUOTA\] (?!.*lot)/)
  assert.match((await ask(one, 'NOOP'))[0] ?? '', /^t OK/)
  one.close()
})

test('a damaged message is left out, the others are answered', async () => {
  const account = await imap.account()
  for (const word of ['one', 'two', 'three'])
    await imap.append(account, 'INBOX', Buffer.from(`Subject: x\r\n\r\n${word}`))
  const store = withContents(imap.store, {
    async readAll(content, start, end) {
      const octets = await imap.store.contents.readAll(content, start, end)
      if (Buffer.from(octets).includes('two')) throw new StoreError('damaged')
      return octets
    },
  })
  const one = await client(serverOf(await imap.serve({ store })), `LOGIN ${account} "${password}"`, 'SELECT INBOX')
  const responses = await ask(one, 'FETCH 1:* (UID BODY.PEEK[TEXT])')
  assert.deepEqual(responses.slice(0, 2), [
    '* 1 FETCH (UID 1 BODY[TEXT] {3}↵one)',
    '* 3 FETCH (UID 3 BODY[TEXT] {5}↵three)',
  ])
  assert.match(responses[2] ?? '', /^t NO \[CORRUPTION\]/)
  one.close()
})

test('what another session expunges during a FETCH is left out, and said', async () => {
  const account = await imap.account()
  for (const word of ['one', 'two', 'three'])
    await imap.append(account, 'INBOX', Buffer.from(`Subject: x\r\n\r\n${word}`))
  const inbox = await imap.mailbox(account, 'INBOX')
  const { messages } = imap.store
  let pages = 0
  const store: Store = {
    ...imap.store,
    messages: {
      ...messages,
      async page(mailbox, uids, limit) {
        if (++pages === 1) {
          const second = [{ first: 2 as Uid, last: 2 as Uid }]
          await messages.storeFlags(inbox, second, { mode: 'add', flags: ['\\Deleted'] })
          await messages.expunge(inbox, second)
        }
        return messages.page(mailbox, uids, limit)
      },
    },
  }
  const one = await client(serverOf(await imap.serve({ store })), `LOGIN ${account} "${password}"`, 'SELECT INBOX')
  const responses = await ask(one, 'FETCH 1:3 BODY.PEEK[TEXT]')
  assert.deepEqual(responses.slice(0, 2), ['* 1 FETCH (BODY[TEXT] {3}↵one)', '* 3 FETCH (BODY[TEXT] {5}↵three)'])
  assert.match(responses[2] ?? '', /^t NO \[EXPUNGEISSUED\]/)
  assert.deepEqual((await ask(one, 'UID FETCH 1:3 BODY.PEEK[TEXT]')).slice(0, 3), [
    '* 1 FETCH (UID 1 BODY[TEXT] {3}↵one)',
    '* 3 FETCH (UID 3 BODY[TEXT] {5}↵three)',
    '* 2 EXPUNGE',
  ])
  one.close()
})

test('a search ends when its client goes away, and that is no error', async () => {
  const lines: unknown[] = []
  const log: Log = { ...silentLog, error: (...words: unknown[]) => void lines.push(words), child: () => log }
  const [asked, aborted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const store: Store = {
    ...imap.store,
    messages: {
      ...imap.store.messages,
      search: (_, __, signal) =>
        new Promise((_, reject) => {
          asked.resolve()
          signal?.addEventListener('abort', () => {
            aborted.resolve()
            reject(signal.reason)
          })
        }),
    },
  }
  const service = await imap.serve({ store, log })
  const one = await client(serverOf(service), `LOGIN ${await imap.account()} "${password}"`, 'SELECT INBOX')
  one.send('t SEARCH TEXT x\r\n')
  await asked.promise
  one.close()
  await aborted.promise
  await service.stop(10_000)
  assert.deepEqual(lines, [])
})

test('a literal that cannot be finished ends the connection', async () => {
  const account = await imap.account()
  await imap.append(account, 'INBOX', Buffer.from(`Subject: x\r\n\r\n${'y'.repeat(100_000)}`))
  const store = withContents(imap.store, {
    async *read(content, start = 0) {
      yield await imap.store.contents.readAll(content, start, start + 1_000)
      throw new StoreError('damaged')
    },
  })
  const one = await client(serverOf(await imap.serve({ store })), `LOGIN ${account} "${password}"`, 'SELECT INBOX')
  one.send('t FETCH 1 BODY.PEEK[]\r\n')
  assert.equal(await one.response(), null)
})

test('a connection over imapConnections is told so and closed; imapConnectionsPerAddress spares the own machine', async () => {
  const limits = { ...defaultImapLimits, imapConnections: 2, imapConnectionsPerAddress: 1 }
  const server = serverOf(await imap.serve({ limits }))
  const [first, second] = [await client(server, 'NOOP'), await client(server, 'NOOP')]
  const third = await Client.open(server)
  assert.match((await third.response()) ?? '', /^\* BYE \[LIMIT\]/)
  assert.equal(await third.response(), null)
  for (const one of [first, second, third]) one.close()
})

test('the end of the server: BYE to who waits and who idles, after the answer to who asked', async () => {
  const account = await imap.account()
  const login = `LOGIN ${account} "${password}"`
  let entered = () => {}
  const inside = new Promise<void>(resolve => {
    entered = resolve
  })
  let finish = () => {}
  const held = new Promise<void>(resolve => {
    finish = resolve
  })
  const slow: Store = {
    ...imap.store,
    mailboxes: {
      ...imap.store.mailboxes,
      async counts(mailbox) {
        entered()
        await held
        return imap.store.mailboxes.counts(mailbox)
      },
    },
  }
  const service = await imap.serve({ store: slow })
  const server = serverOf(service)
  const [waiting, idling, asking] = [
    await client(server, login),
    await client(server, login),
    await client(server, login),
  ]
  idling.send('i IDLE\r\n')
  assert.match((await idling.response()) ?? '', /^\+/)
  asking.send('s STATUS INBOX (MESSAGES)\r\n')
  await inside
  const stopped = service.stop(10_000)
  for (const one of [waiting, idling]) {
    assert.match((await one.response()) ?? '', /^\* BYE/)
    assert.equal(await one.response(), null)
  }
  finish()
  assert.match((await asking.response()) ?? '', /^\* STATUS/)
  assert.match((await asking.response()) ?? '', /^s OK/)
  assert.match((await asking.response()) ?? '', /^\* BYE/)
  await stopped
  await assert.rejects(Client.open(server))
})

test('SCRAM, whose last word from the server is one more challenge', async () => {
  const name = await imap.account()
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  for (const initial of [true, false]) {
    const one = await client(await imap.server({}, 'never'), 'STARTTLS')
    const scram = scramClient({ hash: 'sha256', name, password })
    one.send(`t AUTHENTICATE SCRAM-SHA-256${initial ? ` ${base64(scram.first)}` : ''}\r\n`)
    const challenge = async () =>
      Buffer.from(/^\+ (.*)$/.exec((await one.response()) ?? '')?.[1] ?? '!', 'base64').toString()
    if (!initial) {
      assert.equal(await challenge(), '')
      one.send(`${base64(scram.first)}\r\n`)
    }
    one.send(`${base64(scram.final(await challenge()))}\r\n`)
    assert.equal(await challenge(), scram.serverFinal)
    one.send('\r\n')
    assert.match((await one.response()) ?? '', /^t OK \[CAPABILITY IMAP4rev1 .*CHILDREN/)
    one.close()
  }
})

test('TLS from the first octet on the other listener', async () => {
  const server = serverOf(await imap.serve(), 'imaps')
  const socket = connectTls({ host: server.host, port: server.port, ca: server.certificate, servername: 'localhost' })
  const [greeting] = await new Promise<Buffer[]>(resolve => socket.once('data', piece => resolve([piece])))
  assert.match(`${greeting}`, /^\* OK \[CAPABILITY IMAP4rev1 IMAP4rev2 AUTH=/)
  socket.destroy()
})
