/** What the store bounds, as IMAP answers it: at the bound, and one past it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
let client: Client

before(async () => {
  imap = await TestImap.start({ mailboxesPerAccount: 8, rightsPerMailbox: 2 })
  client = await Client.open(await imap.server())
  await client.prologue('login', `LOGIN ${await imap.account()} "${password}"`)
})
after(async () => {
  client.close()
  await imap.stop()
})

async function ending(line: string): Promise<string | null> {
  client.send(`t ${line}\r\n`)
  for (;;) {
    const response = await client.response()
    if (response === null || response.startsWith('t ')) return response
  }
}

test('CREATE of one mailbox too many is over quota (RFC 5530 §3)', async () => {
  // An account begins with six.
  assert.match((await ending('CREATE seventh/eighth')) ?? '', /^t OK/)
  assert.match((await ending('CREATE ninth')) ?? '', /^t NO \[OVERQUOTA\]/)
  assert.match((await ending('RENAME Drafts ninth/tenth')) ?? '', /^t NO \[OVERQUOTA\]/)
  assert.match((await ending('RENAME Drafts ninth')) ?? '', /^t OK/)
})

test('SETACL of one identifier too many meets a limit (RFC 5530 §3)', async () => {
  const [one, other] = [await imap.account(), await imap.account()]
  assert.match((await ending(`SETACL INBOX ${one} lr`)) ?? '', /^t OK/)
  assert.match((await ending('SETACL INBOX anyone l')) ?? '', /^t OK/)
  assert.match((await ending(`SETACL INBOX ${other} lr`)) ?? '', /^t NO \[LIMIT\]/)
  assert.match((await ending(`SETACL INBOX -${one} lr`)) ?? '', /^t NO \[LIMIT\]/)
  assert.match((await ending(`SETACL INBOX ${one} +s`)) ?? '', /^t OK/)
  assert.match((await ending(`SETACL INBOX ${one} ""`)) ?? '', /^t OK/)
  assert.match((await ending(`SETACL INBOX ${other} lr`)) ?? '', /^t OK/)
})
