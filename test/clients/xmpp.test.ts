import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { setDefaultCACertificates } from 'node:tls'
import type { Log } from '@lemonade/net'
import { type Client, client, type Element, xml } from '@xmpp/client'
import { operatorSink } from '../../packages/notify/src/sinks/operator.ts'
import { eventOf, quick, signal, wakeOf } from '../../packages/notify/src/sinks/sink.testing.ts'
import { entityOf, xmppDevice, xmppNotification } from '../../packages/notify/src/sinks/xmpp.ts'
import { type XmppAccount, XmppSession } from '../../packages/notify/src/sinks/xmpp-session.ts'
import { deliverByLmtp } from '../support/lmtp.ts'
import { putScript } from '../support/managesieve.ts'
import { type Prosody, startProsody } from '../support/prosody.ts'
import { startServer } from '../support/server.ts'

const accounts = { lemonade: 'servers', romeo: 'wherefore', juliet: 'therefore' }

/** Somebody at a client: what is sent there, one stanza after another. */
async function at(username: 'romeo' | 'juliet', { port }: Prosody) {
  const connection: Client = client({
    ...{ service: `xmpp://127.0.0.1:${port}`, domain: 'localhost', timeout: 10_000 },
    credentials: authenticate => authenticate({ username, password: accounts[username] }, 'SCRAM-SHA-1'),
  })
  connection.reconnect.stop()
  connection.on('error', () => {})
  const heard: Element[] = []
  const waiting: ((stanza: Element) => void)[] = []
  connection.on('stanza', stanza => {
    if (!stanza.is('message')) return
    const next = waiting.shift()
    if (next === undefined) heard.push(stanza)
    else next(stanza)
  })
  await connection.start()
  await connection.send(xml('presence'))
  return {
    leave: () => connection.stop(),
    next: () =>
      new Promise<Element>((resolve, reject) => {
        const already = heard.shift()
        if (already !== undefined) return resolve(already)
        setTimeout(() => reject(new Error('nothing came')), 15_000).unref()
        waiting.push(resolve)
      }),
  }
}

/** What a stanza says, by the names of its children; headers by theirs. */
function said(stanza: Element): Record<string, unknown> {
  const text = (element: Element | undefined) => (element as unknown as { text(): string })?.text()
  const headers = stanza.getChild('headers')?.getChildElements() ?? []
  return {
    type: stanza.attrs['type'],
    subject: text(stanza.getChild('subject')),
    body: text(stanza.getChild('body')),
    headers: Object.fromEntries(headers.map(each => [each.attrs['name'], text(each)])),
    url: text(stanza.getChild('x')?.getChild('url')),
  }
}

function sessionOf({ port }: Prosody, account: Partial<XmppAccount> = {}, milliseconds = 20_000): XmppSession {
  const server = `xmpp://127.0.0.1:${port}`
  const own = { jid: 'lemonade@localhost', password: accounts.lemonade, server, ...account }
  return new XmppSession(own, milliseconds)
}

suite('a real Prosody', () => {
  // Logging in is what takes long.
  let prosody: Prosody
  let session: XmppSession
  let romeo: Awaited<ReturnType<typeof at>>
  before(async () => {
    prosody = await startProsody(accounts)
    session = sessionOf(prosody)
    romeo = await at('romeo', prosody)
  })
  after(async () => {
    session.close()
    await romeo.leave()
    await prosody.stop()
  })

  test('RFC 5437 §3: what a script says reaches who is there', async () => {
    const { next } = romeo
    const logged: unknown[] = []
    const note = (facts: { reason?: unknown }, text: string) => void logged.push([text, facts.reason])
    const log = { info: note, warn: note } as unknown as Log
    const tell = xmppNotification({ session, limits: quick, log })
    const url = 'imap://romeo@example.com/INBOX;UIDVALIDITY=385759045/;UID=20'
    const event = (parameters: object) =>
      eventOf(1, {
        ...{ uri: url, user: 'romeo@example.com', 'vnd.lemonade.importance': 2, 'vnd.lemonade.from': null },
        ...parameters,
      })
    const byDefault = { 'vnd.lemonade.isDefault': true, 'vnd.lemonade.message': 'From: juliet@example.org' }
    const rows: [uri: string, parameters: object, expected: object][] = [
      // §3.1
      [
        'xmpp:romeo@localhost',
        byDefault,
        {
          subject: 'New mail',
          body: 'From: juliet@example.org',
          headers: { Urgency: 'medium', 'Resent-From': 'romeo@example.com' },
        },
      ],
      // §3.2
      [
        'xmpp:romeo@localhost?message;body=Wherefore%20art%20thou%3F',
        byDefault,
        {
          subject: 'New mail',
          body: 'Wherefore art thou?',
          headers: { Urgency: 'medium', 'Resent-From': 'romeo@example.com' },
        },
      ],
      // §3.3 and §3.4
      [
        'xmpp:romeo@localhost?message;body=You%27re%20in%20trouble;subject=ALERT%21',
        {
          ...{ 'vnd.lemonade.message': 'Contact Juliet <immediately>!\u0007', 'vnd.lemonade.importance': 1 },
          'vnd.lemonade.from': 'romeo.my.romeo@example.com',
        },
        {
          subject: 'ALERT!',
          body: 'Contact Juliet <immediately>!\ufffd',
          headers: { Urgency: 'high', 'Resent-From': 'romeo.my.romeo@example.com' },
        },
      ],
    ]
    for (const [uri, parameters, expected] of rows) {
      await tell(event(parameters), new URL(uri), signal())
      assert.deepEqual(said(await next()), { type: 'normal', url, ...expected })
    }
    assert.deepEqual(
      logged,
      rows.map(() => ['a script’s notification was sent by XMPP', undefined]),
    )
  })

  test('keeps what comes for who is away', async t => {
    await session.send({ to: 'juliet@localhost', subject: 's', body: 'while you were out' }, signal())
    const juliet = await at('juliet', prosody)
    t.after(() => juliet.leave())
    assert.equal(said(await juliet.next())['body'], 'while you were out')
  })

  test('wakes devices, and tells the operator of events', async () => {
    const { next } = romeo
    const method = xmppDevice(session)
    await method.wake({ jid: 'romeo@localhost' }, wakeOf(), signal())
    assert.equal(said(await next())['body'], wakeOf().text)
    const sink = operatorSink(method, { name: 'ops', target: { jid: 'romeo@localhost' } })
    assert.equal(sink.name, 'xmpp:ops')
    for (let id = 1; id <= 20; id++) await sink.deliver([eventOf(id, { uidset: String(id) })], signal())
    for (let id = 1; id <= 20; id++) assert.equal(said(await next())['body'], `MessageNew: ned@example.org, UID ${id}`)
  })

  test('says that nobody has an address', async () => {
    const method = xmppDevice(session)
    const wake = (jid: string) => method.wake({ jid }, wakeOf(), signal())
    await assert.rejects(wake('nobody@localhost'), { name: 'DeliveryFailed', message: /service-unavailable/ })
    for (const wrong of [undefined, null, {}, { jid: 7 }, { jid: 'localhost' }, { jid: 'a b@c' }, { jid: 'a@b"c' }]) {
      assert.throws(() => method.describe(wrong), { name: 'BadTarget' })
    }
  })

  test('refuses a wrong password', async t => {
    const stranger = sessionOf(prosody, { password: 'x' })
    t.after(() => stranger.close())
    const sent = stranger.send({ to: 'romeo@localhost', subject: 's', body: 'b' }, signal())
    await assert.rejects(sent, { name: 'DeliveryFailed' })
  })

  test('that hangs is waited for no longer than a request may take, and then written to again', async () => {
    const { next } = romeo
    const send = (body: string, patience = signal()) =>
      session.send({ to: 'romeo@localhost', subject: 's', body }, patience)
    await send('before')
    assert.equal(said(await next())['body'], 'before')
    prosody.daemon.pause()
    await assert.rejects(send('lost?', AbortSignal.timeout(300)), { name: 'DeliveryFailed' })
    prosody.daemon.resume()
    await send('behind')
    for (;;) {
      // What was written while it hung may have arrived: at least once, not at most.
      if (said(await next())['body'] === 'behind') break
    }
  })
})

suite('a real Prosody with TLS', () => {
  test('is spoken to in secret, once its certificate is known; and after it was restarted', async t => {
    const prosody = await startProsody(accounts, { tls: true })
    let running = prosody
    t.after(() => running.stop())
    const session = sessionOf(prosody)
    t.after(() => session.close())
    const send = () => session.send({ to: 'romeo@localhost', subject: 's', body: 'b' }, signal())
    await assert.rejects(send(), { name: 'DeliveryFailed' })
    setDefaultCACertificates([prosody.certificate])
    t.after(() => setDefaultCACertificates([]))
    await send()
    await prosody.stop()
    await assert.rejects(send(), { name: 'DeliveryFailed' })
    running = await startProsody(accounts, { tls: true, port: prosody.port })
    setDefaultCACertificates([running.certificate])
    await send()
  })

  test('is not given a password where it offers no TLS, but on this machine', async t => {
    const prosody = await startProsody(accounts)
    t.after(() => prosody.stop())
    // As if it were elsewhere: the name leads to this machine, but nobody has said so.
    const session = sessionOf(prosody, { server: `xmpp://localhost.:${prosody.port}` })
    t.after(() => session.close())
    await assert.rejects(session.send({ to: 'romeo@localhost', subject: 's', body: 'b' }, signal()), /./)
  })
})

test('the whole server: a script tells somebody of a message, and the operator hears of it', async t => {
  const prosody = await startProsody(accounts)
  t.after(() => prosody.stop())
  const account = `[xmpp]\njid = "lemonade@localhost"\npassword = "${accounts.lemonade}"\n`
  const target = '[[notify.xmpp]]\nname = "ops"\njid = "juliet@localhost"\nevents = ["MessageNew"]\n'
  const server = await startServer({
    config: `${account}server = "xmpp://127.0.0.1:${prosody.port}"\n${target}`,
  })
  t.after(() => server.stop())
  await server.addAccount('ada@localhost', 'correct horse battery')
  const script =
    'require "enotify"; if valid_notify_method "xmpp:a@b" { notify :importance "1" "xmpp:romeo@localhost"; }'
  await putScript(server, 'ada@localhost', 'correct horse battery', 'told', script)
  const [romeo, juliet] = [await at('romeo', prosody), await at('juliet', prosody)]
  t.after(() => Promise.all([romeo.leave(), juliet.leave()]))
  await deliverByLmtp(server, 'ada@localhost', Buffer.from('From: ann@example.org\r\nSubject: hello\r\n\r\nx\r\n'))
  const { body, headers } = said(await romeo.next())
  assert.match(String(body), /^From: ann@example\.org\s+Subject: hello/)
  assert.deepEqual(headers, { Urgency: 'high', 'Resent-From': 'ada@localhost' })
  assert.equal(said(await juliet.next())['body'], 'MessageNew: ada@localhost, INBOX, UID 1')
})

test('RFC 5122: whom an xmpp URI names', () => {
  const rows: [uri: string, address: string | null][] = [
    ['xmpp:romeo@im.example.com', 'romeo@im.example.com'],
    ['xmpp:romeo@im.example.com/orchard%20wall', 'romeo@im.example.com/orchard wall'],
    ['xmpp://guest@example.com/support@example.com?message', 'support@example.com'],
    ['xmpp:im.example.com', 'im.example.com'],
    ['xmpp:', null],
    ['xmpp:%ff@x', null],
    ['mailto:a@b', null],
  ]
  for (const [uri, address] of rows) assert.equal(entityOf(uri)?.address ?? null, address, uri)
  assert.deepEqual(entityOf('xmpp:a@b?subscribe;body=x'), { address: 'a@b', subject: null, body: null })
})
