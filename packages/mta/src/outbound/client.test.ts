import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Client } from './client.ts'
import { Sink } from './sink.testing.ts'

describe('a connection to another server', () => {
  const sink = new Sink()
  let port: number
  before(async () => {
    port = await sink.listen()
  })
  after(() => sink.stop())

  const open = () =>
    Client.open(
      { name: 'mx.far.example', address: '127.0.0.1' },
      { port, name: 'mail.example.org', tls: 'never', connectSeconds: 5, replySeconds: 5 },
    )

  test('half a message never passes for a whole one', async () => {
    const client = await open()
    const damaged = new Error('damaged')
    const sending = client.send({
      reversePath: 'a@example.org',
      recipients: ['b@far.example'],
      octets: 100,
      options: {},
      async *read() {
        yield Buffer.from('Subject: x\r\n\r\nfirst line\r\n')
        throw damaged
      },
    })
    await assert.rejects(sending, damaged)
    assert.equal(client.open, false)
    assert.deepEqual(sink.got, [])
  })
})
