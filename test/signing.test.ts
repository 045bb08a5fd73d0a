/** Mail from a phone to the world, signed: from the keys that `lemonade dns` prints to what a verifier says. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { DnsResolver } from '@lemonade/mta'
import { dkimVerify } from 'mailauth'
import { createTransport } from 'nodemailer'
import { DnsTestServer } from '../packages/mta/src/testing.ts'
import { startServer, type TestServer } from './support/server.ts'
import { SmtpSink } from './support/sink.ts'

const ada = 'ada@example.org'
let dns: DnsTestServer
let server: TestServer
const sink = new SmtpSink()

before(async () => {
  dns = await DnsTestServer.start()
  server = await startServer({
    hostname: 'mail.example.org',
    config: [
      '[mta]',
      `smart_host = "127.0.0.1:${await sink.start()}"`,
      'smart_host_tls = "never"',
      '[dns]',
      `servers = ["127.0.0.1:${dns.address.port}"]`,
      '[limits]',
      'mta_key_look_seconds = 1',
      'mta_dns_answers_kept = 0',
    ].join('\n'),
  })
  await server.addAccount(ada, 'password')
})
after(async () => {
  await server.stop()
  await Promise.all([sink.stop(), dns.stop()])
})

/** The records as they are printed, string by string. */
async function publish(): Promise<number> {
  const { stdout } = await server.cli(['dns', 'example.org'])
  const lines = [...stdout.matchAll(/^(\S+\._domainkey\.example\.org)\. TXT (.+)$/gm)]
  for (const [, name = '', data = ''] of lines) {
    dns.say('TXT', name, [[...data.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)])
  }
  return lines.length
}

/** What the receiver's verifier finds with the DNS that everybody sees. */
async function verdicts(subject: string): Promise<readonly string[]> {
  const transport = createTransport({
    host: '127.0.0.1',
    port: server.port('submissions'),
    secure: true,
    tls: { ca: server.authorityPem(), servername: 'mail.example.org' },
    auth: { user: ada, pass: 'password' },
  })
  await transport.sendMail({
    from: `Ada <${ada}>`,
    to: 'bob@far.example',
    subject,
    text: 'Grüße  aus der Ferne. \n\n.\n\n',
    attachments: [{ filename: 'a.bin', content: Buffer.alloc(200_000, 'x') }],
  })
  transport.close()
  const { message } = await sink.until(received => received.message.includes(`Subject: ${subject}`))
  const resolver = async (name: string, type: string) => {
    const limits = { dnsSeconds: 2, dnsRounds: 1, dnsAnswersKept: 0, dnsKeptSeconds: 0 }
    const found = await new DnsResolver({ servers: [dns.address], trust: 'never', limits }).resolve(name, type)
    return found as string[]
  }
  const { results } = await dkimVerify(message, { resolver })
  return results.map(({ status, algo, signingDomain }) => `${status.result} ${algo} ${signingDomain}`).sort()
}

test('as long as DNS does not have the keys nothing is signed; once it has, everything is, and verifies', async () => {
  for (const verdict of await verdicts('early')) assert.match(verdict, /^none /)
  assert.equal(await publish(), 2)
  await server.logged('mail is signed with a new key', 2)
  assert.deepEqual(await verdicts('signed'), ['pass ed25519-sha256 example.org', 'pass rsa-sha256 example.org'])
  const { stdout } = await server.cli(['domain', 'keys', 'example.org'])
  assert.equal(stdout.match(/ active /g)?.length, 2, stdout)
})

test('keys that are rotated by hand sign at once, and what the old ones signed still verifies', async () => {
  assert.equal((await server.cli(['domain', 'rotate-key', 'example.org'])).code, 0)
  assert.equal(await publish(), 4)
  assert.equal((await server.cli(['domain', 'rotate-key', 'example.org', '--now'])).code, 0)
  assert.deepEqual(await verdicts('rotated'), ['pass ed25519-sha256 example.org', 'pass rsa-sha256 example.org'])
  const { message } = await sink.until(received => received.message.includes('Subject: rotated'))
  assert.match(String(message), /s=rsa-\d{8}-2;/)
})
