/** NOTIFY where a transcript cannot look: many watchers, a client that does not read, changes while it begins (RFC 5465). */
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import type { AccountId, Store, Uid } from '@lemonade/store'
import { Client } from '../support/player.ts'
import { DeflateClient, deflated } from './deflate-client.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

const letter = Buffer.from('Subject: x\r\n\r\nx')

async function loggedIn(account: string, options: Parameters<TestImap['serve']>[0] = {}): Promise<Client> {
  const client = await Client.open(serverOf(await imap.serve(options)))
  await client.prologue('p', `LOGIN ${account} "${password}"`)
  return client
}

/** Reads until a response matches; answers all that came, with it. */
async function until(client: Client, pattern: RegExp): Promise<string[]> {
  const passed: string[] = []
  for (;;) {
    const response = await client.response()
    assert.ok(response !== null, `closed before ${pattern}, after ${passed.join(' | ')}`)
    passed.push(response)
    if (pattern.test(response)) return passed
  }
}

async function ask(client: Client, command: string): Promise<string[]> {
  client.send(`t ${command}\r\n`)
  return until(client, /^t (OK|NO|BAD) /)
}

async function idOf(account: string): Promise<AccountId> {
  return ((await imap.store.accounts.find(account)) ?? assert.fail()).id
}

test('a hundred watchers look together: what has changed is read once for all of them', async () => {
  const account = await imap.account()
  let looks = 0
  const { mailboxes } = imap.store
  const store: Store = {
    ...imap.store,
    mailboxes: {
      ...mailboxes,
      changedAfter(...asked) {
        looks++
        return mailboxes.changedAfter(...asked)
      },
    },
  }
  const service = await imap.serve({ store })
  const watchers = await Promise.all(
    Array.from({ length: 99 }, async () => {
      const client = await Client.open(serverOf(service))
      await client.prologue('p', `LOGIN ${account} "${password}"`)
      await ask(client, 'NOTIFY SET (personal (MessageNew MessageExpunge FlagChange MailboxName))')
      return client
    }),
  )
  looks = 0
  const rounds = 10
  for (let round = 1; round <= rounds; round++) {
    await imap.append(account, 'INBOX', letter)
    await Promise.all(watchers.map(client => until(client, new RegExp(`^\\* STATUS INBOX .*MESSAGES ${round}\\b`))))
  }
  assert.ok(looks <= 3 * rounds, `${looks} looks for ${rounds} changes`)
  for (const client of watchers) client.close()
})

test('no event is lost between NOTIFY SET and the first change', async () => {
  const account = await imap.account()
  const server = await imap.server({ imapSessionsPerAccount: 200 })
  const names = ['INBOX', 'Sent', 'Trash']
  const counts = new Map(names.map(name => [name, 0]))
  for (let round = 0; round < 25; round++) {
    const client = await Client.open(server)
    await client.prologue('p', `LOGIN ${account} "${password}"`)
    // While the command is on its way, and before and after it, by turns.
    const writing = (async () => {
      for (let i = 0; i < 4; i++) {
        const name = names[(round + i) % names.length] as string
        await imap.append(account, name, letter)
        counts.set(name, (counts.get(name) as number) + 1)
      }
    })()
    client.send('t NOTIFY SET STATUS (personal (MessageNew MessageExpunge))\r\n')
    const believed = new Map<string, number>()
    const learn = (response: string | null) => {
      assert.ok(response !== null, 'closed')
      const [, name = '', messages] = /^\* STATUS (\S+) \(.*MESSAGES (\d+)/.exec(response) ?? []
      if (messages !== undefined) believed.set(name, Number(messages))
    }
    await writing
    while (names.some(name => believed.get(name) !== counts.get(name))) learn(await client.response())
    client.close()
  }
})

test('a client that does not read keeps little waiting, and is told that it was too much', async () => {
  const account = await imap.account()
  const id = await idOf(account)
  const limits = { ...defaultImapLimits, imapNotifyPending: 20 }
  const service = await imap.serve({ limits })
  const server = serverOf(service)
  const socket = connect(server.port, server.host)
  let received = ''
  const has = Promise.withResolvers<void>()
  let wanted = 't OK'
  let found = has
  socket.on('data', octets => {
    received = (received + octets.toString('latin1')).slice(-400_000)
    if (received.includes(wanted)) found.resolve()
  })
  const wait = (text: string) => {
    wanted = text
    found = Promise.withResolvers()
    if (received.includes(text)) found.resolve()
    return found.promise
  }
  socket.write(`p LOGIN ${account} "${password}"\r\np SELECT INBOX\r\n`)
  socket.write('t NOTIFY SET (selected (MessageNew (BODY.PEEK[]) MessageExpunge)) (personal (MailboxName))\r\n')
  await wait('t OK')
  socket.pause()
  // More than the sockets between the two hold.
  const large = Buffer.from(`Subject: big\r\n\r\n${'0123456789abcdef'.repeat(600_000)}`)
  await imap.append(account, 'INBOX', large)
  // Somebody else of the account goes on looking.
  const other = await loggedIn(account, { limits })
  await ask(other, 'NOTIFY SET (personal (MailboxName))')
  for (let i = 0; i < 30; i++) {
    await imap.store.mailboxes.create(id, `made-${i}`)
    await until(other, new RegExp(`^\\* LIST .* made-${i}$`))
  }
  socket.resume()
  await wait('[NOTIFICATIONOVERFLOW]')
  assert.ok(!received.includes('made-'), 'nothing of what was too much is told')
  socket.destroy()
  other.close()
})

test('what happened while a client did not read is told once, as it is then', async () => {
  const account = await imap.account()
  const id = await idOf(account)
  const client = await loggedIn(account)
  await ask(client, 'NOTIFY SET (personal (MailboxName MessageNew MessageExpunge))')
  // A command that takes its time: its literal has not come.
  client.send('t APPEND INBOX {3}\r\n')
  await until(client, /^\+ /)
  await imap.store.mailboxes.create(id, 'a')
  await imap.store.mailboxes.rename(id, 'a', 'b')
  await imap.store.mailboxes.create(id, 'gone')
  await imap.store.mailboxes.remove(id, 'gone')
  for (let i = 0; i < 5; i++) await imap.append(account, 'Sent', letter)
  client.send('x\r\n\r\n')
  const told = (await until(client, /^t /)).filter(line => /LIST|STATUS/.test(line))
  assert.deepEqual(
    told.map(line => line.replace(/UIDVALIDITY \d+ /, '')),
    ['* LIST (\\HasNoChildren) "/" b', '* STATUS Sent (UIDNEXT 6 MESSAGES 5)', '* STATUS b (UIDNEXT 1 MESSAGES 0)'],
  )
  client.close()
})

test('while a command by number runs, nothing is told that would change the numbers', async () => {
  const account = await imap.account()
  for (let i = 0; i < 3; i++) await imap.append(account, 'INBOX', letter)
  const running = Promise.withResolvers<void>()
  const release = Promise.withResolvers<void>()
  const { messages } = imap.store
  const store: Store = {
    ...imap.store,
    messages: {
      ...messages,
      async search(...asked) {
        running.resolve()
        await release.promise
        return messages.search(...asked)
      },
    },
  }
  const client = await loggedIn(account, { store })
  await client.prologue('p', 'SELECT INBOX')
  await ask(client, 'NOTIFY SET (selected (MessageNew (UID) MessageExpunge FlagChange))')
  client.send('t SEARCH ALL\r\n')
  await running.promise
  const mailbox = await imap.mailbox(account, 'INBOX')
  const first = [{ first: 1 as Uid, last: 1 as Uid }]
  await imap.store.messages.storeFlags(mailbox, first, { mode: 'add', flags: ['\\Deleted'] })
  await imap.store.messages.expunge(mailbox, first)
  await imap.append(account, 'INBOX', letter)
  release.resolve()
  const during = await until(client, /^t OK/)
  assert.deepEqual(
    during.filter(line => !/RECENT/.test(line)),
    ['* SEARCH 2 3', '* 4 EXISTS', '* 4 FETCH (UID 4)', 't OK SEARCH completed'],
  )
  assert.deepEqual(await until(client, /EXPUNGE/), ['* 1 EXPUNGE'])
  client.close()
})

test('NOTIFY and COMPRESS: what nobody asked for is flushed', async () => {
  const account = await imap.account()
  const client = await DeflateClient.open(await imap.server({}, 'loopback'))
  const watch = 'NOTIFY SET (mailboxes INBOX (MessageNew MessageExpunge))'
  for (const command of [`LOGIN ${account} "${password}"`, 'COMPRESS DEFLATE']) {
    client.socket.write(`t ${command}\r\n`)
    await client.until(/^t OK .*\r\n/m)
  }
  client.socket.write(deflated(`t ${watch}\r\n`))
  await client.until(/^t OK .*\r\n/m)
  await imap.append(account, 'INBOX', letter)
  await client.until(/^\* STATUS INBOX \(UIDNEXT 2 MESSAGES 1\)\r\n/)
  client.socket.destroy()
})

test('a watch ends with its session', async () => {
  const account = await imap.account()
  let watching = 0
  const { bus } = imap.store
  const store: Store = {
    ...imap.store,
    bus: {
      watch(of, listener) {
        watching++
        const end = bus.watch(of, listener)
        return () => {
          watching--
          end()
        }
      },
      watchTopic(topic, listener) {
        watching++
        const end = bus.watchTopic(topic, listener)
        return () => {
          watching--
          end()
        }
      },
    },
  }
  const service = await imap.serve({ store })
  const client = await Client.open(serverOf(service))
  await client.prologue('p', `LOGIN ${account} "${password}"`)
  const idle = watching
  await ask(client, 'NOTIFY SET (personal (MailboxName))')
  assert.ok(watching > idle)
  await ask(client, 'NOTIFY NONE')
  assert.equal(watching, idle)
  await ask(client, 'NOTIFY SET (personal (MailboxName))')
  await ask(client, 'NOTIFY SET (personal (MailboxName))')
  await ask(client, 'UNAUTHENTICATE')
  assert.equal(watching, 0)
  client.close()
})
