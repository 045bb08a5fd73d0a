/** nodemailer submits what applications send: HTML with attachments, international names, many recipients. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import nodemailer, { type Transporter } from 'nodemailer'
import { arrived, imapClient } from '../support/imapflow.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let transport: Transporter
const user = 'ada@mail.example'
const other = 'grace@mail.example'
const password = 'nodemailer-password'

before(async () => {
  server = await startServer({ hostname: 'mail.example' })
  for (const name of [user, other]) await server.addAccount(name, password)
  transport = nodemailer.createTransport({
    host: 'localhost',
    port: server.port('submissions'),
    secure: true,
    tls: { ca: server.authorityPem() },
    auth: { user, pass: password },
    pool: true,
  })
})
after(async () => {
  transport.close()
  await server.stop()
})

test('an attachment arrives as it was, at both recipients', async () => {
  const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => (at * 31) & 0xff))
  await transport.sendMail({
    from: user,
    to: [user, other],
    subject: 'Grüße mit Anhang',
    html: '<p>Hällo</p>',
    attachments: [{ filename: 'Übersicht.bin', content }],
  })
  for (const name of [user, other]) {
    const uid = await arrived(server, name, password, 'Grüße mit Anhang')
    const client = await imapClient(server, name, password)
    await client.mailboxOpen('INBOX')
    const part = await client.download(String(uid), '2', { uid: true })
    const pieces: Buffer[] = []
    for await (const piece of part.content ?? []) pieces.push(piece as Buffer)
    assert.ok(Buffer.concat(pieces).equals(content))
    assert.equal(part.meta?.filename, 'Übersicht.bin')
    await client.logout()
  }
})

test('a sender that is not the account is refused', async () => {
  await assert.rejects(
    transport.sendMail({ from: other, to: user, subject: 'forged', text: 'no' }),
    (error: Error & { responseCode?: number }) => error.responseCode === 550,
  )
})

test('an unknown local recipient is refused at once', async () => {
  await assert.rejects(
    transport.sendMail({ from: user, to: 'nobody@mail.example', subject: 'lost', text: 'no' }),
    (error: Error & { responseCode?: number }) => error.responseCode === 550,
  )
})

test('an app password works and stops working when it is removed', async () => {
  const app = await server.addAppPassword(user, 'phone')
  const phone = () =>
    nodemailer.createTransport({
      host: 'localhost',
      port: server.port('submission'),
      requireTLS: true,
      tls: { ca: server.authorityPem() },
      auth: { user, pass: app },
    })
  assert.equal(await phone().verify(), true)
  await server.removeAppPassword(user, 'phone')
  await assert.rejects(phone().verify())
})
