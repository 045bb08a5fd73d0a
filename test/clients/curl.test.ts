/** curl as a person uses it: list, append, fetch and search over IMAP, send over SMTP. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { realMessages } from '../support/corpus.ts'
import { arrived } from '../support/imapflow.ts'
import { succeeds } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let ca: string[]
const user = 'ada@mail.example'
const password = 'curl-password'
const message = realMessages(1)[0] as Buffer

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
  ca = ['--silent', '--show-error', '--cacert', server.certificateAuthority, '--user', `${user}:${password}`]
})
after(() => server.stop())

const imap = (path: string) => `imaps://localhost:${server.port('imaps')}/${path}`

test('curl appends a message and reads it back octet for octet', async () => {
  const file = join(server.directory, 'message.eml')
  writeFileSync(file, message)
  await succeeds('curl', [...ca, '--upload-file', file, imap('INBOX')])
  const { stdout } = await succeeds('curl', [...ca, imap('INBOX;UID=1')])
  assert.equal(stdout, message.toString())
})

test('curl lists the mailboxes of a new account', async () => {
  const { stdout } = await succeeds('curl', [...ca, imap('')])
  for (const name of ['INBOX', 'Drafts', 'Sent', 'Trash']) assert.match(stdout, new RegExp(`"?${name}"?\\r`))
})

test('curl searches', async () => {
  const { stdout } = await succeeds('curl', [...ca, `${imap('INBOX')}?SUBJECT%20nothing-has-this`])
  assert.match(stdout, /^\* SEARCH\r$/m)
  assert.match((await succeeds('curl', [...ca, `${imap('INBOX')}?ALL`])).stdout, /^\* SEARCH 1\r$/m)
})

test('curl submits with STARTTLS and the message arrives', async () => {
  const file = join(server.directory, 'submitted.eml')
  writeFileSync(file, `From: ${user}\r\nTo: ${user}\r\nSubject: by curl\r\n\r\nHello.\r\n`)
  const url = `smtp://localhost:${server.port('submission')}`
  const sender = ['--ssl-reqd', '--mail-from', user, '--mail-rcpt', user]
  await succeeds('curl', [...ca, ...sender, '--upload-file', file, url])
  await arrived(server, user, password, 'by curl')
})
