/** isync's mbsync keeps a Maildir and the server the same, both ways, and then finds nothing to do. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { realMessages } from '../support/corpus.ts'
import { imapClient, uidsOf } from '../support/imapflow.ts'
import { program, succeeds } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let configuration: string
let maildir: string
const user = 'ada@mail.example'
const password = 'mbsync-password'
const messages = realMessages(20)

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
  const client = await imapClient(server, user, password)
  for (const message of messages) await client.append('INBOX', message)
  await client.append('Archive', messages[0] as Buffer, ['\\Seen'])
  await client.logout()
  maildir = join(server.directory, 'maildir')
  mkdirSync(maildir)
  configuration = join(server.directory, 'mbsyncrc')
  writeFileSync(
    configuration,
    `IMAPAccount lemonade
Host localhost
Port ${server.port('imaps')}
User ${user}
Pass ${password}
SSLType IMAPS
CertificateFile ${server.certificateAuthority}

IMAPStore far
Account lemonade

MaildirStore near
Path ${maildir}/
Inbox ${maildir}/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns *
Create Both
Expunge Both
SyncState *
`,
  )
  chmodSync(configuration, 0o600)
})
after(() => server.stop())

const sync = () => succeeds('mbsync', ['-c', configuration, '-a'])

function files(mailbox: string): readonly string[] {
  return ['new', 'cur'].flatMap(folder =>
    readdirSync(join(maildir, mailbox, folder)).map(name => join(maildir, mailbox, folder, name)),
  )
}

/** mbsync writes line feeds and an X-TUID field of its own; neither is the server's doing. */
const plain = (octets: Buffer) =>
  octets
    .toString('latin1')
    .replaceAll('\r\n', '\n')
    .replace(/^X-TUID: .*\n/m, '')

/** What a run with -V says it moved: every count of its last progress line. */
async function counts(): Promise<string> {
  const { stderr, stdout } = await program('mbsync', ['-c', configuration, '-a', '-V'])
  const told = `${stdout}${stderr}`.split('\n').filter(line => /far side:|near side:|Synchronizing|C: /.test(line))
  return told.join('\n')
}

test('the first run brings every message, octet for octet but for line breaks', async () => {
  await sync()
  const got = files('INBOX')
    .map(file => plain(readFileSync(file)))
    .sort()
  assert.deepEqual(got, messages.map(plain).sort())
  assert.equal(files('Archive').length, 1)
})

test('a local message and a local flag go up, a change at the server comes down', async () => {
  writeFileSync(join(maildir, 'INBOX', 'new', '1.local'), `Subject: from near\n\nHello.\n`)
  const one = files('INBOX').find(file => !file.endsWith('1.local')) as string
  renameSync(one, join(maildir, 'INBOX', 'cur', `${(one.split('/').at(-1) as string).replace(/:2,.*/, '')}:2,FS`))
  await sync()
  const client = await imapClient(server, user, password)
  await client.mailboxOpen('INBOX')
  assert.equal((await uidsOf(client, { subject: 'from near' })).length, 1)
  assert.equal((await uidsOf(client, { flagged: true, seen: true })).length, 1)
  const [unflagged] = await uidsOf(client, { flagged: false })
  await client.messageFlagsAdd(String(unflagged), ['\\Answered'], { uid: true })
  await client.logout()
  await sync()
  assert.equal(files('INBOX').filter(file => /:2,[^,]*R/.test(file)).length, 1)
})

test('an expunge goes through in both directions', async () => {
  const client = await imapClient(server, user, password)
  await client.mailboxOpen('INBOX')
  await client.messageDelete('2', {})
  await client.logout()
  const before = files('INBOX').length
  await sync()
  assert.equal(files('INBOX').length, before - 1)
})

test('a run after that finds nothing to do', async () => {
  await sync()
  const before = files('INBOX')
    .map(file => file)
    .sort()
  assert.doesNotMatch(await counts(), /[+*#][1-9]/)
  assert.deepEqual(
    files('INBOX')
      .map(file => file)
      .sort(),
    before,
  )
})
