/** Behind a proxy that speaks the PROXY protocol, each listener knows its clients by their own addresses. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { after, before, test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { startServer, type TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const ada = 'ada@mail.example'
const password = 'story-password'
const proxy = '127.0.0.2'
const proxied = ['imap', 'imaps', 'submission', 'submissions', 'smtp', 'managesieve', 'https'] as const
const plain = Buffer.from(`\0${ada}\0${password}`).toString('base64')

let server: TestServer
before(async () => {
  const trusted = proxied.map(name => `${name} = "${proxy}"\n`).join('')
  const config = `https = "127.0.0.1:0"\n[proxy]\n${trusted}[log]\nlevel = "debug"\n[limits]\nmta_greeting_seconds = 0\n`
  server = await startServer({ hostname: 'localhost', config })
  await server.addAccount(ada, password)
})
after(() => server.stop())

/** A connection of the proxy's, with a header of version 1 or 2 for a client at 192.0.2.`last`. */
async function through(name: (typeof proxied)[number], last: number, version: 1 | 2): Promise<Socket> {
  const socket = connectPlain({ host: '127.0.0.1', port: server.port(name), localAddress: proxy })
  await once(socket, 'connect')
  const binary = [0x0d, 0x0a, 0x0d, 0x0a, 0, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12]
  const ends = [192, 0, 2, last, 198, 51, 100, 1, 0x12, 0x34, 0, 25]
  socket.write(
    version === 1 ? `PROXY TCP4 192.0.2.${last} 198.51.100.1 4660 25\r\n` : Buffer.from([...binary, ...ends]),
  )
  return socket
}

async function secured(socket: Socket): Promise<Socket> {
  const tls = connectTls({ socket, rejectUnauthorized: false })
  await once(tls, 'secureConnect')
  return tls
}

const wasSeen = (address: string) => server.log.some(line => line['remote'] === address)

for (const version of [1, 2] as const) {
  test(`version ${version}: mail has the client's address in its Received field, the log and the environment of SPF`, async () => {
    const last = 10 + version
    const smtp = new Talker(await through('smtp', last, version))
    await smtp.until(/^220 .*\r\n/)
    for (const line of ['EHLO client.example', 'MAIL FROM:<x@elsewhere.example>', `RCPT TO:<${ada}>`]) {
      await smtp.say(`${line}\r\n`, /^250 .*\r\n$/m)
    }
    await smtp.say('DATA\r\n', /^354 /m)
    await smtp.say(`From: x@elsewhere.example\r\nSubject: version ${version}\r\n\r\nx\r\n.\r\n`, /^250 /m)
    smtp.end()
    assert.ok(wasSeen(`192.0.2.${last}`))
    assert.ok(!wasSeen(proxy))

    const imap = new Talker(await secured(await through('imaps', last + 10, version)))
    await imap.until(/^\* OK .*\r\n/)
    await imap.say(`a AUTHENTICATE PLAIN ${plain}\r\n`, /^a OK /m)
    await imap.say('b SELECT INBOX\r\n', /^b OK /m)
    const header = await imap.say('c FETCH * BODY[HEADER]\r\n', /^c OK /m)
    assert.match(header, new RegExp(`^Received: from client\\.example \\(\\[192\\.0\\.2\\.${last}\\]\\)`, 'm'))
    assert.match(header, /^Authentication-Results: .*spf=/ms)
    imap.end()
    assert.ok(wasSeen(`192.0.2.${last + 10}`))
  })

  test(`version ${version}: STARTTLS, logins and requests by way of the other listeners`, async () => {
    const last = 50 + version * 10
    const imap = new Talker(await through('imap', last, version))
    await imap.until(/^\* OK .*\r\n/)
    await imap.startTls('a STARTTLS\r\n', /^a OK /m)
    await imap.say(`b AUTHENTICATE PLAIN ${plain}\r\n`, /^b OK /m)
    imap.end()

    const submission = new Talker(await through('submission', last + 1, version))
    await submission.until(/^220 .*\r\n/)
    await submission.say('EHLO x\r\n', /^250 /m)
    await submission.startTls('STARTTLS\r\n', /^220 /m)
    await submission.say('EHLO x\r\n', /^250 /m)
    await submission.say(`AUTH PLAIN ${plain}\r\n`, /^235 /m)
    submission.end()

    const submissions = new Talker(await secured(await through('submissions', last + 2, version)))
    await submissions.until(/^220 .*\r\n/)
    await submissions.say('EHLO x\r\n', /^250 /m)
    await submissions.say(`AUTH PLAIN ${plain}\r\n`, /^235 /m)
    submissions.end()

    const managesieve = new Talker(await through('managesieve', last + 3, version))
    await managesieve.until(/^OK/m)
    await managesieve.startTls('STARTTLS\r\n', /^OK/m)
    await managesieve.until(/^OK/m)
    await managesieve.say(`AUTHENTICATE "PLAIN" "${plain}"\r\n`, /^OK/m)
    managesieve.end()

    const https = new Talker(await secured(await through('https', last + 4, version)))
    await https.say('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 200 /)
    await https.closed

    for (const each of [last, last + 1, last + 2])
      assert.ok(wasSeen(`192.0.2.${each}`), `192.0.2.${each} is in the log`)
  })
}

test('who is no proxy may not say where it comes from, and a proxy must', async () => {
  const stranger = Talker.on(server, 'smtp', { from: '127.0.0.3' })
  await stranger.until(/^220 /)
  await stranger.say('PROXY TCP4 192.0.2.200 198.51.100.1 1 2\r\n', /^500 5\.5\.1 /m)
  await stranger.closed
  assert.ok(!wasSeen('192.0.2.200'))

  const silent = Talker.on(server, 'smtp', { from: proxy })
  silent.say('EHLO x\r\n', /^220 /).catch(() => {})
  await silent.closed
  await server.logged('a connection of a proxy was closed')
  const line = server.log.find(({ msg }) => msg === 'a connection of a proxy was closed')
  assert.equal(line?.['listener'], 'smtp')
  assert.equal(line?.['proxy'], proxy)
})

test('attempts to log in are counted for each client, not for the proxy', async () => {
  const attempt = async (last: number, secret: string): Promise<string> => {
    const client = new Talker(await secured(await through('submissions', last, 2)))
    await client.until(/^220 /)
    await client.say('EHLO x\r\n', /^250 /m)
    const login = Buffer.from(`\0${ada}\0${secret}`).toString('base64')
    const answer = await client.say(`AUTH PLAIN ${login}\r\n`, /^\d{3} .*\r\n/m)
    client.end()
    return answer.slice(0, 3)
  }
  assert.equal(await attempt(100, 'wrong'), '535')
  assert.equal(await attempt(101, password), '235')
})
