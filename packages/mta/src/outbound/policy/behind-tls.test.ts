/** What goes wrong beside TLS is no failure of TLS, and gives no message up (RFC 8460 §4.3.4, RFC 8689 §4.2.1). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, beforeEach, test } from 'node:test'
import { createSecureContext, TLSSocket } from 'node:tls'
import { untilQueue } from '../../testing.ts'
import { issue } from './authority.testing.ts'
import { root, World } from './world.testing.ts'

const world = await World.open()
after(() => world.close())
beforeEach(() => world.reset())

const good = issue({ names: ['mx.far.example'] }, root)

/** A server that says this to STARTTLS, and this to EHLO behind it; null is the end of the connection. */
async function serving(startTls: string, behind: string | null, use: () => Promise<void>): Promise<void> {
  const sockets = new Set<Socket>()
  const server = createServer(socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.write('220 mx.far.example\r\n')
    socket.on('data', octets => {
      const line = octets.toString()
      if (/^EHLO/.test(line)) socket.write('250-mx.far.example\r\n250 STARTTLS\r\n')
      else if (/^STARTTLS/.test(line)) {
        socket.write(`${startTls}\r\n`)
        if (!startTls.startsWith('220')) return
        socket.removeAllListeners('data')
        const secureContext = createSecureContext({ cert: good.certificate, key: good.key })
        const secure = new TLSSocket(socket, { isServer: true, secureContext })
        secure.on('error', () => {})
        secure.on('data', () => {
          if (behind === null) secure.destroy()
          else secure.end(`${behind}\r\n`)
        })
      } else socket.end('221 bye\r\n')
    })
  })
  server.listen(world.port, '127.0.0.1')
  await once(server, 'listening')
  world.port = (server.address() as AddressInfo).port
  try {
    await use()
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
    await once(server, 'close')
  }
}

for (const demand of ['policy', 'required'] as const) {
  const options = demand === 'required' ? { options: { tls: 'required' as const } } : {}
  for (const [name, startTls, behind, reply] of [
    ['a server that is busy behind TLS', '220 go', '421 4.3.2 busy', /^waits: 421 4\.3\.2 busy/],
    ['a connection that ends behind TLS', '220 go', null, /^waits: /],
    ['STARTTLS that is not there now', '454 4.7.0 not now', null, /^waits: .*starttls-not-supported/],
  ] as const) {
    test(`${demand}: ${name} leaves hope`, async () => {
      await serving(startTls, behind, async () => {
        world.far(true)
        world.sts('enforce')
        assert.match(await world.send(options), reply)
        assert.deepEqual(await world.bounces(), [])
        const told = startTls.startsWith('220') ? [] : ['sts far.example: starttls-not-supported 1']
        assert.deepEqual(await world.told(), told)
      })
    })
  }
}

test('a policy that is waited for at the end is not taken for none', async () => {
  const sink = await world.server('127.0.0.1', { chain: null })
  world.far(false)
  world.sts('enforce')
  world.policyHost.pages.set('mta-sts.far.example', { silent: true })
  await world.enqueue()
  await world.start()
  while (world.policyHost.asked.length === 0) await new Promise(setImmediate)
  await world.stop(0)
  assert.equal(sink.connections, 0)
  const [entry] = await untilQueue(world.store, entries => entries)
  assert.equal(entry?.attempts, 0)
})
