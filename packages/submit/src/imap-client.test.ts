/** URLFETCH from servers that may be anything: good ones, slow ones, and such as want to do harm (RFC 4468 §8). */
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { TLSSocket } from 'node:tls'
import { Refusal } from '@lemonade/esmtp'
import { testTls } from '../../net/src/testing.ts'
import { fetchFrom, type ImapServer } from './imap-client.ts'

const tls = testTls()
const url =
  'imap://joe@imap.elsewhere.example/INBOX/;UID=20;URLAUTH=submit+fred:internal:91354a473744909de610943775f92038'

/** What the server says; `null`: it starts TLS; a number: so many octets of data. */
type Line = string | null | number

const good: readonly Line[] = ['* OK hello\r\n', 'a OK begin TLS\r\n', null, '+ \r\n', 'b OK in\r\n']

/** A server that says its lines, one at each line of the client's; how it went, and what the client said. */
async function against(
  t: { after(end: () => void): void },
  lines: readonly Line[],
  options: Partial<ImapServer> & {
    readonly connectSeconds?: number
    readonly seconds?: number
    readonly limit?: number
  } = {},
): Promise<{ said: string[]; octets: string; answer: string }> {
  const said: string[] = []
  const sockets: Socket[] = []
  const server = createServer(raw => {
    sockets.push(raw)
    let socket: Socket = raw
    let next = 0
    const speak = () => {
      const line = lines[next++]
      if (typeof line === 'string') socket.write(line, 'latin1')
      if (typeof line === 'number') socket.write(Buffer.alloc(line, 'x'))
      if (typeof line === 'number' || (typeof line === 'string' && !line.endsWith('\n'))) speak()
      if (lines[next] === null) secure()
    }
    const secure = () => {
      next++
      raw.removeAllListeners('data')
      socket = new TLSSocket(raw, { isServer: true, secureContext: tls.source.context })
      listen()
    }
    const listen = () => {
      let text = ''
      socket.on('error', () => {})
      socket.on('data', octets => {
        text += octets.toString('latin1')
        for (let end = text.indexOf('\r\n'); end !== -1; end = text.indexOf('\r\n')) {
          said.push(text.slice(0, end))
          text = text.slice(end + 2)
          speak()
        }
      })
    }
    if (lines[0] === null) secure()
    else listen()
    speak()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { connectSeconds = 20, seconds = 20, limit = 1000, ...rest } = options
  const pieces: Uint8Array[] = []
  const answer = await fetchFrom(
    {
      host: 'localhost',
      address: { host: '127.0.0.1', port: (server.address() as { port: number }).port },
      tls: 'starttls',
      user: 'submit@elsewhere.example',
      password: 'secret',
      certificateAuthority: tls.certificate,
      ...rest,
    },
    url,
    {
      connectSeconds,
      seconds,
      begin: octets => {
        if (octets > limit) throw new Error('too big')
      },
      write: async octets => {
        pieces.push(Uint8Array.from(octets))
      },
    },
  ).then(
    () => 'fetched',
    error => (error instanceof Refusal ? `${error.reply.code} ${error.reply.status}` : error.message),
  )
  return { said, octets: Buffer.concat(pieces).toString('latin1'), answer }
}

test('RFC 4467 §7, RFC 5550 §8.4.1: TLS, login, and what the URL names', async t => {
  const found = await against(t, [
    ...good,
    `* 5 EXISTS\r\n* URLFETCH "${url}" {28}\r\nSi vis pacem, para bellum.\r\n\r\nc OK done\r\n`,
  ])
  assert.equal(found.answer, 'fetched')
  assert.equal(found.octets, 'Si vis pacem, para bellum.\r\n')
  assert.deepEqual(found.said.slice(0, 4), [
    'a STARTTLS',
    'b AUTHENTICATE PLAIN',
    Buffer.from('\0submit@elsewhere.example\0secret').toString('base64'),
    `c URLFETCH "${url}"`,
  ])
})

test('other forms of the same', async t => {
  const rows: readonly (readonly [string, string])[] = [
    [`* URLFETCH "${url}" "a\\"b\\\\"\r\nc OK\r\n`, 'a"b\\'],
    [`* URLFETCH ${url} ""\r\nc OK\r\n`, ''],
    [`* urlfetch "x" {0}\r\n\r\nc ok\r\n`, ''],
    [`* OK [ALERT] x {3}\r\nabc y\r\n* URLFETCH "${url}" {2}\r\nok\r\n* 1 EXISTS\r\nc OK\r\n`, 'ok'],
  ]
  for (const [line, octets] of rows) {
    const found = await against(t, [...good, line])
    assert.deepEqual([found.answer, found.octets], ['fetched', octets], line)
  }
})

test('TLS from the first octet on', async t => {
  const lines = [null, '* OK hello\r\n', '+ \r\n', 'b OK in\r\n', `* URLFETCH "${url}" {2}\r\nok\r\nc OK\r\n`]
  const found = await against(t, lines, { tls: 'implicit' })
  assert.deepEqual([found.answer, found.octets, found.said[0]], ['fetched', 'ok', 'b AUTHENTICATE PLAIN'])
})

test('what a server may refuse', async t => {
  const nothing = (line: string) => against(t, [...good, line]).then(({ answer }) => answer)
  assert.equal(await nothing(`* URLFETCH "${url}" NIL\r\nc OK\r\n`), '554 5.6.6')
  assert.equal(await nothing('c BAD what\r\n'), '554 5.6.6')
  assert.equal(await nothing('c NO\r\n'), '554 5.6.6')
  const refuses = async (...lines: readonly Line[]) => (await against(t, lines)).answer
  assert.equal(await refuses('* BYE too many\r\n', 'a BAD\r\n'), '451 4.4.1')
  assert.equal(await refuses('* OK\r\n', 'a NO no TLS\r\n'), '451 4.4.1')
  assert.equal(await refuses(...good.slice(0, -1), 'b NO who are you\r\n'), '451 4.4.1')
})

test('no credentials go to whom nobody vouches for, nor over what came in the clear', async t => {
  const stranger = await against(t, good, { host: 'imap.other.example' })
  assert.deepEqual([stranger.answer, stranger.said], ['451 4.4.1', ['a STARTTLS']])
  const injected = await against(t, ['* OK\r\n', 'a OK begin\r\n* OK injected\r\n', null])
  assert.deepEqual([injected.answer, injected.said], ['451 4.4.1', ['a STARTTLS']])
  const untrusted = await against(t, good, { certificateAuthority: testTls().certificate })
  assert.deepEqual([untrusted.answer, untrusted.said], ['451 4.4.1', ['a STARTTLS']])
})

test('what harms nobody: lines without end, literals that nobody asked for, data that is too big or too short', async t => {
  const rows: readonly (readonly [readonly Line[], string])[] = [
    [[70_000], '451 4.4.1'],
    [[...good, '* OK {2000000}\r\n'], '451 4.4.1'],
    [[...good, `* URLFETCH "${url}" {1001}\r\n`], 'too big'],
    [[...good, `* URLFETCH "${url}" {999999999999999}\r\n`], 'too big'],
    [[...good, `* URLFETCH "${url}" {1000}\r\n${'x'.repeat(1000)}\r\nc OK\r\n`], 'fetched'],
  ]
  for (const [lines, answer] of rows) assert.equal((await against(t, lines)).answer, answer)
})

test('a server that is not there, that is silent, or that ends in the middle', async t => {
  const silent = await against(t, [], { seconds: 0.05 })
  assert.equal(silent.answer, '451 4.4.1')
  const mute = await against(t, [], { connectSeconds: 0.05 })
  assert.equal(mute.answer, '451 4.4.1')
  const muteInTls = await against(t, good.slice(0, 3), { connectSeconds: 0.3 })
  assert.equal(muteInTls.answer, '451 4.4.1')
  const begun = await against(t, [...good, `* URLFETCH "${url}" {10}\r\nabc`], { seconds: 0.5 })
  assert.equal(begun.answer, '451 4.4.1')
  const free = createServer()
  await new Promise<void>(resolve => free.listen(0, '127.0.0.1', resolve))
  const { port } = free.address() as { port: number }
  await new Promise(resolve => free.close(resolve))
  assert.equal((await against(t, [], { address: { host: '127.0.0.1', port } })).answer, '451 4.4.1')
  assert.equal((await against(t, good, { tls: 'implicit' })).answer, '451 4.4.1')
})
