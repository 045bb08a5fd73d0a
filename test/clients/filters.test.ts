/** rspamd and ClamAV: what they find reaches the sender, the mailbox and the scripts. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  type Clamd,
  gtube,
  type Rspamd,
  startClamd,
  startRspamd,
  suspicion,
  virus,
} from '../support/filter-programs.ts'
import { imapClient } from '../support/imapflow.ts'
import { deliverBySmtp } from '../support/lmtp.ts'
import { putScript } from '../support/managesieve.ts'
import { succeeds } from '../support/program.ts'
import { startServer, type TestServer } from '../support/server.ts'

const user = 'ada@mail.example'
const password = 'filters-password'
let spam: Rspamd
let viruses: Clamd
let server: TestServer

before(async () => {
  ;[spam, viruses] = await Promise.all([startRspamd(), startClamd()])
  server = await startServer({
    hostname: 'mail.example',
    config: `[mta]
authentication = "off"
authentication_exempt = []
[filters]
submissions = "on"
[filters.rspamd]
url = "http://127.0.0.1:${spam.port}"
[filters.clamav]
socket = "${viruses.socket}"
[limits]
mta_filter_seconds = 60
`,
  })
  await server.addAccount(user, password)
})
after(async () => {
  await Promise.all([server?.stop(), spam?.stop(), viruses?.stop()])
})

const message = (subject: string, body = 'Hello.', more = '') =>
  Buffer.from(`From: far@elsewhere.example\r\n${more}Subject: ${subject}\r\n\r\n${body}\r\n`)
const deliver = (octets: Buffer, to = user) => deliverBySmtp(server, to, octets, 'far@elsewhere.example')

/** The header of the message with a subject, where it lies. */
async function headerIn(mailbox: string, subject: string): Promise<string> {
  const client = await imapClient(server, user, password)
  try {
    await client.mailboxOpen(mailbox)
    const uids = (await client.search({ subject }, { uid: true })) || []
    assert.equal(uids.length, 1, `messages "${subject}" in ${mailbox}`)
    const found = await client.fetchOne(String(uids[0]), { headers: true }, { uid: true })
    return String(found === false ? '' : (found.headers ?? '')).replace(/\r\n[ \t]+/g, ' ')
  } finally {
    client.close()
  }
}

describe('rspamd', () => {
  test('what it finds nothing in comes to INBOX, with the results of both; forged ones are gone', async () => {
    const forged = 'X-Lemonade-Spam: 100 forged\r\nx-lemonade-virus : 5 forged\r\nX-Lemonade-Listed: forged\r\n'
    await deliver(message('clear', 'Hello.', forged))
    const header = await headerIn('INBOX', 'clear')
    assert.match(header, /^X-Lemonade-Spam: 1 action=no_action score=0\.01\/15 LEMONADE_ENVELOPE\(0\.01\)\r$/m)
    assert.match(header, /^X-Lemonade-Virus: 1 clean\r$/m)
    assert.doesNotMatch(header, /forged/)
  })

  test('it is told of the envelope', async () => {
    await deliver(message('envelope'))
    assert.match(spam.envelopes().at(-2) ?? '', /^127\.0\.0\.1 \S+ far@elsewhere\.example ada@mail\.example nil$/)
  })

  test('its "add header" is the Junk mailbox', async () => {
    await deliver(message('offer 7'))
    const header = await headerIn('Junk', 'offer 7')
    assert.match(header, /^X-Lemonade-Spam: 47 action=add_header score=7\.01\/15 LEMONADE_OFFER\(7\) /m)
  })

  test('its "reject" is a refusal, as for GTUBE', async () => {
    await assert.rejects(deliver(message('gtube', gtube)), /550 5\.7\.1/)
    await assert.rejects(deliver(message('offer 20')), /550 5\.7\.1/)
  })

  test('its "soft reject" is for later, and its "greylist" is not', async () => {
    await assert.rejects(deliver(message('later')), /451 4\.7\.1/)
    await deliver(message('offer 5'))
    assert.match(await headerIn('INBOX', 'offer 5'), /action=greylist/)
  })
})

describe('ClamAV', () => {
  test('a virus is refused, wherever in a large message it is', async () => {
    await assert.rejects(deliver(message('infected', virus)), /550 5\.7\.1/)
    const lines = 'A line that nobody minds, of seventy-eight octets or so, again and again...\r\n'
    await assert.rejects(deliver(message('large', lines.repeat(30_000) + virus)), /550 5\.7\.1/)
  })

  test('what only looks like one goes to Junk', async () => {
    await deliver(message('suspect', suspicion))
    assert.match(await headerIn('Junk', 'suspect'), /^X-Lemonade-Virus: 4 Heuristics\.Lemonade\.Test\.UNOFFICIAL\r$/m)
  })

  test('what is beyond its StreamMaxLength was not tested, and comes in', async () => {
    await deliver(message('beyond', 'x\r\n'.repeat(1_500_000) + virus))
    const header = await headerIn('INBOX', 'beyond')
    assert.match(header, /^X-Lemonade-Spam: /m)
    assert.doesNotMatch(header, /^X-Lemonade-Virus/m)
  })
})

test('scripts see the results (RFC 5235)', async () => {
  const script = `require ["spamtestplus", "virustest", "relational", "comparator-i;ascii-numeric", "fileinto", "mailbox"];
if virustest :value "ge" :comparator "i;ascii-numeric" "4" { fileinto :create "Viruses"; stop; }
if spamtest :percent :value "gt" :comparator "i;ascii-numeric" "30" { fileinto :create "Spam"; stop; }
if spamtest :percent :matches "1 action=no_action *" { fileinto :create "Clear"; }
`
  await putScript(server, user, password, 'main', script)
  await deliver(message('offer 8'))
  await deliver(message('looks infected', suspicion))
  await deliver(message('nothing in it'))
  assert.match(await headerIn('Spam', 'offer 8'), /add_header/)
  assert.match(await headerIn('Viruses', 'looks infected'), /X-Lemonade-Virus: 4/)
  await headerIn('Clear', 'nothing in it')
})

test('what accounts submit is examined too: refused, or sent on without a word about it', async () => {
  const submit = (subject: string, body: string) =>
    succeeds('swaks', [
      ...[
        '--server',
        '127.0.0.1',
        '--port',
        String(server.port('submissions')),
        '--tlsc',
        '--from',
        user,
        '--to',
        user,
      ],
      ...['--auth', 'PLAIN', '--auth-user', user, '--auth-password', password],
      ...['--header', `Subject: ${subject}`, '--header', 'X-Lemonade-Spam: 0 forged', '--body', body],
    ])
  await assert.rejects(submit('sent virus', virus), /550 5\.7\.1/)
  await submit('sent offer 7', 'Hello.')
  assert.match(
    spam.envelopes().at(-2) ?? '',
    /^127\.0\.0\.1 \S+ ada@mail\.example ada@mail\.example ada@mail\.example$/,
  )
})

test('a filter that is gone holds no mail up, unless it is to', async () => {
  await spam.stop()
  await deliver(message('without rspamd'))
  const header = await headerIn('INBOX', 'without rspamd')
  assert.match(header, /^X-Lemonade-Virus: 1 clean\r$/m)
  assert.doesNotMatch(header, /^X-Lemonade-Spam/m)
  await server.logged('a filter could not be asked')
})
