/** What an operator relies on while the server runs: nothing secret in the log, whatever its level, and new certificates without a restart. */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type KeyPair, makeAuthority, signCertificate } from '../packages/server/src/tls/authority.ts'
import { type ListenerName, TestServer } from './support/server.ts'
import { SmtpSink, WebhookSink } from './support/sink.ts'
import { Talker } from './support/talker.ts'

const ada = 'ada@mail.example'
const secrets = {
  password: 'pass-word-SECRET',
  wrong: 'wrong-SECRET',
  content: 'content-SECRET',
  webhook: 'webhook-SECRET',
  smartHost: 'smarthost-SECRET',
  url: 'url-SECRET',
}
const webhook = new WebhookSink(secrets.webhook)
const sink = new SmtpSink()
const base64 = (text: string) => Buffer.from(text).toString('base64')

let server: TestServer
let authority: KeyPair
let first: KeyPair

before(async () => {
  const url = new URL(await webhook.start())
  url.username = 'user'
  url.password = secrets.url
  server = new TestServer({
    hostname: 'mail.example',
    config: `[auth]
allow_plaintext = "loopback"
[limits]
auth_failure_delay_milliseconds = 1
[log]
level = "trace"
[tls]
certificate = "server.pem"
key = "server.key"
[mta]
smart_host = "127.0.0.1:${await sink.start()}"
smart_host_tls = "never"
smart_host_user = "user"
smart_host_password = "${secrets.smartHost}"
[[webhook]]
name = "one"
url = "${url}"
secret = "${secrets.webhook}"
`,
  })
  authority = await makeAuthority('mail.example', Date.now())
  first = await signCertificate(authority, ['mail.example'], Date.now())
  install(first)
  await server.start()
  await server.addAccount(ada, secrets.password)
})
after(async () => {
  await server.stop()
  await webhook.stop()
  await sink.stop()
})

/** As certbot and its like do: each file replaced in one step. */
function install({ certificate, key }: KeyPair): void {
  for (const [name, content] of [
    ['server.key', key],
    ['server.pem', certificate],
  ] as const) {
    writeFileSync(join(server.directory, `${name}.new`), content)
    renameSync(join(server.directory, `${name}.new`), join(server.directory, name))
  }
}

/** Lines of a protocol and the answer that each waits for. */
async function converse(name: ListenerName, greeting: RegExp, lines: readonly (readonly [string, RegExp])[]) {
  const talker = Talker.on(server, name)
  await talker.until(greeting)
  for (const [line, answer] of lines) await talker.say(`${line}\r\n`, answer)
  talker.end()
}

test('the log of everything that goes right and wrong has no password, no token and no content, at any level', async () => {
  const { password, wrong, content } = secrets
  const [right, bad] = [base64(`\0${ada}\0${password}`), base64(`\0${ada}\0${wrong}`)]
  const message = `Subject: ${content}\r\n\r\n${content}\r\n.`
  await converse('imap', /^\* OK .*\r\n/, [
    [`a LOGIN ${ada} ${wrong}`, /^a NO /m],
    [`b AUTHENTICATE PLAIN ${bad}`, /^b NO /m],
    ['c AUTHENTICATE LOGIN', /^\+ /m],
    [base64(ada), /^\+ /m],
    [base64(wrong), /^c NO /m],
    [`${password} ${password}`, /BAD /],
    [`d LOGIN ${ada} ${password} ${password}`, /^d BAD /m],
    [`e LOGIN ${ada} ${password}`, /^e OK /m],
    [`f APPEND INBOX {${content.length}+}\r\n${content}`, /^f OK /m],
    [`g ${content}`, /^g BAD /m],
    ['h SELECT INBOX', /^h OK /m],
    [`i SEARCH TEXT "${content}"`, /^i OK /m],
    ['j FETCH 1 BODY[]', /^j OK /m],
  ])
  await converse('managesieve', /^OK /m, [
    [`AUTHENTICATE "PLAIN" "${bad}"`, /^NO /m],
    [`AUTHENTICATE "PLAIN" "${right}"`, /^OK /m],
    [`PUTSCRIPT "x" "# ${content}"`, /^OK /m],
    [`PUTSCRIPT "y" "${content}"`, /^NO /m],
    [content, /^NO /m],
  ])
  await converse('submission', /^220 /, [
    ['EHLO client.example', /^250 /m],
    [`AUTH PLAIN ${bad}`, /^535 /],
    [`AUTH ${password}`, /^5/],
    [`AUTH PLAIN ${right}`, /^235 /],
    [`MAIL FROM:<${ada}>`, /^250 /],
    [`RCPT TO:<${ada}>`, /^250 /],
    ['RCPT TO:<someone@elsewhere.example>', /^250 /],
    ['DATA', /^354 /],
    [message, /^250 /],
    [content, /^500 /],
  ])
  for (const [name, hello] of [
    ['smtp', 'EHLO client.example'],
    ['lmtp', 'LHLO client.example'],
  ] as const) {
    await converse(name, /^220 /, [
      [hello, /^250 /m],
      ['MAIL FROM:<someone@elsewhere.example>', /^250 /],
      [`RCPT TO:<${ada}>`, /^250 /],
      ['DATA', /^354 /],
      [message, /^250 /],
      [password, /^500 /],
    ])
  }
  await webhook.until(() => webhook.events.filter(({ type }) => type === 'MessageNew').length >= 3)
  // The sink asks for no password, so this message stays: also what is said of that is looked at.
  await server.cli(['queue', 'list'])
  const said = JSON.stringify(server.log) + server.announced
  for (const secret of Object.values(secrets)) {
    for (const form of [secret, base64(secret), encodeURIComponent(secret)]) assert.ok(!said.includes(form), form)
  }
  for (const token of [right, bad]) assert.ok(!said.includes(token), token)
  for (const msg of ['ready', 'log-in failed'])
    assert.ok(
      server.log.some(line => line['msg'] === msg),
      msg,
    )
})

/** The serial number of the certificate that a new connection is shown. */
async function shown(name: 'imaps' | 'submissions' | 'submission' | 'managesieve'): Promise<string> {
  const talker = Talker.on(server, name)
  if (name === 'submission') {
    await talker.until(/^220 .*\r\n/)
    await talker.say('EHLO client.example\r\n', /^250 .*\r\n/m)
    await talker.startTls('STARTTLS\r\n', /^220 .*\r\n/)
  } else if (name === 'managesieve') {
    await talker.until(/^OK .*\r\n/m)
    await talker.startTls('STARTTLS\r\n', /^OK .*\r\n/)
  } else {
    await talker.until(/OK|220 /)
  }
  const { raw } = talker.tls.getPeerCertificate()
  talker.end()
  return new X509Certificate(raw).serialNumber
}

const serialOf = ({ certificate }: KeyPair) => new X509Certificate(certificate).serialNumber

test('new certificate files are used for new connections, and those that stand go on', async () => {
  const standing = Talker.on(server, 'imaps')
  await standing.until(/^\* OK .*\r\n/)
  assert.equal(await shown('imaps'), serialOf(first))
  const second = await signCertificate(authority, ['mail.example'], Date.now())
  install(second)
  await server.logged('certificate reloaded')
  for (const name of ['imaps', 'submissions', 'submission', 'managesieve'] as const) {
    assert.equal(await shown(name), serialOf(second), name)
  }
  await standing.say('a NOOP\r\n', /^a OK /m)
  standing.end()
})

test('SIGHUP says of files that cannot be used that the old ones stay', async () => {
  const before = await shown('imaps')
  writeFileSync(join(server.directory, 'server.pem'), 'nonsense')
  server.signal('SIGHUP')
  await server.logged('certificate not reloaded, the old one stays in use')
  assert.equal(await shown('imaps'), before)
})
