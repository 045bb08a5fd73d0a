/**
 * Forwarding without download (RFC 5550 §8): what a client pays to forward an attachment of 10 MB, counted on the wire of
 * the real server, by both strategies of §8.4, with the copy of §8.6, and by the traditional one of §8.3.
 *
 * docs/performance.md has the figures of one run, which this test prints when LEMONADE_FIGURES is set.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Cost, CountingClient } from './support/counting-client.ts'
import { deliverByLmtp } from './support/lmtp.ts'
import { startServer, type TestServer } from './support/server.ts'
import { type Received, SmtpSink } from './support/sink.ts'

const bob = 'bob.ar@mail.example'
const password = 'forward-password'
const friend = 'foo@elsewhere.example'
const boundary = '------------030308070208000400050907'

const sink = new SmtpSink()
let server: TestServer

before(async () => {
  const port = await sink.start()
  // In the clear, so that the octets of the protocols are counted and not those of TLS.
  const config = `[auth]\nallow_plaintext = "loopback"\n[mta]\nsmart_host = "127.0.0.1:${port}"\n`
  server = await startServer({ hostname: 'mail.example', config })
  await server.addAccount(bob, password)
})
after(async () => {
  await server.stop()
  await sink.stop()
})

/** A part with so many octets, under base64, as it stands in a message. */
function attachment(octets: number): Buffer {
  const text = Buffer.from(randomBytes(octets).toString('base64'))
  const lines = Buffer.alloc(text.length + 2 * (Math.ceil(text.length / 76) - 1), '\r\n')
  for (let at = 0, to = 0; at < text.length; at += 76, to += 78) text.copy(lines, to, at, at + 76)
  return lines
}

/** A message with a text and an attachment. */
function trip(encoded: Buffer): Buffer {
  const header = [
    ...['From: agent@elsewhere.example', `To: ${bob}`, 'Subject: Your trip', 'Date: Thu, 12 Nov 2004 09:57:05 +0000'],
    ...[
      'Message-ID: <trip@elsewhere.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=b',
      '',
      '',
    ],
    ...['--b', 'Content-Type: text/plain', '', 'Have a nice trip.', '--b', 'Content-Type: image/png; name=trip.png'],
    ...['Content-Transfer-Encoding: base64', '', ''],
  ].join('\r\n')
  return Buffer.concat([Buffer.from(header), encoded, Buffer.from('\r\n--b--\r\n')])
}

const octets = 10 * 1024 * 1024
const encoded = attachment(octets)
const mime = 'Content-Type: image/png; name=trip.png\r\nContent-Transfer-Encoding: base64\r\n\r\n'

/** What the client itself writes: all before the attachment, and all behind it. */
function written(subject: string): readonly [string, string] {
  const head = [
    ...[`From: Bob Ar <${bob}>`, `To: ${friend}`, `Subject: ${subject}`, 'Date: Thu, 12 Nov 2004 16:57:05 +0000'],
    ...[`Message-ID: <${subject}@mail.example>`, 'MIME-Version: 1.0', 'Content-Type: multipart/mixed;'],
    ...[`    boundary="${boundary}"`, '', `--${boundary}`, 'Content-Type: text/plain; format=flowed', ''],
    ...['Our travel agent has sent the updated schedule.', '', 'Cheers,', 'Bob', `--${boundary}`, ''],
  ].join('\r\n')
  return [head, `\r\n--${boundary}--\r\n`]
}

async function imap(): Promise<CountingClient> {
  const [endpoint] = server.endpoints.imap
  const client = await CountingClient.open(endpoint ?? assert.fail())
  await client.imap(`LOGIN ${bob} ${password}`, 'SELECT INBOX')
  client.spent()
  return client
}

/** A session of submission, with its login in the price. */
async function submission(): Promise<CountingClient> {
  const [endpoint] = server.endpoints.submission
  return CountingClient.open(endpoint ?? assert.fail())
}

const plain = Buffer.from(`\0${bob}\0${password}`).toString('base64')
const hello = 'EHLO potter.mail.example\r\n'
/** RFC 5550 §8.4.1: all of it pipelined. */
const envelope = `AUTH PLAIN ${plain}\r\nMAIL FROM:<${bob}>\r\nRCPT TO:<${friend}>\r\n`

/** Says words in one flight, and checks the codes of all replies to them. */
async function flight(client: CountingClient, words: string | Uint8Array, ...codes: readonly string[]): Promise<void> {
  const last = codes.at(-1) ?? ''
  const end = new RegExp(`^(?:\\d{3} .*\\r\\n(?:\\d{3}-.*\\r\\n)*){${codes.length}}`, 'm')
  const said = await client.flight(words, end)
  const found = said.match(/^\d{3} (?:\d\.\d\.\d)?/gm)?.map(code => code.trim())
  assert.deepEqual(found, codes, `${said} (${last})`)
}

function total(...costs: readonly Cost[]): Cost {
  const sum = (of: (cost: Cost) => number) => costs.reduce((so, cost) => so + of(cost), 0)
  return { up: sum(c => c.up), down: sum(c => c.down), roundTrips: sum(c => c.roundTrips) }
}

function figure(what: string, { up, down, roundTrips }: Cost): void {
  if (process.env['LEMONADE_FIGURES'] === undefined) return
  console.log(`${what}: ${roundTrips} round trips, ${up} octets up, ${down} down`)
}

/** The message as it came to its recipient; it has the whole attachment. */
async function arrived(subject: string): Promise<Received> {
  const received = await sink.until(({ message }) => message.includes(`Subject: ${subject}\r\n`))
  assert.deepEqual([received.from, received.to], [bob, [friend]])
  const [head, tail] = written(subject)
  const expected = Buffer.concat([Buffer.from(head + mime), encoded, Buffer.from(tail)])
  assert.ok(received.message.subarray(-expected.length).equals(expected), 'every octet of the forwarded message')
  return received
}

async function match(client: CountingClient, command: string, pattern: RegExp): Promise<RegExpExecArray> {
  const said = await client.imap(command)
  return pattern.exec(said) ?? assert.fail(said.slice(0, 1000))
}

/** The UIDVALIDITY of INBOX and the UID of the message there; the client has looked at its structure. */
async function look(client: CountingClient): Promise<{ validity: string; uid: string }> {
  const [, uid = ''] = await match(
    client,
    'UID FETCH * (UID BODYSTRUCTURE)',
    /FETCH \(UID (\d+) BODYSTRUCTURE \(.*"image" "png"/,
  )
  const [, validity = ''] = await match(client, 'STATUS INBOX (UIDVALIDITY)', /UIDVALIDITY (\d+)/)
  return { validity, uid }
}

test('a message with an attachment of 10 MB comes in', async () => {
  await deliverByLmtp(server, bob, trip(encoded), 'agent@elsewhere.example')
  const client = await imap()
  await look(client)
  client.close()
})

test('RFC 5550 §8.4.1: assembled by CATENATE, submitted by BURL', async () => {
  const [client, smtp] = await Promise.all([imap(), submission()])
  const { validity, uid } = await look(client)
  client.spent()
  const [head, tail] = written('by-catenate')
  const part = `/INBOX;UIDVALIDITY=${validity}/;UID=${uid}/;SECTION=2`
  const [, sent = '', copy = ''] = await match(
    client,
    `APPEND Sent (\\Seen $MDNSent) CATENATE (TEXT {${head.length}+}\r\n${head} URL "${part}.MIME" URL "${part}" TEXT {${tail.length}+}\r\n${tail})`,
    /OK \[APPENDUID (\d+) (\d+)\]/,
  )
  const rump = `imap://bob.ar@mail.example/Sent;UIDVALIDITY=${sent}/;UID=${copy};EXPIRE=2125-10-28T23:59:59Z;URLAUTH=submit+bob.ar`
  const [, url = ''] = await match(client, `GENURLAUTH "${rump}" INTERNAL`, /\* GENURLAUTH "([^"]+)"/)
  await flight(smtp, hello, '250')
  await flight(
    smtp,
    `${envelope}BURL ${url} LAST\r\nQUIT\r\n`,
    '235 2.7.0',
    '250 2.1.0',
    '250 2.1.5',
    '250 2.0.0',
    '221 2.0.0',
  )
  await client.imap(`UID STORE ${uid} +FLAGS.SILENT ($Forwarded)`)
  const cost = total(client.spent(), smtp.spent())
  figure('forwarded by CATENATE and BURL, with a copy in Sent', cost)
  assert.ok(cost.up < 2048, `${cost.up} octets up`)
  assert.ok(cost.down < 2048, `${cost.down} octets down`)
  await arrived('by-catenate')
  for (const each of [client, smtp]) each.close()
})

test('RFC 5550 §8.4.2: assembled by the submission server, from BDAT and BURL', async () => {
  const [client, smtp] = await Promise.all([imap(), submission()])
  const { validity, uid } = await look(client)
  client.spent()
  const [head, tail] = written('by-chunks')
  const rump = (section: string) =>
    `imap://bob.ar@mail.example/INBOX;UIDVALIDITY=${validity}/;UID=${uid}/;SECTION=${section};EXPIRE=2125-10-28T23:59:59Z;URLAUTH=submit+bob.ar`
  const [, header = '', body = ''] = await match(
    client,
    `GENURLAUTH "${rump('2.MIME')}" INTERNAL "${rump('2')}" INTERNAL`,
    /\* GENURLAUTH "([^"]+)" "([^"]+)"/,
  )
  await flight(smtp, hello, '250')
  const chunks = `BDAT ${head.length}\r\n${head}BURL ${header}\r\nBURL ${body}\r\nBDAT ${tail.length} LAST\r\n${tail}`
  const answers = ['250 2.0.0', '250 2.5.0', '250 2.5.0', '250 2.0.0', '221 2.0.0']
  await flight(smtp, `${envelope}${chunks}QUIT\r\n`, '235 2.7.0', '250 2.1.0', '250 2.1.5', ...answers)
  await client.imap(`UID STORE ${uid} +FLAGS.SILENT ($Forwarded)`)
  const cost = total(client.spent(), smtp.spent())
  figure('forwarded by BDAT and BURL, without a copy', cost)
  assert.ok(cost.up < 2048, `${cost.up} octets up`)
  assert.ok(cost.down < 2048, `${cost.down} octets down`)
  await arrived('by-chunks')
  for (const each of [client, smtp]) each.close()
})

test('RFC 5550 §8.6, §5.10: the copy that is sent is the copy that is kept, and two clients do not send it twice', async () => {
  const [client, other, smtp] = await Promise.all([imap(), imap(), submission()])
  const { validity, uid } = await look(client)
  const [head, tail] = written('by-fcc')
  const part = `/INBOX;UIDVALIDITY=${validity}/;UID=${uid}/;SECTION=2`
  client.spent()
  const [, sent = '', copy = ''] = await match(
    client,
    `APPEND Sent (\\Seen $SubmitPending) CATENATE (TEXT {${head.length}+}\r\n${head} URL "${part}.MIME" URL "${part}" TEXT {${tail.length}+}\r\n${tail})`,
    /OK \[APPENDUID (\d+) (\d+)\]/,
  )
  const [, modSeq = ''] = await match(client, 'SELECT Sent (CONDSTORE)', /HIGHESTMODSEQ (\d+)/)
  await other.imap('SELECT Sent (CONDSTORE)')
  const claim = `UID STORE ${copy} (UNCHANGEDSINCE ${modSeq}) +FLAGS.SILENT ($Submitted)`
  await client.imap(claim)
  const second = await other.flight(`u ${claim}\r\n`, /^u .*\r\n/m)
  assert.match(
    second,
    new RegExp(`^u OK \\[MODIFIED ${copy}\\]`, 'm'),
    'the other client is told that it comes too late',
  )
  const rump = `imap://bob.ar@mail.example/Sent;UIDVALIDITY=${sent}/;UID=${copy};URLAUTH=submit+bob.ar`
  const [, url = ''] = await match(client, `GENURLAUTH "${rump}" INTERNAL`, /\* GENURLAUTH "([^"]+)"/)
  await flight(smtp, hello, '250')
  await flight(
    smtp,
    `${envelope}BURL ${url} LAST\r\nQUIT\r\n`,
    '235 2.7.0',
    '250 2.1.0',
    '250 2.1.5',
    '250 2.0.0',
    '221 2.0.0',
  )
  await client.imap(`UID STORE ${copy} -FLAGS.SILENT ($SubmitPending)`)
  const cost = total(client.spent(), smtp.spent())
  figure('forwarded with its copy and the keywords of submission', cost)
  assert.ok(cost.up < 2048, `${cost.up} octets up`)
  assert.ok(cost.down < 4096, `${cost.down} octets down`)
  await match(client, `UID FETCH ${copy} (FLAGS)`, /FLAGS \((?=.*\$Submitted)(?!.*\$SubmitPending)/)
  const { message } = await arrived('by-fcc')
  const [, kept] = await match(client, `UID FETCH ${copy} (RFC822.SIZE)`, /RFC822\.SIZE (\d+)/)
  const received = message.indexOf('From: Bob Ar')
  assert.equal(message.length - received, Number(kept), 'what was sent is what is kept, behind its trace')
  for (const each of [client, other, smtp]) each.close()
})

test('RFC 5550 §8.3: the traditional strategy, for comparison', async () => {
  const [client, smtp] = await Promise.all([imap(), submission()])
  const { uid } = await look(client)
  client.spent()
  const said = await client.imap(`UID FETCH ${uid} (BODY.PEEK[2.MIME] BODY.PEEK[2])`)
  assert.ok(said.includes(encoded.toString('latin1')))
  const [head, tail] = written('traditional')
  const message = Buffer.concat([Buffer.from(head + mime), encoded, Buffer.from(tail)])
  await flight(smtp, hello, '250')
  await flight(smtp, `${envelope}DATA\r\n`, '235 2.7.0', '250 2.1.0', '250 2.1.5', '354')
  await flight(smtp, Buffer.concat([message, Buffer.from('.\r\n')]), '250 2.0.0')
  await flight(smtp, 'QUIT\r\n', '221 2.0.0')
  const append = Buffer.from(`t1 APPEND Sent (\\Seen) {${message.length}+}\r\n`)
  assert.match(await client.flight(Buffer.concat([append, message, Buffer.from('\r\n')]), /^t1 .*\r\n/m), /^t1 OK/m)
  await client.imap(`UID STORE ${uid} +FLAGS.SILENT ($Forwarded)`)
  const cost = total(client.spent(), smtp.spent())
  figure('forwarded by the traditional strategy, with a copy in Sent', cost)
  assert.ok(cost.up > 2 * encoded.length && cost.down > encoded.length)
  await arrived('traditional')
  for (const each of [client, smtp]) each.close()
})

test('a message of 50 MB that is submitted by BURL makes the store grow by far less', async () => {
  const large = trip(attachment(36_000_000))
  assert.ok(large.length > 49_000_000)
  await deliverByLmtp(server, bob, large, 'agent@elsewhere.example')
  const before = await sizeAtRest()
  const [client, smtp] = await Promise.all([imap(), submission()])
  const { validity, uid } = await look(client)
  const rump = `imap://bob.ar@mail.example/INBOX;UIDVALIDITY=${validity}/;UID=${uid};URLAUTH=submit+bob.ar`
  const [, url = ''] = await match(client, `GENURLAUTH "${rump}" INTERNAL`, /\* GENURLAUTH "([^"]+)"/)
  await flight(smtp, hello, '250')
  // What somebody else has written goes out again as it is, and says who sent it (RFC 5322 §3.6.6).
  const resent = `Resent-From: <${bob}>\r\nResent-Date: Thu, 12 Nov 2004 16:57:05 +0000\r\n`
  const said = `BDAT ${resent.length}\r\n${resent}BURL ${url} LAST\r\n`
  await flight(smtp, `${envelope}${said}`, '235 2.7.0', '250 2.1.0', '250 2.1.5', '250 2.0.0', '250 2.0.0')
  for (const each of [client, smtp]) each.close()
  const { message } = await sink.until(
    ({ message }) => message.length > 45_000_000 && message.includes('Subject: Your trip'),
  )
  assert.ok(message.subarray(-large.length + 200).equals(large.subarray(200)), 'all of it arrived')
  const grown = (await sizeAtRest()) - before
  // What the tests before it have left is still being put in order: a twentieth is room for that.
  assert.ok(grown < 5_000_000, `the store grew by ${grown} octets`)
})

/** Octets of the database once the server has ended and put everything into it; the server runs again afterwards. */
async function sizeAtRest(): Promise<number> {
  await server.terminate()
  const { size } = statSync(join(server.data, 'lemonade.db'))
  await server.start()
  return size
}
