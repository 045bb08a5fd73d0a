/** Scripts of mailboxes (RFC 6785) through the whole program: put by ManageSieve, named by metadata, run beside a command. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { putScript } from './support/managesieve.ts'
import { startServer, type TestServer } from './support/server.ts'
import { Talker } from './support/talker.ts'

const [account, password] = ['ada@localhost', 'correct horse battery']
let server: TestServer

before(async () => {
  server = await startServer()
  await server.addAccount(account, password)
})
after(() => server.stop())

async function session(): Promise<Talker> {
  const talker = Talker.on(server, 'imaps')
  await talker.until(/^\* OK/m)
  await talker.say(`a LOGIN ${account} "${password}"\r\n`, /^a OK/m)
  return talker
}

test('a message that is appended is tagged, and who listens hears of it', async () => {
  const script =
    'require ["imap4flags", "environment", "imapsieve"]; if environment "imap.cause" "APPEND" { addflag "$Tagged"; }'
  await putScript(server, account, password, 'tag', script)
  const writing = await session()
  const capabilities = await writing.say('b CAPABILITY\r\n', /^b OK/m)
  assert.ok(capabilities.includes(` IMAPSIEVE=sieve://localhost:${server.port('managesieve')}`), capabilities)
  await writing.say('c SETMETADATA INBOX (/shared/imapsieve/script "tag")\r\n', /^c OK/m)
  const listening = await session()
  await listening.say('b SELECT INBOX\r\n', /^b OK/m)
  await listening.say('c IDLE\r\n', /^\+/m)
  await writing.say('d APPEND INBOX {15+}\r\nSubject: a\r\n\r\nx\r\n', /^d OK/m)
  await listening.until(/FETCH \(.*\$Tagged/)
  for (const each of [writing, listening]) each.end()
})
