/** Postfix in both directions: how mail really goes between two servers of different kinds. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { freePort } from '../support/daemon.ts'
import { arrived, imapClient } from '../support/imapflow.ts'
import { Postfix, postfixDomain } from '../support/postfix.ts'
import { TestServer } from '../support/server.ts'

const user = 'ada@mail.example'
const password = 'postfix-password'
const far = (name: string) => `${name}@${postfixDomain}`
let postfix: Postfix
/** Sends by BDAT, as Postfix offers it. */
let server: TestServer
/** Sends to a Postfix that knows no extension that is younger than SIZE. */
let oldFashioned: TestServer

async function startOn(port: number, smartHost: number): Promise<TestServer> {
  const mta = `[mta]\nsmart_host = "127.0.0.1:${smartHost}"\ndkim = "off"\n`
  const limits = '[limits]\nmta_first_retry_seconds = 1\nmta_longest_retry_seconds = 1\n'
  const made = new TestServer({ hostname: 'mail.example', config: `${mta}${limits}` })
  // It has to be where it was when it comes back.
  const text = readFileSync(made.configuration, 'utf8')
  writeFileSync(made.configuration, text.replace('smtp = "127.0.0.1:0"', `smtp = "127.0.0.1:${port}"`))
  await made.start()
  return made
}

before(async () => {
  const ports = [await freePort(), await freePort()] as const
  postfix = await Postfix.start({ routes: { 'mail.example': ports[0] }, talkative: true })
  ;[server, oldFashioned] = await Promise.all([startOn(ports[0], postfix.port), startOn(ports[1], postfix.oldPort)])
  for (const each of [server, oldFashioned]) await each.addAccount(user, password)
})
after(() => Promise.all([server?.stop(), oldFashioned?.stop(), postfix?.stop()]))

/** From an account of ours to somebody at Postfix's. */
async function submit(message: SendMailOptions, from = server): Promise<void> {
  const transport = createTransport({
    host: 'localhost',
    port: from.port('submissions'),
    secure: true,
    tls: { ca: from.authorityPem() },
    auth: { user, pass: password },
  })
  await transport.sendMail({ from: user, to: far('eva'), text: 'Hello.', ...message })
  transport.close()
}

/** From somebody at Postfix's to an account of ours. */
async function inject(message: SendMailOptions): Promise<void> {
  const transport = createTransport({ host: '127.0.0.1', port: postfix.port, tls: { rejectUnauthorized: false } })
  await transport.sendMail({ from: far('eva'), to: user, text: 'Hello.', ...message })
  transport.close()
}

/** The message with a subject in INBOX, once it is there. */
async function received(subject: string, at = server): Promise<string> {
  const uid = await arrived(at, user, password, subject)
  const client = await imapClient(at, user, password)
  try {
    await client.mailboxOpen('INBOX')
    const found = await client.fetchOne(String(uid), { source: true }, { uid: true })
    return found === false ? '' : (found.source?.toString() ?? '')
  } finally {
    client.close()
  }
}

/** What a client has said to Postfix, by its log. */
const said = (pattern: RegExp) => assert.match(postfix.log, pattern)
const subjectIs = (subject: string) => new RegExp(`^Subject: ${subject}$`, 'm')
/** Thirty million octets, as an attachment in base64. */
const large = randomBytes(22_000_000)
const digest = (octets: Buffer) => createHash('sha256').update(octets).digest('hex')

function attachmentOf(message: string): Buffer {
  const [, body = ''] = /filename=large\.bin.*?\r?\n\r?\n([A-Za-z0-9+/=\r\n]+)/s.exec(message) ?? []
  return Buffer.from(body, 'base64')
}

const patience = { timeout: 240_000 }

describe('from Lemonade to Postfix', patience, () => {
  test('by BDAT, under TLS', async () => {
    await submit({ subject: 'by BDAT', text: 'A line.\r\n.\r\n..two dots\r\n' })
    const message = await postfix.message(subjectIs('by BDAT'))
    assert.match(message, /\n\.\n\.\.two dots\n/)
    assert.match(message, /by mx\.postfix\.example \(Postfix\) with ESMTPS/)
    said(/< localhost\[127\.0\.0\.1\]: BDAT \d+ LAST/)
  })

  test('by DATA where there is no CHUNKING, and in 7 bits where there is no 8BITMIME', async () => {
    await submit(
      { subject: 'by DATA', text: 'Grüße.\r\n.\r\n', encoding: '8bit', textEncoding: 'base64' },
      oldFashioned,
    )
    await submit({ raw: rawOf('eight bits') }, oldFashioned)
    await postfix.message(subjectIs('by DATA'))
    assert.match(
      await postfix.message(subjectIs('eight bits')),
      /Content-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe\.\n\.\n/,
    )
    said(/< localhost\[127\.0\.0\.1\]: DATA/)
  })

  test('8BITMIME as it is', async () => {
    await submit({ raw: rawOf('as it is') })
    assert.match(await postfix.message(subjectIs('as it is')), /Content-Transfer-Encoding: 8bit\n\nGrüße\.\n\.\n/)
    said(/MAIL FROM:<ada@mail\.example>.* BODY=8BITMIME/)
  })

  test('SMTPUTF8', async () => {
    await submit({ raw: rawOf('Grüße aus Köln', far('jürgen')), envelope: { from: user, to: far('jürgen') } })
    const message = await postfix.message(/^Subject: Grüße aus Köln$/m)
    assert.match(message, /^Delivered-To: jürgen@postfix\.example$/m)
    said(/MAIL FROM:<ada@mail\.example>.* SMTPUTF8/)
  })

  test('thirty megabytes', async () => {
    await submit({ subject: 'large', attachments: [{ filename: 'large.bin', content: large }] })
    assert.equal(digest(attachmentOf(await postfix.message(subjectIs('large')))), digest(large))
  })

  test('Postfix tells of success, with the ENVID that it was given', async () => {
    const dsn = { id: 'envelope-1', return: 'headers', notify: ['success'], recipient: user } as const
    await submit({ subject: 'tell me', dsn: { ...dsn, notify: 'success' } })
    const report = await received('Successful Mail Delivery Report')
    assert.match(report, /^Original-Envelope-Id: envelope-1\r$/m)
    assert.match(report, /^Final-Recipient: rfc822; eva@postfix\.example\r$/m)
    assert.match(report, /^Action: delivered\r$/m)
  })

  test('whom Postfix refuses, we report, with the ENVID; whoever wants to hear nothing hears nothing', async () => {
    const silent = { id: 'envelope-2', return: 'headers', notify: 'never' } as const
    await submit({ subject: 'silence', to: far('nobody'), dsn: { ...silent, recipient: user } })
    const dsn = { id: 'envelope-3', return: 'headers', notify: 'failure' } as const
    await submit({ subject: 'nobody is there', to: far('nobody'), dsn: { ...dsn, recipient: user } })
    const client = await imapClient(server, user, password)
    try {
      await client.mailboxOpen('INBOX')
      for (;;) {
        const news = new Promise(resolve => client.once('exists', resolve))
        const uids = (await client.search({ body: 'envelope-3' }, { uid: true })) || []
        if (uids.length > 0) {
          const found = await client.fetchOne(String(uids[0]), { source: true }, { uid: true })
          const report = found === false ? '' : (found.source?.toString() ?? '')
          assert.match(report, /^Action: failed\r$/m)
          assert.match(report, /^Status: 5\.1\.1\r$/m)
          assert.match(report, /^Diagnostic-Code: smtp; 550.5\.1\.1 .*No such user/m)
          break
        }
        client.idle().catch(() => undefined)
        await news
      }
      assert.deepEqual(await client.search({ body: 'envelope-2' }, { uid: true }), [])
    } finally {
      client.close()
    }
  })

  test('what Postfix was not there for comes when it is back', async () => {
    await postfix.halt()
    await submit({ subject: 'while you were out' })
    await server.logged('message deferred')
    await postfix.run()
    await postfix.message(subjectIs('while you were out'))
  })
})

describe('from Postfix to Lemonade', patience, () => {
  test('under TLS, with its 8BITMIME, octet for octet', async () => {
    await inject({ raw: rawOf('from Postfix', user, far('eva')), envelope: { from: far('eva'), to: user } })
    const message = await received('from Postfix')
    assert.match(message, /Received: from mx\.postfix\.example .*?with ESMTPS/s)
    assert.match(message, /Content-Transfer-Encoding: 8bit\r\n(?:.+\r\n)*\r\nGrüße\.\r\n\.\r\n$/)
    await postfix.logs(/TLS connection established to 127\.0\.0\.1/)
  })

  test('SMTPUTF8', async () => {
    const envelope = { from: far('jürgen'), to: user }
    await inject({ raw: rawOf('Grüße zurück', user, far('jürgen')), envelope })
    const message = await received('Grüße zurück')
    assert.match(message, /^Return-Path: <jürgen@postfix\.example>\r$/m)
    assert.match(message, /with UTF8SMTPS/)
  })

  test('thirty megabytes', async () => {
    await inject({ subject: 'large from Postfix', attachments: [{ filename: 'large.bin', content: large }] })
    assert.equal(digest(attachmentOf(await received('large from Postfix'))), digest(large))
  })

  test('we tell Postfix of success', async () => {
    const dsn = { id: 'envelope-4', return: 'headers', notify: 'success', recipient: far('eva') } as const
    await inject({ subject: 'tell Eva', dsn })
    const report = await postfix.message(/^Original-Envelope-Id: envelope-4$/m)
    assert.match(report, /^Action: delivered$/m)
    assert.match(report, /^Final-Recipient: rfc822; ?ada@mail\.example$/m)
  })

  test('whom we refuse, Postfix reports', async () => {
    await inject({ subject: 'unknown', to: 'unknown@mail.example' })
    assert.match(await postfix.message(/^Final-Recipient: rfc822; unknown@mail\.example$/m), /550 5\.1\.1/)
  })

  test('what we were not there for comes when we are back; killed, we have what we took', async () => {
    await inject({ subject: 'before you went' })
    await received('before you went')
    await server.kill()
    await inject({ subject: 'while you were out, too' })
    await postfix.logs(/to=<ada@mail\.example>[^\n]*status=deferred/)
    await server.start()
    await received('while you were out, too')
    await received('before you went')
  })
})

/** With eight bits, and a line that is a dot. */
function rawOf(subject: string, to = far('eva'), from = user): string {
  const header = `From: <${from}>\r\nTo: <${to}>\r\nSubject: ${subject}\r\nMIME-Version: 1.0\r\n`
  const type = 'Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n'
  return `${header}${type}\r\nGrüße.\r\n.\r\n`
}
