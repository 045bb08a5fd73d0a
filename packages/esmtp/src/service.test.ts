import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import { testTls } from '../../net/src/testing.ts'
import type { Answer, MessageSink, Receiver } from './extension.ts'
import { eightBitMime } from './extensions/8bitmime.ts'
import { dsn } from './extensions/dsn.ts'
import { enhancedStatusCodes } from './extensions/enhanced-status-codes.ts'
import { pipelining } from './extensions/pipelining.ts'
import { size } from './extensions/size.ts'
import { smtpUtf8 } from './extensions/smtputf8.ts'
import { startTls } from './extensions/starttls.ts'
import { defaultEsmtpLimits, type EsmtpLimits } from './limits.ts'
import { Refusal } from './problem.ts'
import { replies, reply } from './reply.ts'
import { type EsmtpService, serveEsmtp } from './service.ts'
import type { Transaction } from './session.ts'
import { code, Talker } from './testing.ts'

const tls = testTls()

interface Taken {
  readonly transaction: Transaction
  readonly text: string
}

/** Knows everybody but `nobody@…`; keeps what it takes. */
class Keeper implements Receiver {
  readonly taken: Taken[] = []
  aborted = 0
  answer: ((transaction: Transaction) => Answer) | null = null

  async mail(): Promise<void> {}

  async rcpt(_: Transaction, { address }: { address: string }): Promise<void> {
    if (address.startsWith('nobody@')) throw new Refusal(replies.noSuchRecipient)
    if (address.startsWith('bug@')) throw new Error('a bug with a /secret/path')
  }

  async message(transaction: Transaction): Promise<MessageSink> {
    const pieces: Uint8Array[] = []
    return {
      write: async octets => {
        pieces.push(Uint8Array.from(octets))
      },
      finish: async () => {
        this.taken.push({ transaction, text: Buffer.concat(pieces).toString('latin1') })
        return this.answer?.(transaction) ?? replies.delivered
      },
      abort: async () => {
        this.aborted++
      },
    }
  }
}

interface Running {
  readonly keeper: Keeper
  readonly service: EsmtpService
  port(name: string): number
}

async function serve(limits: Partial<EsmtpLimits> = {}): Promise<Running> {
  const keeper = new Keeper()
  const addresses = [{ host: '127.0.0.1', port: 0 }]
  const service = await serveEsmtp({
    hostname: 'mail.example.org',
    listeners: [
      { name: 'smtp', protocol: 'SMTP', addresses, implicitTls: false },
      { name: 'smtps', protocol: 'SMTP', addresses, implicitTls: true },
      { name: 'lmtp', protocol: 'LMTP', addresses, implicitTls: false },
    ],
    extensions: [pipelining, size, eightBitMime, startTls(tls.source), enhancedStatusCodes, dsn, smtpUtf8],
    tls: tls.source,
    limits: { ...defaultEsmtpLimits, ...limits },
    log: silentLog,
    metrics: noMetrics,
    receiver: () => keeper,
  })
  return { keeper, service, port: name => service.endpoints[name]?.[0]?.port ?? 0 }
}

describe('a conversation', () => {
  let running: Running
  before(async () => {
    running = await serve()
  })
  after(() => running.service.stop(0))
  beforeEach(() => {
    running.keeper.taken.length = 0
  })

  const greeted = async (listener: 'smtp' | 'lmtp' = 'smtp'): Promise<Talker> => {
    const client = await Talker.open(running.port(listener))
    await client.reply()
    await client.say(listener === 'smtp' ? 'EHLO client.example' : 'LHLO client.example')
    return client
  }

  test('RFC 5321 §D.1: a typical transaction', async () => {
    const client = await Talker.open(running.port('smtp'))
    assert.equal(await client.reply(), '220 mail.example.org ESMTP')
    assert.equal(
      await client.say('EHLO bar.com'),
      [
        '250-mail.example.org greets bar.com',
        '250-PIPELINING',
        `250-SIZE ${defaultEsmtpLimits.messageOctets}`,
        '250-8BITMIME',
        '250-STARTTLS',
        '250-ENHANCEDSTATUSCODES',
        '250-DSN',
        '250 SMTPUTF8',
      ].join('\n'),
    )
    assert.equal(await client.say('MAIL FROM:<Smith@bar.com>'), '250 2.1.0 Sender OK')
    assert.equal(await client.say('RCPT TO:<Jones@foo.com>'), '250 2.1.5 Recipient OK')
    assert.equal(await client.say('RCPT TO:<nobody@foo.com>'), '550 5.1.1 No such mailbox here')
    assert.equal(await client.say('RCPT TO:<Brown@foo.com>'), '250 2.1.5 Recipient OK')
    assert.equal(await client.say('DATA'), '354 Start mail input; end with <CRLF>.<CRLF>')
    client.send('Blah blah blah...\r\n..etc. etc. etc.\r\n')
    assert.equal(await client.say('.'), '250 2.0.0 Delivered')
    assert.equal(await client.say('QUIT'), '221 2.0.0 Bye')
    assert.equal(await client.reply(), null)
    const { transaction, text } = running.keeper.taken.pop() ?? assert.fail()
    assert.equal(text, 'Blah blah blah...\r\n.etc. etc. etc.\r\n')
    assert.equal(transaction.reversePath, 'Smith@bar.com')
    assert.deepEqual(
      transaction.recipients.map(r => r.address),
      ['Jones@foo.com', 'Brown@foo.com'],
    )
  })

  test('RFC 2033 §5: LMTP answers for each recipient that was accepted', async () => {
    const client = await Talker.open(running.port('lmtp'))
    assert.equal(await client.reply(), '220 mail.example.org LMTP')
    assert.deepEqual(await client.codes('EHLO x', 'HELO x'), ['500 5.5.1', '500 5.5.1'])
    await client.say('LHLO foo.edu')
    await client.say('MAIL FROM:<chris@bar.com>')
    assert.equal(code(await client.say('DATA')), '503 5.5.1', 'RFC 2033 §4.2')
    assert.deepEqual(
      await client.codes('RCPT TO:<pat@foo.edu>', 'RCPT TO:<nobody@foo.edu>', 'RCPT TO:<green@foo.edu>', 'DATA'),
      ['250 2.1.5', '550 5.1.1', '250 2.1.5', '354'],
    )
    running.keeper.answer = () => [replies.delivered, reply(452, '4.2.2', 'green is full')]
    client.send('Blah blah blah...\r\n.\r\n')
    assert.equal(await client.reply(), '250 2.0.0 Delivered')
    assert.equal(await client.reply(), '452 4.2.2 green is full')
    running.keeper.answer = null
    await client.codes('MAIL FROM:<>', 'RCPT TO:<a@foo.edu>', 'RCPT TO:<a@foo.edu>', 'DATA')
    client.send('x\n\r\n.\r\n')
    assert.equal(code(await client.reply()), '550 5.6.0')
    assert.equal(code(await client.reply()), '550 5.6.0')
    client.close()
  })

  test('RFC 2920 §5: everything pipelined in one write', async () => {
    const client = await greeted()
    client.send(
      'MAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nRCPT TO:<nobody@x.example>\r\nDATA\r\nhello\r\n.\r\nMAIL FROM:<c@x.example>\r\nRCPT TO:<d@x.example>\r\nDATA\r\nagain\r\n.\r\nNOOP\r\nQUIT\r\nNOOP\r\n',
    )
    const codes: string[] = []
    for (let reply = await client.reply(); reply !== null; reply = await client.reply()) codes.push(code(reply))
    assert.deepEqual(codes, [
      ...['250 2.1.0', '250 2.1.5', '550 5.1.1', '354', '250 2.0.0'],
      ...['250 2.1.0', '250 2.1.5', '354', '250 2.0.0', '250 2.0.0', '221 2.0.0'],
    ])
    assert.deepEqual(
      running.keeper.taken.splice(0).map(({ text }) => text),
      ['hello\r\n', 'again\r\n'],
    )
  })

  test('a client that half-closes behind its last command is answered to the end', async () => {
    const client = await greeted()
    client.send('NOOP\r\nNOOP\r\n')
    client.end()
    assert.deepEqual([code(await client.reply()), code(await client.reply())], ['250 2.0.0', '250 2.0.0'])
    assert.equal(await client.reply(), null)
  })

  test('the order of commands (RFC 5321 §4.1.4)', async () => {
    const client = await Talker.open(running.port('smtp'))
    await client.reply()
    const talk: readonly [line: string, code: string][] = [
      ['MAIL FROM:<a@x.example>', '503 5.5.1'],
      ['RCPT TO:<a@x.example>', '503 5.5.1'],
      ['DATA', '503 5.5.1'],
      ['NOOP anything', '250 2.0.0'],
      ['RSET', '250 2.0.0'],
      ['HELP', '214 2.0.0'],
      ['VRFY', '501 5.5.4'],
      ['VRFY a', '252 2.0.0'],
      ['EXPN a', '502 5.5.1'],
      ['ehlo x.example', '250'],
      ['RCPT TO:<a@x.example>', '503 5.5.1'],
      ['DATA', '503 5.5.1'],
      ['Mail From:<a@x.example>', '250 2.1.0'],
      ['MAIL FROM:<a@x.example>', '503 5.5.1'],
      ['DATA', '554 5.5.1'],
      ['RCPT TO:<a@x.example>', '250 2.1.5'],
      ['STARTTLS', '503 5.5.1'],
      ['RSET', '250 2.0.0'],
      ['DATA', '503 5.5.1'],
      ['MAIL FROM:<a@x.example>', '250 2.1.0'],
      ['EHLO x.example', '250'],
      ['RCPT TO:<a@x.example>', '503 5.5.1'],
      ['HELO x.example', '250'],
      ['MAIL FROM:<a@x.example> SIZE=1', '555 5.5.4'],
      ['MAIL FROM:<a@x.example>', '250 2.1.0'],
      ['DATA now', '501 5.5.4'],
      ['XYZZY', '500 5.5.1'],
      ['AUTH PLAIN', '500 5.5.1'],
      ['LHLO x', '500 5.5.1'],
    ]
    for (const [line, expected] of talk) assert.equal(code(await client.say(line)), expected, line)
    client.close()
  })

  test('arguments and parameters', async () => {
    const client = await greeted()
    const talk: readonly [line: string, code: string][] = [
      ['EHLO', '501'],
      ['EHLO a b', '501'],
      ['EHLO ex(ample', '501'],
      ['MAIL', '501 5.5.4'],
      ['MAIL TO:<a@x.example>', '501 5.5.4'],
      ['MAIL FROM:a@x.example', '501 5.1.7'],
      ['MAIL FROM:<a@x.example> SIZE=x', '501 5.5.4'],
      ['MAIL FROM:<a@x.example> SIZE', '501 5.5.4'],
      [`MAIL FROM:<a@x.example> SIZE=${defaultEsmtpLimits.messageOctets + 1}`, '552 5.3.4'],
      [`MAIL FROM:<a@x.example> SIZE=${defaultEsmtpLimits.messageOctets}`, '250 2.1.0'],
      ['RSET', '250 2.0.0'],
      ['MAIL FROM:<a@x.example> BODY=9BIT', '501 5.5.4'],
      ['MAIL FROM:<a@x.example> BODY=7BIT BODY=7BIT', '501 5.5.4'],
      ['MAIL FROM:<a@x.example> RET=SOME', '501 5.5.4'],
      ['MAIL FROM:<a@x.example> ENVID=a+0D+0ASubject:+20x', '501 5.5.4'],
      [`MAIL FROM:<a@x.example> ENVID=${'x'.repeat(101)}`, '501 5.5.4'],
      ['MAIL FROM:<a@x.example> SMTPUTF8=1', '501 5.5.4'],
      ['MAIL FROM:<a@x.example> XFOO=1', '555 5.5.4'],
      ['MAIL FROM:<ü@x.example>', '553 5.6.7'],
      ['MAIL FROM:<ü@x.example> SMTPUTF8', '250 2.1.0'],
      ['RSET', '250 2.0.0'],
      ['MAIL FROM: <a@x.example> size=10 body=8bitmime ret=hdrs ENVID=QQ+2B1', '250 2.1.0'],
      ['RCPT TO:<ü@x.example>', '553 5.6.7'],
      ['RCPT TO:<>', '501 5.1.3'],
      ['RCPT TO:<a@x.example> NOTIFY=NEVER,FAILURE', '501 5.5.4'],
      ['RCPT TO:<a@x.example> NOTIFY=FAILURE,FAILURE', '501 5.5.4'],
      ['RCPT TO:<a@x.example> NOTIFY=', '501 5.5.4'],
      ['RCPT TO:<a@x.example> ORCPT=rfc822', '501 5.5.4'],
      ['RCPT TO:<a@x.example> ORCPT=rfc822;a+0D+0A@x.example', '501 5.5.4'],
      [`RCPT TO:<a@x.example> ORCPT=rfc822;${'x'.repeat(494)}`, '501 5.5.4'],
      ['RCPT TO:<a@x.example> RET=FULL', '555 5.5.4'],
      ['RCPT TO:<a@x.example> notify=success,Delay ORCPT=rfc822;Bob+2B@x.example', '250 2.1.5'],
      ['RCPT TO:<Postmaster>', '250 2.1.5'],
      ['RCPT TO:<bug@x.example>', '451 4.3.0'],
    ]
    for (const [line, expected] of talk) assert.equal(code(await client.say(line)), expected, line)
    await client.say('DATA')
    await client.say('.')
    const { transaction } = running.keeper.taken.pop() ?? assert.fail()
    assert.deepEqual(transaction.parameters, { size: 10, body: '8BITMIME', ret: 'HDRS', envid: 'QQ+1' })
    assert.deepEqual(transaction.recipients[0]?.parameters, {
      notify: ['SUCCESS', 'DELAY'],
      orcpt: 'rfc822;Bob+@x.example',
    })
    client.close()
  })

  test('a bug is not explained to the peer', async () => {
    const client = await greeted()
    await client.say('MAIL FROM:<a@x.example>')
    assert.equal(await client.say('RCPT TO:<bug@x.example>'), '451 4.3.0 Local error, try later')
    client.close()
  })

  const smuggled = [
    '\n.\n',
    '\n.\r\n',
    '\r\n.\n',
    '\r.\r',
    '\r.\r\n',
    '\r\n.\r',
    '\r.\n',
    '\n.\r',
    '.\n',
    '\r\n\0.\r\n',
  ]
  for (const end of smuggled) {
    test(`smuggling: ${JSON.stringify(end)} ends nothing`, async () => {
      const client = await greeted()
      await client.codes('MAIL FROM:<a@x.example>', 'RCPT TO:<b@x.example>', 'DATA')
      client.send(
        `Subject: x\r\n\r\nhello${end}MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nevil\r\n.\r\n`,
      )
      const reply = code(await client.reply())
      assert.equal(code(await client.say('NOOP')), '250 2.0.0', 'one reply for one message')
      if (end.includes('\0') || end === '.\n') assert.ok(running.keeper.taken.length <= 1)
      else assert.equal(reply, '550 5.6.0')
      for (const { transaction } of running.keeper.taken) assert.equal(transaction.reversePath, 'a@x.example')
      client.close()
    })
  }

  test('a bare LF or a control character makes no command', async () => {
    const client = await greeted()
    for (const line of ['NOOP \0', 'NOOP \u0007', 'MAIL FROM:<a@x.example>\rRCPT', 'NOOP \u0085']) {
      assert.equal(code(await client.say(line)), '500 5.5.2', JSON.stringify(line))
    }
    client.send(Buffer.from('NOOP \xff\r\n', 'latin1'))
    assert.equal(code(await client.reply()), '500 5.5.2')
    client.send('NOOP\nNOOP\r\n')
    assert.equal(code(await client.reply()), '500 5.5.2')
    assert.equal(await client.reply(), null, 'what is behind a bare LF is nothing')
  })

  test('a command line at the limit and one octet over it', async () => {
    const client = await greeted()
    const limit = defaultEsmtpLimits.commandOctets
    assert.equal(code(await client.say(`NOOP ${'x'.repeat(limit - 7)}`)), '250 2.0.0')
    assert.equal(code(await client.say(`NOOP ${'x'.repeat(limit - 6)}`)), '500 5.5.2')
    assert.equal(code(await client.say(`NOOP ${'x'.repeat(limit * 20)}`)), '500 5.5.2')
    assert.equal(code(await client.say('NOOP')), '250 2.0.0')
    client.close()
  })

  test('RFC 3207 §4.2: TLS forgets what was said, and drops what was pipelined behind STARTTLS', async () => {
    const client = await greeted()
    assert.equal(code(await client.say('STARTTLS now')), '501 5.5.4')
    client.send('STARTTLS\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\n')
    assert.equal(await client.reply(), '220 2.0.0 Go ahead')
    await client.startTls()
    assert.equal(code(await client.say('MAIL FROM:<a@x.example>')), '503 5.5.1', 'EHLO is forgotten')
    const hello = (await client.say('EHLO client.example')) ?? ''
    assert.ok(!hello.includes('STARTTLS'))
    assert.equal(code(await client.say('STARTTLS')), '503 5.5.1')
    assert.deepEqual(await client.codes('MAIL FROM:<a@x.example>', 'RCPT TO:<b@x.example>', 'DATA', '.', 'QUIT'), [
      ...['250 2.1.0', '250 2.1.5', '354', '250 2.0.0', '221 2.0.0'],
    ])
    assert.equal(running.keeper.taken.pop()?.transaction.reversePath, 'a@x.example')
  })

  test('RFC 3207 §4.2: plain text behind the go-ahead is no handshake, and no command', async () => {
    const client = await greeted()
    assert.equal(await client.say('STARTTLS'), '220 2.0.0 Go ahead')
    client.send('EHLO x\r\nMAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nevil\r\n.\r\n')
    const answer = await client.reply()
    assert.ok(answer === null || !/^[23]/.test(answer), String(answer))
    assert.equal(running.keeper.taken.length, 0)
    client.close()
  })

  test('implicit TLS', async () => {
    const client = await Talker.openTls(running.port('smtps'))
    assert.equal(code(await client.reply()), '220')
    assert.ok(!((await client.say('EHLO x')) ?? '').includes('STARTTLS'))
    client.close()
  })

  test('a client that leaves in the middle of a message leaves nothing', async () => {
    const client = await greeted()
    const { aborted } = running.keeper
    await client.codes('MAIL FROM:<a@x.example>', 'RCPT TO:<b@x.example>', 'DATA')
    client.send('half a mess')
    client.end()
    assert.equal(await client.reply(), null)
    assert.equal(running.keeper.aborted, aborted + 1)
    assert.equal(running.keeper.taken.length, 0)
  })
})

describe('limits', () => {
  const small = {
    recipients: 3,
    errors: 3,
    commandsWithoutMail: 6,
    messageOctets: 100,
    connections: 2,
    connectionsPerAddress: 2,
    textLineOctets: 50,
  }
  let running: Running
  before(async () => {
    running = await serve(small)
  })
  after(() => running.service.stop(0))

  const open = async (): Promise<Talker> => {
    const client = await Talker.open(running.port('smtp'))
    assert.equal(code(await client.reply()), '220')
    await client.say('EHLO x')
    return client
  }

  test('recipients: at the limit and one over it', async () => {
    const client = await open()
    const rcpt = 'RCPT TO:<a@x.example>'
    assert.deepEqual(await client.codes('MAIL FROM:<>', rcpt, rcpt, rcpt, rcpt), [
      ...['250 2.1.0', '250 2.1.5', '250 2.1.5', '250 2.1.5', '452 4.5.3'],
    ])
    client.close()
  })

  test('message octets: at the limit, one over it, and far beyond it', async () => {
    const client = await open()
    const message = async (octets: number): Promise<string> => {
      await client.codes('MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA')
      const lines = `${'x'.repeat(38)}\r\n`.repeat(Math.floor(octets / 40))
      client.send(`${lines}${'x'.repeat((octets % 40) - 2)}\r\n.\r\n`)
      return code(await client.reply())
    }
    assert.equal(await message(100), '250 2.0.0')
    assert.equal(await message(101), '552 5.3.4')
    assert.equal(await message(100), '250 2.0.0')
    assert.equal(await message(5000 + 20), '552 5.3.4')
    assert.equal(await client.reply(), null, 'such a client is not listened to')
  })

  test('a line of the message', async () => {
    const client = await open()
    await client.codes('MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA')
    client.send(`${'x'.repeat(49)}\r\n.\r\n`)
    assert.equal(code(await client.reply()), '550 5.6.0')
    client.close()
  })

  test('errors', async () => {
    const client = await open()
    assert.deepEqual(await client.codes('A', 'B', 'C', 'D'), ['500 5.5.1', '500 5.5.1', '500 5.5.1', '500 5.5.1'])
    assert.equal(code(await client.reply()), '421 4.7.0')
    assert.equal(await client.reply(), null)
  })

  test('commands without mail', async () => {
    const client = await open()
    for (let i = 0; i < 5; i++) assert.equal(code(await client.say('NOOP')), '250 2.0.0')
    assert.equal(code(await client.say('NOOP')), '250 2.0.0')
    assert.equal(code(await client.reply()), '421 4.7.0')
  })

  test('connections', async () => {
    const [first, second] = [await open(), await open()]
    const third = await Talker.open(running.port('smtp'))
    assert.equal(await third.reply(), '421 4.7.0 Too many connections, try later')
    assert.equal(await third.reply(), null)
    await first.say('STARTTLS')
    await first.startTls()
    first.close()
    second.close()
  })

  test('time-outs: an idle client, and a message that never ends', async () => {
    const quick = await serve({ idleSeconds: 0.05, dataSeconds: 0.05 })
    const idle = await Talker.open(quick.port('smtp'))
    await idle.reply()
    assert.equal(await idle.reply(), '421 4.4.2 Waited too long')
    assert.equal(await idle.reply(), null)
    await quick.service.stop(0)
    const slow = await serve({ dataSeconds: 0.05 })
    const client = await Talker.open(slow.port('smtp'))
    await client.reply()
    await client.codes('EHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA')
    assert.equal(code(await client.reply()), '421 4.4.2')
    assert.equal(slow.keeper.aborted, 1)
    await slow.service.stop(0)
  })
})

describe('the end of a service', () => {
  test('idle clients are told, a transaction may end, and then no more', async () => {
    const running = await serve()
    const idle = await Talker.open(running.port('smtp'))
    await idle.reply()
    const busy = await Talker.open(running.port('smtp'))
    await busy.reply()
    await busy.codes('EHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA')
    const stopped = running.service.stop(10_000)
    assert.equal(await idle.reply(), '421 4.3.2 Shutting down, try later')
    busy.send('hello\r\n.\r\n')
    assert.equal(code(await busy.reply()), '250 2.0.0')
    assert.equal(code(await busy.reply()), '421 4.3.2')
    await stopped
    await assert.rejects(Talker.open(running.port('smtp')))
  })

  test('a transaction that does not end is cut when the grace is over', async () => {
    const running = await serve()
    const busy = await Talker.open(running.port('smtp'))
    await busy.reply()
    await busy.codes('EHLO x', 'MAIL FROM:<>', 'RCPT TO:<a@x.example>', 'DATA')
    await running.service.stop(20)
    assert.equal(running.keeper.aborted, 1)
  })
})
