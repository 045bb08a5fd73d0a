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
      { name: 'mx.far.example', address: '127.0.0.1', canonicalName: 'mx.far.example', secure: false },
      { port, name: 'mail.example.org', tls: 'never', connectSeconds: 5, replySeconds: 5, chunkOctets: 262_144 },
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

  for (const [name, pieces] of [
    ['in one piece', ['Subject: x\r\n\r\nfirst\r.\rMAIL FROM:<c@example.org>\r\n']],
    ['over the border of two', ['Subject: x\r\n\r\nfirst\r', '.\rMAIL FROM:<c@example.org>\r\n']],
    ['with a line end behind it', ['Subject: x\r\n\r\nfirst\r.', '\r\nMAIL FROM:<c@example.org>\r\n']],
  ] as const) {
    test(`a lone dot between carriage returns does not go out, ${name}`, async () => {
      const client = await open()
      const outcomes = await client.send({
        reversePath: 'a@example.org',
        recipients: ['b@far.example'],
        octets: 60,
        options: {},
        async *read() {
          for (const piece of pieces) yield Buffer.from(piece)
        },
      })
      const outcome = outcomes.get('b@far.example')
      assert.ok(outcome !== undefined && !outcome.sent && outcome.permanent)
      assert.equal(outcome.status, '5.6.0')
      assert.equal(client.open, false)
      assert.deepEqual(sink.got, [])
    })
  }

  test('a bare line feed goes out as a line end, and the dot behind it twice', async () => {
    const client = await open()
    const outcomes = await client.send({
      reversePath: 'a@example.org',
      recipients: ['b@far.example'],
      octets: 40,
      options: {},
      async *read() {
        yield Buffer.from('Subject: x\r\n\r\nfirst\n.\nlast\r\n')
      },
    })
    assert.equal(outcomes.get('b@far.example')?.sent, true)
    client.close()
    assert.equal(sink.got.length, 1)
  })
})
