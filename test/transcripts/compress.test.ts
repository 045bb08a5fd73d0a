/** COMPRESS=DEFLATE, RFC 4978, on the wire. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { constants, deflateRawSync } from 'node:zlib'
import { DeflateClient, deflated } from './deflate-client.ts'
import { password, serverOf, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

async function loggedIn(account: string, tls = false): Promise<DeflateClient> {
  const client = await DeflateClient.open(serverOf(await imap.serve(), tls ? 'imaps' : 'imap'), tls)
  client.socket.write(`b LOGIN ${account} "${password}"\r\n`)
  await client.until(/^b OK .*\r\n/m)
  return client
}

async function compressed(account: string, tls = false): Promise<DeflateClient> {
  const client = await loggedIn(account, tls)
  client.socket.write('c compress deflate\r\n')
  assert.equal(await client.until(/^c .*\r\n/m), 'c OK DEFLATE active\r\n')
  return client
}

async function withMessages(count: number): Promise<string> {
  const account = await imap.account()
  for (let number = 1; number <= count; number++) {
    await imap.append(account, 'INBOX', Buffer.from(`Subject: message ${number}\r\n\r\nBody ${number}\r\n`))
  }
  return account
}

for (const tls of [false, true]) {
  test(`RFC 4978 §3: all is compressed, before it is encrypted (TLS: ${tls})`, async () => {
    const client = await compressed(await withMessages(2), tls)
    client.socket.write(deflated('d SELECT INBOX\r\n'))
    assert.match(await client.until(/^d OK .*\r\n/m), /^\* FLAGS [\s\S]*\* 2 EXISTS\r\n/)
    client.socket.write(deflated('e FETCH 1:2 BODY.PEEK[]\r\n'))
    assert.match(await client.until(/^e OK .*\r\n/m), /Body 1\r\n[\s\S]*Body 2\r\n/)
    // A literal is asked for within the layer.
    client.socket.write(deflated('f APPEND INBOX {12}\r\n'))
    assert.match(await client.until(/\r\n/), /^\+ /)
    client.socket.write(deflated('Subject: x\r\n\r\n'))
    assert.match(await client.until(/^f OK .*\r\n/m), /\* 3 EXISTS/)
    client.socket.write(deflated('g COMPRESS DEFLATE\r\n'))
    assert.match(await client.until(/^g .*\r\n/m), /^g NO \[COMPRESSIONACTIVE\] DEFLATE/)
    client.socket.write(deflated('h LOGOUT\r\n'))
    assert.match(await client.until(/^h OK .*\r\n/m), /^\* BYE /)
    await client.closed()
  })
}

test('a client may send compressed commands right behind COMPRESS, cut anywhere', async () => {
  const account = await withMessages(1)
  const commands = ['d SELECT INBOX\r\n', 'e FETCH 1 UID\r\n', 'f NOOP\r\n'].map(text => deflated(text))
  const together = Buffer.concat([Buffer.from('c COMPRESS DEFLATE\r\n'), ...commands])
  const whole = await loggedIn(account)
  whole.socket.write(together)
  assert.match(await whole.until(/^f OK .*\r\n/m), /^c OK [\s\S]*^d OK [\s\S]*\* 1 FETCH \(UID 1\)\r\ne OK/m)
  const bit = await loggedIn(account)
  bit.socket.setNoDelay(true)
  for (const octet of together) bit.socket.write(Uint8Array.of(octet))
  await bit.until(/^f OK .*\r\n/m)
  for (const client of [whole, bit]) client.socket.destroy()
})

test('nothing waits for more: what is told in IDLE, what comes at the end of the server', async () => {
  const account = await withMessages(1)
  const service = await imap.serve()
  const client = await DeflateClient.open(serverOf(service))
  client.socket.write(`b LOGIN ${account} "${password}"\r\nc COMPRESS DEFLATE\r\n`)
  await client.until(/^c OK .*\r\n/m)
  client.socket.write(Buffer.concat([deflated('d SELECT INBOX\r\n'), deflated('e IDLE\r\n')]))
  await client.until(/^\+ .*\r\n/m)
  await imap.append(account, 'INBOX', Buffer.from('Subject: x\r\n\r\nx'))
  await client.until(/\* 2 EXISTS\r\n/)
  await imap.append(account, 'INBOX', Buffer.from('Subject: x\r\n\r\nx'))
  await client.until(/\* 3 EXISTS\r\n/)
  const stopped = service.stop(1_000)
  await client.until(/\* BYE \[UNAVAILABLE\] .*\r\n/)
  await stopped
})

test('what is said together is flushed once', async () => {
  const client = await compressed(await withMessages(100))
  client.socket.write(deflated('d SELECT INBOX\r\n'))
  const select = await client.until(/^d OK .*\r\n/m)
  const selectOctets = client.received
  assert.ok(selectOctets < select.length * 0.75, `${selectOctets} of ${select.length} octets`)
  client.socket.write(deflated('e FETCH 1:* (UID FLAGS)\r\n'))
  const fetch = await client.until(/^e OK .*\r\n/m)
  const fetchOctets = client.received - selectOctets
  assert.ok(fetchOctets < fetch.length / 7, `${fetchOctets} of ${fetch.length} octets`)
  client.socket.destroy()
})

test('what is no DEFLATE, or behind the end of the stream, ends the connection', async () => {
  const account = await withMessages(0)
  const clear = await loggedIn(account)
  clear.socket.write('c COMPRESS DEFLATE\r\nd NOOP\r\n')
  await clear.until(/^\* BYE \[CLIENTBUG\] That is no DEFLATE\r\n/m)
  await clear.closed()
  const ended = await compressed(account)
  ended.socket.write(Buffer.concat([deflateRawSync('d NOOP\r\n'), Buffer.from('e NOOP\r\n')]))
  assert.match(await ended.until(/^\* BYE \[CLIENTBUG\] .* ended\r\n/m), /^d OK NOOP/m)
  await ended.closed()
})

test('what a few octets expand to is bounded as if it had been sent', async () => {
  const client = await compressed(await withMessages(0))
  const bomb = deflated('a'.repeat(60_000_000))
  assert.ok(bomb.length < 80_000)
  const before = process.memoryUsage().rss
  client.socket.write(bomb)
  await client.until(/^\* BYE \[TOOBIG\] .*\r\n/m)
  const grown = process.memoryUsage().rss - before
  assert.ok(grown < 60_000_000, `${grown} octets for a bomb of ${bomb.length}`)
  await client.closed()
  const literal = await compressed(await withMessages(0))
  literal.socket.write(deflated(`a NOOP {30000000+}\r\n${'b'.repeat(30_000_000)}\r\n`))
  await literal.until(/^\* BYE \[TOOBIG\] .*\r\n/m)
  await literal.closed()
})

test('a client that does not read stops the server, compressed or not', async () => {
  const account = await imap.account()
  const text = randomBytes(1_500_000).toString('base64')
  await imap.append(account, 'INBOX', Buffer.from(`Subject: big\r\n\r\n${text}`))
  let read = 0
  const { store } = imap
  const contents: typeof store.contents = {
    ...store.contents,
    async *read(content, start, end) {
      for await (const piece of store.contents.read(content, start, end)) {
        read += piece.length
        yield piece
      }
    },
  }
  const server = serverOf(await imap.serve({ store: { ...store, contents } }))
  const client = await DeflateClient.open(server)
  client.socket.write(`b LOGIN ${account} "${password}"\r\nc COMPRESS DEFLATE\r\n`)
  await client.until(/^c OK .*\r\n/m)
  client.socket.pause()
  const items = Array.from({ length: 10 }, () => 'BODY.PEEK[]').join(' ')
  client.socket.write(Buffer.concat([deflated('d SELECT INBOX\r\n'), deflated(`e FETCH 1 (${items})\r\n`)]))
  const other = await DeflateClient.open(server)
  let before = -1
  while (read === 0 || read !== before) {
    before = read
    for (let turn = 0; turn < 50; turn++) {
      other.socket.write(`t${turn} NOOP\r\n`)
      await other.until(new RegExp(`^t${turn} OK .*\r\n`, 'm'))
    }
  }
  assert.ok(read < 5 * text.length, `${read} octets read for a client that reads none`)
  client.socket.resume()
  await client.skimUntil(/^e OK FETCH completed\r\n/m)
  for (const one of [client, other]) one.socket.destroy()
})

for (const finish of [constants.Z_SYNC_FLUSH, constants.Z_FINISH]) {
  test(`RFC 8437 §4.1: the layers end behind UNAUTHENTICATE and its OK, the login behind is clear (${finish})`, async () => {
    const account = await withMessages(1)
    const client = await compressed(account)
    const login = `e LOGIN ${account} "${password}"\r\nf COMPRESS DEFLATE\r\n`
    client.socket.write(Buffer.concat([deflated('d UNAUTHENTICATE\r\n', finish), Buffer.from(login)]))
    const text = await client.until(/^f OK .*\r\n/m)
    assert.match(text, /^d OK UNAUTHENTICATE completed\r\ne OK .*\r\nf OK /)
    client.socket.write(deflated('g SELECT INBOX\r\n'))
    await client.until(/^g OK .*\r\n/m)
    client.socket.destroy()
  })
}
