/**
 * What a phone on a bad network pays for its mail: round trips and octets, counted on the wire of the real server.
 *
 * The bounds are what physics and the profile leave (RFC 5550 §5); docs/performance.md has the figures of one run, which
 * this test prints when LEMONADE_FIGURES is set.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Cost, CountingClient } from './support/counting-client.ts'
import { startServer, type TestServer } from './support/server.ts'

const account = 'phone@mail.example'
const password = 'round-trip-password'
const many = 10_000
const changes = 50
/** Messages of one APPEND. */
const batch = 500

let server: TestServer

before(async () => {
  // In the clear, so that the octets of the protocol are counted and not those of TLS.
  server = await startServer({ hostname: 'mail.example', config: '[auth]\nallow_plaintext = "loopback"\n' })
  await server.addAccount(account, password)
  const client = await login()
  for (let first = 1; first <= many; first += batch) await client.flight(appendOf(first, batch), /^a (?:OK|NO|BAD) /m)
  const said = await client.imap('STATUS INBOX (MESSAGES)', 'SELECT INBOX', 'STORE 1:9000 +FLAGS.SILENT (\\Seen)')
  assert.match(said, new RegExp(`MESSAGES ${many}\\b`))
  client.close()
})
after(() => server.stop())

function appendOf(first: number, count: number): string {
  const messages = Array.from({ length: count }, (_, at) => {
    const text = message(first + at)
    return ` {${text.length}+}\r\n${text}`
  })
  return `a APPEND INBOX${messages.join('')}\r\n`
}

function message(number: number): string {
  const day = String(1 + (number % 28)).padStart(2, '0')
  return (
    `From: Correspondent ${number % 97} <friend${number % 97}@example.org>\r\nTo: ${account}\r\n` +
    `Subject: Letter number ${number}\r\nDate: ${day} Nov 2025 12:00:00 +0000\r\nMessage-ID: <${number}@example.org>\r\n` +
    `\r\nA few words, and no more than that.\r\n`
  )
}

async function login(): Promise<CountingClient> {
  const client = await CountingClient.open(server.endpoints.imap[0] as { host: string; port: number })
  await client.imap(`LOGIN ${account} ${password}`)
  client.spent()
  return client
}

function figure(what: string, { up, down, roundTrips }: Cost): void {
  if (process.env['LEMONADE_FIGURES'] === undefined) return
  console.log(`${what}: ${roundTrips} round trips, ${up} octets up, ${down} down`)
}

function number(text: string, pattern: RegExp): number {
  const [, digits] = pattern.exec(text) ?? assert.fail(`no ${pattern} in ${text.slice(0, 500)}`)
  return Number(digits)
}

/** What a client knows of INBOX when it goes away. */
interface Known {
  readonly uidValidity: number
  readonly modSeq: number
}

async function goAway(): Promise<Known> {
  const client = await login()
  const said = await client.imap('SELECT INBOX (CONDSTORE)')
  client.close()
  return { uidValidity: number(said, /UIDVALIDITY (\d+)/), modSeq: number(said, /HIGHESTMODSEQ (\d+)/) }
}

/** While nobody looks: messages are flagged, go, and come; so many in all. */
async function meanwhile(step: number): Promise<void> {
  const client = await login()
  const part = Math.floor(changes / 3)
  const flagged = Array.from({ length: part }, (_, at) => 100 + step * 1_000 + at * 37).join(',')
  const expunged = Array.from({ length: part }, (_, at) => 150 + step * 1_000 + at * 37).join(',')
  await client.imap(
    'SELECT INBOX',
    `UID STORE ${flagged} +FLAGS.SILENT (\\Flagged)`,
    `UID STORE ${expunged} +FLAGS.SILENT (\\Deleted)`,
    `UID EXPUNGE ${expunged}`,
  )
  await client.flight(appendOf(many + 1 + step * changes, changes - 2 * part), /^a OK /m)
  client.close()
}

/** The responses that tell of changes: how many messages changed or came, and how many are gone. */
function told(said: string): { fetched: number; vanished: number } {
  const vanished = (/VANISHED \(EARLIER\) (\S+)/.exec(said)?.[1] ?? '').split(',').filter(part => part !== '')
  return { fetched: said.match(/^\* \d+ FETCH /gm)?.length ?? 0, vanished: vanished.length }
}

const part = Math.floor(changes / 3)

test(`what happened to ${changes} of ${many} messages is told in one round trip`, async () => {
  const known = await goAway()
  await meanwhile(0)
  const client = await login()
  const said = await client.imap('ENABLE QRESYNC', `SELECT INBOX (QRESYNC (${known.uidValidity} ${known.modSeq}))`)
  const cost = client.spent()
  client.close()
  figure('resync', cost)
  assert.deepEqual(told(said), { fetched: changes - part, vanished: part })
  assert.equal(cost.roundTrips, 1)
  assert.ok(cost.down < 50 * changes + 1_000, `${cost.down} octets down`)
  assert.ok(cost.up < 150, `${cost.up} octets up`)
})

test('the same compressed costs less than a third', async () => {
  const known = await goAway()
  await meanwhile(1)
  const plain = await login()
  const resync = ['ENABLE QRESYNC', `SELECT INBOX (QRESYNC (${known.uidValidity} ${known.modSeq}))`]
  await plain.imap(...resync)
  const inFull = plain.spent()
  plain.close()
  const client = await login()
  await client.compress()
  client.spent()
  const said = await client.imap(...resync)
  const cost = client.spent()
  client.close()
  figure('resync, compressed', cost)
  assert.deepEqual(told(said), { fetched: changes - part, vanished: part })
  assert.equal(cost.roundTrips, 1)
  assert.ok(cost.down * 3 < inFull.down, `${cost.down} octets of ${inFull.down}`)
})

test('a client without QRESYNC asks for all flags and UIDs: what it pays for the same', async () => {
  const client = await login()
  await client.imap('SELECT INBOX', 'FETCH 1:* (UID FLAGS)')
  const cost = client.spent()
  client.close()
  figure('resync of a plain client', cost)
  assert.ok(cost.down > 100 * (50 * changes), `${cost.down} octets down`)
})

test('from the first octet to the newest messages of INBOX in one flight', async () => {
  const client = await CountingClient.open(server.endpoints.imap[0] as { host: string; port: number })
  // The greeting has told the capabilities, so nothing must be asked before (RFC 5550 §3.2).
  client.spent()
  const plain = Buffer.from(`\0${account}\0${password}`).toString('base64')
  const said = await client.imap(
    `AUTHENTICATE PLAIN ${plain}`,
    'ENABLE QRESYNC',
    'SELECT INBOX',
    'UID FETCH *:4294967295 (UID FLAGS ENVELOPE PREVIEW (LAZY))',
    'UID SEARCH RETURN (COUNT) UNSEEN',
  )
  const cost = client.spent()
  client.close()
  figure('opening a mailbox', cost)
  assert.match(said, /ENVELOPE \("/)
  assert.match(said, /^\* ESEARCH \(TAG "t5"\) UID COUNT \d+/m)
  assert.equal(cost.roundTrips, 1)
  assert.ok(cost.down < 3_000, `${cost.down} octets down`)
})

test('the twenty newest that were not read, sorted by the server, in one flight', async () => {
  const client = await login()
  await client.imap('SELECT INBOX')
  client.spent()
  const said = await client.imap(
    'UID SORT RETURN (PARTIAL 1:20 SAVE) (REVERSE DATE) UTF-8 UNSEEN',
    'UID FETCH $ (FLAGS ENVELOPE)',
  )
  const cost = client.spent()
  figure('twenty newest unread', cost)
  assert.equal(cost.roundTrips, 1)
  assert.equal(said.match(/ENVELOPE \("/g)?.length, 20)
  assert.ok(cost.down < 20 * 350 + 500, `${cost.down} octets down`)

  // The view is kept up to date: a change costs what it says, and no other search.
  await client.imap('UID SORT RETURN (UPDATE PARTIAL 1:20) (REVERSE DATE) UTF-8 UNSEEN')
  client.spent()
  const uid = number(said, /PARTIAL \(1:20 (\d+)/)
  const update = await client.imap(`UID STORE ${uid} +FLAGS.SILENT (\\Seen)`)
  const change = client.spent()
  client.close()
  figure('one of them read', change)
  assert.match(update, new RegExp(`UID REMOVEFROM \\(1 ${uid}\\)`))
  assert.ok(change.down < 200, `${change.down} octets down`)
})
