/** Response codes that need more than a conversation: RFC 5530 §3. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from '../support/player.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap

before(async () => {
  imap = await TestImap.start({ keywordsPerMailbox: 3 })
})
after(() => imap.stop())

async function client(): Promise<{ client: Client; account: string }> {
  const account = await imap.account()
  const one = await Client.open(serverOf(await imap.serve()))
  await one.response()
  return { client: one, account }
}

async function lines(one: Client, command: string): Promise<string[]> {
  one.send(`a ${command}\r\n`)
  const said: string[] = []
  for (;;) {
    const line = await one.response()
    assert.ok(line !== null, `closed after ${said}`)
    said.push(line)
    if (line.startsWith('a ')) return said
  }
}

function plain(authorization: string, name: string, secret: string): string {
  return Buffer.from(`${authorization}\0${name}\0${secret}`).toString('base64')
}

test('AUTHORIZATIONFAILED: the right secret, and the wish to be somebody else', async () => {
  const { client: one, account } = await client()
  const refused = await lines(one, `AUTHENTICATE PLAIN ${plain('root@example.org', account, password)}`)
  assert.match(refused.at(-1) ?? '', /^a NO \[AUTHORIZATIONFAILED\] /)
  const wrong = await lines(one, `AUTHENTICATE PLAIN ${plain('root@example.org', account, 'wrong')}`)
  assert.match(wrong.at(-1) ?? '', /^a NO \[AUTHENTICATIONFAILED\] /)
  const welcome = await lines(one, `AUTHENTICATE PLAIN ${plain(account, account, password)}`)
  assert.match(welcome.at(-1) ?? '', /^a OK /)
  one.close()
})

test('CLIENTBUG: who sends nothing but nonsense', async () => {
  const { client: one } = await client()
  let last = ''
  for (let sent = 0; !last.startsWith('* BYE'); sent++) {
    assert.ok(sent < 100)
    one.send('a NONSENSE\r\n')
    last = (await one.response()) ?? ''
  }
  assert.match(last, /^\* BYE \[CLIENTBUG\] /)
  one.close()
})

test('PERMANENTFLAGS loses \\* when the last keyword is used, LIMIT refuses one more (RFC 9051 §7.1)', async () => {
  const { client: one, account } = await client()
  await imap.append(account, 'INBOX', Buffer.from('Subject: x\r\n\r\n'))
  await lines(one, `LOGIN ${account} "${password}"`)
  const selected = await lines(one, 'SELECT INBOX')
  assert.ok(selected.some(line => /PERMANENTFLAGS \(.* \\\*\)/.test(line)))
  const room = await lines(one, 'STORE 1 +FLAGS (one two)')
  assert.ok(!room.some(line => line.includes('PERMANENTFLAGS')), `${room}`)
  const full = await lines(one, 'STORE 1 +FLAGS.SILENT (three \\Seen)')
  assert.deepEqual(full.slice(0, 2), [
    '* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft one three two)',
    '* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft one three two)] Kept',
  ])
  assert.match((await lines(one, 'STORE 1 +FLAGS (four)')).at(-1) ?? '', /^a NO \[LIMIT\] /)
  assert.ok(!(await lines(one, 'SELECT INBOX')).some(line => line.includes('\\*')))
  await lines(one, 'STORE 1 -FLAGS (three)')
  assert.ok((await lines(one, 'SELECT INBOX')).some(line => line.includes('\\*')))
  one.close()
})
