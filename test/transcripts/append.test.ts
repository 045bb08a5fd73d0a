/** APPEND of what is too much for a transcript. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

async function loggedIn(account: string): Promise<Client> {
  const client = await Client.open(await imap.server({}, 'loopback'))
  await client.prologue('p', `LOGIN ${account} "${password}"`)
  return client
}

async function tagged(client: Client, tag: string): Promise<string> {
  for (;;) {
    const response = await client.response()
    assert.ok(response !== null, 'the server closed')
    if (response.startsWith(`${tag} `)) return response
  }
}

test('MULTIAPPEND: as many messages as the limit allows, more than wait in memory', async () => {
  const account = await imap.account()
  const client = await loggedIn(account)
  const message = (number: number) => `Subject: ${number}\r\n\r\n${'0123456789 '.repeat(98)}\r\n`
  const numbers = Array.from({ length: defaultImapLimits.imapAppendMessages }, (_, index) => index + 1)
  client.send(`a APPEND INBOX${numbers.map(n => ` {${message(n).length}+}\r\n${message(n)}`).join('')}\r\n`)
  assert.match(await tagged(client, 'a'), /^a OK \[APPENDUID \d+ 1:1000\]/)
  await client.prologue('p', 'EXAMINE INBOX')
  for (const n of [1, 930, 960, 1000]) {
    client.send(`b FETCH ${n} BODY.PEEK[]\r\n`)
    const fetched = await client.response()
    assert.ok(fetched?.includes(message(n).replaceAll('\r\n', '↵')), `${n}`)
    await tagged(client, 'b')
  }
  client.close()
})

test('BINARY: a large attachment with NULs goes in and comes back octet for octet, whole and in part', async () => {
  const account = await imap.account()
  const client = await loggedIn(account)
  const attachment = randomBytes(1_000_000)
  const head = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n'
  client.send(`a APPEND INBOX ~{${head.length + attachment.length}+}\r\n${head}`)
  client.sendOctets(attachment)
  client.send('\r\n')
  assert.match(await tagged(client, 'a'), /^a OK/)
  await client.prologue('p', 'EXAMINE INBOX')
  for (const [asked, octets] of [
    ['', attachment],
    ['<999990.100>', attachment.subarray(999_990)],
    ['<100000.50000>', attachment.subarray(100_000, 150_000)],
  ] as const) {
    client.send(`b FETCH 1 BINARY[1]${asked}\r\n`)
    const fetched = await client.octets()
    const at = fetched?.indexOf(`{${octets.length}}\r\n`) ?? -1
    assert.ok(at > 0, `${fetched?.subarray(0, 60)}`)
    const start = at + `{${octets.length}}\r\n`.length
    assert.equal(Buffer.compare(fetched?.subarray(start, start + octets.length) as Buffer, octets), 0, asked)
    await tagged(client, 'b')
  }
  client.send('c FETCH 1 (BINARY.SIZE[1] BODYSTRUCTURE)\r\n')
  assert.match((await client.response()) ?? '', /BINARY\.SIZE\[1\] 1000000 BODYSTRUCTURE .*"base64"/)
  client.close()
})

test('CATENATE: a forwarded attachment of 4 MB costs the store next to nothing', async () => {
  const account = await imap.account()
  const lines = Array.from({ length: 52_000 }, () => randomBytes(57).toString('base64'))
  const attachment = `${lines.join('\r\n')}\r\n`
  const original = `Subject: report\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee below.\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${attachment}\r\n--b--\r\n`
  await imap.append(account, 'INBOX', Buffer.from(original))
  const client = await loggedIn(account)
  const before = await storedOctets()
  const head = 'Subject: Fwd: report\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nFYI\r\n--c\r\n'
  const url = `imap://${encodeURIComponent(account)}@imap.example.org/INBOX/;UID=1/;SECTION=2`
  client.send(`a APPEND Sent CATENATE (TEXT {${head.length}+}\r\n${head} URL "${url}.MIME"`)
  client.send(` URL "/INBOX/;UID=1/;SECTION=2" TEXT {9+}\r\n\r\n--c--\r\n)\r\n`)
  assert.match(await tagged(client, 'a'), /^a OK \[APPENDUID \d+ 1\]/)
  const more = (await storedOctets()) - before
  assert.ok(more < 300_000, `${more} octets more for ${attachment.length}`)
  await client.prologue('p', 'EXAMINE Sent')
  client.send('b FETCH 1 BODY[2]\r\n')
  const fetched = await client.octets()
  const size = `{${attachment.length}}\r\n`
  const start = (fetched?.indexOf(size) ?? -1) + size.length
  assert.equal(fetched?.toString('latin1', start, start + attachment.length), attachment)
  client.close()
})

/** What the store's files have. */
async function storedOctets(): Promise<number> {
  const sizes = ['lemonade.db', 'lemonade.db-wal'].map(
    async file => (await stat(join(imap.store.directory, file))).size,
  )
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
