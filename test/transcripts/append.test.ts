/** APPEND of what is too much for a transcript. */
import assert from 'node:assert/strict'
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
  const message = (number: number) => `Subject: ${number}\r\n\r\n${'0123456789 '.repeat(200)}\r\n`
  const numbers = Array.from({ length: defaultImapLimits.imapAppendMessages }, (_, index) => index + 1)
  client.send(`a APPEND INBOX${numbers.map(n => ` {${message(n).length}+}\r\n${message(n)}`).join('')}\r\n`)
  assert.match(await tagged(client, 'a'), /^a OK \[APPENDUID \d+ 1:1000\]/)
  await client.prologue('p', 'EXAMINE INBOX')
  for (const n of [1, 460, 461, 1000]) {
    client.send(`b FETCH ${n} BODY.PEEK[]\r\n`)
    const fetched = await client.response()
    assert.ok(fetched?.includes(message(n).replaceAll('\r\n', '↵')), `${n}`)
    await tagged(client, 'b')
  }
  client.close()
})
