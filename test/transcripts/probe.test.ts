/** Clients that listen are probed, so that one that is gone is found (RFC 5551 §5.3): the system's own timer tells so. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

/** Hundredths of a second until the socket at a server's port is probed, as Linux tells; null where it will not be. */
function probedIn(port: number): number | null {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).map(file => readFileSync(file, 'latin1'))
  const ours = port.toString(16).toUpperCase().padStart(4, '0')
  // A connection that stands (01), whose next timer is that of keepalive (02).
  const line = new RegExp(`\\d+: \\w+:${ours} \\w+:\\w{4} 01 \\w+:\\w+ 02:(\\w{8}) `)
  const found = line.exec(tables.join('\n'))?.[1]
  return found === undefined ? null : Number.parseInt(found, 16)
}

test('a client in IDLE is probed after imapProbeSeconds; one that has not asked to be told is not', async t => {
  if (!existsSync('/proc/net/tcp')) return
  const server = await imap.server({ imapProbeSeconds: 20 })
  const client = await Client.open(server)
  t.after(() => client.close())
  await client.prologue('p', `LOGIN ${await imap.account()} "${password}"`)
  await client.prologue('p', 'SELECT INBOX')
  assert.equal(probedIn(server.port), null)
  client.send('a IDLE\r\n')
  assert.match((await client.response()) ?? '', /^\+ /)
  const late = AbortSignal.timeout(5_000)
  while (probedIn(server.port) === null) {
    late.throwIfAborted()
    await new Promise(setImmediate)
  }
  const hundredths = probedIn(server.port) ?? assert.fail()
  assert.ok(hundredths > 1_000 && hundredths <= 2_000, `${hundredths}`)
})
