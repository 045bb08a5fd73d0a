/**
 * BURL with URLs of another server (RFC 4468 §3.3, RFC 5550 §8.4): two real servers, of which one submits what the other
 * stores, by a session of IMAP under TLS and by nothing else.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { deliverByLmtp } from './support/lmtp.ts'
import { startServer, type TestServer } from './support/server.ts'
import { SmtpSink } from './support/sink.ts'
import { Talker } from './support/talker.ts'

const bob = 'bob@store.example'
const submitter = 'submit@store.example'
const password = 'elsewhere-password'
const friend = 'foo@far.example'
const sink = new SmtpSink()
let store: TestServer
let submission: TestServer

/** Some 300 kB of text, more than any buffer. */
const body = Array.from(
  { length: 5000 },
  (_, line) => `Line ${line} of a letter that is rather long for a letter.\r\n`,
).join('')
const letter = `From: ${bob}\r\nTo: ${friend}\r\nSubject: from elsewhere\r\nDate: Thu, 12 Nov 2004 16:57:05 +0000\r\nMessage-ID: <1@store.example>\r\n\r\n${body}`

before(async () => {
  const port = await sink.start()
  store = await startServer({ config: `[[url_application]]\nname = "submit"\naccounts = ["${submitter}"]\n` })
  for (const name of [bob, submitter, 'stranger@store.example']) await store.addAccount(name, password)
  await deliverByLmtp(store, bob, Buffer.from(letter))
  const imap = [
    ...[
      '[[imap_server]]',
      'host = "localhost"',
      `address = "127.0.0.1:${store.port('imap')}"`,
      `user = "${submitter}"`,
    ],
    ...[`password = "${password}"`, `certificate_authority = "${store.certificateAuthority}"`, ''],
  ].join('\n')
  submission = await startServer({
    hostname: 'mail.submission.example',
    config: `${imap}[mta]\nsmart_host = "127.0.0.1:${port}"\n`,
  })
  await submission.addAccount(bob, password)
})
after(async () => {
  await submission?.stop()
  await store?.stop()
  await sink.stop()
})

/** Makes a URL where the messages are. */
async function authorized(rump: string): Promise<string> {
  const talker = Talker.on(store, 'imaps')
  await talker.until(/^\* OK/)
  await talker.say(`a LOGIN ${bob} ${password}\r\n`, /^a OK/m)
  const said = await talker.say(`b GENURLAUTH "${rump}" INTERNAL\r\n`, /^b \w+/m)
  talker.end()
  return /\* GENURLAUTH "([^"]+)"/.exec(said)?.[1] ?? assert.fail(said)
}

async function submit(url: string): Promise<string> {
  const talker = Talker.on(submission, 'submissions')
  await talker.until(/^220 /)
  await talker.say('EHLO potter.example\r\n', /^250 /m)
  const plain = Buffer.from(`\0${bob}\0${password}`).toString('base64')
  await talker.say(`AUTH PLAIN ${plain}\r\n`, /^235/m)
  const flight = `MAIL FROM:<${bob}>\r\nRCPT TO:<${friend}>\r\nBURL ${url} LAST\r\nQUIT\r\n`
  const said = await talker.say(flight, /^221/m)
  talker.end()
  return /^(?:250 2\.0\.0|[45]\d\d \d\.\d\.\d)/m.exec(said.split('\r\n')[2] ?? '')?.[0] ?? said
}

const rump = (access = 'submit+bob%40store.example', host = 'localhost') =>
  `imap://bob%40store.example@${host}/INBOX/;UID=1;URLAUTH=${access}`

test('a message of another store is submitted', async () => {
  assert.equal(await submit(await authorized(rump())), '250 2.0.0')
  const { from, message } = await sink.until(({ message }) => message.includes('Subject: from elsewhere'))
  assert.equal(from, bob)
  assert.ok(message.includes(body), 'every octet of it')
})

test('what the other store does not give, is not submitted', async () => {
  const url = await authorized(rump())
  assert.equal(await submit(url.replace('UID=1', 'UID=2')), '554 5.6.6')
  assert.equal(await submit(await authorized(rump('submit+alice'))), '554 5.7.0')
  assert.equal(await submit(await authorized(rump('user+bob'))), '554 5.6.6')
  // A server that nobody trusts, and a URL without authorization.
  assert.equal(await submit(url.replace('@localhost/', '@imap.other.example/')), '554 5.7.8')
  assert.equal(await submit('imap://bob%40store.example@localhost/INBOX/;UID=1'), '554 5.7.8')
  const talker = Talker.on(store, 'imaps')
  await talker.until(/^\* OK/)
  await talker.say(`a LOGIN ${bob} ${password}\r\n`, /^a OK/m)
  await talker.say('b RESETKEY INBOX\r\n', /^b OK \[URLMECH INTERNAL\]/m)
  talker.end()
  assert.equal(await submit(url), '554 5.6.6', 'the key was replaced')
})

test('a store that is not there makes the client wait and try again', async () => {
  const url = await authorized(rump())
  await store.terminate()
  assert.equal(await submit(url), '451 4.4.1')
  await store.start()
})
