/** CHUNKING and BINARYMIME (RFC 3030): its examples, every mixture, and every way in which it goes wrong. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noMetrics, silentLog } from '@lemonade/net'
import fc from 'fast-check'
import { testTls } from '../../net/src/testing.ts'
import type { MessageSink, Receiver } from './extension.ts'
import { binaryMime, chunking, eightBitMime, enhancedStatusCodes, pipelining, size } from './extensions/index.ts'
import { defaultEsmtpLimits, type EsmtpLimits } from './limits.ts'
import { Refusal } from './problem.ts'
import { replies } from './reply.ts'
import { serveEsmtp } from './service.ts'
import type { Transaction } from './session.ts'
import { code, Talker } from './testing.ts'
import { TextInspector } from './wire/text-inspector.ts'

const tls = testTls()

/** Keeps what it takes; knows everybody but `nobody@…`; has no room for messages from `full@…`. */
class Keeper implements Receiver {
  readonly taken: Buffer[] = []
  begun = 0
  aborted = 0

  async mail(): Promise<void> {}

  async rcpt(_: Transaction, { address }: { address: string }): Promise<void> {
    if (address.startsWith('nobody@')) throw new Refusal(replies.noSuchRecipient)
  }

  async message({ reversePath }: Transaction): Promise<MessageSink> {
    if (reversePath.startsWith('full@')) throw new Refusal(replies.localError)
    this.begun++
    const pieces: Uint8Array[] = []
    return {
      write: async octets => {
        if (reversePath.startsWith('breaks@')) throw new Refusal(replies.mailLoop)
        pieces.push(Uint8Array.from(octets))
      },
      finish: async () => {
        this.taken.push(Buffer.concat(pieces))
        return replies.delivered
      },
      abort: async () => {
        this.aborted++
      },
    }
  }
}

async function talking(
  t: { after(end: () => Promise<void>): void },
  limits: Partial<EsmtpLimits> = {},
  listener: 'smtp' | 'lmtp' = 'smtp',
): Promise<{ client: Talker; keeper: Keeper }> {
  const keeper = new Keeper()
  const addresses = [{ host: '127.0.0.1', port: 0 }]
  const service = await serveEsmtp({
    hostname: 'mail.example.org',
    listeners: [
      { name: 'smtp', protocol: 'SMTP', addresses, implicitTls: false },
      { name: 'lmtp', protocol: 'LMTP', addresses, implicitTls: false },
    ],
    extensions: [pipelining, size, eightBitMime, chunking, binaryMime, enhancedStatusCodes],
    tls: tls.source,
    limits: { ...defaultEsmtpLimits, ...limits },
    log: silentLog,
    metrics: noMetrics,
    receiver: () => keeper,
  })
  const client = await Talker.open(service.endpoints[listener]?.[0]?.port ?? 0)
  t.after(async () => {
    client.close()
    await service.stop(0)
  })
  await client.reply()
  const hello = await client.say(listener === 'smtp' ? 'EHLO ymir.claremont.edu' : 'LHLO ymir.claremont.edu')
  assert.match(hello ?? '', /^250-CHUNKING\n250-BINARYMIME\n/m)
  return { client, keeper }
}

const codes = async (client: Talker, count: number): Promise<string[]> => {
  const found: string[] = []
  for (let i = 0; i < count; i++) found.push(code(await client.reply()))
  return found
}

test('RFC 3030 §4.1: simple chunking', async t => {
  const { client, keeper } = await talking(t)
  assert.deepEqual(await client.codes('MAIL FROM:<Sam@Random.com>', 'RCPT TO:<Susan@Random.com>'), [
    '250 2.1.0',
    '250 2.1.5',
  ])
  const message = 'To: Susan@random.com\r\nFrom: Sam@random.com\r\nSubject: This is a bodyless test message\r\n'
  assert.equal(message.length, 86)
  client.send(`BDAT 86 LAST\r\n${message}`)
  assert.equal(await client.reply(), '250 2.0.0 Delivered')
  assert.equal(keeper.taken[0]?.toString(), message)
  assert.equal(code(await client.say('QUIT')), '221 2.0.0')
})

test('RFC 3030 §4.2: pipelined, binary, and an empty chunk for the last', async t => {
  const { client, keeper } = await talking(t)
  client.send(
    'MAIL FROM:<ned@ymir.claremont.edu> BODY=BINARYMIME\r\nRCPT TO:<gvaudre@cnri.reston.va.us>\r\nRCPT TO:<jstewart@cnri.reston.va.us>\r\n',
  )
  const octets = Buffer.from(Array.from({ length: 100_324 }, (_, at) => (at * 7) % 256))
  client.send('BDAT 100000\r\n')
  client.send(octets.subarray(0, 100_000))
  client.send('BDAT 324\r\n')
  client.send(octets.subarray(100_000))
  client.send('BDAT 0 LAST\r\nNOOP\r\n')
  assert.deepEqual(await codes(client, 3), ['250 2.1.0', '250 2.1.5', '250 2.1.5'])
  assert.equal(await client.reply(), '250 2.0.0 100000 octets received')
  assert.equal(await client.reply(), '250 2.0.0 324 octets received')
  assert.deepEqual(await codes(client, 2), ['250 2.0.0', '250 2.0.0'])
  assert.ok(keeper.taken[0]?.equals(octets))
})

test('however a message is cut into chunks and packets, it is the same message', async t => {
  const { client, keeper } = await talking(t)
  const sizes = fc.array(fc.nat(300), { maxLength: 8 })
  const octet = fc.constantFrom(0, 10, 13, 46, 65, 255)
  await fc.assert(
    fc.asyncProperty(sizes, fc.array(octet, { minLength: 1, maxLength: 600 }), async (cuts, values) => {
      const message = Buffer.from(values)
      keeper.taken.length = 0
      client.send('MAIL FROM:<a@x.example> BODY=BINARYMIME\r\nRCPT TO:<b@x.example>\r\n')
      let at = 0
      for (const cut of cuts) {
        const piece = message.subarray(at, at + cut)
        client.send(Buffer.concat([Buffer.from(`BDAT ${piece.length}\r\n`), piece]))
        at += piece.length
      }
      const rest = message.subarray(at)
      client.send(Buffer.concat([Buffer.from(`bdat ${rest.length} last\r\n`), rest]))
      assert.ok((await codes(client, cuts.length + 3)).every(answer => answer.startsWith('250')))
      assert.ok(keeper.taken[0]?.equals(message))
    }),
    { seed: 3030, numRuns: 150 },
  )
})

const recipient = ['MAIL FROM:<a@x.example>', 'RCPT TO:<b@x.example>']

test('what is no BDAT ends the conversation: what follows could be anything', async t => {
  for (const line of ['BDAT', 'BDAT x', 'BDAT -1', 'BDAT 5 FIRST', 'BDAT 5 LAST LAST', 'BDAT 1e3']) {
    const { client, keeper } = await talking(t)
    await client.codes(...recipient)
    client.send(`${line}\r\nMAIL FROM:<c@x.example>\r\n`)
    assert.deepEqual(await codes(client, 2), ['501 5.5.4', 'closed'], line)
    assert.equal(keeper.begun, 0)
  }
})

test('octets of a chunk that is refused are no commands', async t => {
  const { client, keeper } = await talking(t)
  const injected = 'MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\n'
  const refused = async (...lines: readonly string[]) => {
    await client.codes(...lines)
    client.send(`BDAT ${injected.length}\r\n${injected}BDAT 0 LAST\r\nNOOP\r\n`)
    const answers = await codes(client, 3)
    await client.say('RSET')
    return answers
  }
  assert.deepEqual(await refused(), ['503 5.5.1', '503 5.5.1', '250 2.0.0'])
  assert.deepEqual(await refused('MAIL FROM:<a@x.example>'), ['554 5.5.1', '503 5.5.1', '250 2.0.0'])
  const nobody = ['MAIL FROM:<a@x.example>', 'RCPT TO:<nobody@x.example>']
  assert.deepEqual(await refused(...nobody), ['554 5.5.1', '503 5.5.1', '250 2.0.0'])
  const full = ['MAIL FROM:<full@x.example>', 'RCPT TO:<b@x.example>']
  assert.deepEqual(await refused(...full), ['451 4.3.0', '503 5.5.1', '250 2.0.0'])
  const breaks = ['MAIL FROM:<breaks@x.example>', 'RCPT TO:<b@x.example>']
  assert.deepEqual(await refused(...breaks), ['554 5.4.6', '503 5.5.1', '250 2.0.0'])
  assert.deepEqual([keeper.begun, keeper.aborted, keeper.taken.length], [1, 1, 0])
  // Without EHLO there is no CHUNKING.
  assert.deepEqual(await refused('HELO x', ...recipient), ['503 5.5.1', '503 5.5.1', '250 2.0.0'])
})

test('what may stand between chunks, and what ends them', async t => {
  const { client, keeper } = await talking(t)
  const begin = async () => {
    await client.codes(...recipient)
    client.send('BDAT 3\r\nA: ')
    assert.equal(code(await client.reply()), '250 2.0.0')
  }
  await begin()
  // RFC 3030 §2: DATA and BDAT do not mix. The rest is what makes no sense any more.
  for (const line of ['DATA', 'MAIL FROM:<c@x.example>', 'RCPT TO:<c@x.example>']) {
    assert.equal(code(await client.say(line)), '503 5.5.1', line)
  }
  assert.deepEqual(await client.codes('NOOP', 'VRFY x', 'HELP'), ['250 2.0.0', '252 2.0.0', '214 2.0.0'])
  client.send('BDAT 3 LAST\r\nb\r\n')
  assert.equal(code(await client.reply()), '250 2.0.0')
  assert.equal(keeper.taken.at(-1)?.toString(), 'A: b\r\n')
  // Behind LAST there is nothing to add to.
  client.send('BDAT 3\r\nmor')
  assert.equal(code(await client.reply()), '503 5.5.1')
  await begin()
  assert.equal(code(await client.say('RSET')), '250 2.0.0')
  await begin()
  assert.match((await client.say('EHLO x')) ?? '', /^250-/)
  assert.deepEqual([keeper.aborted, keeper.taken.length], [2, 1])
  // DATA may have the next transaction.
  await client.codes(...recipient, 'DATA')
  client.send('C: d\r\n.\r\n')
  assert.equal(code(await client.reply()), '250 2.0.0')
  assert.equal(keeper.taken.at(-1)?.toString(), 'C: d\r\n')
})

test('a client that goes away between chunks, or in one, leaves nothing', async t => {
  for (const last of ['BDAT 3\r\nA: ', 'BDAT 300\r\nA: ', 'BDAT 3\r\nA: QUIT\r\n']) {
    const { client, keeper } = await talking(t)
    const ended = new Promise<void>(resolve => {
      const { message } = keeper
      keeper.message = async transaction => {
        const sink = await message.call(keeper, transaction)
        return { ...sink, abort: async () => resolve() }
      }
    })
    client.send(`${recipient.join('\r\n')}\r\n${last}`)
    client.end()
    await ended
    assert.equal(keeper.taken.length, 0)
  }
})

test('a binary message does not come by DATA, and text comes in lines (RFC 3030 §3)', async t => {
  const { client, keeper } = await talking(t)
  await client.codes('MAIL FROM:<a@x.example> BODY=BINARYMIME', 'RCPT TO:<b@x.example>')
  assert.equal(code(await client.say('DATA')), '503 5.5.1')
  client.send('BDAT 4 LAST\r\na\n\0\r')
  assert.equal(code(await client.reply()), '250 2.0.0')
  assert.equal(keeper.taken[0]?.toString('latin1'), 'a\n\0\r')
  for (const [body, pieces, answer] of [
    ['', ['a\n'], '550 5.6.0'],
    [' BODY=8BITMIME', ['a\r', '\n\n'], '550 5.6.0'],
    ['', ['a\r', '\nb\r\n'], '250 2.0.0'],
  ] as const) {
    await client.codes(`MAIL FROM:<a@x.example>${body}`, 'RCPT TO:<b@x.example>')
    for (const [at, piece] of pieces.entries()) {
      client.send(`BDAT ${piece.length}${at === pieces.length - 1 ? ' LAST' : ''}\r\n${piece}`)
    }
    assert.equal((await codes(client, pieces.length)).at(-1), answer)
  }
  assert.equal(code(await client.say('MAIL FROM:<a@x.example> BODY=TERNARY')), '501 5.5.4')
  // RFC 5550 §8.4.2 writes it so.
  assert.equal(code(await client.say('MAIL FROM:<a@x.example> BODY=BINARY')), '250 2.1.0')
})

test('the size of all chunks is bounded, at the limit and one past it; what is past it is dropped', async t => {
  const { client, keeper } = await talking(t, { messageOctets: 1000 })
  const send = async (...sizes: readonly number[]) => {
    await client.codes('MAIL FROM:<a@x.example> BODY=BINARYMIME', 'RCPT TO:<b@x.example>')
    client.send(sizes.map(octets => `BDAT ${octets}\r\n${'x'.repeat(octets)}`).join(''))
    client.send('BDAT 0 LAST\r\n')
    return codes(client, sizes.length + 1)
  }
  assert.deepEqual(await send(400, 600), ['250 2.0.0', '250 2.0.0', '250 2.0.0'])
  assert.deepEqual(await send(400, 601), ['250 2.0.0', '552 5.3.4', '503 5.5.1'])
  assert.deepEqual(await send(1001, 5), ['552 5.3.4', '503 5.5.1', '503 5.5.1'])
  assert.deepEqual(await send(2000), ['552 5.3.4', '503 5.5.1'])
  assert.equal(keeper.taken.length, 1)
  client.send('BDAT 2001\r\n')
  assert.deepEqual(await codes(client, 2), ['552 5.3.4', 'closed'])
})

test('a message has so long to come, in however many chunks', async t => {
  const { client, keeper } = await talking(t, { dataSeconds: 0.2 })
  client.send(`${recipient.join('\r\n')}\r\nBDAT 3\r\nA: BDAT 300\r\nb`)
  assert.deepEqual((await codes(client, 5)).slice(2), ['250 2.0.0', '421 4.4.2', 'closed'])
  assert.equal(keeper.taken.length, 0)
})

test('a line of text is bounded over the borders of chunks', async t => {
  const { client } = await talking(t, { textLineOctets: 10 })
  const send = async (...pieces: readonly string[]) => {
    await client.codes(...recipient)
    client.send(pieces.map(piece => `BDAT ${piece.length}\r\n${piece}`).join(''))
    client.send('BDAT 0 LAST\r\n')
    return (await codes(client, pieces.length + 1)).slice(0, -1)
  }
  assert.deepEqual(await send('12345', '678\r\n'), ['250 2.0.0', '250 2.0.0'])
  assert.deepEqual(await send('12345', '6789\r\n'), ['250 2.0.0', '550 5.6.0'])
})

test('chunks are no commands to count, and empty ones are', async t => {
  const { client } = await talking(t, { commandsWithoutMail: 5 })
  client.send(`${recipient.join('\r\n')}\r\n${'BDAT 1\r\nx'.repeat(100)}BDAT 0 LAST\r\n`)
  assert.ok((await codes(client, 103)).every(answer => answer.startsWith('250')))
  client.send(`${recipient.join('\r\n')}\r\n${'BDAT 0\r\n'.repeat(5)}`)
  assert.deepEqual((await codes(client, 8)).slice(-3), ['250 2.0.0', '421 4.7.0', 'closed'])
})

test('LMTP answers the last chunk for each recipient, and others once (RFC 2033 §4.2)', async t => {
  const { client, keeper } = await talking(t, {}, 'lmtp')
  await client.codes('MAIL FROM:<a@x.example>', 'RCPT TO:<b@x.example>', 'RCPT TO:<c@x.example>')
  client.send('BDAT 3\r\nA: BDAT 3 LAST\r\nb\r\nNOOP\r\n')
  assert.deepEqual(await codes(client, 4), ['250 2.0.0', '250 2.0.0', '250 2.0.0', '250 2.0.0'])
  assert.equal(keeper.taken.length, 1)
  await client.codes('MAIL FROM:<full@x.example>', 'RCPT TO:<b@x.example>', 'RCPT TO:<c@x.example>')
  client.send('BDAT 3\r\nA: BDAT 3 LAST\r\nb\r\nNOOP\r\n')
  assert.deepEqual(await codes(client, 3), ['451 4.3.0', '503 5.5.1', '250 2.0.0'])
  await client.codes('MAIL FROM:<full@x.example>', 'RCPT TO:<b@x.example>', 'RCPT TO:<c@x.example>')
  client.send('BDAT 3 LAST\r\nA: NOOP\r\n')
  assert.deepEqual(await codes(client, 3), ['451 4.3.0', '451 4.3.0', '250 2.0.0'])
})

test('a text inspector finds the same however the text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('\r', '\n', '\r\n', '.', 'x'), { maxLength: 30 }),
      fc.nat(30),
      (parts, cut) => {
        const text = Buffer.from(parts.join(''))
        const inspector = new TextInspector(8)
        inspector.write(text.subarray(0, cut))
        inspector.write(text.subarray(cut))
        const isText =
          !/(?<!\r)\n|\r\.[\r\n]/.test(text.toString()) &&
          text
            .toString()
            .split(/(?<=\n)/)
            .every(l => l.length <= 8)
        assert.equal(inspector.flaw === null, isText, JSON.stringify(text.toString()))
      },
    ),
    { seed: 3030, numRuns: 2000 },
  )
})
