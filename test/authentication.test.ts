/** Log-ins over the wire: bound to the TLS under them, throttled over all protocols together, and gone with their account. */
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { after, before, test } from 'node:test'
import { scramClient } from '@lemonade/auth/testing'
import { type ListenerName, startServer, type TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const ada = 'ada@mail.example'
const password = 'ada-password'
let server: TestServer

before(async () => {
  server = await startServer({
    hostname: 'mail.example',
    config:
      '[auth]\nallow_plaintext = "loopback"\n[limits]\nauth_failures_per_address = 4\nauth_failures_per_account = 6\nauth_failure_delay_milliseconds = 1\n',
  })
  await server.addAccount(ada, password)
  await server.addAccount('δοκιμή@mail.example', 'пароль')
})
after(() => server.stop())

const base64 = (text: string | Uint8Array) => Buffer.from(text).toString('base64')

/** How each protocol carries an exchange. */
interface Carrier {
  begin(mechanism: string): string
  wrap(response: string): string
  /** Finds the challenge in what was heard. */
  readonly challenge: RegExp
  readonly ok: RegExp
  readonly refused: RegExp
  /** Says nothing more where the last word came with success. */
  readonly last: string | null
}

const line = (response: string) => `${response}\r\n`
const quoted = (response: string) => `"${response}"\r\n`
const imap: Carrier = {
  begin: mechanism => `a AUTHENTICATE ${mechanism}\r\n`,
  wrap: line,
  challenge: /^\+ (.*)\r\n/m,
  ok: /^a OK /m,
  refused: /^a NO /m,
  last: '\r\n',
}
const smtp: Carrier = {
  begin: mechanism => `AUTH ${mechanism}\r\n`,
  wrap: line,
  challenge: /^334 ?(.*)\r\n/m,
  ok: /^235 /m,
  refused: /^535 /m,
  last: '\r\n',
}
const managesieve: Carrier = {
  begin: mechanism => `AUTHENTICATE "${mechanism}"\r\n`,
  wrap: quoted,
  challenge: /^(?:"|\{\d+\}\r\n)([\w+/=]*)"?\r\n/m,
  ok: /^OK /m,
  refused: /^NO /m,
  last: null,
}

/** A connection under TLS, greeted and ready for AUTHENTICATE. */
async function secured(name: ListenerName): Promise<{ talker: Talker; carrier: Carrier }> {
  const talker = Talker.on(server, name)
  switch (name) {
    case 'imaps':
      await talker.until(/^\* OK .*\r\n/)
      return { talker, carrier: imap }
    case 'imap':
      await talker.until(/^\* OK .*\r\n/)
      await talker.startTls('s STARTTLS\r\n', /^s OK .*\r\n/)
      return { talker, carrier: imap }
    case 'submissions':
      await talker.until(/^220 .*\r\n/)
      break
    case 'submission':
      await talker.until(/^220 .*\r\n/)
      await talker.say('EHLO client.example\r\n', /^250 .*\r\n/m)
      await talker.startTls('STARTTLS\r\n', /^220 .*\r\n/)
      break
    default:
      await talker.until(/^OK .*\r\n/m)
      await talker.startTls('STARTTLS\r\n', /^OK .*\r\n/)
      await talker.until(/^OK .*\r\n/m)
      return { talker, carrier: managesieve }
  }
  await talker.say('EHLO client.example\r\n', /^250 .*\r\n/m)
  return { talker, carrier: smtp }
}

async function scramPlus(
  name: ListenerName,
  flag: string,
  bindingData: (talker: Talker) => Uint8Array,
): Promise<boolean> {
  const { talker, carrier } = await secured(name)
  assert.equal(talker.tls.getProtocol(), 'TLSv1.3')
  const client = scramClient({ hash: 'sha256', name: ada, password, flag, bindingData: bindingData(talker) })
  const said = async (words: string) => {
    const heard = await talker.say(
      words,
      new RegExp(`${carrier.challenge.source}|${carrier.ok.source}|${carrier.refused.source}`, 'm'),
    )
    return Buffer.from(carrier.challenge.exec(heard)?.[1] ?? '', 'base64').toString()
  }
  await said(carrier.begin('SCRAM-SHA-256-PLUS'))
  const serverFirst = await said(carrier.wrap(base64(client.first)))
  const serverFinal = await said(carrier.wrap(base64(client.final(serverFirst))))
  if (serverFinal.startsWith('v=')) assert.equal(serverFinal, client.serverFinal)
  const heard =
    carrier.refused.test(talker.heard) || carrier.last === null
      ? talker.heard
      : await talker.say(carrier.last, new RegExp(`${carrier.ok.source}|${carrier.refused.source}`, 'm'))
  talker.end()
  return carrier.ok.test(heard)
}

const exporter = ({ tls }: Talker) => tls.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
const endPoint = ({ tls }: Talker) =>
  createHash('sha256').update(new X509Certificate(tls.getPeerCertificate().raw).raw).digest()

for (const name of ['imap', 'imaps', 'submission', 'submissions', 'managesieve'] as const) {
  test(`${name}: SCRAM-SHA-256-PLUS bound to TLS 1.3 (RFC 9266 §2, RFC 5929 §4)`, async () => {
    assert.equal(await scramPlus(name, 'p=tls-exporter', exporter), true)
    assert.equal(await scramPlus(name, 'p=tls-server-end-point', endPoint), true)
  })
}

test('a client in the middle, whose channel is another, does not get in', async () => {
  assert.equal(await scramPlus('imaps', 'p=tls-exporter', () => Buffer.alloc(32)), false)
})

async function plain(name: string, secret: string, from: string): Promise<string> {
  const talker = Talker.on(server, 'imap', { from })
  await talker.until(/^\* OK .*\r\n/)
  const heard = await talker.say(`a AUTHENTICATE PLAIN ${base64(`\0${name}\0${secret}`)}\r\n`, /^a .*\r\n/m)
  talker.end()
  return /^a (.*)\r\n/m.exec(heard)?.[1] ?? ''
}

test('names and passwords in UTF-8, in any case', async () => {
  assert.match(await plain('ΔΟΚΙΜΉ@MAIL.example', 'пароль', '127.0.0.3'), /^OK /)
})

test('an address has its failures over all protocols, then waits, whoever it says it is', async () => {
  for (let at = 0; at < 3; at++) {
    assert.match(await plain(`nobody${at}@mail.example`, 'wrong', '127.0.0.9'), /^NO \[AUTHENTICATIONFAILED\]/)
  }
  const submission = Talker.on(server, 'submission', { from: '127.0.0.9' })
  await submission.until(/^220 .*\r\n/)
  await submission.say('EHLO client.example\r\n', /^250 .*\r\n/m)
  await submission.say(`AUTH PLAIN ${base64(`\0${ada}\0wrong`)}\r\n`, /^535 .*\r\n/)
  await submission.say(`AUTH PLAIN ${base64(`\0${ada}\0${password}`)}\r\n`, /^4\d\d .*\r\n/)
  submission.end()
  assert.match(await plain(ada, password, '127.0.0.9'), /^NO (?!\[AUTHENTICATIONFAILED\])/)
  assert.match(await plain(ada, password, '127.0.0.4'), /^OK /)
})

test('an account has its failures from all addresses, existing or not, and its owner is not locked out', async () => {
  assert.match(await plain('δοκιμή@mail.example', 'пароль', '127.0.0.3'), /^OK /)
  for (const name of ['δοκιμή@mail.example', 'nobody@mail.example']) {
    const answers: string[] = []
    for (let at = 0; at < 7; at++) answers.push(await plain(name, 'wrong', `127.0.${name.length}.${20 + at}`))
    assert.ok(
      answers.slice(0, 6).every(answer => answer.startsWith('NO [AUTHENTICATIONFAILED]')),
      name,
    )
    assert.doesNotMatch(answers[6] ?? '', /AUTHENTICATIONFAILED/, name)
  }
  assert.match(await plain('δοκιμή@mail.example', 'пароль', '127.0.0.3'), /^OK /)
})

test('an account that is removed while its owner is logged in can do nothing any more, and breaks nothing', async () => {
  await server.addAccount('gone@mail.example', 'gone-password')
  const reader = Talker.on(server, 'imap', { from: '127.0.0.5' })
  await reader.until(/^\* OK .*\r\n/)
  await reader.say('a LOGIN gone@mail.example gone-password\r\n', /^a OK .*\r\n/m)
  await reader.say('b SELECT INBOX\r\n', /^b OK .*\r\n/m)
  const scripts = Talker.on(server, 'managesieve', { from: '127.0.0.5' })
  await scripts.until(/^OK .*\r\n/m)
  await scripts.say(`AUTHENTICATE "PLAIN" "${base64('\0gone@mail.example\0gone-password')}"\r\n`, /^OK .*\r\n/m)
  const sender = Talker.on(server, 'submission', { from: '127.0.0.5' })
  await sender.until(/^220 .*\r\n/)
  await sender.say('EHLO client.example\r\n', /^250 .*\r\n/m)
  await sender.say(`AUTH PLAIN ${base64('\0gone@mail.example\0gone-password')}\r\n`, /^235 .*\r\n/)

  const { code } = await server.cli(['account', 'remove', 'gone@mail.example'])
  assert.equal(code, 0)
  assert.match(await plain('gone@mail.example', 'gone-password', '127.0.0.5'), /^NO \[AUTHENTICATIONFAILED\]/)
  await reader.until(/^\* BYE .*\r\n/m)
  assert.match(await scripts.say('PUTSCRIPT "x" "keep;"\r\n', /^(OK|NO|BYE) .*\r\n/m), /^BYE/)
  const mail = await sender.say('MAIL FROM:<gone@mail.example>\r\n', /^\d{3} .*\r\n/m)
  assert.match(mail, /^[45]\d\d /)
  for (const talker of [reader, scripts, sender]) talker.end()
  assert.deepEqual(
    server.log.filter(({ level }) => level === 'error'),
    [],
  )
  assert.equal((await server.cli(['check'])).code, 0)
})
