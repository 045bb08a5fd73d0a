/** Clients that do not wait, and clients that only guess. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import { testTls } from '../../net/src/testing.ts'
import { enhancedStatusCodes } from './extensions/index.ts'
import { defaultEsmtpLimits, type EsmtpLimits } from './limits.ts'
import { replies } from './reply.ts'
import { type EsmtpService, serveEsmtp } from './service.ts'
import { code, Talker } from './testing.ts'

const tls = testTls()

async function serve(
  t: { after(end: () => Promise<void>): void },
  limits: Partial<EsmtpLimits>,
  isTrusted: ((host: string) => boolean) | null = () => false,
): Promise<EsmtpService> {
  const addresses = [{ host: '127.0.0.1', port: 0 }]
  const service = await serveEsmtp({
    hostname: 'mail.example.org',
    listeners: [
      { name: 'smtp', protocol: 'SMTP', addresses, implicitTls: false },
      { name: 'smtps', protocol: 'SMTP', addresses, implicitTls: true },
      { name: 'lmtp', protocol: 'LMTP', addresses, implicitTls: false },
    ],
    extensions: [enhancedStatusCodes],
    tls: tls.source,
    limits: { ...defaultEsmtpLimits, ...limits },
    log: silentLog,
    metrics: noMetrics,
    receiver: () => ({
      mail: async () => {},
      rcpt: async () => {},
      message: async () => ({ write: async () => {}, finish: async () => replies.delivered, abort: async () => {} }),
    }),
    ...(isTrusted === null ? {} : { isTrusted }),
  })
  t.after(() => service.stop(0))
  return service
}

const port = (service: EsmtpService, listener: string): number => service.endpoints[listener]?.[0]?.port ?? 0

test('who talks before the greeting is sent away at once, and nothing of it is obeyed', async t => {
  const service = await serve(t, { greetingSeconds: 3600 })
  for (const words of ['EHLO x\r\nMAIL FROM:<a@x.example>\r\n', 'E', '\r\n', 'GET / HTTP/1.1\r\n\r\n', '\0']) {
    const client = await Talker.open(port(service, 'smtp'))
    client.send(words)
    assert.equal(await client.reply(), '554 5.5.1 Wait for the greeting (RFC 5321 section 3.1)')
    assert.equal(await client.reply(), null)
  }
  const secured = await Talker.openTls(port(service, 'smtps'))
  secured.send('EHLO x\r\n')
  assert.equal(code(await secured.reply()), '554 5.5.1')
})

test('who waits is greeted, and may talk', async t => {
  const service = await serve(t, { greetingSeconds: 0.05 })
  for (const client of [await Talker.open(port(service, 'smtp')), await Talker.openTls(port(service, 'smtps'))]) {
    assert.equal(code(await client.reply()), '220')
    assert.deepEqual(await client.codes('EHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA', '.', 'QUIT'), [
      ...['250', '250 2.1.0', '250 2.1.5', '354', '250 2.0.0', '221 2.0.0'],
    ])
  }
})

test('this machine, and LMTP, are not waited for', async t => {
  const [own, other] = [await serve(t, { greetingSeconds: 3600 }, null), await serve(t, { greetingSeconds: 3600 })]
  for (const [service, listener] of [
    [own, 'smtp'],
    [other, 'lmtp'],
  ] as const) {
    const client = await Talker.open(port(service, listener))
    client.send('NOOP\r\n')
    assert.equal(code(await client.reply()), '220')
    assert.equal(code(await client.reply()), '250 2.0.0')
    client.close()
  }
})

test('a client that leaves before it is greeted leaves nothing, and one that waits is told when the server stops', async t => {
  const service = await serve(t, { greetingSeconds: 3600 })
  const gone = await Talker.open(port(service, 'smtp'))
  gone.end()
  assert.equal(await gone.reply(), null)
  const broken = await Talker.open(port(service, 'smtp'))
  broken.close()
  const waiting = await Talker.open(port(service, 'smtp'))
  // Its connection is known to the server when a later one is.
  const later = await Talker.open(port(service, 'smtp'))
  later.send('x')
  assert.equal(code(await later.reply()), '554 5.5.1')
  await service.stop(0)
  assert.match((await waiting.reply()) ?? '', /^421 4\.3\.2 /)
})

test('refused commands are answered at once up to the limit, and late beyond it', async t => {
  const service = await serve(t, { promptErrors: 3, errorDelaySeconds: 0.1 })
  const client = await Talker.open(port(service, 'smtp'))
  assert.equal(code(await client.reply()), '220')
  const took = async (line: string): Promise<number> => {
    const begun = performance.now()
    await client.say(line)
    return performance.now() - begun
  }
  const prompt = [await took('A'), await took('B'), await took('C')]
  const late = [await took('D'), await took('E')]
  assert.ok(
    late.every(milliseconds => milliseconds >= 95),
    String(late),
  )
  assert.ok(
    prompt.some(milliseconds => milliseconds < 95),
    String(prompt),
  )
  await client.codes('EHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA', '.')
  assert.ok((await took('F')) < 95, 'a message that is taken in makes good')
  client.close()
})

test('nobody is kept for the delay: not this machine, and not a connection that has ended', async t => {
  const delay = { promptErrors: 0, errorDelaySeconds: 3600 }
  const own = await Talker.open(port(await serve(t, delay, null), 'smtp'))
  assert.deepEqual(await own.codes('NOOP', 'A', 'B'), ['220', '250 2.0.0', '500 5.5.1'])
  own.close()
  const service = await serve(t, delay)
  const client = await Talker.open(port(service, 'smtp'))
  await client.reply()
  client.send('A\r\nNOOP\r\n')
  await service.stop(0)
  assert.match((await client.reply()) ?? '421 ', /^421 /)
})

test('so many connections a minute from one address, and one past it not; this machine may', async t => {
  const limits = { connectionsPerMinute: 2 }
  const others = await serve(t, limits)
  const greeting = async (service: EsmtpService) => {
    const client = await Talker.open(port(service, 'smtp'))
    const heard = await client.reply()
    client.close()
    return heard
  }
  assert.equal(code(await greeting(others)), '220')
  assert.equal(code(await greeting(others)), '220')
  assert.equal(await greeting(others), '421 4.7.0 Too many connections, try later')
  const own = await serve(t, limits, null)
  for (let each = 0; each < 3; each++) assert.equal(code(await greeting(own)), '220')
})
