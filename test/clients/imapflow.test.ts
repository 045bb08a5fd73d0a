/** imapflow in a whole working day: mailboxes, flags, fetches, IDLE, COPY and MOVE, CONDSTORE, two sessions. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ImapFlow } from 'imapflow'
import { realMessages } from '../support/corpus.ts'
import { imapClient, messagesIn } from '../support/imapflow.ts'
import { deliverByLmtp } from '../support/lmtp.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let client: ImapFlow
const user = 'ada@mail.example'
const password = 'imapflow-password'
const messages = realMessages(30)

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
  client = await imapClient(server, user, password)
})
after(async () => {
  client.close()
  await server.stop()
})

test('special-use mailboxes are there from the start', async () => {
  const uses = new Map((await client.list()).map(mailbox => [mailbox.path, mailbox.specialUse]))
  assert.equal(uses.get('Sent'), '\\Sent')
  assert.equal(uses.get('Drafts'), '\\Drafts')
  assert.equal(uses.get('Trash'), '\\Trash')
  assert.equal(uses.get('Junk'), '\\Junk')
})

test('what is appended comes back octet for octet', async () => {
  for (const message of messages) await client.append('INBOX', message, ['\\Seen'], new Date('2020-02-29T12:34:56Z'))
  await client.mailboxOpen('INBOX')
  let at = 0
  for await (const got of client.fetch('1:*', { source: true, uid: true, internalDate: true, size: true })) {
    const message = messages[at++] as Buffer
    assert.ok(got.source?.equals(message), `message ${got.uid}`)
    assert.equal(got.size, message.length)
    assert.equal(new Date(got.internalDate as Date).toISOString(), '2020-02-29T12:34:56.000Z')
  }
  assert.equal(at, messages.length)
})

test('every envelope and structure is one that a client understands', async () => {
  let count = 0
  for await (const got of client.fetch('1:*', { envelope: true, bodyStructure: true, flags: true })) {
    assert.ok(got.envelope)
    assert.match(got.bodyStructure?.type ?? '', /^[a-z0-9.+-]+\/[a-z0-9.+-]+$/i)
    assert.ok(got.flags?.has('\\Seen'))
    count++
  }
  assert.equal(count, messages.length)
})

test('a mailbox with an umlaut is made, renamed, filled by COPY and MOVE, and deleted', async () => {
  await client.mailboxCreate('Entwürfe/Über uns')
  await client.mailboxRename('Entwürfe/Über uns', 'Entwürfe/日本語')
  const copied = await client.messageCopy('1:5', 'Entwürfe/日本語')
  assert.equal(copied ? copied.uidMap?.size : 0, 5)
  const moved = await client.messageMove('6:8', 'Entwürfe/日本語')
  assert.equal(moved ? moved.uidMap?.size : 0, 3)
  assert.equal(await messagesIn(client, 'Entwürfe/日本語'), 8)
  assert.equal(await messagesIn(client, 'INBOX'), messages.length - 3)
  await client.mailboxDelete('Entwürfe/日本語')
  assert.ok(!(await client.list()).some(mailbox => mailbox.path === 'Entwürfe/日本語'))
})

test('a second session hears of flags, arrivals and expunges while it idles', async () => {
  const other = await imapClient(server, user, password)
  await other.mailboxOpen('INBOX')
  const told = { exists: once(other, 'exists'), flags: once(other, 'flags'), expunge: once(other, 'expunge') }
  other.idle().catch(() => undefined)
  await client.mailboxOpen('INBOX')
  await client.messageFlagsAdd('1', ['\\Flagged', 'Important'])
  await told.flags
  await deliverByLmtp(server, user, Buffer.from('Subject: news\r\n\r\nHello.\r\n'))
  await told.exists
  await client.messageDelete('2', {})
  await told.expunge
  other.close()
})

test('changes since a mod-sequence come alone', async () => {
  await client.mailboxOpen('INBOX')
  const before = client.mailbox ? client.mailbox.highestModseq : undefined
  assert.ok(typeof before === 'bigint')
  await client.messageFlagsAdd('3', ['\\Answered'])
  const changed: number[] = []
  for await (const got of client.fetch('1:*', { flags: true }, { changedSince: before })) changed.push(got.seq)
  assert.deepEqual(changed, [3])
})

test('searches by flag, date, size, header and text', async () => {
  await client.mailboxOpen('INBOX')
  const one = async (query: Parameters<ImapFlow['search']>[0]) => (await client.search(query)) || []
  assert.deepEqual(await one({ answered: true }), [3])
  assert.equal((await one({ before: new Date('2020-03-02') })).length, (await one({ seen: true })).length)
  assert.equal((await one({ subject: 'news' })).length >= 1, true)
  assert.deepEqual(await one({ body: 'no message has these words of mine' }), [])
  assert.equal((await one({ larger: 1 })).length, client.mailbox ? client.mailbox.exists : -1)
})

function once(emitter: ImapFlow, event: 'exists' | 'flags' | 'expunge'): Promise<void> {
  return new Promise(resolve => {
    emitter.once(event, () => resolve())
  })
}
