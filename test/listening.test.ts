/**
 * Clients that listen, in IDLE and under NOTIFY, hear what happens by whatever way it comes in: SMTP, LMTP, a Sieve script
 * that files and flags, submission's neighbour, another program on the same store.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { deliverByLmtp, deliverBySmtp } from './support/lmtp.ts'
import { putScript } from './support/managesieve.ts'
import { Client } from './support/player.ts'
import { startServer, type TestServer } from './support/server.ts'

const ada = 'ada@mail.example'
const password = 'story-password'
const sender = 'someone@elsewhere.example'
const script = `require ["fileinto", "imap4flags", "mailbox"];
if header :contains "subject" "list" { addflag "\\\\Flagged"; fileinto :create "Lists/new"; }
elsif header :contains "subject" "junk" { fileinto "Junk"; }
`

let server: TestServer
before(async () => {
  server = await startServer({ hostname: 'localhost' })
  await server.addAccount(ada, password)
  await putScript(server, ada, password, 'filing', script)
})
after(() => server.stop())

async function client(...commands: string[]): Promise<Client> {
  const certificate = readFileSync(server.certificateAuthority, 'utf8')
  const opened = await Client.open({ host: '127.0.0.1', port: server.port('imap'), certificate })
  for (const command of ['STARTTLS', `LOGIN ${ada} "${password}"`, ...commands]) await opened.prologue('p', command)
  return opened
}

async function until(one: Client, pattern: RegExp): Promise<void> {
  for (;;) {
    const response = await one.response()
    assert.ok(response !== null, `closed before ${pattern}`)
    if (pattern.test(response)) return
  }
}

const message = (subject: string) => Buffer.from(`From: x@elsewhere.example\r\nSubject: ${subject}\r\n\r\nx\r\n`)

test('who listens hears of deliveries, and of what scripts make of them', async t => {
  const idling = await client('SELECT INBOX')
  idling.send('a IDLE\r\n')
  await until(idling, /^\+ /)
  const notified = await client(
    'SELECT INBOX',
    'NOTIFY SET (selected (MessageNew (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)]) MessageExpunge FlagChange)) (personal (MessageNew MessageExpunge FlagChange MailboxName))',
  )
  const began = performance.now()
  await deliverByLmtp(server, ada, message('one'), sender)
  await until(idling, /^\* 1 EXISTS$/)
  await until(notified, /^\* 1 FETCH \(UID 1 BODY.*Subject: one/)
  t.diagnostic(`heard ${Math.round(performance.now() - began)} ms after the delivery began`)
  await deliverBySmtp(server, ada, message('two'), sender)
  await until(idling, /^\* 2 EXISTS$/)
  await until(notified, /^\* 2 FETCH \(UID 2 BODY.*Subject: two/)
  await deliverByLmtp(server, ada, message('junk'), sender)
  await until(notified, /^\* STATUS Junk \(UIDNEXT 2 MESSAGES 1/)
  await deliverByLmtp(server, ada, message('a list'), sender)
  await until(notified, /^\* LIST \(.*\) "\/" Lists\/new$/)
  await until(notified, /^\* STATUS Lists\/new \(UIDVALIDITY \d+ UIDNEXT 2 MESSAGES 1/)
  const other = await client('SELECT INBOX')
  await other.prologue('p', 'STORE 1 +FLAGS (\\Deleted)')
  await until(idling, /^\* 1 FETCH \(FLAGS \(.*\\Deleted\)\)$/)
  await until(notified, /^\* 1 FETCH \(FLAGS \(.*\\Deleted\) UID 1\)$/)
  await other.prologue('p', 'EXPUNGE')
  await until(idling, /^\* 1 EXPUNGE$/)
  await until(notified, /^\* 1 EXPUNGE$/)
  for (const one of [idling, notified, other]) one.close()
})

test('who listens hears of what another program writes into the store', async () => {
  const idling = await client('SELECT Archive')
  idling.send('a IDLE\r\n')
  await until(idling, /^\+ /)
  const notified = await client('NOTIFY SET (personal (MessageNew MessageExpunge))')
  const file = join(server.directory, 'one.eml')
  writeFileSync(file, message('imported'))
  await server.cli(['import', file, '--account', ada, '--mailbox', 'Archive'])
  await until(idling, /^\* 1 EXISTS$/)
  await until(notified, /^\* STATUS Archive \(UIDNEXT 2 MESSAGES 1\)$/)
  idling.close()
  notified.close()
})
