/** INPROGRESS (RFC 9585): commands made to last, for nothing here takes ten seconds. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { defaultImapLimits } from '@lemonade/imap'
import { command, extension } from '../../packages/imap/src/extension.ts'
import { extensions } from '../../packages/imap/src/extensions/index.ts'
import { ok } from '../../packages/imap/src/response.ts'
import { Client } from '../support/player.ts'
import { serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

/** A client of a server whose XSLOW ends when the test says so. */
async function slowly(alone: boolean): Promise<{ client: Client; finish(): void }> {
  const end = Promise.withResolvers<void>()
  const row = command({
    states: ['not-authenticated'],
    ...(alone && { alone: true as const }),
    parse: () => undefined,
    async run() {
      await end.promise
      return ok('At last')
    },
  })
  const slow = extension({ rfc: 9585, commands: { XSLOW: row } })
  // Beside a time-out of 20 milliseconds nothing else waits: the default is 12 seconds.
  const limits = { ...defaultImapLimits, imapProgressSeconds: 0.02 }
  const client = await Client.open(serverOf(await imap.serve({ extensions: [...extensions, slow], limits })))
  await client.response()
  return { client, finish: () => end.resolve() }
}

for (const [tag, code] of [
  ['A001', 'INPROGRESS ("A001" NIL NIL)'],
  ['a]b', 'INPROGRESS'],
] as const) {
  test(`a client that waits with the tag ${tag} is told again and again`, async () => {
    const { client, finish } = await slowly(false)
    client.send(`${tag} XSLOW\r\n`)
    assert.equal(await client.response(), `* OK [${code}] Still at it`)
    assert.equal(await client.response(), `* OK [${code}] Still at it`)
    finish()
    let last = await client.response()
    while (last?.startsWith('* OK [INPROGRESS')) last = await client.response()
    assert.equal(last, `${tag} OK At last`)
    client.send('b NOOP\r\n')
    assert.match((await client.response()) ?? '', /^b OK/)
    client.close()
  })
}

test('what waits for the client itself is not in progress', async () => {
  const { client, finish } = await slowly(true)
  client.send('a XSLOW\r\n')
  // It has lasted long enough when another that began later was told of twice.
  const other = await slowly(false)
  other.client.send('b XSLOW\r\n')
  for (let times = 0; times < 2; times++) assert.match((await other.client.response()) ?? '', /INPROGRESS/)
  finish()
  other.finish()
  assert.equal(await client.response(), 'a OK At last')
  client.close()
  other.client.close()
})
