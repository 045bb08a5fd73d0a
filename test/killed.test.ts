/**
 * The real server is killed a hundred times while mail comes in, is submitted, is forwarded and goes out. Nothing that it
 * has acknowledged is lost; nothing is doubled but what was in flight on a connection when that was cut (RFC 5321 §6.1).
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { random } from '../packages/store/src/crash/random.ts'
import { imapClient } from './support/imapflow.ts'
import { Loader, type Route, type Sent } from './support/mail-load.ts'
import { RawSink } from './support/raw-sink.ts'
import { TestServer } from './support/server.ts'

const rounds = 100
/** Acknowledgements of a round before the server is killed: none to so many. */
const mostAcknowledged = 40
const seed = 20_261_124
const patience = 1_800_000

const user = 'ada@mail.example'
const password = 'crash-password'
const far = 'bob@far.example'

test('killed a hundred times under load', { timeout: patience }, async t => {
  const sink = new RawSink()
  // A process for conversions that nobody asks for would be started a hundred times, too.
  const server = new TestServer({
    hostname: 'mail.example',
    config: `[auth]
allow_plaintext = "loopback"
[mta]
smart_host = "127.0.0.1:${await sink.start()}"
[limits]
mta_first_retry_seconds = 1
convert_spares = 0
submit_messages_per_hour = 0
submit_recipients_per_hour = 0
submit_messages_per_day = 0
submit_recipients_per_day = 0
`,
  })
  t.after(() => Promise.all([server.stop(), sink.stop()]))
  await server.start()
  await server.addAccount(user, password)
  assert.equal((await server.cli(['alias', 'add', 'away@mail.example', far])).code, 0)

  const chance = random(seed)
  let left = 0
  let kill: () => void = () => {}
  const acknowledged = () => {
    if (--left === 0) kill()
  }
  const smtp = () => server.port('smtp')
  const submission = () => server.port('submission')
  const login = { user, password }
  const routes: Readonly<Record<string, Route>> = {
    in: { port: smtp, from: 'eva@elsewhere.example', to: [user] },
    on: { port: smtp, from: 'eva@elsewhere.example', to: ['away@mail.example'] },
    out: { port: submission, from: user, to: [user, far], login },
  }
  const loaders = Object.entries(routes).flatMap(([kind, route]) =>
    [1, 2].map(number => new Loader(`${kind}${number}`, route, acknowledged)),
  )
  for (let round = 0; round < rounds; round++) {
    if (round > 0) await server.start()
    left = chance(mostAcknowledged)
    const killed = new Promise<void>(resolve => {
      kill = () => resolve(server.kill())
      if (left === 0) kill()
    })
    await Promise.all([killed, ...loaders.map(loader => loader.connect())])
  }

  await server.start()
  const all = loaders.flatMap(loader =>
    [...loader.sent].map(([subject, sent]) => ({ subject, sent, route: loader.route })),
  )
  const toAda = all.filter(({ route }) => route.to.includes(user))
  const toFar = all.filter(({ route }) => !(route.to.length === 1 && route.to.includes(user)))
  assert.ok(all.filter(({ sent }) => sent.acknowledged).length > rounds, 'there was a load')

  await sink.until(() => toFar.every(({ subject, sent }) => !sent.acknowledged || sink.taken.has(subject)))
  const delivered = await deliveredTo(server, toAda)
  for (const { subject, sent } of toAda) {
    const copies = delivered.get(subject) ?? 0
    assert.ok(copies >= least(sent) && copies <= most(sent), `${subject}: ${copies} copies, ${JSON.stringify(sent)}`)
  }
  // The last of each connection may come again; that it does is the sender's right, not a duty.
  for (const { subject, sent } of toFar) {
    const copies = sink.taken.get(subject) ?? 0
    const excused = sink.excused.get(subject) ?? 0
    const bound = most(sent) + excused
    assert.ok(
      copies >= least(sent) && copies <= bound,
      `${subject}: ${copies} sent, ${excused} excused, ${JSON.stringify(sent)}`,
    )
  }
  assert.deepEqual(await server.terminate(), 0)
  const { code, stdout } = await server.cli(['check'])
  assert.equal(code, 0, stdout)
})

const least = ({ acknowledged }: Sent) => (acknowledged ? 1 : 0)
const most = ({ acknowledged, doubtful }: Sent) => (acknowledged ? 1 : 0) + doubtful

/** How often each message is in INBOX, once every one is there that was acknowledged. */
async function deliveredTo(
  server: TestServer,
  wanted: readonly { readonly subject: string; readonly sent: Sent }[],
): Promise<ReadonlyMap<string, number>> {
  const client = await imapClient(server, user, password)
  try {
    await client.mailboxOpen('INBOX')
    for (;;) {
      const news = once(client, 'exists')
      const counts = new Map<string, number>()
      for await (const { envelope } of client.fetch('1:*', { envelope: true })) {
        const subject = envelope?.subject ?? ''
        counts.set(subject, (counts.get(subject) ?? 0) + 1)
      }
      if (wanted.every(({ subject, sent }) => !sent.acknowledged || counts.has(subject))) return counts
      client.idle().catch(() => undefined)
      await news
    }
  } finally {
    client.close()
  }
}
