/**
 * The whole house in one story: real mail comes in by SMTP and LMTP, a Sieve script files it, it is read back over IMAP
 * octet for octet, it is answered by submission to a neighbour and to the world, and every event is told at the webhook.
 * Then the server is killed, started again, and the story goes on with everything still there.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import nodemailer from 'nodemailer'
import { realMessages } from './support/corpus.ts'
import { arrived, imapClient } from './support/imapflow.ts'
import { deliverByLmtp, deliverBySmtp } from './support/lmtp.ts'
import { putScript } from './support/managesieve.ts'
import { startServer, type TestServer } from './support/server.ts'
import { SmtpSink, WebhookSink } from './support/sink.ts'

const ada = 'ada@mail.example'
const grace = 'grace@mail.example'
const password = 'story-password'
const sender = 'someone@elsewhere.example'
const script = `require ["fileinto"];
if exists "list-id" { fileinto "Archive"; }
elsif header :contains "subject" "[" { fileinto "Junk"; }
`

/** 500 real messages, each with a field that says which it is. */
const messages = realMessages(500).map((message, serial) =>
  Buffer.concat([Buffer.from(`X-Story: ${serial}\r\n`), message]),
)
const sink = new SmtpSink()
const webhook = new WebhookSink('story-secret')
let server: TestServer

before(async () => {
  const [port, url] = [await sink.start(), await webhook.start()]
  server = await startServer({
    hostname: 'mail.example',
    config: `[mta]\nsmart_host = "127.0.0.1:${port}"\n[[webhook]]\nname = "story"\nurl = "${url}"\nsecret = "story-secret"\n`,
  })
  for (const name of [ada, grace]) await server.addAccount(name, password)
  await putScript(server, ada, password, 'filing', script)
})
after(async () => {
  await server.stop()
  await sink.stop()
  await webhook.stop()
})

/** Delivers messages [from, to), ten at a time, by SMTP and LMTP in turn. */
async function deliver(from: number, to: number): Promise<void> {
  let next = from
  const worker = async () => {
    while (next < to) {
      const serial = next++
      const send = serial % 2 === 0 ? deliverBySmtp : deliverByLmtp
      await send(server, ada, messages[serial] as Buffer, sender)
    }
  }
  await Promise.all(Array.from({ length: 10 }, worker))
}

/** Where the script puts a message, found without Sieve. */
function expectedMailbox(message: Buffer): string {
  const header = message.toString('latin1').split('\r\n\r\n', 1)[0] as string
  if (/^list-id\s*:/im.test(header)) return 'Archive'
  const subjects = header.match(/^subject[ \t]*:.*(\r\n[ \t].*)*/gim) ?? []
  return subjects.some(subject => subject.includes('[')) ? 'Junk' : 'INBOX'
}

/** Every message below `count` is there once, in its mailbox, with its own octets at the end of what is stored. */
async function readBack(count: number): Promise<void> {
  const client = await imapClient(server, ada, password)
  const seen = new Set<number>()
  for (const mailbox of ['INBOX', 'Archive', 'Junk']) {
    await client.mailboxOpen(mailbox, { readOnly: true })
    for await (const { source } of client.fetch('1:*', { source: true })) {
      assert.ok(source)
      const serial = /^X-Story: (\d+)/m.exec(source.toString('latin1'))?.[1]
      if (serial === undefined) continue
      const message = messages[Number(serial)] as Buffer
      assert.ok(source.subarray(-message.length).equals(message), `message ${serial} has other octets`)
      assert.ok(!seen.has(Number(serial)), `message ${serial} is there twice`)
      assert.equal(mailbox, expectedMailbox(message), `message ${serial}`)
      seen.add(Number(serial))
    }
  }
  await client.logout()
  assert.equal(seen.size, count)
}

/** Ada answers: her neighbour and the world both get it. */
async function answer(subject: string): Promise<void> {
  const transport = nodemailer.createTransport({
    host: 'localhost',
    port: server.port('submission'),
    requireTLS: true,
    tls: { ca: server.authorityPem() },
    auth: { user: ada, pass: password },
  })
  await transport.sendMail({ from: ada, to: [grace, sender], subject, text: 'Thank you.' })
  transport.close()
  await arrived(server, grace, password, subject)
  const out = await sink.until(({ message }) => message.includes(`Subject: ${subject}`))
  assert.deepEqual([out.from, out.to], [ada, [sender]])
}

const news = () => webhook.events.filter(({ type }) => type === 'MessageNew').length

test('250 messages come in, are filed, read back and answered, and every one is told', async () => {
  await deliver(0, 250)
  await readBack(250)
  await answer('first answer')
  await webhook.until(() => news() >= 251)
  assert.equal(news(), 251)
})

test('after SIGKILL and a restart all of it is there, and the other 250 fare as well', async () => {
  await server.kill()
  webhook.serverWasKilled()
  await server.start()
  await readBack(250)
  await deliver(250, 500)
  await readBack(500)
  await answer('second answer')
  await webhook.until(() => news() >= 502)
  assert.equal(news(), 502)
})

test('killed in the middle of deliveries it keeps every one that it acknowledged', async () => {
  let acknowledged = 0
  const more = Array.from({ length: 200 }, (_, at) =>
    Buffer.from(`X-Last: ${at}\r\nSubject: last ${at}\r\n\r\nHello.\r\n`),
  )
  const kept: number[] = []
  const deliveries = more.map(async (message, at) => {
    await deliverByLmtp(server, grace, message, sender)
    kept.push(at)
    if (++acknowledged === 40) await server.kill()
  })
  await Promise.allSettled(deliveries)
  webhook.serverWasKilled()
  await server.start()
  const client = await imapClient(server, grace, password)
  await client.mailboxOpen('INBOX')
  const there = new Set<number>()
  for await (const { source } of client.fetch('1:*', { source: true })) {
    const at = /^X-Last: (\d+)/m.exec(source?.toString('latin1') ?? '')?.[1]
    if (at !== undefined) there.add(Number(at))
  }
  await client.logout()
  assert.ok(kept.length >= 40)
  assert.deepEqual(
    kept.filter(at => !there.has(at)),
    [],
  )
})

test('the webhook saw every event, signed and in order, and the store is sound', async () => {
  assert.deepEqual(webhook.problems, [])
  const { code, stdout, stderr } = await server.cli(['check'])
  assert.equal(code, 0, `${stdout}${stderr}`)
})
