/** swaks and msmtp: the transaction tester and the sendmail replacement, over each way in. */
import assert from 'node:assert/strict'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { arrived } from '../support/imapflow.ts'
import { program, succeeds } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
const user = 'ada@mail.example'
const password = 'swaks-password'

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  await server.addAccount(user, password)
})
after(() => server.stop())

const swaks = (listener: string, subject: string, ...more: string[]) =>
  program('swaks', [
    ...['--server', '127.0.0.1', '--port', String(server.port(listener)), '--to', user],
    ...['--from', 'someone@elsewhere.example', '--header', `Subject: ${subject}`, ...more],
  ])

test('swaks delivers by SMTP with STARTTLS', async () => {
  const { code, stdout } = await swaks('smtp', 'by smtp', '--tls')
  assert.equal(code, 0, stdout)
  await arrived(server, user, password, 'by smtp')
})

test('swaks delivers by LMTP', async () => {
  const { code, stdout } = await swaks('lmtp', 'by lmtp', '--protocol', 'LMTP')
  assert.equal(code, 0, stdout)
  await arrived(server, user, password, 'by lmtp')
})

for (const mechanism of ['PLAIN', 'LOGIN']) {
  test(`swaks submits with AUTH ${mechanism} on implicit TLS`, async () => {
    const auth = ['--auth', mechanism, '--auth-user', user, '--auth-password', password]
    const { code, stdout } = await swaks('submissions', `by ${mechanism}`, '--tlsc', ...auth, '--from', user)
    assert.equal(code, 0, stdout)
    await arrived(server, user, password, `by ${mechanism}`)
  })
}

test('swaks is not let through without a login, with a wrong password, or as somebody else', async () => {
  const without = await swaks('submissions', 'never', '--tlsc', '--from', user)
  assert.match(without.stdout, /<~\*? +530 5\.7\.0/)
  const wrong = ['--auth', 'PLAIN', '--auth-user', user, '--auth-password', 'wrong', '--from', user]
  assert.match((await swaks('submissions', 'never', '--tlsc', ...wrong)).stdout, /<~\*? +535 5\.7\.8/)
  const auth = ['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password]
  assert.match((await swaks('submissions', 'never', '--tlsc', ...auth)).stdout, /<~\*? +55\d 5\.7\.1/)
})

test('swaks finds no open relay and no unknown recipient', async () => {
  assert.match((await swaks('smtp', 'never', '--to', 'a@elsewhere.example')).stdout, /<\*\* +55\d 5\.7\.1/)
  assert.match((await swaks('smtp', 'never', '--to', 'nobody@mail.example')).stdout, /<\*\* +550 5\.1\.1/)
})

test('msmtp submits with STARTTLS, checking the certificate', async () => {
  const configuration = join(server.directory, 'msmtprc')
  writeFileSync(
    configuration,
    `account default
host localhost
port ${server.port('submission')}
tls on
tls_starttls on
tls_trust_file ${server.certificateAuthority}
auth on
user ${user}
password ${password}
from ${user}
`,
  )
  chmodSync(configuration, 0o600)
  const input = `From: ${user}\nTo: ${user}\nSubject: by msmtp\n\nHello.\n`
  await succeeds('msmtp', ['-C', configuration, user], { input })
  await arrived(server, user, password, 'by msmtp')
})
