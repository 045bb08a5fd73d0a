/** sieve-connect does a whole session: upload, list, activate, download, delete; and the script then files mail. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { imapClient, messagesIn } from '../support/imapflow.ts'
import { deliverByLmtp } from '../support/lmtp.ts'
import { program } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
const user = 'ada@mail.example'
const password = 'sieve-password'
const script = `require "fileinto";
if header :contains "Subject" "invoice" { fileinto "Archive"; }
`

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
})
after(() => server.stop())

/** sieve-connect takes its password from file descriptor 0 and its commands from the command line. */
const sieve = (...words: string[]) =>
  program(
    'sieve-connect',
    [
      ...['--server', 'localhost', '--port', String(server.port('managesieve')), '--user', user],
      ...['--passwordfd', '0', '--tlscafile', server.certificateAuthority, ...words],
    ],
    { input: `${password}\n` },
  )

test('a script goes up, is listed, activated and read back', async () => {
  const file = join(server.directory, 'filing.sieve')
  writeFileSync(file, script)
  const up = await sieve('--localsieve', file, '--remotesieve', 'filing', '--upload')
  assert.equal(up.code, 0, up.stderr)
  const activated = await sieve('--remotesieve', 'filing', '--activate')
  assert.equal(activated.code, 0, activated.stderr)
  assert.match((await sieve('--list')).stdout, /"filing" ACTIVE/)
  const copy = join(server.directory, 'copy.sieve')
  const down = await sieve('--localsieve', copy, '--remotesieve', 'filing', '--download')
  assert.equal(down.code, 0, down.stderr)
  assert.equal(readFileSync(copy, 'utf8'), script)
})

test('the active script files what arrives', async () => {
  await deliverByLmtp(server, user, Buffer.from('Subject: your invoice\r\n\r\nPay.\r\n'))
  const client = await imapClient(server, user, password)
  assert.equal(await messagesIn(client, 'Archive'), 1)
  await client.logout()
})

test('a script with an error is refused with its line', async () => {
  const file = join(server.directory, 'broken.sieve')
  writeFileSync(file, 'keep;\nif true { nonsense; }\n')
  const { code, stdout, stderr } = await sieve('--localsieve', file, '--remotesieve', 'broken', '--upload')
  assert.notEqual(code, 0)
  assert.match(`${stdout}${stderr}`, /2/)
  assert.doesNotMatch((await sieve('--list')).stdout, /broken/)
})

test('a script is deactivated and deleted', async () => {
  assert.equal((await sieve('--deactivate')).code, 0)
  assert.equal((await sieve('--remotesieve', 'filing', '--delete')).code, 0)
  assert.doesNotMatch((await sieve('--list')).stdout, /filing/)
})
