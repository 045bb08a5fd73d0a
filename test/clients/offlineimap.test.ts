/** offlineimap3 mirrors an account into Maildirs, and a second run changes nothing. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { realMessages } from '../support/corpus.ts'
import { arrived, imapClient } from '../support/imapflow.ts'
import { succeeds } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let configuration: string
let maildir: string
const user = 'ada@mail.example'
const password = 'offlineimap-password'
const messages = realMessages(10)

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
  const client = await imapClient(server, user, password)
  for (const message of messages) await client.append('INBOX', message)
  await client.mailboxCreate('Grüße')
  await client.append('Grüße', messages[0] as Buffer)
  await client.logout()
  maildir = join(server.directory, 'offline')
  mkdirSync(maildir)
  configuration = join(server.directory, 'offlineimaprc')
  writeFileSync(
    configuration,
    `[general]
accounts = lemonade
metadata = ${join(server.directory, 'offlineimap')}
[Account lemonade]
localrepository = near
remoterepository = far
[Repository near]
type = Maildir
localfolders = ${maildir}
[Repository far]
type = IMAP
remotehost = localhost
remoteport = ${server.port('imaps')}
remoteuser = ${user}
remotepass = ${password}
ssl = yes
sslcacertfile = ${server.certificateAuthority}
`,
  )
  chmodSync(configuration, 0o600)
})
after(() => server.stop())

const sync = () => succeeds('offlineimap', ['-o', '-c', configuration, '-u', 'basic'])

function files(mailbox: string): readonly string[] {
  return ['new', 'cur'].flatMap(folder =>
    readdirSync(join(maildir, mailbox, folder)).map(name => join(maildir, mailbox, folder, name)),
  )
}

test('every message comes down and every mailbox with it', async () => {
  await sync()
  assert.equal(files('INBOX').length, messages.length)
  const sizes = (list: readonly number[]) => [...list].sort((a, b) => a - b)
  const lf = (octets: Buffer) => octets.toString('latin1').replaceAll('\r\n', '\n').length
  assert.deepEqual(sizes(files('INBOX').map(file => lf(readFileSync(file)))), sizes(messages.map(lf)))
  assert.ok(readdirSync(maildir).some(name => /^Gr.*e$/.test(name)))
})

test('a second run changes nothing, a local message goes up', async () => {
  const before = [...files('INBOX')].sort()
  await sync()
  assert.deepEqual([...files('INBOX')].sort(), before)
  writeFileSync(join(maildir, 'INBOX', 'new', '1.local'), 'Subject: from near\n\nHello.\n')
  await sync()
  await arrived(server, user, password, 'from near')
})
