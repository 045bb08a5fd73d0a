/** Internationalized messages for clients that read US-ASCII alone, beyond what a transcript can hold (RFC 6858). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from '../support/player.ts'
import { password, TestImap } from './server.ts'

let imap: TestImap
before(async () => {
  imap = await TestImap.start()
})
after(() => imap.stop())

async function reading(octets: Uint8Array): Promise<Client> {
  const account = await imap.account()
  await imap.append(account, 'INBOX', octets)
  const client = await Client.open(await imap.server())
  await client.prologue('p', `LOGIN ${account} "${password}"`)
  await client.prologue('p', 'EXAMINE INBOX')
  return client
}

/** The first response to FETCH and the tagged one. */
async function fetched(client: Client, items: string): Promise<[Buffer, string]> {
  client.send(`a FETCH 1 (${items})\r\n`)
  const [data, tagged] = [await client.octets(), await client.octets()]
  assert.ok(data && tagged)
  return [data, tagged.toString()]
}

function literal(response: Buffer): Buffer {
  const at = response.indexOf('\r\n') + 2
  return response.subarray(at, -1)
}

test('a large message is streamed with other headers, whole and in pieces', async () => {
  const line = 'Grüße und mehr davon, immer wieder.\r\n'
  const attachment = line.repeat(8_000)
  const parts = (name: string, subject: string) =>
    [
      `Subject: ${subject}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n`,
      `--b\r\nContent-Type: text/plain; charset=utf-8${name}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n`,
      `${attachment}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: ${subject}\r\n\r\n${attachment}\r\n--b--\r\n`,
    ].join('')
  const client = await reading(Buffer.from(parts('; name="ü.txt"', 'Größe')))
  const expected = Buffer.from(parts('', '=?utf-8?B?R3LDtsOfZQ==?='))
  const [whole, tagged] = await fetched(client, 'BODY.PEEK[]')
  assert.match(tagged, /^a OK \[DOWNGRADED 1\] /)
  assert.ok(literal(whole).equals(expected))
  for (const [offset, octets] of [
    [0, 20],
    [30, 100_000],
    [expected.length - 50_000, 60_000],
    [expected.length, 1],
  ] as const) {
    const [piece] = await fetched(client, `BODY.PEEK[]<${offset}.${octets}>`)
    assert.ok(literal(piece).equals(expected.subarray(offset, offset + octets)), `${offset}`)
  }
  const [text] = await fetched(client, 'BODY.PEEK[TEXT]')
  assert.ok(literal(text).equals(expected.subarray(expected.indexOf('\r\n\r\n') + 4)))
  const [leaf, untouched] = await fetched(client, 'BODY.PEEK[1]')
  assert.ok(literal(leaf).equals(Buffer.from(attachment)))
  assert.equal(untouched, 'a OK FETCH completed')
  client.close()
})

test('8-bit headers that are no UTF-8 are shown as they came, and nothing is said of them', async () => {
  const message = Buffer.from('Subject: Gr\xfc\xdfe\r\nFrom: J\xf6rg <j@example.org>\r\n\r\nx\r\n', 'latin1')
  const client = await reading(message)
  const [whole, tagged] = await fetched(client, 'BODY.PEEK[]')
  assert.ok(literal(whole).equals(message))
  assert.equal(tagged, 'a OK FETCH completed')
  const [envelope, said] = await fetched(client, 'ENVELOPE BODYSTRUCTURE')
  assert.ok(envelope.includes(Buffer.from('Gr\xfc\xdfe', 'latin1')))
  assert.equal(said, 'a OK FETCH completed')
  client.close()
})
