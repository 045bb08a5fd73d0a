/** Two real servers, and DNS with DANE between them: mail goes by authenticated TLS, waits, or comes back (RFC 7672, RFC 8689). */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { DnsTestServer } from '../packages/mta/src/testing.ts'
import { startServer, type TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const ada = 'ada@example.org'
const bob = 'bob@far.example'
let dns: DnsTestServer
let near: TestServer
let far: TestServer

before(async () => {
  dns = await DnsTestServer.start()
  far = await startServer({ hostname: 'mx.far.example' })
  await far.addAccount(bob, 'password')
  dns.say('A', 'mx.far.example', ['127.0.0.1'], { secure: true })
  const servers = `servers = ["127.0.0.1:${dns.address.port}"]`
  near = await startServer({
    hostname: 'mail.example.org',
    config: [
      ...['[mta]', `smart_host = "mx.far.example:${far.port('smtp')}"`],
      ...['[dns]', servers, '[limits]', 'mta_dns_answers_kept = 0', 'mta_outbound_idle_seconds = 0'],
    ].join('\n'),
  })
  await near.addAccount(ada, 'password')
})
after(async () => {
  await Promise.all([near.stop(), far.stop()])
  await dns.stop()
})

/** DANE-EE(3) SPKI(1) SHA2-256(1), of the key that the server shows or of another one. */
async function publish(isTrue: boolean): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port: far.port('imaps'), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' }) ?? assert.fail()
  socket.destroy()
  const data = new Uint8Array(
    createHash('sha256')
      .update(isTrue ? key : 'another')
      .digest(),
  )
  const record = { usage: 3, selector: 1, matchingType: 1, data }
  dns.say('TLSA', `_${far.port('smtp')}._tcp.mx.far.example`, [record], { secure: true })
}

async function submit(parameter: string, field = ''): Promise<void> {
  const client = Talker.on(near, 'submissions')
  await client.until(/^220/)
  assert.match(await client.say('EHLO phone.example\r\n', /^250 .*\r\n/m), /^250[ -]REQUIRETLS\r$/m)
  await client.say(`AUTH PLAIN ${Buffer.from(`\0${ada}\0password`).toString('base64')}\r\n`, /^235/)
  await client.say(`MAIL FROM:<${ada}>${parameter}\r\n`, /^250/)
  await client.say(`RCPT TO:<${bob}>\r\n`, /^250/)
  await client.say('DATA\r\n', /^354/)
  await client.say(`From: ${ada}\r\nSubject: hello\r\n${field}\r\ntext\r\n.\r\n`, /^250/)
  await client.say('QUIT\r\n', /^221/)
}

test('REQUIRETLS from the phone to the mailbox, over two servers', async () => {
  await publish(true)
  await submit(' REQUIRETLS')
  await far.logged('message taken in')
  await near.logged('message sent')
})

test('with another key mail waits until DNS is right again; what would rather arrive does', async () => {
  await publish(false)
  await submit('')
  await near.logged('message deferred')
  const { stdout } = await near.cli(['queue', 'list'])
  assert.match(stdout, /TLS to the server is not as it has to be: validation-failure/)
  await submit('', 'TLS-Required: No\r\n')
  await far.logged('message taken in', 2)
  await publish(true)
  await near.cli(['queue', 'retry', 'all'])
  await far.logged('message taken in', 3)
})

test('REQUIRETLS comes back where the server is not authenticated', async () => {
  await publish(false)
  await submit(' REQUIRETLS')
  await near.logged('message returned')
  const [returned] = near.log.filter(({ msg }) => msg === 'message returned')
  assert.equal(returned?.['status'], '5.7.10')
})

test('lemonade tls-report tells all of it', async () => {
  const { stdout } = await near.cli(['tls-report'])
  // One row for each policy: the records were not the same.
  assert.match(stdout, /mx\.far\.example +DANE +2 good +0 failed +not reported yet/)
  assert.match(stdout, /mx\.far\.example +DANE +0 good +2 failed +not reported yet/)
  assert.match(stdout, /validation-failure +2 +mx\.far\.example, 127\.0\.0\.1, no TLSA record matches the certificate/)
})
